//! Reading of two inputs in lockstep.

use super::input::{Input, Mark};
use super::mate::{Mate, header};
use super::names::{self, Mismatch};
use super::pair::Pair;
use crate::error::{Error, ErrorKind, Result};
use crate::fastq::{Fastq, Record};
use crate::record::{Format, Part, Records};

/// The records of an input from a boundary.
#[derive(Debug)]
pub(super) struct Lane<'data> {
    input: Input<'data>,
    from: Mark,
    records: Records<'data, Fastq>,
}

impl<'data> Lane<'data> {
    /// All records of an input. Progress is reported to the backing.
    pub(super) fn all(input: Input<'data>, format: Fastq) -> Self {
        let records = input.records(format, Part::whole(input.data));
        Self { input, from: Mark::default(), records }
    }

    /// The records from a boundary. Progress is not reported: these bytes were read before, to count records.
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

    /// Skips records that were counted before.
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

    /// The error of records that have vanished since they were counted.
    #[cold]
    fn changed(&self) -> Error {
        Error::from(ErrorKind::Changed).in_file(self.input.file)
    }

    /// Returns the position after the last record.
    fn position(&self) -> Mark {
        let tally = self.records.tally();
        let read = Mark {
            // Positions in memory fit into `usize`.
            offset: self.from.offset + usize::try_from(tally.bytes()).unwrap_or(usize::MAX),
            record: tally.records,
            line: tally.lines,
        };
        read.after(self.from)
    }

    /// Returns the place of a record after which `later` others were read.
    #[cold]
    fn mate(&self, record: &Record<'data>, later: u64) -> Mate<'data> {
        let position = self.position();
        let offset = record.range().start;
        // A record lies in its input.
        let since = &self.input.data[usize::try_from(offset).unwrap_or(usize::MAX)..position.offset];
        // The last line may have no line end.
        let lines = since.split_inclusive(|&byte| byte == b'\n').count() as u64;
        Mate {
            file: self.input.file,
            record: position.record - 1 - later,
            offset,
            // The lines of a mapping may have changed.
            line: Some(position.line.saturating_sub(lines)),
            header: header(record.as_bytes(), record.definition()),
        }
    }

    /// Returns the error of a record that has no mate, since this lane has ended.
    #[cold]
    fn mate_missing(&self, mate: &Mate<'_>) -> Error {
        mate.missing(self.input.file, self.position().record, self.input.data.len() as u64)
    }
}

/// The pairs of two lanes, one after the other.
#[derive(Debug)]
pub(super) struct Lockstep<'data> {
    first: Lane<'data>,
    /// The second mates; `None` if the mates alternate in the first lane.
    second: Option<Lane<'data>>,
    check_names: bool,
}

impl<'data> Lockstep<'data> {
    pub(super) fn new(first: Lane<'data>, second: Option<Lane<'data>>, check_names: bool) -> Self {
        Self { first, second, check_names }
    }

    /// Skips the records before a pair, which were counted before.
    pub(super) fn skip_to(&mut self, pair: u64) -> Result<()> {
        match &mut self.second {
            Some(second) => {
                self.first.skip_to(pair)?;
                second.skip_to(pair)
            }
            None => self.first.skip_to(2 * pair),
        }
    }

    /// Returns the next pair. It must not be called after an error.
    #[inline]
    pub(super) fn next(&mut self) -> Option<Result<Pair<Record<'data>>>> {
        let first = self.first.next();
        let second = match &mut self.second {
            Some(lane) => lane.next(),
            // Nothing follows an error or the end.
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
        let (lane, later) = match &self.second {
            Some(lane) => (lane, 0),
            None => (&self.first, 1),
        };
        self.first.mate(&first, later).mismatch(&lane.mate(&second, 0), mismatch)
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

    /// The error of pairs that have vanished since they were counted.
    #[cold]
    pub(super) fn changed(&self) -> Error {
        self.first.changed()
    }
}
