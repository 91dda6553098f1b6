//! `verify` of pairs: the account of each file, and whether their records are mates.

use std::io::{self, Write};
use std::path::Path;

use pagecut::fastq::Fastq;
use pagecut::{Format as _, PairedSource, record::Tally, source::PairTally};
use serde::Serialize;

use super::files::{self, Input};
use crate::args::Common;
use crate::named_source::NamedSource;
use crate::report;
use crate::report::counted;
use crate::verify::{Fault, Reading, Verdict, Verdicts, Verify, verdict_of};

/// The result of the comparison of mates.
#[derive(Debug, Serialize)]
struct PairVerdict {
    files: Vec<String>,
    /// Null if there is an error.
    pairs: Option<u64>,
    complete: bool,
    error: Option<PairFault>,
}

/// An error of pairs.
#[derive(Debug, Serialize)]
struct PairFault {
    /// The file that it is in; null if it is in none of two files.
    file: Option<String>,
    #[serde(flatten)]
    fault: Fault,
}

impl PairVerdict {
    /// Prints the verdict, unless it is good and success is hidden. `what` is the text after the names of the files.
    fn print(&self, what: &str, is_json: bool, common: &Common, out: &mut dyn Write) -> io::Result<()> {
        if is_json {
            serde_json::to_writer(&mut *out, self)?;
            writeln!(out)?;
        } else if !(self.complete && common.quiet) {
            let verdict = if self.complete { "OK" } else { "FAILED" };
            writeln!(out, "{verdict} {}: {what}", self.files.join(" and "))?;
        }
        out.flush()
    }
}

/// Prints and counts the verdict on a file without the file of its mates.
pub(crate) fn without_mate(
    file: &Path,
    mate: &Path,
    args: &Verify,
    common: &Common,
    out: &mut dyn Write,
    counts: &mut Verdicts,
) -> io::Result<()> {
    let what = files::missing(mate);
    let file = file.display().to_string();
    let fault = Fault::of_input("mate_file_missing", what.clone());
    let error = Some(PairFault { file: Some(file.clone()), fault });
    counts.add(false);
    let verdict = PairVerdict { files: vec![file], pairs: None, complete: false, error };
    verdict.print(&what, args.json, common, out)
}

/// Verifies the files of pairs, and counts the verdicts. The verdict of each file comes first, then that of the pairs.
pub(crate) fn run(
    input: &Input,
    args: &Verify,
    common: &Common,
    out: &mut dyn Write,
    counts: &mut Verdicts,
) -> io::Result<()> {
    let name = input.name();
    let (verdicts, compared) = match input.open(&args.limit, common) {
        Err((name, error)) => {
            report::error(&name, &error);
            (vec![Verdict::unread(name, &error)], Err(error))
        }
        Ok(source) => {
            let compared = files::work(&source, &name, common, || compare(&source, args));
            let verdicts = match &compared {
                Ok(tally) => good_files(input, &source, tally, common),
                Err(_) => files(input, &source, args, common),
            };
            // The fault of a file was reported with its verdict.
            if let Err(error) = &compared
                && (files::is_of_mates(error) || verdicts.iter().all(Verdict::is_good) || has_stream(&source))
            {
                report::error(&name, error);
            }
            (verdicts, compared)
        }
    };
    for verdict in &verdicts {
        counts.add(verdict.is_good());
        verdict.print(args, common, out)?;
    }
    let verdict = PairVerdict {
        files: input.paths().iter().map(|path| path.display().to_string()).collect(),
        pairs: compared.as_ref().ok().map(|tally| tally.pairs),
        complete: compared.is_ok(),
        error: compared.as_ref().err().map(|error| PairFault {
            file: input.file_of(error).map(|path| path.display().to_string()),
            fault: Fault::of_error(error),
        }),
    };
    counts.add(verdict.complete);
    let what = match verdict.pairs {
        Some(pairs) => counted(pairs, "pair"),
        None => "the pairs were not read to the end".to_owned(),
    };
    verdict.print(&what, args.json, common, out)
}

/// Whether a file is a stream, which is not read a second time.
fn has_stream(source: &PairedSource) -> bool {
    source.first().reader().is_none() || source.second().is_some_and(|second| second.reader().is_none())
}

/// Reads all pairs.
fn compare(source: &PairedSource, args: &Verify) -> pagecut::Result<PairTally> {
    let format = if args.strict { Fastq::strict() } else { Fastq::new() };
    source.in_variant(|| source.for_each(&format, |_| {}), || source.for_each(&format.wrapped(), |_| {}))
}

/// The verdicts of files whose pairs were read to the end.
fn good_files(input: &Input, source: &PairedSource, tally: &PairTally, common: &Common) -> Vec<Verdict> {
    let sources = [Some((source.first(), tally.first)), source.second().zip(tally.second)];
    let verdict = |(path, (source, tally)): (&Path, (_, Tally))| {
        let name = path.display().to_string();
        let format = (tally.records > 0).then_some(Fastq::NAME);
        let reading = Reading::of_tally(NamedSource { source, name: &name, common }, format, tally);
        reading.report(&name);
        Verdict::of(name, &reading)
    };
    input.paths().into_iter().zip(sources.into_iter().flatten()).map(verdict).collect()
}

/// The verdicts of files whose pairs were not read to the end, which are read again on their own. A stream cannot be.
fn files(input: &Input, source: &PairedSource, args: &Verify, common: &Common) -> Vec<Verdict> {
    let sources = [Some(source.first()), source.second()];
    let mut verdicts = Vec::new();
    for (path, source) in input.paths().into_iter().zip(sources.into_iter().flatten()) {
        let name = path.display().to_string();
        if source.reader().is_some() {
            verdicts.push(verdict_of(path, name, args, common));
        }
    }
    verdicts
}
