//! A file as memory.
//!
//! | type | what it is for |
//! |---|---|
//! | [`MmapReader`] | a file, or a range of it, as one slice |
//! | [`MmapOptions`] | how it is mapped; every option is reported as granted or refused ([`MmapReader::grants`]) |
//! | [`Advice`] | what the kernel is told about how the pages will be used |
//! | [`MmapWindow`] | the mapping in pieces of about one size that end on record boundaries |
//! | [`MmapStats`] | how much of the mapping is in memory, and on which pages |
//! | [`MmapWriter`] | a new file, written through a mapping from its start to its end |
//! | [`MmapShared`] | a file that threads read and write in place, with ranges lent out |
//! | [`MmapPrivate`] | a file that can be written to in memory, and stays as it is |
//!
//! With the feature `watch`, `watch` tells when a file changes. With the feature `async`, the module `nonblocking` does what
//! blocks on threads of its own.
//!
//! # What a mapping rests on
//!
//! [`MmapReader::open`] is a safe function, by decision. Rust asks that the bytes behind a `&[u8]` do not change, and no
//! system promises that of a file that other programs can write to. What happens in practice:
//!
//! * The file **changes in place** while it is read: records may be torn, some bytes old and some new. Every check that was
//!   made of a record still holds for the ranges that its views use, so nothing is read out of bounds.
//! * The file **is cut short** while it is read: touching a page behind its new end raises `SIGBUS`, which ends the process.
//!   This is not caught yet. Where files may be cut short while they are read, read them instead of mapping them:
//!   [`SourceOptions::mmap(false)`](crate::SourceOptions::mmap), on the command line `--no-mmap`.

mod advice;
#[cfg(feature = "async")]
pub mod nonblocking;
mod options;
mod reader;
mod stats;
mod sys;
#[cfg(feature = "watch")]
mod watch;
mod window;
mod write;

pub use advice::Advice;
pub use options::{Grant, MmapOption, MmapOptions};
pub use reader::MmapReader;
pub use stats::MmapStats;
pub use sys::{Atomic, AtomicView, View, ViewMut};
#[cfg(feature = "watch")]
pub use watch::{Change, Watch, watch, watch_by_polling};
pub use window::MmapWindow;
pub use write::{FlushPolicy, MmapPrivate, MmapShared, MmapWriter, MmapWriterOptions};
