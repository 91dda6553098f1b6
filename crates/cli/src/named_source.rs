//! An opened input, and work on it.

use pagecut::{Result, Source};

use crate::args::Common;
use crate::input;

/// An opened input, with its name in messages.
#[derive(Clone, Copy)]
pub(crate) struct NamedSource<'run> {
    pub(crate) source: &'run Source,
    pub(crate) name: &'run str,
    pub(crate) common: &'run Common,
}

impl NamedSource<'_> {
    /// Does work on the input, and shows its progress.
    pub(crate) fn work<T>(self, work: impl FnOnce() -> T) -> T {
        input::work(self.source, self.name, self.common, work)
    }

    /// Calls `work` with all bytes of the input: those of a mapping if the file is mapped; otherwise all of it is held in memory.
    ///
    /// # Errors
    ///
    /// If the input cannot be read; those of [`checked`].
    pub(crate) fn with_whole<T>(self, work: impl FnOnce(&[u8]) -> Result<T>) -> Result<T> {
        let whole = self.work(|| self.source.read_all())?;
        checked(self.source, || work(&whole))
    }
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
