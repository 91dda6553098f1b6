//! Access to the bytes of a file at any position: a mapping, reads, io_uring, or decompressed BGZF blocks.

#[cfg(feature = "gzip")]
pub(in crate::source) mod bgzf;
mod choice;
mod factory;
mod inspect;
mod read_at;
#[cfg_attr(not(all(feature = "io-uring", target_os = "linux")), path = "no_read_queue.rs")]
mod read_queue;
mod reader;
mod span;
mod window;

#[cfg(feature = "gzip")]
pub use bgzf::BgzfReader;
pub(super) use choice::CHUNK_LEN;
pub use factory::{ReaderFactory, open_reader};
pub use inspect::{Cost, Inspection, inspect};
pub use read_at::ReadAt;
pub use reader::Reader;
pub use span::SourceBytes;
pub(super) use window::{Opened, Window};
