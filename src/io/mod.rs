//! Buffers, positioned and asynchronous reads, writers, and transfers between descriptors.
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
//! With the feature `io-uring`, the module `uring` reads with `io_uring(7)`: batches of concurrent reads, blocking or
//! as futures.

mod aligned;
mod config;
mod direct;
mod pool;
mod positioned;
mod ring;
#[cfg(unix)]
mod send;
mod shared;
mod stats;
mod sys;
#[cfg(feature = "io-uring")]
pub mod uring;
mod writer;

use std::io;

pub use aligned::{AlignedBuffer, Alignment};
pub use config::{Backend, ReadAhead, Strategy, ZeroCopyConfig};
pub use direct::{DirectAlignment, DirectReader};
pub use pool::{BufferPool, PooledBuffer};
pub use positioned::PositionedReader;
pub use ring::{AlignedRingBuffer, Consumer, Producer};
#[cfg(unix)]
pub use send::{SendMethod, Sent, Step, Transfer, send};
pub use shared::SharedSlice;
pub(crate) use stats::Counters;
pub use stats::{Refusal, ZeroCopyStats};
pub use writer::CoalescingWriter;

/// Positioned reads by any number of threads.
pub trait BytesAt: Send + Sync {
    /// Reads bytes at `offset` until `into` is full or the input ends, and returns the number of bytes.
    ///
    /// # Errors
    ///
    /// The system's error. The contents of `into` are unspecified then.
    fn read_at(&self, offset: u64, into: &mut [u8]) -> io::Result<usize>;

    /// Returns the alignment in bytes of offset and length that a read needs to avoid a copy. Default: 1.
    fn offset_alignment(&self) -> usize {
        1
    }
}
