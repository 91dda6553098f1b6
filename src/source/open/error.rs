//! Errors of opening, with the path that the errors of the system lack.

use std::error::Error;
use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

/// An error of opening a path. Its source is the error of the system.
#[derive(Debug)]
pub(super) struct OpenError {
    path: PathBuf,
    source: io::Error,
}

impl OpenError {
    /// Adds the path to an error of the system. The kind stays.
    pub(super) fn wrap(path: &Path, source: io::Error) -> io::Error {
        io::Error::new(source.kind(), Self { path: path.to_path_buf(), source })
    }
}

impl fmt::Display for OpenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "cannot open `{}`: {}", self.path.display(), self.source)
    }
}

impl Error for OpenError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&self.source)
    }
}
