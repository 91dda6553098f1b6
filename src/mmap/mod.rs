//! A file as memory.
//!
//! This layer stands alone: bytes can be read through it by whoever parses nothing.
//!
//! | type | what it is for | what it costs |
//! |---|---|---|
//! | [`MmapReader`] | a file, or a range of it, as one slice; records that are kept | a fault for each folio that is touched for the first time |
//! | [`MmapOptions`] | how it is mapped; every option is reported as granted or refused ([`MmapReader::grants`]) | |
//! | [`Advice`] | what the kernel is told about how pages will be used | a system call |
//! | [`MmapWindow`] | the mapping in windows that end on record boundaries, any number of which are held at a time | a look at a boundary and a `fstat` for each |
//! | [`MmapStream`] | a file of any length in a bounded amount of memory: window by window, each unmapped before the next | mapping and unmapping each window |
//! | [`PrefetchingMmap`] | a file that is not in the page cache, on a disk that is faster than what the kernel reads ahead by itself | a thread |
//! | [`HugePageMmap`] | a large file, above all one that is read more than once: few faults and few TLB misses | nothing, if the file was not in the page cache before; no gain, if it was in small folios |
//! | [`PageAlignedMmap`] | ranges here and there, each with advice for its pages | a system call for each |
//! | [`MmapCursor`] | what wants `Read`, `BufRead` or `Seek` | a copy, for `Read` |
//! | [`Residency`] | whether a file is in the page cache | a system call, or 64 |
//! | [`MmapStats`] | faults, bytes, and how much is in memory and on which pages | a pass over `/proc/self/smaps` |
//! | [`MmapWriter`] | a new file, written through a mapping from its start to its end | what the [`FlushPolicy`] asks for |
//! | [`MmapShared`] | a file that threads read and write in place, with ranges lent out | a lock for each range that is lent |
//! | [`MmapPrivate`] | a file that can be written to in memory, and stays as it is | a copy of each page that is written to |
//!
//! With the feature `watch`, `watch` tells when a file changes. With the feature `async`, the module `nonblocking` does what
//! blocks on threads of its own.
//!
//! What each comes to in figures is in `docs/measurements.md`. For one pass over a file, reading into a small buffer that is used
//! again can be faster than a mapping; a [`Source`](crate::Source) can do both.
//!
//! # What a mapping rests on
//!
//! [`MmapReader::open`] is a safe function, by decision. Rust asks that the bytes behind a `&[u8]` do not change, and no
//! system promises that of a file that other programs can write to. What happens in practice:
//!
//! * The file **changes in place** while it is read: records may be torn, some bytes old and some new. Every check that was
//!   made of a record still holds for the ranges that its views use, so nothing is read out of bounds.
//! * The file **is cut short** while it is read: touching a page behind its new end raises `SIGBUS`. On Linux it is caught:
//!   everything from that page on is replaced with zeros, and the loss is noted.
//!
//! Both are noticed, but for one thing: what another program writes through a mapping of its own to a page that it has written to
//! before changes no time of the file until the page is on disk. (A lease excludes that.) [`MmapReader::check`] compares the file with what it was when it was mapped, and gives
//! [`ErrorKind::Truncated`](crate::ErrorKind::Truncated) or [`ErrorKind::Changed`](crate::ErrorKind::Changed). The iterators
//! of a reader ask at their end, windows do, and a [`Source`](crate::Source) asks behind every part. Whoever reads the slice
//! itself asks when done.
//!
//! The handler of `SIGBUS` is set up with the first mapping. It deals only with addresses of mappings of this module and
//! passes every other fault on to the handler that was there before. A handler that the program sets later takes its place: files
//! that are mapped after that are [`Unguarded`](Protection::Unguarded), and those that were mapped before are guarded only if that
//! handler passes on likewise.
//!
//! Links, names and permissions of a file may change while it is read: only its length, the time of its content (`st_mtime`) and its
//! bytes count.

mod advice;
mod aligned;
mod cursor;
mod huge;
mod lease;
#[cfg(feature = "async")]
pub mod nonblocking;
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
