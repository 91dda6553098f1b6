//! Reports and their places among the others.

use std::collections::HashMap;

use pagecut::qc::pairs::{PairedReport, Pairs};
use pagecut::qc::report::{Module, Report};

/// An input of the page.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Examined<'r> {
    /// Reads without mates.
    Alone(&'r Report),
    /// Pairs of reads.
    Pairs(&'r PairedReport),
    /// An input without a report, and the reason.
    Failed { name: &'r str, error: &'r str },
}

/// A report and its place among the others.
#[derive(Debug)]
pub(super) struct Sample<'r> {
    /// The place, from 0.
    pub(super) number: usize,
    /// The name, with a number if several reports have this name.
    pub(super) label: String,
    /// The report.
    pub(super) report: &'r Report,
    /// The pairs whose first mates these are.
    pub(super) pairs: Option<&'r Pairs>,
    /// Whether there is no other sample, so that its name says nothing.
    pub(super) is_only: bool,
}

impl Sample<'_> {
    /// Returns the id of an element of this sample.
    pub(super) fn id(&self, section: &str) -> String {
        format!("{section}-{}", self.number + 1)
    }

    /// Returns a text, or that of the sample if the page has several.
    pub(super) fn named(&self, text: &str) -> String {
        if self.is_only { text.to_owned() } else { format!("{}: {text}", self.label) }
    }
}

/// Numbers the reports of inputs, and makes their names unique.
pub(super) fn samples<'r>(inputs: &[Examined<'r>]) -> Vec<Sample<'r>> {
    let reports: Vec<_> = inputs.iter().flat_map(reports).collect();
    let mut uses: HashMap<&str, usize> = HashMap::new();
    for (report, _) in &reports {
        *uses.entry(&report.name).or_default() += 1;
    }
    let is_only = reports.len() == 1;
    let sample = |(number, (report, pairs)): (usize, (&'r Report, Option<&'r Pairs>))| {
        let name = &report.name;
        let label = if uses[name.as_str()] > 1 { format!("{name} ({})", number + 1) } else { name.clone() };
        Sample { number, label, report, pairs, is_only }
    };
    reports.iter().copied().enumerate().map(sample).collect()
}

/// Returns the reports of an input.
fn reports<'r>(input: &Examined<'r>) -> Vec<(&'r Report, Option<&'r Pairs>)> {
    match *input {
        Examined::Alone(report) => vec![(report, None)],
        Examined::Pairs(paired) => vec![(&paired.first, Some(&paired.pairs)), (&paired.second, None)],
        Examined::Failed { .. } => Vec::new(),
    }
}

/// Returns the samples that have a module.
pub(super) fn having<'s, R>(
    samples: &'s [Sample<'s>],
    module: fn(&Report) -> &Option<Module<R>>,
) -> Vec<(&'s Sample<'s>, &'s Module<R>)> {
    samples.iter().filter_map(|sample| Some((sample, module(sample.report).as_ref()?))).collect()
}

/// Returns the pairs as samples, which have the names of both mates.
pub(super) fn pairs<'s>(samples: &'s [Sample<'s>]) -> Vec<(Sample<'s>, &'s Pairs)> {
    let mates = || samples.windows(2).filter_map(|mates| Some((&mates[0], &mates[1], mates[0].pairs?)));
    let is_only = mates().count() == 1;
    let pair = |(number, (first, second, pairs)): (usize, (&'s Sample<'s>, &'s Sample<'s>, &'s Pairs))| {
        let label = format!("{}, {}", first.label, second.label);
        (Sample { number, label, report: first.report, pairs: Some(pairs), is_only }, pairs)
    };
    mates().enumerate().map(pair).collect()
}
