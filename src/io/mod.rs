//! Ways to move bytes other than a mapping.
//!
//! | type | what it is for |
//! |---|---|
//! | [`AlignedBuffer`] | memory that begins at a multiple of its [`Alignment`]: for vectors, for direct reads, for huge pages |
//!
//! With the feature `io-uring`, the module `uring` reads by `io_uring(7)`: many reads at a time, blocking or as futures.

mod aligned;
mod sys;
#[cfg(feature = "io-uring")]
pub mod uring;

pub use aligned::{AlignedBuffer, Alignment};
