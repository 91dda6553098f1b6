//! Steps from record to record.

use super::step::{Step, View};
use super::{Cluster, Element, ElementId, Matroska, TopLevel};
use crate::error::{Error, ErrorKind, Result, Site};
use crate::record::{self, Format, Part, Tally};

/// Reads the records of a part.
#[derive(Debug)]
pub struct Cursor<'data> {
    part: Part<'data>,
    position: usize,
    records: u64,
    gaps: u64,
    gap_bytes: u64,
}

impl<'data> Cursor<'data> {
    pub(super) fn new(part: Part<'data>) -> Self {
        Self { part, position: 0, records: 0, gaps: 0, gap_bytes: 0 }
    }

    #[cold]
    fn error(&self, kind: ErrorKind) -> Error {
        let offset = self.part.offset() + self.position as u64;
        let site = Site {
            format: Matroska::NAME,
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
    type Record = TopLevel<'data>;

    fn next(&mut self) -> Option<Result<TopLevel<'data>>> {
        if self.position >= self.part.len() {
            return None;
        }
        let view = View { bytes: self.part.view(), complete: self.part.is_complete() };
        Some(match view.step(self.position) {
            Step::Record(header, end) => {
                let offset = self.part.offset() + self.position as u64;
                let body = &view.bytes[self.position + header.len..end];
                let element = Element::new(header, offset, body);
                self.position = end;
                self.records += 1;
                Ok(match header.id {
                    ElementId::SEGMENT => TopLevel::Segment(element),
                    ElementId::CLUSTER => TopLevel::Cluster(Cluster::new(element)),
                    _ => TopLevel::Element(element),
                })
            }
            Step::Fault(kind) => Err(self.error(kind)),
            Step::Unknown => {
                let within = "where it cannot be told how long an element is";
                Err(self.error(ErrorKind::Incomplete { within }))
            }
        })
    }

    fn position(&self) -> usize {
        self.position
    }

    fn tally(&self) -> Tally {
        Tally {
            records: self.records,
            record_bytes: self.position as u64 - self.gap_bytes,
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
