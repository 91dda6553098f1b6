//! Ways to move bytes other than a mapping.
//!
//! | type | what it is for |
//! |---|---|
//! | [`AlignedBuffer`] | memory that begins at a multiple of its [`Alignment`]: for vectors, for direct reads, for huge pages |
//! | [`CoalescingWriter`] | many small writes, made into few large ones |
//! | [`Transfer`], [`send`] | a range of a file to a socket, a pipe or another file, without passing through this program (Unix) |

mod aligned;
#[cfg(unix)]
mod send;
mod sys;
mod writer;

pub use aligned::{AlignedBuffer, Alignment};
#[cfg(unix)]
pub use send::{SendWay, Sent, Step, Transfer, send};
pub use writer::CoalescingWriter;
