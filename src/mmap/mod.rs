//! A file as memory.
//!
//! | type | what it is for |
//! |---|---|
//! | [`MmapReader`] | a file, or a range of it, as one slice |
//! | [`MmapOptions`] | how it is mapped; every option is reported as granted or refused ([`MmapReader::grants`]) |
//! | [`Advice`] | what the kernel is told about how the pages will be used |
//! | [`MmapWindow`] | the mapping in pieces of about one size that end on record boundaries |
//! | [`MmapStats`] | how much of the mapping is in memory, and on which pages |
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
//! Both are noticed: [`MmapReader::check`] compares the file with what it was when it was mapped, and gives
//! [`ErrorKind::Truncated`](crate::ErrorKind::Truncated) or [`ErrorKind::Changed`](crate::ErrorKind::Changed). The iterators
//! of a reader ask at their end, windows do, and a [`Source`](crate::Source) asks behind every part. Whoever reads the slice
//! itself asks when done.
//!
//! The handler of `SIGBUS` is set up with the first mapping. It deals only with addresses of mappings of this module and
//! passes every other fault on to the handler that was there before. A program that sets a handler of its own later has to
//! pass on likewise.

mod advice;
mod aligned;
mod cursor;
mod huge;
mod identity;
mod lease;
mod options;
mod prefetch;
mod reader;
mod residency;
mod stats;
mod stream;
mod sys;
mod window;

pub use advice::Advice;
pub use aligned::PageAlignedMmap;
pub use cursor::MmapCursor;
pub use huge::{HugePageMmap, HugePages};
pub(crate) use identity::FileIdentity;
pub use options::{Grant, MmapOption, MmapOptions, Protection};
pub use prefetch::{Prefetched, PrefetchingMmap};
pub use reader::MmapReader;
pub use residency::{Certainty, Residency};
pub use stats::MmapStats;
pub use stream::MmapStream;
pub use window::MmapWindow;
