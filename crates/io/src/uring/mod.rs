//! Asynchronous reads with `io_uring(7)`: many reads per system call.
//!
//! | type | purpose |
//! |---|---|
//! | [`UringReader`] | a file, a ring, and its read buffers; can be shared by threads |
//! | [`UringOptions`] | queue depth, buffer length and alignment |
//! | [`ReadOp`], [`Completion`] | a read of a batch, and its result |
//! | [`UringRead`] | a read as a future |
//! | [`UringBuffer`] | the bytes of a read |
//!
//! # Ownership of buffers
//!
//! The kernel writes to buffers asynchronously, so it never gets a buffer of the caller. The reader has one buffer per
//! read in flight, and each is in one state:
//!
//! 1. **Free**: owned by the reader.
//! 2. **In flight**: owned by the ring, from before the kernel gets the request until it has completed it. Its bytes
//!    are not accessible.
//! 3. **Completed**: waits for [`complete_batch`](UringReader::complete_batch) or for the next poll.
//! 4. **In use**: owned by a [`UringBuffer`], without a time limit.
//!
//! A dropped [`UringBuffer`] passes its buffer to the read that has waited longest for one, which starts at once, or
//! returns it to the reader.
//!
//! # Drop
//!
//! * **[`UringBuffer`]**: see above.
//! * **[`UringRead`]** in flight: the read is cancelled. Until the kernel has completed it, the buffer stays with the
//!   ring; then it is free.
//! * **[`UringReader`]**: its reads are cancelled, and drop waits until the kernel has completed all of them. A disk
//!   read that has started is not cancelled; drop waits for it. Remaining futures end with `ECANCELED`; buffers in use
//!   stay valid.
//! * If the kernel refuses to wait (because of a system call filter), the memory of reads in flight is never freed.
//!
//! # Cost
//!
//! * [`submit_batch`](UringReader::submit_batch) is one `io_uring_enter(2)` for all of its reads. Reads from the page
//!   cache complete within that call and need no other one.
//! * Waiting takes one such call for one or more completions, by one thread at a time; other waiting threads wait for
//!   that thread. The rest of a short or interrupted read is requested together with the next reads.
//! * The first future starts a thread, which waits in the kernel while reads are in flight and ends with the reader. A
//!   read that completes at submission does not involve it.
//! * Registered buffers are pinned: their pages stay in memory while the reader or one of its buffers lives.
//!
//! Reads through a ring still use the page cache, and the disk is not faster. Rings help if many reads have to be in
//! flight at once: on disks with high latency and high parallelism, and with `O_DIRECT`. For one pass over a cached
//! file, their throughput is that of `read(2)`.
//!
//! # Availability
//!
//! On other systems, before Linux 5.6, and where the administrator or a container forbids rings, [`UringReader::new`]
//! returns the reason as [`ErrorKind::Io`](crate::ErrorKind::Io); use another backend then. A child process of
//! `fork(2)` must not use the reader of its parent.

mod batch;
mod buffer;
mod future;
mod options;
mod queue;
mod read;
mod reader;
mod state;
mod sys;

pub use batch::ReadOp;
pub use buffer::{Completion, UringBuffer};
pub use future::UringRead;
pub use options::UringOptions;
pub use reader::UringReader;
