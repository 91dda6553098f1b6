//! Bytes to positions and counts. The only room with SIMD.
//!
//! A kernel is written once, with [`Vectors`](instruction_set::Vectors), and compiled for every instruction set. Which one is
//! used is decided where a part begins ([`LineEnds::new`], [`FourLinesAhead::new`]); the kernel is then called for blocks that stay in the first-level
//! cache. What looks at one record only asks [`chosen`] by itself.

mod blocks;
mod class;
mod four_lines;
mod histogram;
mod instruction_set;
mod line_ends;
mod lines_before;
mod newlines;
mod pair;

pub(crate) use class::{ByteRange, Class};
pub(crate) use four_lines::{FourLineRules, FourLines, FourLinesAhead};
pub(crate) use histogram::Histogram;
pub(crate) use instruction_set::{AsciiSet, available, choose, chosen, prefetch, wish};
pub(crate) use line_ends::LineEnds;
pub(crate) use lines_before::LinesBefore;
pub(crate) use pair::BytePair;
