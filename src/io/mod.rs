//! Ways to move bytes other than a mapping.
//!
//! | type | what it is for |
//! |---|---|
//! | [`AlignedBuffer`] | memory that begins at a multiple of its [`Alignment`]: for vectors, for direct reads, for huge pages |
//! | [`BufferPool`] | a fixed number of such buffers for any number of threads, which wait in line for them |
//! | [`AlignedRingBuffer`] | bytes from one thread to another in bounded memory, which both read and write in place |
//! | [`SharedSlice`] | a slice that keeps alive what it is a part of: a record that outlives the mapping's scope |

mod aligned;
mod pool;
mod ring;
mod shared;
mod sys;

pub use aligned::{AlignedBuffer, Alignment};
pub use pool::{BufferPool, PooledBuffer};
pub use ring::{AlignedRingBuffer, Consumer, Producer};
pub use shared::SharedSlice;
