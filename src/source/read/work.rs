//! All that is done with the records of an input.

use std::num::NonZero;
use std::thread::available_parallelism;

use super::run::{read_pieces, read_records};
use crate::error::Result;
use crate::record::{Format, Part, Piece, Pieces, Records, Resync, Tally};
use crate::source::open::Source;
use crate::source::schedule::{Account, Cutting, InOrder, InOrderWork, MOST_THREADS};

impl Source {
    /// Calls `work` with the records of every part, in no order and from several threads at once. An error that `work` meets
    /// there has no numbers of record and line yet; the one that comes back has.
    ///
    /// Records that `work` leaves are read all the same, so that a fault among them is not missed. Returns the account of
    /// all bytes.
    ///
    /// # Errors
    ///
    /// The first one in the order of the input, be it of the format or of `work`.
    pub fn for_each_part<F: Format>(
        &self,
        format: &F,
        work: impl Fn(&mut Records<'_, F>) -> Result<()> + Sync,
    ) -> Result<Tally> {
        let work = |(): &mut (), part: Part<'_>| read_records(format, part, &work);
        let (_, account) = self.run(format, Cutting::Parts, || (), &work);
        account.error.map_or(Ok(account.tally), Err)
    }

    /// Folds the records of every part into a value for each worker, and merges these in no order.
    ///
    /// # Errors
    ///
    /// The first one in the order of the input, be it of the format or of `fold`.
    pub fn fold_parts<F: Format, T: Send>(
        &self,
        format: &F,
        identity: impl Fn() -> T + Sync,
        fold: impl Fn(&mut T, &mut Records<'_, F>) -> Result<()> + Sync,
        merge: impl Fn(T, T) -> T,
    ) -> Result<T> {
        self.fold_cut(Cutting::Parts, format, identity, fold, merge)
    }

    fn fold_cut<F: Format, T: Send>(
        &self,
        cutting: Cutting,
        format: &F,
        identity: impl Fn() -> T + Sync,
        fold: impl Fn(&mut T, &mut Records<'_, F>) -> Result<()> + Sync,
        merge: impl Fn(T, T) -> T,
    ) -> Result<T> {
        let (values, account) = self.run(format, cutting, &identity, &|value: &mut T, part: Part<'_>| {
            read_records(format, part, |records| fold(value, records))
        });
        account.error.map_or_else(|| Ok(values.into_iter().reduce(merge).unwrap_or_else(identity)), Err)
    }

    /// Calls `work` with every record, in no order and from several threads at once. Returns the account of all bytes.
    ///
    /// # Errors
    ///
    /// The first one in the order of the input.
    pub fn for_each<F: Format>(&self, format: &F, work: impl Fn(F::Record<'_>) + Sync) -> Result<Tally> {
        let work = |(): &mut (), part: Part<'_>| {
            read_records(format, part, |records| records.try_for_each(|record| record.map(&work)))
        };
        let (_, account) = self.run(format, Cutting::Records, || (), &work);
        account.error.map_or(Ok(account.tally), Err)
    }

    /// Folds the records into a value for each worker, and merges these in no order.
    ///
    /// # Errors
    ///
    /// The first one in the order of the input.
    pub fn fold<F: Format, T: Send>(
        &self,
        format: &F,
        identity: impl Fn() -> T + Sync,
        fold: impl Fn(T, F::Record<'_>) -> T + Sync,
        merge: impl Fn(T, T) -> T,
    ) -> Result<T> {
        let merged = self.fold_cut(
            Cutting::Records,
            format,
            || None,
            |value: &mut Option<T>, records| {
                let mut folded = value.take().unwrap_or_else(&identity);
                // Not `try_fold`: the value would be wrapped up for each record, and waited for.
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

    /// Folds the records into a value for each worker, which stays where it is, and merges these in no order: for a value that is
    /// large.
    ///
    /// # Errors
    ///
    /// The first one in the order of the input.
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
        self.fold_cut(Cutting::Records, format, identity, fold, merge)
    }

    /// Folds records and the gaps between them, going on behind every fault. The first gap's error is that of the account,
    /// with the numbers of record and line, which `fold` is not given since what lies before may not be read yet.
    pub fn fold_pieces<F: Resync, T: Send>(
        &self,
        format: &F,
        identity: impl Fn() -> T + Sync,
        fold: impl Fn(&mut T, Piece<F::Record<'_>>) + Sync,
        merge: impl Fn(T, T) -> T,
    ) -> (T, Account) {
        let (values, account) =
            self.run(format, Cutting::Recovering, &identity, &|value: &mut T, part: Part<'_>| {
                read_pieces(format, part, |pieces| pieces.for_each(|piece| fold(value, piece)))
            });
        (values.into_iter().reduce(merge).unwrap_or_else(identity), account)
    }

    /// Makes a value of the records of every part, on several threads at once, and hands the values to `take` in the order of the
    /// input. Workers that are far ahead wait, so that only a few values are kept. Returns the account of all bytes.
    ///
    /// ```
    /// use pagecut::{Source, fastq::Fastq};
    ///
    /// let source = Source::open("testdata/illumina.fastq")?;
    /// let mut names = Vec::new();
    /// source.map_parts_in_order(
    ///     &Fastq::new(),
    ///     |records| records.map(|record| Ok(record?.name().to_vec())).collect::<Result<Vec<_>, _>>(),
    ///     |part| {
    ///         names.extend(part);
    ///         Ok(())
    ///     },
    /// )?;
    /// assert_eq!(names.len(), 250);
    /// # Ok::<(), pagecut::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// The first one in the order of the input, be it of the format, of `map` or of `take`. Nothing of the part that it is in and
    /// of those behind it is taken.
    pub fn map_parts_in_order<F: Format, T: Send>(
        &self,
        format: &F,
        map: impl Fn(&mut Records<'_, F>) -> Result<T> + Sync,
        take: impl FnMut(T) -> Result<()> + Send,
    ) -> Result<Tally> {
        let map = |part: Part<'_>| {
            let mut value = None;
            let done = read_records(format, part, |records| {
                value = Some(map(records)?);
                Ok(())
            });
            (value, done)
        };
        let work = InOrderWork { in_order: self.in_order(take), map };
        let (_, account) = self.run(format, Cutting::Parts, || None, &work);
        account.error.map_or(Ok(account.tally), Err)
    }

    /// Makes a value of the records and gaps of every part, on several threads at once, and hands the values to `take` in the order
    /// of the input. The first gap's error is that of the account, unless `take` fails first: then that is, and the account is
    /// not complete.
    pub fn map_pieces_in_order<F: Resync, T: Send>(
        &self,
        format: &F,
        map: impl Fn(&mut Pieces<'_, F>) -> T + Sync,
        take: impl FnMut(T) -> Result<()> + Send,
    ) -> Account {
        let map = |part: Part<'_>| {
            let mut value = None;
            let done = read_pieces(format, part, |pieces| value = Some(map(pieces)));
            (value, done)
        };
        let work = InOrderWork { in_order: self.in_order(take), map };
        self.run(format, Cutting::Recovering, || None, &work).1
    }

    pub(in crate::source) fn in_order<T, S: FnMut(T) -> Result<()>>(&self, take: S) -> InOrder<T, S> {
        InOrder::new(self.most_waiting(), take)
    }

    /// How many parts that are done may wait for one before them.
    pub(in crate::source) fn most_waiting(&self) -> usize {
        let threads = match self.options.threads {
            // To ask rayon would start threads, which a short input does not need.
            Some(0) => available_parallelism().map_or(1, NonZero::get),
            Some(threads) => threads,
            None => rayon::current_num_threads(),
        };
        2 * threads.min(MOST_THREADS)
    }

    /// Reads everything and tells what every byte is, up to the first error.
    #[must_use]
    pub fn account<F: Format>(&self, format: &F) -> Account {
        let work = |(): &mut (), part: Part<'_>| read_records(format, part, |_| Ok(()));
        self.run(format, Cutting::Records, || (), &work).1
    }

    /// Reads everything and tells what every byte is, going on behind every fault.
    #[must_use]
    pub fn account_pieces<F: Resync>(&self, format: &F) -> Account {
        self.fold_pieces(format, || (), |(), _| {}, |(), ()| ()).1
    }
}
