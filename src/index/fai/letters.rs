//! Reads the letters and quality scores of a region.

use std::fmt;
use std::ops::Range;

use super::entry::{Entry, stale};
use crate::error::{ErrorKind, Result};
use crate::source::ReadAt;

/// Maximum number of bytes per read.
const READ_LEN: u64 = 256 << 10;

/// A reader of the letters or quality scores of a region, piece by piece, without line ends, spaces and other bytes that are not
/// printable.
pub struct Letters<'content> {
    content: &'content dyn ReadAt,
    /// Position of the next read in bytes from the start of the input.
    offset: u64,
    left: u64,
    /// First bytes of lines that do not belong to the sequence.
    others: &'static [u8],
    is_line_start: bool,
    /// Number of bytes of each line but the last, line end included.
    line_width: u64,
    /// Number of bytes of the current line before the position.
    column: u64,
    piece: Vec<u8>,
}

impl<'content> Letters<'content> {
    /// Creates a reader of the letters of an entry in this range.
    pub(super) fn from_sequence(
        entry: &Entry,
        range: Range<u64>,
        content: &'content dyn ReadAt,
    ) -> Result<Self> {
        let others: &[u8] = if entry.quality_offset.is_some() { b"@+" } else { b">" };
        Self::new(entry, entry.offset, range, others, content)
    }

    /// Creates a reader of the quality scores of an entry in this range; the scores begin at `offset`.
    pub(super) fn from_quality_scores(
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
        // The position of zero letters does not matter.
        let offset = if left == 0 { Some(offset) } else { entry.offset_of(offset, range.start) };
        let nowhere = || ErrorKind::DamagedIndex { why: "a letter is outside all lines".into() };
        let offset = offset.ok_or_else(nowhere)?;
        let column = range.start.checked_rem(entry.line_bases).unwrap_or(0);
        let (is_line_start, line_width) = (column == 0, entry.line_width);
        if left > 0 {
            check_line(entry, offset.saturating_sub(column), range.start, content)?;
        }
        Ok(Self { content, offset, left, others, is_line_start, line_width, column, piece: Vec::new() })
    }

    /// Returns the number of letters that are left.
    #[must_use]
    pub fn left(&self) -> u64 {
        self.left
    }

    /// Returns the next letters, at least one; `None` after the last one.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::StaleIndex`] if the sequence ends earlier than the index states, and those of [`ReadAt::bytes_at`].
    pub fn next_piece(&mut self) -> Result<Option<&[u8]>> {
        self.piece.clear();
        while self.piece.is_empty() && self.left > 0 {
            // Most bytes are letters; bytes after the region are not read.
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

    /// Appends the letters among some bytes to the piece.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::StaleIndex`] if the sequence ends in these bytes, or if a line end is missing or surplus according to the
    /// index.
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
            // Every line but the last must end exactly at the width of the index; the last one may end early.
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

/// Checks that the line of letter `number`, which begins at `start` according to the index, begins and ends there.
///
/// # Errors
///
/// [`ErrorKind::StaleIndex`] if it does not, and those of [`ReadAt::bytes_at`].
fn check_line(entry: &Entry, start: u64, number: u64, content: &dyn ReadAt) -> Result<()> {
    let line = number.checked_div(entry.line_bases).unwrap_or(0);
    let is_last = (line + 1).saturating_mul(entry.line_bases) >= entry.length;
    let before = (line > 0).then(|| start.saturating_sub(1));
    // The end of the sequence is checked elsewhere.
    let after = (!is_last).then(|| start.saturating_add(entry.line_width.saturating_sub(1)));
    for at in [before, after].into_iter().flatten() {
        let end = at.saturating_add(1).min(content.len());
        if *content.bytes_at(at.min(end)..end)? != *b"\n" {
            return Err(stale("the length of a line"));
        }
    }
    Ok(())
}

impl fmt::Debug for Letters<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Letters")
            .field("offset", &self.offset)
            .field("left", &self.left)
            .finish_non_exhaustive()
    }
}
