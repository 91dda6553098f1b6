//! BGZF (SAM specification, section 4.1): members of gzip that tell their length, so that each can be inflated on its own.
//!
//! It is read like every other input, by [`Source`](crate::Source) and [`Decoder`](super::Decoder), and written by [`Writer`].
//! [`BgzfReader`](crate::BgzfReader) has its decompressed bytes at any position. A [`Gzi`] says where the blocks begin, a
//! [`VirtualOffset`] is a place as other programs write it.

mod block;
mod gzi;
mod options;
mod packing;
mod recovery;
mod virtual_offset;
mod workers;
mod writer;

pub(super) use block::take_block;
pub(crate) use block::{Begin, Block, Head};
pub use gzi::{Gzi, Point};
pub use options::WriterOptions;
pub(super) use recovery::{Next, Recovery};
pub use virtual_offset::VirtualOffset;
pub use writer::Writer;

/// No block has more bytes, compressed or not.
pub(super) const MAX_BLOCK_LEN: usize = 1 << 16;

/// Bytes before what is compressed: a header whose only extra field is that of BGZF, as most programs write it.
pub(crate) const HEADER_LEN: usize = 18;

/// Bytes behind what is compressed: the check sum and the length.
const TRAILER_LEN: usize = 8;
