//! Work on the parts of an input, on all cores.

use std::fmt;

use super::run::{read_pieces, read_records, read_to_error};
use crate::error::Result;
use crate::record::{Format, Part, Piece, Pieces, Records, Resync, Tally};
use crate::source::open::Source;
use crate::source::schedule::{Account, Division, InOrderWork};

impl Source {
    /// Divides the input into parts of whole records, for functions that run on all cores: for work that keeps state from
    /// record to record, or that continues after damage.
    ///
    /// ```
    /// use pagecut::{Source, fastq::Fastq};
    ///
    /// let source = Source::open("testdata/illumina.fastq")?;
    /// let mut names = Vec::new();
    /// source.parts(&Fastq::new()).map_in_order(
    ///     |records| records.map(|record| Ok(record?.name().to_vec())).collect::<Result<Vec<_>, _>>(),
    ///     |part| {
    ///         names.extend(part);
    ///         Ok(())
    ///     },
    /// )?;
    /// assert_eq!(names.len(), 250);
    ///
    /// let (gaps, account) = source.parts(&Fastq::new()).recover().fold(
    ///     || 0,
    ///     |gaps, piece| *gaps += u64::from(matches!(piece, pagecut::Piece::Gap(_))),
    ///     |left, right| left + right,
    /// );
    /// assert_eq!((gaps, account.tally.records), (0, 250));
    /// # Ok::<(), pagecut::Error>(())
    /// ```
    pub fn parts<F: Format>(&self, format: &F) -> Parts<'_, F> {
        Parts { source: self, format: format.clone() }
    }
}

/// The parts of an input. Made by [`Source::parts`].
///
/// If a closure stops before the end of its part, the rest of the part is read too, so that no fault is missed.
#[derive(Clone)]
pub struct Parts<'source, F> {
    source: &'source Source,
    format: F,
}

impl<'source, F: Format> Parts<'source, F> {
    /// Calls `work` with the records of every part, in no order and from several threads at once. An error that `work` gets has no numbers
    /// of record and line yet; the error that this method returns has them. Returns the counts of all bytes.
    ///
    /// # Errors
    ///
    /// The first error in the order of the input, of the format or of `work`.
    pub fn for_each(&self, work: impl Fn(&mut Records<'_, F>) -> Result<()> + Sync) -> Result<Tally> {
        let work = |(): &mut (), part: Part<'_>| read_records(&self.format, part, &work);
        let (_, account) = self.source.run(&self.format, Division::Parts, || (), &work);
        account.error.map_or(Ok(account.tally), Err)
    }

    /// Folds the records of every part into a value for each worker, and merges these in no order.
    ///
    /// # Errors
    ///
    /// The first error in the order of the input, of the format or of `fold`.
    pub fn fold<T: Send>(
        &self,
        identity: impl Fn() -> T + Sync,
        fold: impl Fn(&mut T, &mut Records<'_, F>) -> Result<()> + Sync,
        merge: impl Fn(T, T) -> T,
    ) -> Result<T> {
        self.source.fold_parts(Division::Parts, &self.format, identity, fold, merge)
    }

    /// Computes a value of every part, on all cores, and calls `take` with the values in the order of the input. Workers that are far ahead
    /// wait, so that memory holds only a few values. Returns the counts of all bytes.
    ///
    /// # Errors
    ///
    /// The first error in the order of the input, of the format, of `map` or of `take`. `take` does not get the value of the part with the error
    /// or of a later one.
    pub fn map_in_order<T: Send>(
        &self,
        map: impl Fn(&mut Records<'_, F>) -> Result<T> + Sync,
        take: impl FnMut(T) -> Result<()> + Send,
    ) -> Result<Tally> {
        let map = |part: Part<'_>| {
            let mut value = None;
            let outcome = read_records(&self.format, part, |records| {
                value = Some(map(records)?);
                Ok(())
            });
            (value, outcome)
        };
        let work = InOrderWork { in_order: self.source.in_order(take), map };
        let (_, account) = self.source.run(&self.format, Division::Parts, || None, &work);
        account.error.map_or(Ok(account.tally), Err)
    }

    /// Computes a value of every part, as [`map_in_order`](Parts::map_in_order) does, and lets `take` also have the value of the records
    /// before the first error.
    ///
    /// # Errors
    ///
    /// The first error in the order of the input, of the format or of `take`.
    pub(crate) fn map_in_order_to_error<T: Send>(
        &self,
        map: impl Fn(&mut Records<'_, F>) -> T + Sync,
        take: impl FnMut(T) -> Result<()> + Send,
    ) -> Result<Tally> {
        let map = |part: Part<'_>| read_to_error(&self.format, part, &map);
        let work = InOrderWork { in_order: self.source.in_order(take), map };
        let (_, account) = self.source.run(&self.format, Division::Parts, || None, &work);
        account.error.map_or(Ok(account.tally), Err)
    }

    /// Continues after faults: gives records and the gaps between them.
    #[must_use]
    pub fn recover(self) -> RecoveredParts<'source, F>
    where
        F: Resync,
    {
        RecoveredParts(self)
    }
}

/// The parts of an input, with the gaps where records are damaged. Made by [`Parts::recover`].
///
/// The error of the account is that of the first gap. It has the numbers of its record and line; the errors of the gaps that closures get
/// are counted from the start of the part.
#[derive(Clone)]
pub struct RecoveredParts<'source, F>(Parts<'source, F>);

impl<F: Resync> RecoveredParts<'_, F> {
    /// Folds records and gaps into a value for each worker, and merges these in no order.
    pub fn fold<T: Send>(
        &self,
        identity: impl Fn() -> T + Sync,
        fold: impl Fn(&mut T, Piece<F::Record<'_>>) + Sync,
        merge: impl Fn(T, T) -> T,
    ) -> (T, Account) {
        let Parts { source, format } = &self.0;
        let (values, account) =
            source.run(format, Division::Recovering, &identity, &|value: &mut T, part: Part<'_>| {
                read_pieces(format, part, |pieces| pieces.for_each(|piece| fold(value, piece)))
            });
        (values.into_iter().reduce(merge).unwrap_or_else(identity), account)
    }

    /// Computes a value of the records and gaps of every part, on all cores, and calls `take` with the values in the order of the input. If
    /// `take` fails, the account has its error, and is not complete.
    pub fn map_in_order<T: Send>(
        &self,
        map: impl Fn(&mut Pieces<'_, F>) -> T + Sync,
        take: impl FnMut(T) -> Result<()> + Send,
    ) -> Account {
        let Parts { source, format } = &self.0;
        let map = |part: Part<'_>| {
            let mut value = None;
            let outcome = read_pieces(format, part, |pieces| value = Some(map(pieces)));
            (value, outcome)
        };
        let work = InOrderWork { in_order: source.in_order(take), map };
        source.run(format, Division::Recovering, || None, &work).1
    }

    /// Reads everything, and returns the account of all bytes.
    #[must_use]
    pub fn account(&self) -> Account {
        self.fold(|| (), |(), _| {}, |(), ()| ()).1
    }
}

impl<F: Format> fmt::Debug for Parts<'_, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Parts").field("source", self.source).field("format", &F::NAME).finish()
    }
}

impl<F: Format> fmt::Debug for RecoveredParts<'_, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("RecoveredParts").field(&self.0).finish()
    }
}
