//! Frames of tracks, and the error that an input lacks a requested item.

pub(crate) mod frames;

use std::io;

use pagecut::Error;

/// Creates the error that an input lacks a requested item.
pub(crate) fn unsupported(what: impl Into<String>) -> Error {
    io::Error::new(io::ErrorKind::Unsupported, what.into()).into()
}
