//! Output of good records.

use std::io::Write;

use pagecut::{Account, Resync, source::Recovered};

use crate::named_source::NamedSource;
use crate::output::Out;
use crate::report;

/// Writes the good records of a format.
pub(crate) fn write_good<F: Resync>(
    input: NamedSource<'_>,
    format: &F,
    max_gaps: u64,
    out: &mut Out,
) -> Account {
    input.source.recover(format, max_gaps, |recovered| write_recovered(recovered, input, out))
}

/// Writes records, or reports a gap.
pub(crate) fn write_recovered(
    recovered: Recovered<'_>,
    input: NamedSource<'_>,
    out: &mut Out,
) -> pagecut::Result<()> {
    match recovered {
        Recovered::Records(bytes) => out.write_all(bytes)?,
        Recovered::Gap(gap) if !input.common.quiet => report::gap(input.name, &gap),
        _ => {}
    }
    Ok(())
}
