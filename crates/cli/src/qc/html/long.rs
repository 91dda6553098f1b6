//! Long reads of samples, for the sections that are about them.

use pagecut::qc::report::LongReads;

use super::axis::{XAxis, end};
use super::sample::Sample;
use crate::qc::long::long_reads;

/// Returns the samples with long reads.
pub(super) fn having_long<'s>(samples: &'s [Sample<'s>]) -> Vec<(&'s Sample<'s>, &'s LongReads)> {
    samples.iter().filter_map(|sample| Some((sample, long_reads(sample.report)?))).collect()
}

/// Returns a logarithmic axis of the lengths of all reads.
pub(super) fn lengths(samples: &[(&Sample<'_>, &LongReads)]) -> XAxis {
    let classes = || samples.iter().flat_map(|(_, reads)| &reads.classes).map(|class| class.lengths);
    let shortest = classes().map(|lengths| lengths.first).min().unwrap_or(1).max(1);
    let longest = classes().map(|lengths| lengths.last).max().unwrap_or(1);
    XAxis::logarithmic("Length of a read (bases)", shortest as f64, end(longest))
}
