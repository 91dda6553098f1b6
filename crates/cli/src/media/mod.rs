//! Media containers, which are read as a whole: their records point to each other.

pub(crate) mod frames;
pub(crate) mod names;

use std::io;

use pagecut::{Error, Result, Source};

use crate::args::Common;
use crate::input;

/// Calls `work` with all bytes of an input: those of a mapping if the file is mapped; otherwise all of it is held in memory.
///
/// # Errors
///
/// If the input cannot be read; those of [`checked`].
pub(crate) fn with_whole<T>(
    source: &Source,
    name: &str,
    common: &Common,
    work: impl FnOnce(&[u8]) -> Result<T>,
) -> Result<T> {
    let whole = input::work(source, name, common, || source.whole())?;
    checked(source, || work(&whole))
}

/// Calls `work` with bytes of a source.
///
/// # Errors
///
/// If the file was truncated or changed meanwhile, which may be the cause of any other error; then the error of `work`.
pub(crate) fn checked<T>(source: &Source, work: impl FnOnce() -> Result<T>) -> Result<T> {
    let result = work();
    source.check()?;
    result
}

/// Creates the error that an input lacks a requested item.
pub(crate) fn unsupported(what: impl Into<String>) -> Error {
    io::Error::new(io::ErrorKind::Unsupported, what.into()).into()
}
