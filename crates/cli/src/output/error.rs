//! Errors of an output, which name the output instead of the input.

use std::fmt;
use std::io;

use pagecut::{Error, ErrorKind};

/// An error of an output.
#[derive(Debug)]
pub(crate) struct OutputError {
    /// The path of the output, or `standard output`.
    pub(crate) output: String,
    what: &'static str,
    error: io::Error,
}

impl OutputError {
    /// Wraps the error of a write; the kind stays the same.
    pub(crate) fn of_write(output: &str, error: io::Error) -> io::Error {
        Self::wrap(output, "cannot be written", error)
    }

    /// Wraps the error of a copy by the kernel, which does not state which side failed.
    pub(super) fn of_copy(output: &str, error: io::Error) -> io::Error {
        Self::wrap(output, "cannot be copied to from the input", error)
    }

    fn wrap(output: &str, what: &'static str, error: io::Error) -> io::Error {
        if Self::find_in_io(&error).is_some() {
            return error;
        }
        io::Error::new(error.kind(), Self { output: output.to_owned(), what, error })
    }

    /// Finds the output error that `error` is or wraps.
    pub(crate) fn find(error: &Error) -> Option<&Self> {
        match error.kind() {
            ErrorKind::Io(error) => Self::find_in_io(error),
            _ => None,
        }
    }

    fn find_in_io(error: &io::Error) -> Option<&Self> {
        let inner = error.get_ref()?;
        inner.downcast_ref::<Self>().or_else(|| Self::find(inner.downcast_ref::<Error>()?))
    }
}

impl fmt::Display for OutputError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.what, self.error)
    }
}

impl std::error::Error for OutputError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.error)
    }
}
