//! Reads mates side by side.

use super::input::{Input, Mark};
use super::mate::Mate;
use super::names::{self, Mismatch};
use super::{Pair, header};
use crate::error::{Error, ErrorKind, Result};
use crate::fastq::{Fastq, Record};
use crate::record::{Format, Part, Records};

/// The records of an input from a boundary on.
#[derive(Debug)]
pub(super) struct Lane<'data> {
    input: Input<'data>,
    from: Mark,
    records: Records<'data, Fastq>,
}

impl<'data> Lane<'data> {
    /// All records. The backing of the input is told where the reader is.
    pub(super) fn all(input: Input<'data>, format: Fastq) -> Self {
        let records = input.records(format, Part::whole(input.data));
        Self { input, from: Mark::default(), records }
    }

    /// The records from a boundary on. The backing is not told, since somebody was here before.
    pub(super) fn from(input: Input<'data>, from: Mark, format: Fastq) -> Self {
        let part = Part::from_range(input.data, from.offset..input.data.len());
        Self { input, from, records: format.records_of(part) }
    }

    #[inline]
    fn next(&mut self) -> Option<Result<Record<'data>>> {
        match self.records.next() {
            Some(Err(error)) => Some(Err(self.placed(error))),
            record => record,
        }
    }

    /// Leaves out records of which it is known that they are there.
    fn skip_to(&mut self, record: u64) -> Result<()> {
        for _ in self.from.record..record {
            self.next().unwrap_or_else(|| Err(self.changed()))?;
        }
        Ok(())
    }

    #[cold]
    fn placed(&self, error: Error) -> Error {
        error.count_before(self.from.record, self.from.line).in_file(self.input.file)
    }

    /// Records that were there have gone.
    #[cold]
    fn changed(&self) -> Error {
        Error::from(ErrorKind::Changed).in_file(self.input.file)
    }

    /// Where the reader is: what was read so far lies before.
    fn position(&self) -> Mark {
        let tally = self.records.tally();
        let read = Mark {
            // What lies in memory can be counted in `usize`.
            offset: self.from.offset + usize::try_from(tally.bytes()).unwrap_or(usize::MAX),
            record: tally.records,
            line: tally.lines,
        };
        read.behind(self.from)
    }

    /// A record that was read just now, with `behind` others behind it.
    #[cold]
    fn mate(&self, record: &Record<'data>, behind: u64) -> Mate<'data> {
        let position = self.position();
        let offset = record.range().start;
        // A record lies in its input.
        let since = &self.input.data[usize::try_from(offset).unwrap_or(usize::MAX)..position.offset];
        // The last line may not end.
        let lines = since.split_inclusive(|&byte| byte == b'\n').count() as u64;
        Mate {
            file: self.input.file,
            record: position.record - 1 - behind,
            offset,
            // A mapping may have other line ends by now.
            line: position.line.saturating_sub(lines),
            header: header(record.as_bytes(), record.definition()),
        }
    }

    /// The error of a record whose mate is not in this lane, which has ended.
    #[cold]
    fn mate_missing(&self, mate: &Mate<'_>) -> Error {
        mate.missing(self.input.file, self.position().record, self.input.data.len() as u64)
    }
}

/// Pairs, one after the other.
#[derive(Debug)]
pub(super) struct Lockstep<'data> {
    first: Lane<'data>,
    /// Where the second mates are, unless each stands behind its first one.
    second: Option<Lane<'data>>,
    check_names: bool,
}

impl<'data> Lockstep<'data> {
    pub(super) fn new(first: Lane<'data>, second: Option<Lane<'data>>, check_names: bool) -> Self {
        Self { first, second, check_names }
    }

    /// Leaves out what lies before a pair, of which it is known that it is there.
    pub(super) fn skip_to(&mut self, pair: u64) -> Result<()> {
        match &mut self.second {
            Some(second) => {
                self.first.skip_to(pair)?;
                second.skip_to(pair)
            }
            None => self.first.skip_to(2 * pair),
        }
    }

    /// The next pair. After an error, the next one makes no sense.
    #[inline]
    pub(super) fn next(&mut self) -> Option<Result<Pair<Record<'data>>>> {
        let first = self.first.next();
        let second = match &mut self.second {
            Some(lane) => lane.next(),
            // After an error or the end, there is nothing.
            None => self.first.next(),
        };
        let mates = match (first, second) {
            (Some(Ok(first)), Some(Ok(second))) => Ok(Pair { first, second }),
            (None, None) => return None,
            (Some(Err(error)), _) | (_, Some(Err(error))) => Err(error),
            (Some(Ok(first)), None) => Err(self.second_missing(&first)),
            (None, Some(Ok(second))) => Err(self.first_missing(&second)),
        };
        Some(mates.and_then(|pair| self.checked(pair)))
    }

    #[inline]
    fn checked(&self, pair: Pair<Record<'data>>) -> Result<Pair<Record<'data>>> {
        if !self.check_names {
            return Ok(pair);
        }
        match names::mismatch(pair.first.definition(), pair.second.definition()) {
            None => Ok(pair),
            Some(mismatch) => Err(self.no_mates(pair, mismatch)),
        }
    }

    #[cold]
    fn no_mates(&self, Pair { first, second }: Pair<Record<'data>>, mismatch: Mismatch) -> Error {
        let (lane, behind) = match &self.second {
            Some(lane) => (lane, 0),
            None => (&self.first, 1),
        };
        self.first.mate(&first, behind).mismatch(&lane.mate(&second, 0), mismatch)
    }

    #[cold]
    fn second_missing(&self, first: &Record<'data>) -> Error {
        self.second.as_ref().unwrap_or(&self.first).mate_missing(&self.first.mate(first, 0))
    }

    #[cold]
    fn first_missing(&self, second: &Record<'data>) -> Error {
        let lane = self.second.as_ref().unwrap_or(&self.first);
        self.first.mate_missing(&lane.mate(second, 0))
    }

    /// Pairs that were there have gone.
    #[cold]
    pub(super) fn changed(&self) -> Error {
        self.first.changed()
    }
}
