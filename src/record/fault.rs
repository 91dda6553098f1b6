//! What is wrong with a record of a text format.

use super::{Cursor, Part};
use crate::error::{Error, ErrorKind, Site};

/// What is wrong with the record at a cursor, and where.
#[derive(Debug)]
pub(crate) struct Fault {
    pub(crate) kind: ErrorKind,
    /// Position of the byte at fault, in the bytes in view.
    pub(crate) position: usize,
    /// The line at fault, from 0 for the first one of the record.
    pub(crate) line: u64,
}

impl Fault {
    /// The error that says so, with the numbers of record and line and the rest of the line.
    #[cold]
    #[inline(never)]
    pub(crate) fn at(self, format: &'static str, part: Part<'_>, cursor: &impl Cursor) -> Error {
        let rest = &part.view()[self.position..];
        let line = memchr::memchr(b'\n', rest).map_or(rest, |end| &rest[..end]);
        let tally = cursor.tally();
        let site = Site {
            format,
            offset: part.offset() + self.position as u64,
            record_offset: part.offset() + cursor.position() as u64,
            counted_from: part.offset(),
            record: tally.records,
            line: Some(tally.lines + self.line),
        };
        Error::at(self.kind, site, line.strip_suffix(b"\r").unwrap_or(line))
    }
}
