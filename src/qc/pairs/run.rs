//! The run of a quality control of paired reads.

use std::sync::{Mutex, PoisonError};

use super::pair_counts::PairCounts;
use super::report::PairedReport;
use crate::error::Result;
use crate::fastq::Fastq;
use crate::qc::fields::ReadFormat;
use crate::qc::kept::Kept;
use crate::qc::options::Qc;
use crate::qc::part_counts::PartCounts;
use crate::qc::report::Report;
use crate::qc::shared::Shared;
use crate::qc::totals::Totals;
use crate::source::{PairBatch, PairedSource};

impl Qc {
    /// Reads pairs of FASTQ, in the variant of their records, and returns a report of each mate, which is that of [`Qc::run`] on the file
    /// alone, and the insert sizes of the pairs whose mates overlap. `names` are those of the first and of the second mates. The report is
    /// the same for every backend, number of threads and length of parts.
    ///
    /// An input error, records that are no mates, and a file with fewer records than the other are in [`Report::error`] of both reports,
    /// which are of the pairs before the error.
    ///
    /// ```
    /// use pagecut::{PairedSource, qc::Qc};
    ///
    /// let source = PairedSource::open("testdata/illumina.fastq", "testdata/illumina.fastq")?.check_names(false);
    /// let report = Qc::new().run_pairs(&source, ["R1", "R2"])?;
    /// assert_eq!((report.pairs.pairs, report.first.basic.reads), (250, 250));
    /// assert!(report.error().is_none());
    /// # Ok::<(), pagecut::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Those of [`PairedSource::in_variant`] that come before the first record.
    pub fn run_pairs(&self, source: &PairedSource, names: [&str; 2]) -> Result<PairedReport> {
        let fastq = Fastq::new().check_quality_range(true);
        let kept = Kept::default();
        let run = |report: PairedReport| {
            let error = report.error().cloned();
            kept.keep(report, error)
        };
        let done = source.in_variant(
            || run(self.run_pairs_in(source, names, &fastq)),
            || run(self.run_pairs_in(source, names, &fastq.wrapped())),
        );
        let (PairedReport { first, second, pairs }, error) = kept.outcome(done)?;
        let first = Report { error: error.clone(), ..first };
        Ok(PairedReport { first, second: Report { error, ..second }, pairs })
    }

    fn run_pairs_in<F: ReadFormat>(
        &self,
        source: &PairedSource,
        names: [&str; 2],
        format: &F,
    ) -> PairedReport {
        let shared = [Shared::new(self), Shared::new(self)];
        // The memory of batches that were added to the totals.
        let free: Mutex<Vec<BatchCounts>> = Mutex::default();
        let free = || free.lock().unwrap_or_else(PoisonError::into_inner);
        let mut totals = [Totals::new(self), Totals::new(self)];
        let mut pairs = PairCounts::default();
        let count = |batch: &mut PairBatch<'_, F>| {
            let mut counts = free().pop().unwrap_or_default();
            counts.count(batch, &shared);
            counts
        };
        let take = |mut counts: BatchCounts| {
            for ((totals, part), shared) in totals.iter_mut().zip(&mut counts.mates).zip(&shared) {
                totals.add(part, shared);
            }
            pairs.take(&mut counts.pairs);
            free().push(counts);
            Ok(())
        };
        let error = source.map_batches_in_order_to_error(format, count, take).err();
        let [first, second] = totals;
        let [first_shared, second_shared] = shared;
        PairedReport {
            first: first.report(first_shared, self, names[0], error.clone()),
            second: second.report(second_shared, self, names[1], error),
            pairs: pairs.report(),
        }
    }
}

/// Counts of the pairs of a batch. Those of the pairs are empty at its start.
#[derive(Debug, Default)]
struct BatchCounts {
    mates: [PartCounts; 2],
    pairs: PairCounts,
}

impl BatchCounts {
    /// Counts the pairs of a batch before its error, if there is one.
    fn count<F: ReadFormat>(&mut self, batch: &mut PairBatch<'_, F>, shared: &[Shared; 2]) {
        let Self { mates: [first_mates, second_mates], pairs } = self;
        let [first_shared, second_shared] = shared;
        first_shared.tails.count();
        second_shared.tails.count();
        let [first_work, second_work] = [first_shared.work(), second_shared.work()];
        first_mates.clear(first_shared);
        second_mates.clear(second_shared);
        for pair in batch.map_while(Result::ok) {
            F::with_fields(&pair.first, |first| {
                F::with_fields(&pair.second, |second| {
                    first_mates.add(first_shared, first_work, first);
                    second_mates.add(second_shared, second_work, second);
                    if first_shared.leaves_out(first) || second_shared.leaves_out(second) {
                        pairs.add_filtered();
                    } else {
                        pairs.add(first.sequence, second.sequence);
                    }
                });
            });
        }
    }
}
