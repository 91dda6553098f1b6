//! Media containers, which are read as a whole: their records point to each other.

use pagecut::{Result, Source};

use crate::cli::Common;
use crate::progress;

/// Does `work` on all bytes of an input. They are those of a mapping where the file is mapped; otherwise all of it is held in memory.
///
/// # Errors
///
/// That the input cannot be had, or that the file was cut short or changed meanwhile, which may be what every other error comes from;
/// then that of the work.
pub(crate) fn with_whole<T>(
    source: &Source,
    name: &str,
    common: &Common,
    work: impl FnOnce(&[u8]) -> Result<T>,
) -> Result<T> {
    let whole = progress::show(source, name, common.quiet, || source.whole())?;
    let result = work(&whole);
    source.check()?;
    result
}
