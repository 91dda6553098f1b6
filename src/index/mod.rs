//! Where records lie: indexes that are kept beside an input.
//!
//! | to find | by | see |
//! |---|---|---|
//! | a sequence, or a region of it | its name | [`Fai`], the `.fai` of `samtools faidx` and `samtools fqidx` |
//! | a record | its number | [`Sparse`], some kilobytes for each gigabyte |
//! | pieces of a file with equally many records | their number | [`Sparse::shards`] |
//! | pieces of a file of about equal length | their number | [`shards`], without an index |
//!
//! Of BGZF they have the offsets of decompressed bytes: where those are, a [`Gzi`](crate::compress) tells, and
//! [`Source::content`](crate::Source::content) reads them.
//!
//! What an index says is not trusted, since the input may have changed since: a [`Sparse`] knows of which file it was made, and
//! is refused for any other; a [`Fai`] does not, and so the header of a sequence is looked at before its letters are.

mod cut;
mod fai;
mod sparse;

pub use cut::{boundary_from, cut_from, shards};
pub use fai::{Entry, Fai, Letters, Region};
pub use sparse::Sparse;
