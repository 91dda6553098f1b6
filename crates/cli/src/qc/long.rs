//! The results of long reads, for reports that show them only where they say something.

use pagecut::qc::report::{LongReads, Report};

/// Reads of more bases than this are long.
const LONG: u64 = 1000;

/// Returns the results of long reads, if there is one.
pub(super) fn long_reads(report: &Report) -> Option<&LongReads> {
    report.long_reads.as_ref().filter(|_| report.basic.max_len > LONG)
}
