//! Buffers, positioned and asynchronous reads, writers, and transfers between descriptors; the choice of the backend.
//!
//! | type | purpose |
//! |---|---|
//! | [`AlignedBuffer`] | memory at a multiple of its [`Alignment`]: for SIMD, direct reads and huge pages |
//! | [`BufferPool`] | a fixed number of such buffers for any number of threads, with a fair wait queue |
//! | [`AlignedRingBuffer`] | a bounded byte queue between two threads; both access its memory in place |
//! | [`SharedSlice`] | a slice that keeps its owner alive: a record that outlives the scope of its mapping |
//! | [`PositionedReader`] | positioned reads through the page cache, by any number of threads |
//! | [`DirectReader`] | positioned reads that bypass the page cache |
//! | [`CoalescingWriter`] | combines small writes into large ones |
//! | [`Transfer`], [`send`] | sends a range of a file to a socket, a pipe or another file without copying it to user space (Unix) |
//! | [`ZeroCopyConfig`] | selects the backend of [`open_reader`](crate::open_reader) and [`Source`](crate::Source) |
//! | [`ZeroCopyStats`] | bytes read and transferred, per backend |
//!
//! All but the last two are those of the crate `pagecut-io`. With the feature `io-uring`, the module `uring` reads with
//! `io_uring(7)`: batches of concurrent reads, blocking or as futures.

mod config;
mod stats;

#[doc(inline)]
pub use pagecut_io::*;

pub use config::{Backend, Strategy, ZeroCopyConfig};
pub(crate) use stats::Counters;
pub use stats::{Refusal, ZeroCopyStats};
