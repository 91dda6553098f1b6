//! `pagecut sanitize`: the good records of a damaged file.

mod args;
mod held;
mod messages;
mod pair_outputs;
mod pairs;
mod recovered;

use std::io;
use std::path::Path;

use pagecut::Account;

use crate::args::Common;
use crate::media::unsupported;
use crate::named_source::NamedSource;
use crate::output::{self, Out, OutputError};
use crate::{formats, input, report};
pub(crate) use args::Sanitize;
pub(crate) use held::Held;
pub(crate) use recovered::{write_good, write_recovered};

/// Writes the good records, and reports what was left out. Sets `all_good` to `false` if anything was.
pub(crate) fn run(args: &Sanitize, common: &Common, all_good: &mut bool) -> io::Result<()> {
    let path = input::inputs(args.file.as_slice()).remove(0);
    if let Some(input) = args.pair(&path) {
        return pairs::run(&input, args, common, all_good);
    }
    let name = path.display().to_string();
    let account = recover(args, &path, &name, common);
    match account {
        Err(error) => {
            report::pass_on_broken_pipe(&error)?;
            report::failure(&name, &error);
            *all_good = false;
        }
        Ok((account, is_written)) => {
            let tally = account.tally;
            messages::report_failure(&name, &account)?;
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
                report::note(&name, &messages::bytes_of(&tally));
            }
        }
    }
    Ok(())
}

/// Writes the good records. Returns the account, and whether an output exists: a file is removed if another run may read more.
fn recover(args: &Sanitize, path: &Path, name: &str, common: &Common) -> pagecut::Result<(Account, bool)> {
    let source = input::open_to_read(path, &args.limit, common)?;
    let format = formats::of(source.detect_after_damage()?)?;
    let recovery = format.recovery().map_err(unsupported)?;
    // Created only now that there are records to write.
    let mut out = Out::open(&args.output, path, common)?;
    let named = NamedSource { source: &source, name, common };
    let account = named.work(|| recovery.recover(named, args.strict, args.max_gaps, &mut out));
    let failure = messages::failure_of(&account);
    if let Some(error) = failure.filter(|error| OutputError::find(error).is_some()) {
        return Err(error.clone());
    }
    let is_complete = failure.is_none_or(output::is_complete_with);
    let is_written = if is_complete { out.finish().map(|()| true)? } else { !out.abandon()? };
    Ok((account, is_written))
}
