//! `sanitize` of pairs: mates stay together, and records without a mate go to a file of their own.

use std::io;
use std::path::Path;

use pagecut::PairedSource;
use pagecut::fastq::Fastq;
use pagecut::source::{PairAccount, PairPiece};
use pagecut::{Account, ErrorKind, Result};

use super::args::Sanitize;
use super::messages::{bytes_of, failure_of, report_failure};
use super::pair_outputs::PairOutputs;
use crate::args::Common;
use crate::output;
use crate::pairs::{self, Input};
use crate::report::{self, counted};

/// Writes the pairs, and reports what was left out. Sets `all_good` to `false` if anything was.
pub(super) fn run(input: &Input, args: &Sanitize, common: &Common, all_good: &mut bool) -> io::Result<()> {
    let name = input.name();
    let recovered = match input.open(&args.limit, common) {
        Err((name, error)) => Err((name, error)),
        Ok(source) => recover(input, &source, args, common).map_err(|error| (name, error)),
    };
    match recovered {
        Err((name, error)) => {
            report::pass_on_broken_pipe(&error)?;
            report::failure(&name, &error);
            *all_good = false;
            Ok(())
        }
        Ok(recovered) => {
            *all_good &= recovered.is_whole();
            recovered.report(input, args, common)
        }
    }
}

/// What was read and written.
struct Recovered {
    account: PairAccount,
    /// Whether the outputs exist: files are removed if another run may read more.
    is_written: bool,
    pairs: u64,
    orphans: u64,
}

/// Writes pairs and records without a mate.
fn recover(input: &Input, source: &PairedSource, args: &Sanitize, common: &Common) -> Result<Recovered> {
    let fastq = if args.strict { Fastq::strict() } else { Fastq::new() };
    let mut outputs = PairOutputs::new(input, source, args, common);
    let account = pairs::work(source, &input.name(), common, || {
        source.recover(&fastq, args.max_gaps, |piece| {
            if let PairPiece::Gap { file, gap, .. } = &piece
                && !common.quiet
            {
                report::gap(&input.path_of(*file).display().to_string(), gap);
            }
            outputs.take(piece)
        })
    })?;
    let is_complete = accounts(&account).filter_map(failure_of).all(output::is_complete_with);
    let is_wrapped = accounts(&account)
        .filter_map(|account| account.error.as_ref())
        .any(|error| matches!(error.kind(), ErrorKind::WrappedStream));
    let written = outputs.end(is_complete, is_wrapped)?;
    Ok(Recovered { account, is_written: written.is_kept, pairs: written.pairs, orphans: written.orphans })
}

/// The accounts of the files.
fn accounts(account: &PairAccount) -> impl Iterator<Item = &Account> {
    std::iter::once(&account.first).chain(&account.second)
}

impl Recovered {
    /// Whether all records were written as pairs.
    fn is_whole(&self) -> bool {
        let is_whole = |account: &Account| account.complete && account.tally.gaps == 0;
        accounts(&self.account).all(is_whole) && self.orphans == 0
    }

    /// Reports what was written and left out.
    fn report(&self, input: &Input, args: &Sanitize, common: &Common) -> io::Result<()> {
        let PairAccount { first_orphans, second_orphans, .. } = self.account;
        let files =
            input.paths().into_iter().zip(accounts(&self.account)).zip([first_orphans, second_orphans]);
        for ((path, account), orphans) in files {
            let name = path.display().to_string();
            report_failure(&name, account)?;
            if self.is_written && !common.quiet {
                let tally = account.tally;
                let (orphans, gaps) = (counted(orphans, "record"), counted(tally.gaps, "gap"));
                let done = if account.complete { "" } else { ", and what follows was not read" };
                let bytes = tally.gap_bytes;
                report::note(
                    &name,
                    &format!("{orphans} without a mate, {bytes} bytes left out in {gaps}{done}"),
                );
            }
            if args.verbose && !common.quiet {
                report::note(&name, &bytes_of(&account.tally));
            }
        }
        if common.quiet {
            return Ok(());
        }
        if !self.is_written {
            let path = args.output.path.as_deref().unwrap_or(Path::new(""));
            let what = "not written, since the input could not be read to its end";
            report::note(&path.display().to_string(), &what);
            return Ok(());
        }
        let orphans = counted(self.orphans, "record");
        let orphans = match &args.orphans {
            Some(path) => format!("{orphans} without a mate written to {}", path.display()),
            None if self.orphans > 0 => {
                format!("{orphans} without a mate left out, which --orphans FILE writes")
            }
            None => format!("{orphans} without a mate"),
        };
        report::note(&input.name(), &format!("{} written, {orphans}", counted(self.pairs, "pair")));
        Ok(())
    }
}
