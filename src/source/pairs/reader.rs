//! Pairs one after the other, on the calling thread.

use std::fmt;

use super::block::{Block, place};
use super::paired_source::PairedSource;
use crate::error::{Error, PairFile, Result};
use crate::fastq::pairs::{Mate, Mismatch, mismatch};
use crate::fastq::{MateFormat, Pair};
use crate::record::{Format, RecordLocation};
use crate::source::read::RecordReader;

/// The pairs of a [`PairedSource`], one after the other. Made by [`PairedSource::pairs`].
///
/// A pair borrows from the reader, and is valid until the next one is read.
pub struct PairReader<'source, F: MateFormat> {
    source: &'source PairedSource,
    format: F,
    first: RecordReader<'source, F>,
    /// `None` if the mates alternate in `first`.
    second: Option<RecordReader<'source, F>>,
    /// A copy of a first mate which its second mate follows in the same input, since that may lie in the next part.
    first_mate: Block<F::Layout>,
    pairs: u64,
    has_ended: bool,
}

/// The mates of a pair in the present parts of their inputs.
struct Mates<L> {
    /// `None` if it was copied.
    first: Option<RecordLocation<L>>,
    second: RecordLocation<L>,
}

impl<'source, F: MateFormat> PairReader<'source, F> {
    pub(super) fn new(source: &'source PairedSource, format: &F) -> Result<Self> {
        let mut readers =
            source.inputs().map(|(input, file)| input.records(format).map_err(|error| error.in_file(file)));
        // There is a first input.
        let first = readers.next().unwrap_or_else(|| source.first.records(format))?;
        let second = readers.next().transpose()?;
        Ok(Self {
            source,
            format: format.clone(),
            first,
            second,
            first_mate: Block::default(),
            pairs: 0,
            has_ended: false,
        })
    }

    /// Returns the next pair; `None` at the end of the inputs, and after an error.
    ///
    /// # Errors
    ///
    /// The first fault in the inputs, with its file, offset, record and line: of a record, of names that do not match
    /// ([`MateName`](crate::ErrorKind::MateName), [`MateNumber`](crate::ErrorKind::MateNumber)), or of a record without a mate
    /// ([`MateMissing`](crate::ErrorKind::MateMissing)); those of reading them.
    #[expect(clippy::should_implement_trait, reason = "an iterator cannot lend its items")]
    #[inline]
    pub fn next(&mut self) -> Result<Option<Pair<F::Record<'_>>>> {
        if self.has_ended {
            return Ok(None);
        }
        match self.find() {
            Ok(Some(mates)) => {
                self.pairs += 1;
                Ok(Some(self.pair(&mates)))
            }
            Ok(None) => {
                self.has_ended = true;
                Ok(None)
            }
            Err(error) => {
                self.has_ended = true;
                // An error about vanished bytes takes precedence: faults in such bytes mean nothing.
                self.source.check()?;
                Err(error)
            }
        }
    }

    /// The number of pairs that were read.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.pairs
    }

    /// Steps over the next pair.
    #[inline]
    fn find(&mut self) -> Result<Option<Mates<F::Layout>>> {
        let mates = if self.second.is_some() { self.find_in_two()? } else { self.find_in_one()? };
        if let Some(mates) = &mates
            && self.source.check_names
        {
            let Pair { first, second } = self.pair(mates);
            if let Some(mismatch) = mismatch(F::definition(&first), F::definition(&second)) {
                return Err(self.no_mates(mates, mismatch));
            }
        }
        Ok(mates)
    }

    fn find_in_two(&mut self) -> Result<Option<Mates<F::Layout>>> {
        let Self { format, first, second: Some(second), .. } = self else { return Ok(None) };
        let [in_first, in_second] = [Some(PairFile::First), Some(PairFile::Second)];
        let first_mate = first.find_next().map_err(|error| error.in_file(in_first))?;
        let second_mate = second.find_next().map_err(|error| error.in_file(in_second))?;
        match (first_mate, second_mate) {
            (Some(first), Some(second)) => Ok(Some(Mates { first: Some(first), second })),
            (Some(found), None) => Err(missing(&mate(format, first, &found, in_first), second, in_second)),
            (None, Some(found)) => Err(missing(&mate(format, second, &found, in_second), first, in_first)),
            (None, None) => Ok(None),
        }
    }

    fn find_in_one(&mut self) -> Result<Option<Mates<F::Layout>>> {
        let Some(first) = self.first.find_next()? else { return Ok(None) };
        let part = self.first.part();
        self.first_mate.clear();
        self.first_mate.push(first.bytes(&part), first.offset(&part), first.layout(), self.first.tally())?;
        match self.first.find_next()? {
            Some(second) => Ok(Some(Mates { first: None, second })),
            None => Err(missing(&self.first_mate.mate(&self.format, 0, None), &self.first, None)),
        }
    }

    #[inline]
    fn pair(&self, mates: &Mates<F::Layout>) -> Pair<F::Record<'_>> {
        let first = match &mates.first {
            Some(first) => first.record(&self.format, &self.first.part()),
            None => self.first_mate.record(&self.format, 0),
        };
        let second = self.second.as_ref().unwrap_or(&self.first);
        Pair { first, second: mates.second.record(&self.format, &second.part()) }
    }

    #[cold]
    fn no_mates(&self, mates: &Mates<F::Layout>, mismatch: Mismatch) -> Error {
        let (first, second) = match (&mates.first, &self.second) {
            (Some(first), Some(second)) => {
                let second = mate(&self.format, second, &mates.second, Some(PairFile::Second));
                (mate(&self.format, &self.first, first, Some(PairFile::First)), second)
            }
            _ => {
                let second = mate(&self.format, &self.first, &mates.second, None);
                (self.first_mate.mate(&self.format, 0, None), second)
            }
        };
        first.mismatch(&second, mismatch)
    }
}

/// The record that a reader has found last.
#[cold]
fn mate<'reader, F: MateFormat>(
    format: &F,
    reader: &'reader RecordReader<'_, F>,
    found: &RecordLocation<F::Layout>,
    file: Option<PairFile>,
) -> Mate<'reader> {
    let (part, tally) = (reader.part(), reader.tally());
    let definition = F::definition(&found.record(format, &part));
    let mate = Mate {
        file,
        record: tally.records - 1,
        offset: found.offset(&part),
        line: Some(tally.lines),
        header: &[],
    };
    place(found.bytes(&part), definition, mate)
}

/// The error of a record whose mate is not in an input, which has ended.
#[cold]
fn missing<F: Format>(mate: &Mate<'_>, ended: &RecordReader<'_, F>, file: Option<PairFile>) -> Error {
    let tally = ended.tally();
    mate.missing(file, tally.records, tally.bytes())
}

impl<F: MateFormat> fmt::Debug for PairReader<'_, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PairReader")
            .field("first", &self.first)
            .field("second", &self.second)
            .field("pairs", &self.pairs)
            .finish_non_exhaustive()
    }
}
