//! Files that are kept beside an input.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// The path of an input with something behind its name.
pub(crate) fn path_of(input: &Path, extension: &str) -> PathBuf {
    let mut name = OsString::from(input);
    name.push(extension);
    name.into()
}
