//! Two inputs of paired reads, or one.

use std::path::Path;

use super::opening::open_both;
use crate::error::{PairFile, Result};
use crate::record::Tally;
use crate::source::access::Reader;
use crate::source::open::Source;
use crate::source::stream::{Side, TwoStreams};

/// Default number of bytes per part of a stream. It is much less than the read-ahead of the other stream, which holds the mates of these
/// records while a program writes to both streams in turn.
const STREAM_PART_LEN: usize = 64 << 10;

/// Paired reads in two inputs, or in one in which the mates alternate: files, compressed or not, pipes, four lines a record or
/// [wrapped](crate::fastq::Wrapped).
///
/// The memory that reading takes does not depend on the length of the inputs: it is that of a few batches for each thread, or of the
/// longest records if they are longer, and that of the bytes of [streams](#two-streams-of-one-program) that are read ahead. The names of
/// mates are compared ([rules](crate::fastq::pairs)).
///
/// All methods read the same pairs, and end with the same first error, for every number of threads, every backend and every part
/// length: the error of the pair with the lowest number, and within a pair the first file's before the second's. Inputs of unequal
/// counts are an error ([`MateMissing`](crate::ErrorKind::MateMissing)), after the last pair.
///
/// The number of threads is that of the first source's [options](crate::SourceOptions::threads).
///
/// # Two streams of one program
///
/// One program may write to the pipes of both inputs in turn, and one of them may be up to 32 MiB ahead of the mates in the other one, in
/// bytes of the pipe (compressed if it is compressed). A thread for each stream reads 2 MiB ahead, and while the other stream has
/// no bytes, 32 MiB. A program that writes more to one pipe before it writes the mates to the other one waits for ever, and so does the
/// reader: it cannot know that no more bytes will come. Two programs that write one pipe each need no bound.
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
    pub(super) first: Source,
    /// `None` if the mates alternate in `first`.
    pub(super) second: Option<Source>,
    pub(super) check_names: bool,
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
        let open = |path: &Path, file| {
            let path = path.to_owned();
            move || Source::open(path).map_err(|error| error.in_file(Some(file)))
        };
        Self::open_with(open(first.as_ref(), PairFile::First), open(second.as_ref(), PairFile::Second))
    }

    /// Opens the inputs with two functions, which run at the same time, since one program may open the pipes of both in any order, and
    /// write to one of them before it opens the other one. If opening the first input fails, the other function is not waited for.
    ///
    /// # Errors
    ///
    /// The error of `first`, or else that of `second`.
    pub fn open_with<E: Send + 'static>(
        first: impl FnOnce() -> std::result::Result<Source, E>,
        second: impl FnOnce() -> std::result::Result<Source, E> + Clone + Send + 'static,
    ) -> std::result::Result<Self, E> {
        let streams = TwoStreams::default();
        let first = || first().map(|source| Self::reading_ahead(source, streams.side(0)));
        let second = {
            let streams = streams.clone();
            move || second().map(|source| Self::reading_ahead(source, streams.side(1)))
        };
        let (first, second) = open_both(first, second)?;
        Ok(Self { first, second: Some(second), check_names: true })
    }

    /// Opens a file in which each second mate follows its first one.
    ///
    /// # Errors
    ///
    /// Those of [`Source::open`].
    pub fn open_interleaved(path: impl AsRef<Path>) -> Result<Self> {
        Source::open(path).map(Self::interleaved)
    }

    /// Reads the first mates from one source, and the second mates from another. Streams are [read ahead](#two-streams-of-one-program)
    /// from now on.
    #[must_use]
    pub fn new(first: Source, second: Source) -> Self {
        let streams = TwoStreams::default();
        let first = Self::reading_ahead(first, streams.side(0));
        Self { first, second: Some(Self::reading_ahead(second, streams.side(1))), check_names: true }
    }

    /// Starts to read a source ahead if it is a stream.
    fn reading_ahead(mut source: Source, side: Side) -> Source {
        if source.reader().is_none() {
            source.options.part_len.get_or_insert(STREAM_PART_LEN);
            source.start_read_ahead(side);
        }
        source
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

    /// The sources, with the file of two that each is.
    pub(super) fn inputs(&self) -> impl Iterator<Item = (&Source, Option<PairFile>)> {
        let first = self.second.is_some().then_some(PairFile::First);
        std::iter::once((&self.first, first))
            .chain(self.second.iter().map(|source| (source, Some(PairFile::Second))))
    }

    /// Checks that the files have not changed since they were opened. Streams always pass.
    pub(super) fn check(&self) -> Result<()> {
        for (source, file) in self.inputs() {
            source.reader().map_or(Ok(()), Reader::check).map_err(|error| error.in_file(file))?;
        }
        Ok(())
    }
}
