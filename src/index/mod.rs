//! Indexes of record positions, kept beside an input.
//!
//! | to find | by | use |
//! |---|---|---|
//! | a sequence, or a region of it | its name | [`Fai`], the `.fai` of `samtools faidx` and `samtools fqidx` |
//! | a record | its number | [`RecordIndex`], some kilobytes per gigabyte of input |
//! | ranges of a file with equally many records | their number | [`RecordIndex::shards`] |
//! | ranges of a file of about equal length | their number | [`shards`], without an index |
//!
//! For BGZF, the indexes contain offsets of decompressed bytes. A [`Gzi`](crate::compress) maps them to compressed offsets, and
//! [`Source::random_access`](crate::Source::random_access) reads them.
//!
//! The readers do not trust an index, since the input may have changed: a [`RecordIndex`] identifies the file it was built from and
//! refuses any other; a [`Fai`] has no such identity, so the header of a sequence is compared before its letters are read.

mod division;
mod fai;
mod sparse;

pub use division::{find_boundary, scan_to_boundary, shards};
pub use fai::{Entry, Fai, Letters, Region};
pub use sparse::RecordIndex;
