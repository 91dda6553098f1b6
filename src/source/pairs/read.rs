//! Methods that read the pairs of two inputs, or of one.

use super::batch::PairBatch;
use super::paired_source::{PairTally, PairedSource};
use super::reader::PairReader;
use super::work;
use crate::error::Result;
use crate::fastq::{MateFormat, Pair};

impl PairedSource {
    /// Reads the pairs one after the other on the calling thread.
    ///
    /// ```
    /// use pagecut::{PairedSource, Source, SourceOptions, fastq::Fastq};
    ///
    /// let both = b"@r1/1\nACGT\n+\nIIII\n@r1/2\nGG\n+\nII\n@r2/1\nA\n+\nI\n@r2/2\nTT\n+\nII\n";
    /// let source = PairedSource::interleaved(Source::from_reader(&both[..], SourceOptions::new()));
    /// let mut pairs = source.pairs(&Fastq::new())?;
    /// let mut longer = 0;
    /// while let Some(pair) = pairs.next()? {
    ///     longer += u32::from(pair.first.sequence().len() > pair.second.sequence().len());
    /// }
    /// assert_eq!(longer, 1);
    /// # Ok::<(), pagecut::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Io`](crate::ErrorKind::Io) if an input is a stream that is being read, or was read before.
    pub fn pairs<F: MateFormat>(&self, format: &F) -> Result<PairReader<'_, F>> {
        PairReader::new(self, format)
    }

    /// Folds the pairs into a value for each worker, and combines these in no order.
    ///
    /// ```
    /// use pagecut::{PairedSource, fastq::Fastq};
    ///
    /// let source = PairedSource::open("testdata/illumina.fastq", "testdata/illumina.fastq")?.check_names(false);
    /// let equal = source.fold(
    ///     &Fastq::new(),
    ///     || 0,
    ///     |equal, pair| equal + u32::from(pair.first.sequence() == pair.second.sequence()),
    ///     |left, right| left + right,
    /// )?;
    /// assert_eq!(equal, 250);
    /// # Ok::<(), pagecut::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// The first one in the order of the pairs.
    pub fn fold<F: MateFormat, T: Send>(
        &self,
        format: &F,
        identity: impl Fn() -> T + Sync,
        fold: impl Fn(T, Pair<F::Record<'_>>) -> T + Sync,
        combine: impl Fn(T, T) -> T,
    ) -> Result<T> {
        let fold = |value: &mut Option<T>, batch: &mut PairBatch<'_, F>| {
            let mut folded = value.take().unwrap_or_else(&identity);
            for pair in batch {
                folded = fold(folded, pair?);
            }
            *value = Some(folded);
            Ok(())
        };
        let (values, _) = work::fold(self, format, || None, fold)?;
        Ok(values.into_iter().flatten().reduce(combine).unwrap_or_else(identity))
    }

    /// Calls `work` with every pair, in no order and from several threads at once. Returns the counts and the account of all bytes.
    ///
    /// # Errors
    ///
    /// The first one in the order of the pairs.
    pub fn for_each<F: MateFormat>(
        &self,
        format: &F,
        work: impl Fn(Pair<F::Record<'_>>) + Sync,
    ) -> Result<PairTally> {
        let each = |(): &mut (), batch: &mut PairBatch<'_, F>| {
            for pair in batch {
                work(pair?);
            }
            Ok(())
        };
        work::fold(self, format, || (), each).map(|(_, tally)| tally)
    }

    /// Computes a value of every batch of pairs, on several threads at once, and calls `take` with the values in the order of the pairs.
    /// Workers that are far ahead wait, so that memory holds only a few values. Pairs that `map` leaves are read and compared too. The
    /// batches depend on the records only.
    ///
    /// ```
    /// use pagecut::{PairedSource, fastq::Fastq};
    ///
    /// let source = PairedSource::open("testdata/illumina.fastq", "testdata/illumina.fastq")?.check_names(false);
    /// let mut names = Vec::new();
    /// let tally = source.map_batches_in_order(
    ///     &Fastq::new(),
    ///     |batch| batch.map(|pair| Ok(pair?.first.name().to_vec())).collect::<Result<Vec<_>, _>>(),
    ///     |batch| {
    ///         names.extend(batch);
    ///         Ok(())
    ///     },
    /// )?;
    /// assert_eq!((names.len(), tally.pairs), (250, 250));
    /// # Ok::<(), pagecut::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// The first error of the inputs, of `map` or of `take`, in the order of the pairs. `take` does not get the value of its batch or of a
    /// later one.
    pub fn map_batches_in_order<F: MateFormat, T: Send>(
        &self,
        format: &F,
        map: impl Fn(&mut PairBatch<'_, F>) -> Result<T> + Sync,
        take: impl FnMut(T) -> Result<()> + Send,
    ) -> Result<PairTally> {
        work::map_in_order(self, format, map, take)
    }

    /// Computes a value of every batch of pairs, as [`map_batches_in_order`](PairedSource::map_batches_in_order) does, and lets `take`
    /// also have the value of the pairs before the first error.
    ///
    /// # Errors
    ///
    /// The first error of the inputs or of `take`, in the order of the pairs.
    pub(crate) fn map_batches_in_order_to_error<F: MateFormat, T: Send>(
        &self,
        format: &F,
        map: impl Fn(&mut PairBatch<'_, F>) -> T + Sync,
        take: impl FnMut(T) -> Result<()> + Send,
    ) -> Result<PairTally> {
        work::map_in_order_to_error(self, format, map, take)
    }
}
