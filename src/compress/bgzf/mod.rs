//! BGZF (SAM specification, section 4.1): members of gzip that tell their length, so that each can be inflated on its own.
//!
//! It is read like every other input, by [`Source`](crate::Source) and [`Decoder`](super::Decoder). [`Writer`] writes it.

mod block;
mod options;
mod packing;
mod workers;
mod writer;

pub(super) use block::{Block, take_block};
pub use options::WriterOptions;
pub use writer::Writer;

/// No block has more bytes, compressed or not.
pub(super) const MAX_BLOCK_LEN: usize = 1 << 16;

/// Bytes before what is compressed: a header with one extra field of six bytes, as all programs write it.
const HEADER_LEN: usize = 18;

/// Bytes behind what is compressed: the check sum and the length.
const TRAILER_LEN: usize = 8;
