//! Standard output, whose errors are reported.

use std::io::{self, Write};

use super::error::OutputError;
use crate::descriptors;

/// Standard output.
#[derive(Debug)]
pub(crate) struct Stdout(io::Stdout);

impl Stdout {
    /// Its name in messages.
    pub(crate) const NAME: &str = "standard output";

    pub(crate) fn new() -> Self {
        Self(io::stdout())
    }

    fn error(error: io::Error) -> io::Error {
        OutputError::of_write(Self::NAME, error)
    }

    /// Checks that standard output can be written to.
    ///
    /// # Errors
    ///
    /// If it was closed, or open for reading only, when the process started.
    pub(crate) fn check(&self) -> io::Result<()> {
        descriptors::check_stdout().map_err(Self::error)
    }
}

impl Write for Stdout {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.check()?;
        self.0.write(bytes).map_err(Self::error)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush().map_err(Self::error)
    }
}

#[cfg(unix)]
impl std::os::fd::AsFd for Stdout {
    fn as_fd(&self) -> std::os::fd::BorrowedFd<'_> {
        self.0.as_fd()
    }
}
