//! Bytes to positions. The only room with SIMD.
//!
//! A kernel is chosen once, where a part begins ([`LineEnds::new`]), and then called for blocks that stay in the
//! first-level cache.

mod class;
mod line_ends;
mod newlines;

pub(crate) use class::Class;
pub(crate) use line_ends::LineEnds;
