//! One input.

use std::path::Path;

use pagecut::Result;

use super::args::Verify;
use super::damage;
use super::reading::Reading;
use super::verdict::Verdict;
use crate::args::Common;
use crate::named_source::NamedSource;
use crate::{formats, input, report};

/// Reads one input, and reports its faults.
pub(crate) fn verdict_of(path: &Path, name: String, args: &Verify, common: &Common) -> Verdict {
    verify(path, &name, args, common).unwrap_or_else(|error| {
        report::error(&name, &error);
        Verdict::unread(name, &error)
    })
}

/// Reads one input, and reports its faults.
fn verify(path: &Path, name: &str, args: &Verify, common: &Common) -> Result<Verdict> {
    let source = input::open_to_read(path, &args.limit, common)?;
    let mut read = read(NamedSource { source: &source, name, common }, args)?;
    read.report(name);
    if let Some(error) = read.error.as_ref().filter(|_| !read.complete) {
        read.damage = damage::find(&source, error, path, name, args, common);
    }
    Ok(Verdict::of(name.to_owned(), &read))
}

/// Reads one input, up to the first error or, with `--recover`, to the end if the format can.
fn read(input: NamedSource<'_>, args: &Verify) -> Result<Reading> {
    let source = input.source;
    let kind = if args.recover { source.detect_after_damage()? } else { source.detect()? };
    let format = formats::of(kind)?;
    let ends_at_fault = format.recovery().err().filter(|_| args.recover);
    Ok(Reading { is_media: format.is_media(), ends_at_fault, ..format.verify(input, args)? })
}
