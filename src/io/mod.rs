//! Ways to move bytes other than a mapping.
//!
//! | type | what it is for |
//! |---|---|
//! | [`AlignedBuffer`] | memory that begins at a multiple of its [`Alignment`]: for vectors, for direct reads, for huge pages |
//! | [`BufferPool`] | a fixed number of such buffers for any number of threads, which wait in line for them |
//! | [`AlignedRingBuffer`] | bytes from one thread to another in bounded memory, which both read and write in place |
//! | [`SharedSlice`] | a slice that keeps alive what it is a part of: a record that outlives the mapping's scope |
//! | [`PositionedReader`] | a file at any position, through the page cache, by any number of threads |
//! | [`DirectReader`] | the same, past the page cache |
//! | [`CoalescingWriter`] | many small writes, made into few large ones |
//! | [`Transfer`], [`send`] | a range of a file to a socket, a pipe or another file, without passing through this program (Unix) |
//! | [`ZeroCopyConfig`] | which of these ways, and of a mapping, is taken, by [`open_reader`](crate::open_reader) and by [`Source`](crate::Source) |
//! | [`ZeroCopyStats`] | what was moved, and which way |
//!
//! With the feature `io-uring`, the module `uring` reads by `io_uring(7)`: many reads at a time, blocking or as futures.

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

/// Something whose bytes can be read at any position, by any number of threads at a time.
pub trait BytesAt: Send + Sync {
    /// Reads bytes from `offset` on until `into` is full or there are no more, and returns how many that is.
    ///
    /// # Errors
    ///
    /// With the reason of the system, if it refuses. What `into` then holds is not said.
    fn read_at(&self, offset: u64, into: &mut [u8]) -> io::Result<usize>;

    /// Which offset a read has to be a multiple of to need no copy; 1 unless it is said otherwise.
    fn granule(&self) -> usize {
        1
    }
}
