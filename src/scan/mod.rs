//! SIMD scanning: finds positions and counts in bytes. The only module with SIMD code.
//!
//! A kernel is written once, with [`Vectors`](instruction_set::Vectors), and compiled for every instruction set. The instruction
//! set is chosen once per part ([`LineEnds`], [`FourLinesAhead`]); the kernel then runs on blocks that stay in the L1 cache. Code
//! that processes a single record calls [`chosen`] itself.

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
pub(crate) use instruction_set::{AsciiSet, available, choose, chosen, prefetch, requested};
pub(crate) use line_ends::LineEnds;
pub(crate) use lines_before::LinesBefore;
pub(crate) use pair::BytePair;
