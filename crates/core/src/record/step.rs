//! The result of one step of a format.

use super::{Format, Part, Tally};
use crate::error::{Error, ErrorKind, Site};

/// The bytes at a position: a record, or a separator.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step<L> {
    /// A record.
    Record {
        /// Positions of its fields.
        layout: L,
        /// Length in bytes with line ends: at least 1, and within the view.
        len: usize,
        /// Length in bytes of the blank lines and comments after it that were read with it.
        blank: usize,
        /// Number of lines of the record and of the `blank` bytes after it; 0 for a binary format.
        lines: u64,
    },
    /// Bytes between records: a blank line, a comment, a byte order mark, padding.
    Blank {
        /// Length in bytes: at least 1, and within the view.
        len: usize,
        /// Number of lines; 0 for a binary format.
        lines: u64,
    },
}

/// The reason why neither a record nor a separator begins at a position.
#[derive(Debug)]
pub enum Stop {
    /// The view ends too early. If the input continues, the reader tries again with a longer view; if not, the input is truncated.
    NeedsMore {
        /// Where the view ends: `in a sequence`, `before a plus line`.
        within: &'static str,
        /// The line in which the view ends, from 0 for the first line of the record.
        line: u64,
    },
    /// The bytes are invalid, whatever follows them.
    Fault(Fault),
}

impl Stop {
    /// Creates the stop for a view that ends too early, in the first line of a record.
    #[inline]
    #[must_use]
    pub const fn needs_more(within: &'static str) -> Self {
        Self::NeedsMore { within, line: 0 }
    }

    /// Moves a fault that was counted from `position` to positions from the start of the view.
    #[inline]
    #[doc(hidden)]
    #[must_use]
    pub fn after(self, position: usize) -> Self {
        match self {
            Self::NeedsMore { .. } => self,
            Self::Fault(fault) => Self::Fault(Fault { position: position + fault.position, ..fault }),
        }
    }

    /// Whether a longer view could change the result.
    #[inline]
    #[must_use]
    pub const fn is_more_needed(&self) -> bool {
        matches!(self, Self::NeedsMore { .. })
    }

    /// Turns the stop into the error of a record that begins at `position` of a part, after the bytes counted in `before`.
    #[cold]
    #[inline(never)]
    pub(crate) fn into_error<F: Format>(self, part: &Part<'_>, position: usize, before: Tally) -> Error {
        let fault = match self {
            // The error of a truncated text is located at its end, that of a truncated binary record at its start.
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
        // A format outside the crate may return any position.
        let rest = part.view().get(fault.position..).unwrap_or_default();
        let excerpt = if F::IS_TEXT { rest_of_line(rest) } else { rest };
        Error::at(fault.kind, site, excerpt)
    }
}

impl From<Fault> for Stop {
    #[inline]
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

/// A fault in a record, and its position.
#[derive(Debug)]
pub struct Fault {
    #[doc(hidden)]
    pub kind: ErrorKind,
    /// Position of the invalid byte in the view.
    #[doc(hidden)]
    pub position: usize,
    /// The invalid line, from 0 for the first line of the record.
    #[doc(hidden)]
    pub line: u64,
}

impl Fault {
    /// Creates a fault in the byte at `position` of the view ([`Part::view`]), in the first line of the record.
    #[must_use]
    pub fn new(kind: ErrorKind, position: usize) -> Self {
        Self { kind, position, line: 0 }
    }

    /// Moves the fault to another line of the record; 0 is the first.
    #[must_use]
    pub fn in_line(self, line: u64) -> Self {
        Self { line, ..self }
    }
}

/// Returns the bytes before the first line end.
fn rest_of_line(bytes: &[u8]) -> &[u8] {
    let line = memchr::memchr(b'\n', bytes).map_or(bytes, |end| &bytes[..end]);
    line.strip_suffix(b"\r").unwrap_or(line)
}
