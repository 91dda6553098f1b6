//! Sidecar files, which are stored next to an input.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// Returns the path of an input with an extension appended to its name.
pub(crate) fn path_of(input: &Path, extension: &str) -> PathBuf {
    let mut name = OsString::from(input);
    name.push(extension);
    name.into()
}
