//! Ways to move bytes other than a mapping.
//!
//! | type | what it is for |
//! |---|---|
//! | [`AlignedBuffer`] | memory that begins at a multiple of its [`Alignment`]: for vectors, for direct reads, for huge pages |
//! | [`CoalescingWriter`] | many small writes, made into few large ones |

mod aligned;
mod sys;
mod writer;

pub use aligned::{AlignedBuffer, Alignment};
pub use writer::CoalescingWriter;
