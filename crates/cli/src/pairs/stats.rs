//! `stats` of pairs: counts in each file, while the names of mates are compared.

use std::path::Path;

use pagecut::fastq::{Fastq, Summary};
use pagecut::{PairedSource, Result, Source};

use super::files::{self, Input};
use crate::args::{Common, Limit};
use crate::stats::{Counted, Outcome, ReadCounts};

/// Counts in the files of pairs. Returns an outcome for each file. If the pairs were not read to the end, `count_alone` counts in each file,
/// but not in streams, and the last outcome is the error of the pairs, unless it is that of a file.
pub(crate) fn count(
    input: &Input,
    all: bool,
    limit: &Limit,
    common: &Common,
    count_alone: impl Fn(&Path) -> Counted,
) -> Vec<Counted> {
    let name = input.name();
    let source = match input.open(limit, common) {
        Ok(source) => source,
        Err((name, error)) => return vec![Counted::failed(name, error)],
    };
    match files::work(&source, &name, common, || summaries(&source, all)) {
        Err(error) => {
            let sources = [Some(source.first()), source.second()].into_iter().flatten();
            let files = input.paths().into_iter().zip(sources);
            let files = files.filter(|(_, source)| source.reader().is_some());
            let mut outcomes: Vec<_> = files.map(|(path, _)| count_alone(path)).collect();
            if files::is_of_mates(&error) || outcomes.iter().all(|counted| counted.outcome.is_ok()) {
                outcomes.push(Counted::failed(name, error));
            }
            outcomes
        }
        Ok(summaries) => {
            let sources = [Some(source.first()), source.second()].into_iter().flatten();
            let counts = |((path, summary), source): ((&Path, Summary), &Source)| {
                let name = path.display().to_string();
                let format = if summary.lengths().count() > 0 { "FASTQ" } else { "" };
                let counts = ReadCounts::of_summary(&name, format, &summary);
                Counted { name, outcome: Ok(Outcome::Reads(Box::new(counts))), is_closed: source.is_closed() }
            };
            input.paths().into_iter().zip(summaries).zip(sources).map(counts).collect()
        }
    }
}

/// The summaries of the files. That of interleaved mates is the first one.
fn summaries(source: &PairedSource, all: bool) -> Result<[Summary; 2]> {
    let new = || {
        let new = if all { Summary::with_letters } else { Summary::new };
        Box::new([new(), new()])
    };
    let second = usize::from(source.second().is_some());
    let merge = |left: Box<[Summary; 2]>, right: Box<[Summary; 2]>| {
        let ([left_first, left_second], [right_first, right_second]) = (*left, *right);
        Box::new([left_first.merge(right_first), left_second.merge(right_second)])
    };
    let four_lines = || {
        let add = |mut summaries: Box<[Summary; 2]>,
                   pair: pagecut::fastq::Pair<pagecut::fastq::Record<'_>>| {
            summaries[0].add(&pair.first);
            summaries[second].add(&pair.second);
            summaries
        };
        source.fold(&Fastq::new(), new, add, merge)
    };
    let wrapped = || {
        let add = |mut summaries: Box<[Summary; 2]>,
                   pair: pagecut::fastq::Pair<pagecut::fastq::wrapped::Record<'_>>| {
            summaries[0].add_wrapped(&pair.first);
            summaries[second].add_wrapped(&pair.second);
            summaries
        };
        source.fold(&Fastq::new().wrapped(), new, add, merge)
    };
    source.in_variant(four_lines, wrapped).map(|summaries| *summaries)
}
