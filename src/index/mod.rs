//! Where records lie: indexes that are kept beside an input.
//!
//! | to find | by | see |
//! |---|---|---|
//! | a sequence, or a region of it | its name | [`Fai`], the `.fai` of `samtools faidx` and `samtools fqidx` |
//!
//! What an index says is not trusted, since the input may have changed since: the header of a sequence is looked at before its
//! letters are.

mod fai;

pub use fai::{Entry, Fai, Letters, Region};

use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// The path of an input with something behind its name.
fn beside(path: &Path, extension: &str) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(extension);
    name.into()
}
