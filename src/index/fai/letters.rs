//! Letters and quality scores of a region, read from the input.

use std::fmt;
use std::ops::Range;

use super::Entry;
use super::fit::stale;
use crate::error::{ErrorKind, Result};
use crate::source::ReadAt;

/// How many bytes are read at a time at the most.
const READ_LEN: u64 = 256 << 10;

/// The letters of a region, or its quality scores, piece by piece: without the ends of lines, spaces, and whatever else is not
/// printed.
pub struct Letters<'content> {
    content: &'content dyn ReadAt,
    /// Where reading goes on, in bytes from the start of the input.
    offset: u64,
    left: u64,
    /// With what a line begins that is none of the sequence.
    others: &'static [u8],
    is_line_start: bool,
    /// Bytes of each line but the last, with its end.
    line_width: u64,
    /// Bytes of the present line that come before.
    column: u64,
    piece: Vec<u8>,
}

impl<'content> Letters<'content> {
    /// The letters of an entry in this range.
    pub(super) fn of_sequence(
        entry: &Entry,
        range: Range<u64>,
        content: &'content dyn ReadAt,
    ) -> Result<Self> {
        let others: &[u8] = if entry.quality_offset.is_some() { b"@+" } else { b">" };
        Self::new(entry, entry.offset, range, others, content)
    }

    /// The quality scores of an entry in this range, which begin at `offset`.
    pub(super) fn of_quality(
        entry: &Entry,
        offset: u64,
        range: Range<u64>,
        content: &'content dyn ReadAt,
    ) -> Result<Self> {
        Self::new(entry, offset, range, b"", content)
    }

    fn new(
        entry: &Entry,
        offset: u64,
        range: Range<u64>,
        others: &'static [u8],
        content: &'content dyn ReadAt,
    ) -> Result<Self> {
        let left = range.end - range.start;
        // Of no letters, it makes no difference where they are.
        let offset = if left == 0 { Some(offset) } else { offset_of(entry, offset, range.start) };
        let nowhere = || ErrorKind::DamagedIndex { why: "a letter lies in no line".into() };
        let offset = offset.ok_or_else(nowhere)?;
        let column = range.start.checked_rem(entry.line_bases).unwrap_or(0);
        let (is_line_start, line_width) = (column == 0, entry.line_width);
        if left > 0 {
            check_line(entry, offset.saturating_sub(column), range.start, content)?;
        }
        Ok(Self { content, offset, left, others, is_line_start, line_width, column, piece: Vec::new() })
    }

    /// How many letters are left.
    #[must_use]
    pub fn left(&self) -> u64 {
        self.left
    }

    /// The next letters, some of them at least; `None` behind the last one.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::StaleIndex`] where the sequence ends before it does by the index, and those of [`ReadAt::bytes_at`].
    pub fn next_piece(&mut self) -> Result<Option<&[u8]>> {
        self.piece.clear();
        while self.piece.is_empty() && self.left > 0 {
            // Most bytes are letters; what is not asked for is not read.
            let end = self.offset.saturating_add(READ_LEN.min(self.left)).min(self.content.len());
            let start = self.offset.min(end);
            let bytes = self.content.bytes_at(start..end)?;
            if bytes.is_empty() {
                return Err(stale("the length of a sequence"));
            }
            self.take(&bytes)?;
            self.offset = end;
        }
        self.left -= self.piece.len() as u64;
        Ok(Some(&*self.piece).filter(|piece| !piece.is_empty()))
    }

    /// Takes the letters among some bytes.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::StaleIndex`] if the sequence ends in them, or a line ends where none does by the index, or none where one does.
    fn take(&mut self, bytes: &[u8]) -> Result<()> {
        for &byte in bytes {
            if byte.is_ascii_graphic() {
                if self.is_line_start && self.others.contains(&byte) {
                    return Err(stale("the length of a sequence"));
                }
                self.piece.push(byte);
            }
            self.is_line_start = byte == b'\n';
            self.column += 1;
            let is_full = self.column == self.line_width;
            // No line has another byte where its end has to be. The last line may end early.
            let ends_early = self.is_line_start && !is_full && (self.piece.len() as u64) < self.left;
            if ends_early || (is_full && !self.is_line_start) {
                return Err(stale("the length of a line"));
            }
            if self.is_line_start {
                self.column = 0;
            }
        }
        Ok(())
    }
}

/// Checks that the line of letter `number`, which begins at `start` by the index, begins and ends there.
///
/// # Errors
///
/// [`ErrorKind::StaleIndex`] if it does not, and those of [`ReadAt::bytes_at`].
fn check_line(entry: &Entry, start: u64, number: u64, content: &dyn ReadAt) -> Result<()> {
    let line = number.checked_div(entry.line_bases).unwrap_or(0);
    let is_last = (line + 1).saturating_mul(entry.line_bases) >= entry.length;
    let before = (line > 0).then(|| start.saturating_sub(1));
    // The end of the sequence is checked for itself.
    let after = (!is_last).then(|| start.saturating_add(entry.line_width.saturating_sub(1)));
    for at in [before, after].into_iter().flatten() {
        let end = at.saturating_add(1).min(content.len());
        if *content.bytes_at(at.min(end)..end)? != *b"\n" {
            return Err(stale("the length of a line"));
        }
    }
    Ok(())
}

/// Where a letter lies of which `number` others come before; `first` is where the first one does. `None` where the lines of the
/// entry cannot be such.
pub(super) fn offset_of(entry: &Entry, first: u64, number: u64) -> Option<u64> {
    let lines = number.checked_div(entry.line_bases)?;
    let before = lines.checked_mul(entry.line_width)?.checked_add(number % entry.line_bases)?;
    first.checked_add(before)
}

impl fmt::Debug for Letters<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Letters")
            .field("offset", &self.offset)
            .field("left", &self.left)
            .finish_non_exhaustive()
    }
}
