//! Errors of an output, which name it instead of the input.

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
    /// The error of a write, of the same kind.
    pub(super) fn of_write(output: &str, error: io::Error) -> io::Error {
        Self::wrap(output, "cannot be written", error)
    }

    /// The error of a copy of a range of the input by the kernel, which does not tell the side that failed.
    pub(super) fn of_copy(output: &str, error: io::Error) -> io::Error {
        Self::wrap(output, "cannot be copied to from the input", error)
    }

    fn wrap(output: &str, what: &'static str, error: io::Error) -> io::Error {
        if Self::find_in_io(&error).is_some() {
            return error;
        }
        io::Error::new(error.kind(), Self { output: output.to_owned(), what, error })
    }

    /// The error of an output that `error` is or wraps.
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
