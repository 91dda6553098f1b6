//! Where records lie: indexes that are kept beside an input.
//!
//! | to find | by | see |
//! |---|---|---|
//! | a sequence, or a region of it | its name | [`Fai`], the `.fai` of `samtools faidx` and `samtools fqidx` |
//! | a record | its number | [`Sparse`], some kilobytes for each gigabyte |
//! | pieces of a file with equally many records | their number | [`Sparse::shards`] |
//! | pieces of a file of about equal length | their number | [`shards`], without an index |
//!
//! What an index says is not trusted, since the input may have changed since: a [`Sparse`] knows of which file it was made, and
//! is refused for any other; a [`Fai`] does not, and so the header of a sequence is looked at before its letters are.

mod cut;
mod fai;
mod sparse;

pub use cut::{cut_from, shards};
pub use fai::{Entry, Fai, Letters, Region};
pub use sparse::Sparse;

use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// The path of an input with something behind its name.
fn beside(path: &Path, extension: &str) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(extension);
    name.into()
}
