//! What a format says of the bytes at a position.

use super::{Format, Part, Tally};
use crate::error::{Error, ErrorKind, Site};

/// What begins at a position.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step<L> {
    /// A record.
    Record {
        /// Where its fields lie.
        layout: L,
        /// Its length in bytes, with its line ends: 1 or more, and no more than there are in view.
        len: usize,
        /// Length in bytes of the blank lines and comments that follow it, as far as they were read.
        blank: usize,
        /// Lines of the record and of what follows it; 0 for a binary format.
        lines: u64,
    },
    /// Bytes that separate records: a blank line, a comment, a byte order mark, padding.
    Blank {
        /// Length in bytes: 1 or more, and no more than there are in view.
        len: usize,
        /// Lines of it; 0 for a binary format.
        lines: u64,
    },
}

/// Why neither a record nor a separator begins at a position.
#[derive(Debug)]
pub enum Stop {
    /// The bytes in view end first. If more of the input follows, reading goes on with more of it in view; if not, the input is cut
    /// short.
    NeedsMore {
        /// Where the bytes in view end: `in a sequence`, `before a plus line`.
        within: &'static str,
        /// The line in which they end, from 0 for the first one of the record.
        line: u64,
    },
    /// The bytes are wrong, whatever follows.
    Fault(Fault),
}

impl Stop {
    /// The bytes in view end first.
    #[must_use]
    pub const fn needs_more(within: &'static str) -> Self {
        Self::NeedsMore { within, line: 0 }
    }

    /// Counts positions from the start of the view, if they were counted from `position`.
    pub(crate) fn after(self, position: usize) -> Self {
        match self {
            Self::NeedsMore { .. } => self,
            Self::Fault(fault) => Self::Fault(Fault { position: position + fault.position, ..fault }),
        }
    }

    /// Whether more bytes in view would make a difference.
    #[must_use]
    pub const fn is_more_needed(&self) -> bool {
        matches!(self, Self::NeedsMore { .. })
    }

    /// The error of a record that begins at `position` of a part, of which `before` was read.
    #[cold]
    #[inline(never)]
    pub(crate) fn into_error<F: Format>(self, part: &Part<'_>, position: usize, before: Tally) -> Error {
        let fault = match self {
            // A text is cut where it ends; of a binary format, it is the record that is cut.
            Self::NeedsMore { within, line } => {
                let position = if F::IS_TEXT { part.view().len() } else { position };
                Fault { kind: ErrorKind::Incomplete { within }, position, line }
            }
            Self::Fault(fault) => fault,
        };
        let site = Site {
            format: F::NAME,
            offset: part.offset() + fault.position as u64,
            record_offset: part.offset() + position as u64,
            counted_from: part.offset(),
            record: before.records,
            line: F::IS_TEXT.then_some(before.lines + fault.line),
        };
        // A format outside of the crate may give any position.
        let rest = part.view().get(fault.position..).unwrap_or_default();
        let excerpt = if F::IS_TEXT { rest_of_line(rest) } else { rest };
        Error::at(fault.kind, site, excerpt)
    }
}

impl From<Fault> for Stop {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

/// A fault in a record, and its place.
#[derive(Debug)]
pub struct Fault {
    pub(crate) kind: ErrorKind,
    /// Position of the byte at fault, in the bytes in view.
    pub(crate) position: usize,
    /// The line at fault, from 0 for the first one of the record.
    pub(crate) line: u64,
}

impl Fault {
    /// A fault in the byte at `position` of the bytes in view ([`Part::view`]), in the first line of the record.
    #[must_use]
    pub fn new(kind: ErrorKind, position: usize) -> Self {
        Self { kind, position, line: 0 }
    }

    /// The fault in another line of the record, where 0 is the first one.
    #[must_use]
    pub fn in_line(self, line: u64) -> Self {
        Self { line, ..self }
    }
}

/// The bytes up to a line end.
fn rest_of_line(bytes: &[u8]) -> &[u8] {
    let line = memchr::memchr(b'\n', bytes).map_or(bytes, |end| &bytes[..end]);
    line.strip_suffix(b"\r").unwrap_or(line)
}
