//! Mates from two inputs, or from one in which they alternate, whatever the inputs are.

mod batch;
mod block;
mod lanes;
mod reader;
mod recover;
mod work;

use std::path::Path;

pub use batch::PairBatch;
pub use reader::PairReader;
pub use recover::{PairAccount, PairPiece};

use super::access::Reader;
use super::open::Source;
use crate::detect::KindVisitor;
use crate::error::{Error, ErrorKind, PairFile, Result};
use crate::fastq::{MateFormat, Pair, Variant};
use crate::record::{Format, Tally};

/// Paired reads in two inputs, or in one in which the mates alternate: files, compressed or not, pipes, four lines a record or
/// [wrapped](crate::fastq::Wrapped).
///
/// The memory that reading takes does not depend on the length of the inputs: it is that of a few batches for each thread, or of the
/// longest records if they are longer. The names of mates are compared ([rules](crate::fastq::pairs)).
///
/// All methods read the same pairs, and end with the same first error, for every number of threads, every backend and every part
/// length: the error of the pair with the lowest number, and within a pair the first file's before the second's. Inputs of unequal
/// counts are an error ([`MateMissing`](ErrorKind::MateMissing)), after the last pair.
///
/// The number of threads is that of the first source's [options](crate::SourceOptions::threads).
///
/// ```
/// use pagecut::{PairedSource, Source, SourceOptions, fastq::Fastq};
///
/// let open = |reads: &'static [u8]| Source::from_reader(reads, SourceOptions::new());
/// let source = PairedSource::new(open(b"@r1\nACGT\n+\nIIII\n"), open(b"@r1\nA\n+\nI\n@r2\nA\n+\nI\n"));
/// let mut pairs = source.pairs(&Fastq::new())?;
/// assert_eq!(pairs.next()?.unwrap().first.sequence(), b"ACGT");
/// assert_eq!(
///     pairs.next().unwrap_err().to_string(),
///     "fastq: second file, record 1, line 5, byte 10: \
///      there is no mate: the first file ends after 1 records, at byte 16: \"@r2\""
/// );
/// # Ok::<(), pagecut::Error>(())
/// ```
#[derive(Debug)]
pub struct PairedSource {
    first: Source,
    /// `None` if the mates alternate in `first`.
    second: Option<Source>,
    check_names: bool,
}

/// The counts of pairs that were read to the end.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct PairTally {
    /// Pairs.
    pub pairs: u64,
    /// The account of the bytes of the first input, or of the only one.
    pub first: Tally,
    /// The account of the bytes of the second input.
    pub second: Option<Tally>,
}

impl PairedSource {
    /// Opens two files: one with the first mates, and one with the second mates in the same order.
    ///
    /// # Errors
    ///
    /// Those of [`Source::open`].
    pub fn open(first: impl AsRef<Path>, second: impl AsRef<Path>) -> Result<Self> {
        let [first, second] = [(PairFile::First, first.as_ref()), (PairFile::Second, second.as_ref())]
            .map(|(file, path)| Source::open(path).map_err(|error| error.in_file(Some(file))));
        Ok(Self::new(first?, second?))
    }

    /// Opens a file in which each second mate follows its first one.
    ///
    /// # Errors
    ///
    /// Those of [`Source::open`].
    pub fn open_interleaved(path: impl AsRef<Path>) -> Result<Self> {
        Source::open(path).map(Self::interleaved)
    }

    /// Reads the first mates from one source, and the second mates from another.
    #[must_use]
    pub fn new(first: Source, second: Source) -> Self {
        Self { first, second: Some(second), check_names: true }
    }

    /// Reads both mates from one source, in which each second mate follows its first one.
    #[must_use]
    pub fn interleaved(source: Source) -> Self {
        Self { first: source, second: None, check_names: true }
    }

    /// Sets whether the names of mates are compared; they are by default.
    #[must_use]
    pub fn check_names(self, check: bool) -> Self {
        Self { check_names: check, ..self }
    }

    /// The source of the first mates, or of both if they alternate.
    #[must_use]
    pub fn first(&self) -> &Source {
        &self.first
    }

    /// The source of the second mates; `None` if the mates alternate in the first source.
    #[must_use]
    pub fn second(&self) -> Option<&Source> {
        self.second.as_ref()
    }

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
    /// [`ErrorKind::Io`] if an input is a stream that is being read, or was read before.
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

    /// Makes a value of every batch of pairs, on several threads at once, and hands the values to `take` in the order of the pairs.
    /// Workers that are far ahead wait, so that only a few values are kept. Pairs that `map` leaves are read and compared all the
    /// same. Which pairs are a batch depends on the records alone.
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
    /// The first one in the order of the pairs, be it of the inputs, of `map` or of `take`. Nothing of the batch that it is in and of
    /// later ones is taken.
    pub fn map_batches_in_order<F: MateFormat, T: Send>(
        &self,
        format: &F,
        map: impl Fn(&mut PairBatch<'_, F>) -> Result<T> + Sync,
        take: impl FnMut(T) -> Result<()> + Send,
    ) -> Result<PairTally> {
        work::map_in_order(self, format, map, take)
    }

    /// Does work on the pairs in the variant of FASTQ that their records have: wrapped if those of an input are, and four lines a record
    /// otherwise. A wrong guess from the first bytes of files is put right by reading them again, as [`Source::in_variant`] does;
    /// streams are read as guessed.
    ///
    /// ```
    /// use pagecut::{PairedSource, fastq::Fastq};
    ///
    /// let source = PairedSource::open("testdata/wrapped.fastq", "testdata/wrapped.fastq")?.check_names(false);
    /// let fastq = Fastq::new();
    /// let tally = source.in_variant(
    ///     || source.for_each(&fastq, |_| {}),
    ///     || source.for_each(&fastq.wrapped(), |_| {}),
    /// )?;
    /// assert!(tally.pairs > 0);
    /// # Ok::<(), pagecut::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Those of the work in that variant; [`ErrorKind::UnknownFormat`] for an input that is not FASTQ.
    pub fn in_variant<T>(
        &self,
        four_lines: impl FnOnce() -> Result<T>,
        wrapped: impl FnOnce() -> Result<T>,
    ) -> Result<T> {
        match self.guess()? {
            guess @ Variant::FourLines => {
                let done = four_lines();
                match self.variant_after(guess, done.as_ref().err())? {
                    Variant::FourLines => done,
                    Variant::Wrapped => wrapped(),
                }
            }
            guess @ Variant::Wrapped => {
                let done = wrapped();
                match self.variant_after(guess, done.as_ref().err())? {
                    Variant::FourLines => four_lines(),
                    Variant::Wrapped => done,
                }
            }
        }
    }

    /// The variant by the first bytes of the inputs.
    fn guess(&self) -> Result<Variant> {
        let mut guess = Variant::FourLines;
        for (source, file) in self.inputs() {
            let kind = source.detect().map_err(|error| error.in_file(file))?;
            match kind.visit(VariantOfMates).map_err(|error| error.in_file(file))? {
                Variant::Wrapped => guess = Variant::Wrapped,
                Variant::FourLines => {}
            }
        }
        Ok(guess)
    }

    /// The variant that the input with this error turns out to have, if it was read as `guess`.
    fn variant_after(&self, guess: Variant, error: Option<&Error>) -> Result<Variant> {
        let Some(error) = error else { return Ok(guess) };
        // A stream cannot be read again, and neither can the other input then.
        if self.inputs().any(|(source, _)| source.reader().is_none()) {
            return Ok(guess);
        }
        let file = error.location().and_then(|location| location.file);
        match self.inputs().find(|(_, of)| *of == file) {
            Some((source, _)) => source.variant_after(guess, error),
            None => Ok(guess),
        }
    }

    /// The sources, with the file of two that each is.
    fn inputs(&self) -> impl Iterator<Item = (&Source, Option<PairFile>)> {
        let first = self.second.is_some().then_some(PairFile::First);
        std::iter::once((&self.first, first))
            .chain(self.second.iter().map(|source| (source, Some(PairFile::Second))))
    }

    /// Checks that the files have not changed since they were opened. Streams always pass.
    fn check(&self) -> Result<()> {
        for (source, file) in self.inputs() {
            source.reader().map_or(Ok(()), Reader::check).map_err(|error| error.in_file(file))?;
        }
        Ok(())
    }
}

/// The variant of FASTQ in which mates are read. An empty input has any.
struct VariantOfMates;

impl KindVisitor for VariantOfMates {
    type Output = Result<Variant>;

    fn format<F: Format>(self, _: &F) -> Result<Variant> {
        Err(ErrorKind::UnknownFormat("only FASTQ has mates that can be compared").into())
    }

    fn fastq(self, guess: Variant) -> Result<Variant> {
        Ok(guess)
    }

    fn scattered(self, why: &'static str) -> Result<Variant> {
        Err(ErrorKind::UnknownFormat(why).into())
    }
}
