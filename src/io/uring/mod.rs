//! Reads by `io_uring(7)`: many at a time, for one system call.
//!
//! | type | what it is |
//! |---|---|
//! | [`UringReader`] | a file, a ring, and the buffers that are read into; may be used by many threads |
//! | [`UringOptions`] | how many reads at a time, of what length, aligned to what |
//! | [`ReadOp`], [`Completion`] | a read of a batch, and what became of it |
//! | [`UringRead`] | a read as a future |
//! | [`UringBuffer`] | the bytes that were read |
//!
//! # Who owns which buffer
//!
//! The kernel writes to a buffer while nobody looks, so no buffer of the caller's is ever handed to it. The reader has as many
//! buffers as it makes reads at a time, and each is in one place:
//!
//! 1. **Free**: no one's but the reader's.
//! 2. **In flight**: it belongs to the ring, from before the kernel hears of the read until it has completed it. There is no way to
//!    its bytes.
//! 3. **Read**: it waits for [`complete_batch`](UringReader::complete_batch), or for the next poll.
//! 4. **Lent**: a [`UringBuffer`] has it, for as long as its holder likes.
//!
//! A [`UringBuffer`] that is dropped gives its buffer to the read that has waited longest for one, which begins then and there, or
//! back to the reader.
//!
//! # What it does to drop
//!
//! * **A [`UringBuffer`]**: the above.
//! * **A [`UringRead`]** in flight: the kernel is told to give the read up. Until it has completed it, in whatever way, the buffer
//!   stays with the ring; then it is free.
//! * **The [`UringReader`]**: its reads are cancelled, and it waits until the kernel has completed them all. A read of a disk is not
//!   cancelled once it has begun, and is waited for. Futures that are left end with `ECANCELED`; buffers that are lent stay valid.
//! * If the kernel lets nobody wait any more (a filter of system calls may come between), the memory of what is in flight is never
//!   freed.
//!
//! # What it costs
//!
//! * [`submit_batch`](UringReader::submit_batch) is one `io_uring_enter(2)` for all of its reads. What the page cache has is copied in
//!   that call, and needs no other one.
//! * To wait is one such call for one completion or more, by one thread at a time; those who wait beside it wait for that thread. A
//!   read that comes back short, or was disturbed, is asked for again together with the next ones.
//! * The first future starts a thread, which waits in the kernel while reads are in flight, and ends with the reader. A read that is
//!   over when it was begun does not go through it.
//! * Registered buffers are pinned: their pages are in memory while the reader lives, or any buffer of it is lent.
//!
//! The kernel does not go past the page cache for a ring, and makes no disk faster. Rings are of use where many reads are to be under
//! way at once: on disks that are slow to answer and answer many, and with `O_DIRECT`. For one pass over a file in the page cache,
//! they take what `read(2)` takes.
//!
//! # Where there are none
//!
//! On other systems, before Linux 5.6, and where the administrator or a container forbids them, [`UringReader::new`] gives the reason as
//! [`ErrorKind::Io`](crate::ErrorKind::Io), and other ways have to be gone. A child made by `fork(2)` must not use the reader of its parent.

mod batch;
mod buffer;
mod future;
mod options;
mod queue;
mod read;
mod reader;
mod state;
mod sys;

pub use batch::{Completion, ReadOp};
pub use buffer::UringBuffer;
pub use future::UringRead;
pub use options::UringOptions;
pub use reader::UringReader;
