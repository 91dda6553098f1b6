//! BGZF (SAM specification, section 4.1): gzip members that state their length, so that each can be inflated
//! independently.
//!
//! [`Source`](crate::Source) and [`Decoder`](super::Decoder) read it like every other input; [`Writer`] writes it.
//! [`BgzfReader`](crate::source::BgzfReader) gives random access to the decompressed bytes. A [`Gzi`] is an index of block
//! starts, a [`VirtualOffset`] a position as used by other programs.

mod block;
mod gzi;
mod options;
mod packing;
mod recovery;
mod virtual_offset;
mod workers;
mod writer;

pub(super) use block::take_block;
pub(crate) use block::{Block, BlockHeader, Item};
pub use gzi::{Gzi, Point};
pub use options::WriterOptions;
pub(super) use recovery::{Next, Recovery};
pub use virtual_offset::VirtualOffset;
pub use writer::Writer;

/// Maximum length of a block, compressed or decompressed.
pub(super) const MAX_BLOCK_LEN: usize = 1 << 16;

/// Length of a block header whose only extra field is that of BGZF, as written by most programs.
pub(crate) const HEADER_LEN: usize = 18;

/// Length of the trailer: checksum and length.
const TRAILER_LEN: usize = 8;
