//! Files as memory.
//!
//! The crate knows no format: it maps files for programs that read bytes, and for any format that implements the protocol of
//! `pagecut-core`. `pagecut` re-exports it as `pagecut::mmap`.
//!
//! ```
//! use pagecut_mmap::{MmapOptions, MmapReader};
//!
//! let reader = MmapReader::with_options("testdata/illumina.fastq", MmapOptions::new().sequential(true))?;
//! let lines = reader.as_slice().split(|&byte| byte == b'\n').count();
//! // A truncated or changed file is an error, and no crash.
//! reader.check()?;
//! assert_eq!(lines, 1001);
//! # Ok::<(), pagecut_mmap::Error>(())
//! ```
//!
//! | type | purpose | cost |
//! |---|---|---|
//! | [`MmapReader`] | a file, or a range of it, as one slice; records that are kept | a page fault per folio at its first access |
//! | [`MmapOptions`] | mapping options; the kernel's answer to each is recorded ([`MmapReader::grants`]) | |
//! | [`Advice`] | advice to the kernel about page use | a system call |
//! | [`MmapWindow`] | windows of a mapping that end on record boundaries; any number can be held at a time | a boundary search and an `fstat` per window |
//! | [`MmapStream`] | a file of any length in bounded memory: each window is unmapped before the next | mapping and unmapping each window |
//! | [`PrefetchingMmap`] | a file outside of the page cache on a disk faster than the kernel's read-ahead | a thread |
//! | [`HugePageMmap`] | a large file, especially one that is read repeatedly: few page faults and TLB misses | nothing if the file was not cached before; no gain if it is cached in small folios |
//! | [`PageAlignedMmap`] | scattered ranges, with advice for the pages of each | a system call per range |
//! | [`MmapCursor`] | `Read`, `BufRead` and `Seek` | a copy, for `Read` |
//! | [`Residency`] | share of a file in the page cache | 1 system call, or 64 |
//! | [`MmapStats`] | page faults, bytes read, resident and huge pages | a pass over `/proc/self/smaps` |
//! | [`MmapWriter`] | a new file, written sequentially through a mapping | set by the [`FlushPolicy`] |
//! | [`MmapShared`] | a file that threads read and write in place, with borrow checks on ranges | a lock per borrow |
//! | [`MmapPrivate`] | a private copy-on-write mapping; the file does not change | a copy of each page that is written to |
//!
//! With the feature `watch`, the function `watch` reports changes of a file. With the feature `async`, the module
//! `nonblocking` runs blocking operations on separate threads.
//!
//! `docs/performance/backends.md` has the measured throughput of each type. For one pass over a file, reads into a small reused
//! buffer can be faster than a mapping; a `Source` of `pagecut` can use both.
//!
//! # Safety of file mappings
//!
//! [`MmapReader::open`] is a safe function by design decision. Rust requires that the bytes of a `&[u8]` do not change,
//! and no operating system guarantees that for a file that other programs can write to. The possible cases are:
//!
//! * The file **changes in place** while it is read: records may mix old and new bytes. Every validation of a record
//!   still holds for the ranges that its fields use, so no read goes out of bounds.
//! * The file **is truncated** while it is read: access to a page after the new end raises `SIGBUS`. On Linux, a
//!   handler catches the signal, replaces everything from that page on with zero pages and records the loss.
//!
//! Both are detected, with one exception: if another program writes through its own mapping to a page that it has
//! dirtied before, the modification time of the file does not change until the kernel writes the page back. (A lease
//! excludes that.) [`MmapReader::check`] compares the file with its state at the time of mapping and returns
//! [`ErrorKind::Truncated`] or [`ErrorKind::Changed`]. The
//! iterators of a reader call it at their end, windows call it before each window, and a `Source` of
//! `pagecut` calls it after each chunk. Code that reads the slice directly calls it at the end.
//!
//! The first mapping installs the `SIGBUS` handler. It handles only addresses of mappings of this module and passes
//! every other fault on to the previous handler. If the program later installs another handler, files mapped after that
//! are [`Unguarded`](Protection::Unguarded); files mapped before are guarded only if the new handler chains to ours.
//!
//! Hard links, names and permissions of a file may change while it is read: only its length, its modification time
//! (`st_mtime`) and its bytes count.

#![warn(clippy::unwrap_used)]

mod advice;
mod aligned;
mod cursor;
mod huge;
mod lease;
#[cfg(feature = "async")]
pub mod nonblocking;
mod opened;
mod options;
mod prefetch;
mod reader;
mod residency;
mod stats;
mod stream;
mod sys;
#[cfg(feature = "watch")]
mod watch;
mod window;
mod write;

#[doc(no_inline)]
pub use pagecut_core::error::{Error, ErrorKind, Result};

pub use advice::Advice;
pub use aligned::PageAlignedMmap;
pub use cursor::MmapCursor;
pub use huge::{HugePageMmap, HugePages};
pub use options::{Grant, MmapOption, MmapOptions, Protection};
pub use prefetch::{Prefetched, PrefetchingMmap};
pub use reader::MmapReader;
pub use residency::{Certainty, Residency};
pub use stats::MmapStats;
pub use stream::MmapStream;
pub use sys::{Atomic, AtomicView, View, ViewMut};
#[cfg(feature = "watch")]
pub use watch::{Change, Watch, watch, watch_by_polling};
pub use window::MmapWindow;
pub use write::{FlushPolicy, MmapPrivate, MmapShared, MmapWriter, MmapWriterOptions};
