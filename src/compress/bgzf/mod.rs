//! BGZF (SAM specification, section 4.1): members of gzip that tell their length, so that each can be inflated on its own.
//!
//! It is read like every other input, by [`Source`](crate::Source) and [`Decoder`](super::Decoder);
//! [`BgzfReader`](crate::BgzfReader) has its decompressed bytes at any position. A [`Gzi`] says where the blocks begin, a
//! [`VirtualOffset`] is a place as other programs write it.

mod block;
mod gzi;
mod virtual_offset;

pub(crate) use block::{Block, HEADER_LEN, Head};
pub(super) use block::{MAX_BLOCK_LEN, take_block};
pub use gzi::{Gzi, Point};
pub use virtual_offset::VirtualOffset;
