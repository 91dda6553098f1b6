//! `pagecut sanitize`: the good records of a damaged file.

mod held;
mod salvage;

use std::io;
use std::path::{Path, PathBuf};

use clap::Args;
use pagecut::record::Tally;
use pagecut::{Account, Error};

use crate::args::{Common, Limit, Output};
use crate::media::unsupported;
use crate::named_source::NamedSource;
use crate::output::{self, Out, OutputError};
use crate::{formats, input, report};
pub(crate) use held::Held;
pub(crate) use salvage::{write_good, write_salvaged};

/// Arguments of `pagecut sanitize`.
#[derive(Debug, Args)]
#[command(
    after_help = "Damaged blocks of BGZF are left out up to the next whole block, and listed with their gap. gzip, zstd, bzip2 and xz have no \
                  certain place to continue after a fault: reading ends there.\n\n\
                  From a pipe, FASTQ records after the first fault are held in a temporary file (in TMPDIR) until the whole input proves \
                  that they are records, and not quality scores of wrapped FASTQ."
)]
pub(crate) struct Sanitize {
    /// File; `-`, or none at all, for standard input
    file: Option<PathBuf>,
    #[command(flatten)]
    limit: Limit,
    #[command(flatten)]
    output: Output,
    /// Also leave out records that fail the checks of `verify --strict`
    #[arg(long)]
    strict: bool,
    /// Stop after this many gaps
    #[arg(long, value_name = "N", default_value_t = u64::MAX, hide_default_value = true)]
    max_gaps: u64,
    /// Print how many bytes are records, blank lines and gaps
    #[arg(short, long)]
    verbose: bool,
}

/// Writes the good records, and reports what was left out. Sets `all_good` to `false` if anything was.
pub(crate) fn run(args: &Sanitize, common: &Common, all_good: &mut bool) -> io::Result<()> {
    let path = input::inputs(args.file.as_slice()).remove(0);
    let name = path.display().to_string();
    let account = salvage(args, &path, &name, common);
    match account {
        Err(error) => {
            report::pass_on_broken_pipe(&error)?;
            report::failure(&name, &error);
            *all_good = false;
        }
        Ok((account, is_written)) => {
            let tally = account.tally;
            if let Some(error) = account.error.as_ref().filter(|_| !account.complete) {
                report::pass_on_broken_pipe(error)?;
                report::error(&name, error);
                input::tell_end(&name, error);
                tell_unproven(&name, error, &account);
            }
            *all_good &= account.complete && tally.gaps == 0;
            if !is_written && !common.quiet {
                let path = args.output.path.as_deref().unwrap_or(Path::new(""));
                let what = "not written, since the input could not be read to its end";
                report::note(&path.display().to_string(), &what);
            } else if !common.quiet {
                let (records, gaps, bytes) = (tally.records, tally.gaps, tally.gap_bytes);
                let (records, gaps) = (report::counted(records, "record"), report::counted(gaps, "gap"));
                let done = if account.complete { "" } else { ", and what follows was not read" };
                report::note(&name, &format!("{records} written, {bytes} bytes left out in {gaps}{done}"));
            }
            if args.verbose && !common.quiet {
                report::note(&name, &bytes_of(&tally));
            }
        }
    }
    Ok(())
}

/// Describes the bytes of an input, as far as it was read.
fn bytes_of(tally: &Tally) -> String {
    let Tally { record_bytes, blank_bytes, gap_bytes, .. } = tally;
    let bytes = tally.bytes();
    format!("{bytes} bytes = {record_bytes} in records + {blank_bytes} blank + {gap_bytes} in gaps")
}

/// Prints a note about bytes that no checksum verified: except in BGZF, the checksum is at the end of a member, after the bytes of records.
fn tell_unproven(name: &str, error: &Error, account: &Account) {
    let (Some(packed), Some(place)) = (account.packed, error.compressed_place()) else { return };
    let (start, end) = (packed.verified_bytes, packed.decompressed_bytes);
    if start == end {
        return;
    }
    let number = place.number.map_or_else(String::new, |number| format!(" {number}"));
    let records = match start {
        0 => format!("none of the {}", report::counted(account.tally.records, "record")),
        _ => "no record in them".to_owned(),
    };
    let what = format!(
        "bytes {start} to {end} of the decompressed input are unproven, and {records} is certain: the check sum \
         of {} {}{number} is wrong or was not reached",
        place.format, place.unit
    );
    report::note(name, &what);
}

/// Writes the good records. Returns the account, and whether an output exists: a file is removed if another run may read more.
fn salvage(args: &Sanitize, path: &Path, name: &str, common: &Common) -> pagecut::Result<(Account, bool)> {
    let source = input::open_to_read(path, &args.limit, common)?;
    let format = formats::of(source.detect_after_damage()?)?;
    let recovery = format.recovery().map_err(unsupported)?;
    // Created only now that there are records to write.
    let mut out = Out::open(&args.output, path, common)?;
    let named = NamedSource { source: &source, name, common };
    let account = named.work(|| recovery.salvage(named, args.strict, args.max_gaps, &mut out));
    let failure = account.error.as_ref().filter(|_| !account.complete);
    if let Some(error) = failure.filter(|error| OutputError::find(error).is_some()) {
        return Err(error.clone());
    }
    let is_complete = failure.is_none_or(output::is_complete_with);
    let is_written = if is_complete { out.finish().map(|()| true)? } else { !out.abandon()? };
    Ok((account, is_written))
}
