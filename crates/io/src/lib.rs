//! Buffers, positioned and asynchronous reads, writers, and transfers between descriptors.
//!
//! The crate knows no format and needs no mapping. `pagecut` re-exports it as `pagecut::io`.
//!
//! ```
//! use pagecut_io::{AlignedBuffer, Alignment, BytesAt, DirectReader, PositionedReader};
//!
//! let path = "testdata/illumina.fastq";
//! let mut buffer = AlignedBuffer::new(4096, Alignment::page())?;
//! // Past the page cache, where the file system allows it.
//! let len = match DirectReader::open(path) {
//!     Ok(reader) => reader.read_at(0, &mut buffer)?,
//!     Err(_) => PositionedReader::open(path)?.read_at(0, &mut buffer)?,
//! };
//! assert_eq!((len, buffer[0]), (4096, b'@'));
//! # Ok::<(), pagecut_io::Error>(())
//! ```
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
//!
//! With the feature `io-uring`, the module `uring` reads with `io_uring(7)`: batches of concurrent reads, blocking or
//! as futures.

#![warn(clippy::unwrap_used)]

mod aligned;
mod direct;
mod pool;
mod positioned;
mod read_ahead;
mod ring;
#[cfg(unix)]
mod send;
mod shared;
mod sys;
#[cfg(feature = "io-uring")]
pub mod uring;
mod writer;

use std::io;

#[doc(no_inline)]
pub use pagecut_core::error::{Error, ErrorKind, Result};

pub use aligned::{AlignedBuffer, Alignment};
pub use direct::{DirectAlignment, DirectReader};
pub use pool::{BufferPool, PooledBuffer};
pub use positioned::PositionedReader;
pub use read_ahead::ReadAhead;
pub use ring::{AlignedRingBuffer, Consumer, Producer};
#[cfg(unix)]
pub use send::{SendMethod, Sent, Step, Transfer, send};
pub use shared::SharedSlice;
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
