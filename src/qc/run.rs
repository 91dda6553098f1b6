//! The run of a quality control.

use std::sync::{Mutex, PoisonError};

use super::fields::ReadFormat;
use super::kept::Kept;
use super::options::Qc;
use super::part_counts::PartCounts;
use super::report::Report;
use super::shared::Shared;
use super::totals::Totals;
use crate::detect::KindVisitor;
use crate::error::{ErrorKind, Result};
use crate::fastq::{Fastq, Variant};
use crate::record::{Format, Records};
use crate::source::Source;

impl Qc {
    /// Reads a FASTQ input, in the variant of its records, and returns the report. It is the same for every backend and every number of
    /// threads.
    ///
    /// An input error is in [`Report::error`], and the report is of the reads before it. Quality scores have to be in `!` to `~`.
    ///
    /// # Errors
    ///
    /// Those of [`Source::detect`]; [`ErrorKind::UnknownFormat`] if the input is not FASTQ.
    pub fn run(&self, source: &Source, name: &str) -> Result<Report> {
        source.detect()?.visit(InFastq { qc: self, source, name })
    }

    fn run_in<F: ReadFormat>(&self, source: &Source, name: &str, format: &F) -> Report {
        let shared = Shared::new(self);
        // The memory of parts that were added to the totals.
        let free: Mutex<Vec<PartCounts>> = Mutex::default();
        let free = || free.lock().unwrap_or_else(PoisonError::into_inner);
        let mut totals = Totals::new(self);
        let count = |records: &mut Records<'_, F>| {
            shared.tails.count();
            let work = shared.work();
            let mut part = free().pop().unwrap_or_default();
            part.clear(&shared);
            for record in records.map_while(Result::ok) {
                F::with_fields(&record, |read| part.add(&shared, work, read));
            }
            part
        };
        let take = |mut part: PartCounts| {
            totals.add(&mut part, &shared);
            free().push(part);
            Ok(())
        };
        let error = source.parts(format).map_in_order_to_error(count, take).err();
        totals.report(shared, self, name, error)
    }
}

/// A quality control and its input.
struct InFastq<'run> {
    qc: &'run Qc,
    source: &'run Source,
    name: &'run str,
}

impl KindVisitor for InFastq<'_> {
    type Output = Result<Report>;

    fn format<F: Format>(self, _: &F) -> Self::Output {
        Err(ErrorKind::UnknownFormat("a format without quality scores: only FASTQ has them").into())
    }

    fn fastq(self, guess: Variant) -> Self::Output {
        let Self { qc, source, name } = self;
        let fastq = Fastq::new().check_quality_range(true);
        let kept = Kept::default();
        let run = |report: Report| {
            let error = report.error.clone();
            kept.keep(report, error)
        };
        let done = source.in_variant(
            guess,
            || run(qc.run_in(source, name, &fastq)),
            || run(qc.run_in(source, name, &fastq.wrapped())),
        );
        let (report, error) = kept.outcome(done)?;
        Ok(Report { error, ..report })
    }

    fn scattered(self, why: &'static str) -> Self::Output {
        Err(ErrorKind::UnknownFormat(why).into())
    }
}
