//! Media containers, which are read as a whole: their records point to each other.

pub(crate) mod frames;
pub(crate) mod names;

use std::io;

use pagecut::Error;

/// Creates the error that an input lacks a requested item.
pub(crate) fn unsupported(what: impl Into<String>) -> Error {
    io::Error::new(io::ErrorKind::Unsupported, what.into()).into()
}
