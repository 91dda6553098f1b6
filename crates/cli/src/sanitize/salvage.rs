//! Output of good records.

use std::io::Write;

use pagecut::{Account, Resync, source::Salvaged};

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
    input.source.salvage(format, max_gaps, |salvaged| write_salvaged(salvaged, input, out))
}

/// Writes records, or reports a gap.
pub(crate) fn write_salvaged(
    salvaged: Salvaged<'_>,
    input: NamedSource<'_>,
    out: &mut Out,
) -> pagecut::Result<()> {
    match salvaged {
        Salvaged::Records(bytes) => out.write_all(bytes)?,
        Salvaged::Gap(gap) if !input.common.quiet => report::gap(input.name, &gap),
        _ => {}
    }
    Ok(())
}
