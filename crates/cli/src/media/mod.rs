//! Media containers, which are read as a whole: their records point to each other.

pub(crate) mod frames;
pub(crate) mod names;

use std::io;

use pagecut::{Error, Result, Source};

use crate::cli::Common;
use crate::input;

/// Does `work` on all bytes of an input. They are those of a mapping where the file is mapped; otherwise all of it is held in memory.
///
/// # Errors
///
/// That the input cannot be had; those of [`checked`].
pub(crate) fn with_whole<T>(
    source: &Source,
    name: &str,
    common: &Common,
    work: impl FnOnce(&[u8]) -> Result<T>,
) -> Result<T> {
    let whole = input::work(source, name, common, || source.whole())?;
    checked(source, || work(&whole))
}

/// Does `work` on bytes of a source.
///
/// # Errors
///
/// That the file was cut short or changed meanwhile, which may be what every other error comes from; then that of the work.
pub(crate) fn checked<T>(source: &Source, work: impl FnOnce() -> Result<T>) -> Result<T> {
    let result = work();
    source.check()?;
    result
}

/// That an input has not what was asked for.
pub(crate) fn unsupported(what: impl Into<String>) -> Error {
    io::Error::new(io::ErrorKind::Unsupported, what.into()).into()
}
