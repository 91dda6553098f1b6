//! Functions over all records of an input, on all cores.

use std::num::NonZero;
use std::thread::available_parallelism;

use super::run::read_records;
use crate::error::Result;
use crate::record::{Format, Part, Records, Tally};
use crate::source::open::Source;
use crate::source::schedule::{Account, Division, InOrder, MAX_THREADS};

impl Source {
    /// Calls `work` with every record, in no order and from several threads at once. Returns the counts of all bytes.
    ///
    /// # Errors
    ///
    /// The first error in the order of the input.
    pub fn for_each<F: Format>(&self, format: &F, work: impl Fn(F::Record<'_>) + Sync) -> Result<Tally> {
        let work = |(): &mut (), part: Part<'_>| {
            read_records(format, part, |records| records.try_for_each(|record| record.map(&work)))
        };
        let (_, account) = self.run(format, Division::Records, || (), &work);
        account.error.map_or(Ok(account.tally), Err)
    }

    /// Folds the records on all cores, in no order: each worker folds its records into a value, and `merge` joins the values.
    ///
    /// # Errors
    ///
    /// The first error in the order of the input.
    pub fn fold<F: Format, T: Send>(
        &self,
        format: &F,
        identity: impl Fn() -> T + Sync,
        fold: impl Fn(T, F::Record<'_>) -> T + Sync,
        merge: impl Fn(T, T) -> T,
    ) -> Result<T> {
        let merged = self.fold_parts(
            Division::Records,
            format,
            || None,
            |value: &mut Option<T>, records| {
                let mut folded = value.take().unwrap_or_else(&identity);
                // Not `try_fold`: it would wrap the value for each record.
                for record in records {
                    folded = fold(folded, record?);
                }
                *value = Some(folded);
                Ok(())
            },
            |left, right| match (left, right) {
                (Some(left), Some(right)) => Some(merge(left, right)),
                (left, right) => left.or(right),
            },
        )?;
        Ok(merged.unwrap_or_else(identity))
    }

    /// Folds the records as [`fold`](Source::fold) does, into values that are not moved: for large values.
    ///
    /// # Errors
    ///
    /// The first error in the order of the input.
    pub fn fold_into<F: Format, T: Send>(
        &self,
        format: &F,
        identity: impl Fn() -> T + Sync,
        fold: impl Fn(&mut T, F::Record<'_>) + Sync,
        merge: impl Fn(T, T) -> T,
    ) -> Result<T> {
        let fold = |value: &mut T, records: &mut Records<'_, F>| {
            for record in records {
                fold(value, record?);
            }
            Ok(())
        };
        self.fold_parts(Division::Records, format, identity, fold, merge)
    }

    /// Computes a value of every record, on all cores, and calls `take` with the values in the order of the input. Workers that are far
    /// ahead wait, so memory holds the values of a few [parts](Source::parts) only. Returns the counts of all bytes.
    ///
    /// ```
    /// use pagecut::{Source, fastq::Fastq};
    ///
    /// let source = Source::open("testdata/illumina.fastq")?;
    /// let mut names = Vec::new();
    /// source.map_in_order(
    ///     &Fastq::new(),
    ///     |record| record.name().to_vec(),
    ///     |name| {
    ///         names.push(name);
    ///         Ok(())
    ///     },
    /// )?;
    /// assert_eq!(names.len(), 250);
    /// # Ok::<(), pagecut::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// The first error in the order of the input, after `take` got the values of all records before it; or the error of `take`, after
    /// which `take` is not called again.
    pub fn map_in_order<F: Format, T: Send>(
        &self,
        format: &F,
        map: impl Fn(F::Record<'_>) -> T + Sync,
        mut take: impl FnMut(T) -> Result<()> + Send,
    ) -> Result<Tally> {
        self.parts(format).map_in_order_to_error(
            |records| records.map_while(Result::ok).map(&map).collect::<Vec<T>>(),
            |values| values.into_iter().try_for_each(&mut take),
        )
    }

    /// Reads everything up to the first error, and returns the account of all bytes.
    #[must_use]
    pub fn account<F: Format>(&self, format: &F) -> Account {
        let work = |(): &mut (), part: Part<'_>| read_records(format, part, |_| Ok(()));
        self.run(format, Division::Records, || (), &work).1
    }

    /// Folds the records of each part into the value of its worker, and merges the values.
    pub(super) fn fold_parts<F: Format, T: Send>(
        &self,
        division: Division,
        format: &F,
        identity: impl Fn() -> T + Sync,
        fold: impl Fn(&mut T, &mut Records<'_, F>) -> Result<()> + Sync,
        merge: impl Fn(T, T) -> T,
    ) -> Result<T> {
        let (values, account) = self.run(format, division, &identity, &|value: &mut T, part: Part<'_>| {
            read_records(format, part, |records| fold(value, records))
        });
        account.error.map_or_else(|| Ok(values.into_iter().reduce(merge).unwrap_or_else(identity)), Err)
    }

    /// Passes values of parts to `take` in the order of the input.
    pub(in crate::source) fn in_order<T, S: FnMut(T) -> Result<()>>(&self, take: S) -> InOrder<T, S> {
        InOrder::new(self.max_waiting(), take)
    }

    /// Returns the maximum number of parts that may wait for an earlier part.
    pub(in crate::source) fn max_waiting(&self) -> usize {
        let threads = match self.options.threads {
            // A query to rayon would start its threads, which a short input does not need.
            Some(0) => available_parallelism().map_or(1, NonZero::get),
            Some(threads) => threads,
            None => rayon::current_num_threads(),
        };
        2 * threads.min(MAX_THREADS)
    }
}
