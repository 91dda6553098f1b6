//! Steps from box to box of a whole input.

use super::boxes::is_padding;
use super::{Boxes, Mp4Box};
use crate::error::{Error, ErrorKind, Result, Site};
use crate::record::{self, Format, Part, Tally};

/// Reads the boxes of a part that are in no other box.
#[derive(Debug)]
pub struct Cursor<'data> {
    part: Part<'data>,
    position: usize,
    records: u64,
    /// Zeros after the last box.
    blank_bytes: u64,
    gap_bytes: u64,
    gaps: u64,
}

impl<'data> Cursor<'data> {
    pub(super) fn new(part: Part<'data>) -> Self {
        Self { part, position: 0, records: 0, blank_bytes: 0, gap_bytes: 0, gaps: 0 }
    }

    fn step(&self) -> std::result::Result<Mp4Box<'data>, ErrorKind> {
        let rest = &self.part.view()[self.position..];
        let next = Mp4Box::first(rest, self.part.offset() + self.position as u64, None)?;
        if next.header().size.is_none() && !self.part.is_complete() {
            return Err(ErrorKind::Incomplete { within: "in a box without a size" });
        }
        Ok(next)
    }

    #[cold]
    fn error(&self, kind: ErrorKind) -> Error {
        let offset = self.part.offset() + self.position as u64;
        let site = Site {
            format: Boxes::NAME,
            offset,
            record_offset: offset,
            counted_from: self.part.offset(),
            record: self.records,
            line: None,
        };
        Error::at(kind, site, &self.part.view()[self.position..])
    }
}

impl<'data> record::Cursor for Cursor<'data> {
    type Record = Mp4Box<'data>;

    fn next(&mut self) -> Option<Result<Mp4Box<'data>>> {
        if self.position >= self.part.len() {
            return None;
        }
        let rest = &self.part.view()[self.position..];
        if self.part.is_complete() && is_padding(rest) {
            self.blank_bytes += (self.part.len() - self.position) as u64;
            self.position = self.part.len();
            return None;
        }
        let next = match self.step() {
            Ok(next) => next,
            Err(kind) => return Some(Err(self.error(kind))),
        };
        self.position += next.as_bytes().len();
        self.records += 1;
        Some(Ok(next))
    }

    fn position(&self) -> usize {
        self.position
    }

    fn tally(&self) -> Tally {
        Tally {
            records: self.records,
            record_bytes: self.position as u64 - self.gap_bytes - self.blank_bytes,
            blank_bytes: self.blank_bytes,
            gaps: self.gaps,
            gap_bytes: self.gap_bytes,
            ..Tally::default()
        }
    }

    fn skip_to(&mut self, position: usize) {
        assert!((self.position..=self.part.view().len()).contains(&position));
        self.gap_bytes += (position - self.position) as u64;
        self.gaps += 1;
        self.position = position;
    }
}
