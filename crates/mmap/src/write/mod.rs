//! Writing through a mapping.

mod disk;
mod options;
mod private;
mod shared;
mod ticker;
mod writer;

pub use options::{FlushPolicy, MmapWriterOptions};
pub use private::MmapPrivate;
pub use shared::MmapShared;
pub use writer::MmapWriter;
