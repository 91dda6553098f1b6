//! The state of a cursor: its position in a part, and the counts of the bytes before it.

use super::{Format, Part, Step, Stop, Tally};
use crate::error::Error;

/// The state of a cursor: its position in a part, and the counts of the bytes before it. The caller passes the part to each step.
#[derive(Debug)]
pub struct CursorState<F: Format> {
    ahead: F::Lookahead,
    position: usize,
    records: u64,
    blank_bytes: u64,
    gaps: u64,
    gap_bytes: u64,
    lines: u64,
    stop: Option<Stop>,
}

/// The location and the layout of a record in a part.
#[derive(Debug, Clone, Copy)]
pub struct RecordLocation<L> {
    start: usize,
    len: usize,
    layout: L,
}

impl<L> RecordLocation<L> {
    /// Builds the record from the part in which it was found.
    #[inline(always)]
    pub fn record<'data, F: Format<Layout = L>>(self, format: &F, part: &Part<'data>) -> F::Record<'data> {
        format.record(self.bytes(part), self.offset(part), self.layout)
    }

    /// The bytes of the record in the part in which it was found.
    #[inline(always)]
    pub fn bytes<'data>(&self, part: &Part<'data>) -> &'data [u8] {
        &part.view()[self.start..self.start + self.len]
    }

    /// The offset of the record in the input.
    #[inline(always)]
    pub fn offset(&self, part: &Part<'_>) -> u64 {
        part.offset() + self.start as u64
    }

    /// The places of its fields.
    pub fn layout(self) -> L {
        self.layout
    }
}

impl<F: Format> Default for CursorState<F> {
    /// Returns the state at the start of a part.
    fn default() -> Self {
        Self {
            ahead: F::Lookahead::default(),
            position: 0,
            records: 0,
            blank_bytes: 0,
            gaps: 0,
            gap_bytes: 0,
            lines: 0,
            stop: None,
        }
    }
}

impl<F: Format> CursorState<F> {
    /// Steps over the next record. Returns `None` at the end of the part, or where the format stops before it.
    ///
    /// At an invalid record, the position stays at the record's start. The reason is stored here instead of being returned with
    /// each record, so that the record can be returned in registers.
    #[inline(always)]
    pub fn next(&mut self, format: &F, part: &Part<'_>) -> Option<RecordLocation<F::Layout>> {
        while self.position < part.len() {
            match format.step(&mut self.ahead, part, self.position) {
                Ok(Step::Record { layout, len, blank, lines }) => {
                    debug_assert!(len > 0, "{} has a record of 0 bytes", F::NAME);
                    let start = self.position;
                    self.position += len + blank;
                    self.records += 1;
                    self.blank_bytes += blank as u64;
                    self.lines += lines;
                    return Some(RecordLocation { start, len, layout });
                }
                Ok(Step::Blank { len, lines }) => {
                    debug_assert!(len > 0, "{} has a separator of 0 bytes", F::NAME);
                    self.position += len;
                    self.blank_bytes += len as u64;
                    self.lines += lines;
                }
                Err(stop) => {
                    self.keep(stop);
                    return None;
                }
            }
        }
        None
    }

    #[cold]
    #[inline(never)]
    fn keep(&mut self, stop: Stop) {
        self.stop = Some(stop);
    }

    /// Takes the reason why the cursor stopped before the end of the part, if it did.
    pub fn take_stop(&mut self) -> Option<Stop> {
        self.stop.take()
    }

    /// Returns the error of the record at the position.
    #[cold]
    pub fn error(&self, stop: Stop, part: &Part<'_>) -> Error {
        stop.into_error::<F>(part, self.position, self.tally())
    }

    /// Returns the position in bytes from the start of the part.
    #[inline]
    pub fn position(&self) -> usize {
        self.position
    }

    /// Returns the counts of the bytes before the position.
    pub fn tally(&self) -> Tally {
        Tally {
            records: self.records,
            record_bytes: self.position as u64 - self.blank_bytes - self.gap_bytes,
            blank_bytes: self.blank_bytes,
            gaps: self.gaps,
            gap_bytes: self.gap_bytes,
            lines: self.lines,
        }
    }

    /// Counts the bytes up to `position` as a gap and moves there.
    ///
    /// # Panics
    ///
    /// If `position` is before the present one or after the end of the view.
    pub fn skip_to(&mut self, position: usize, part: &Part<'_>) {
        let gap = &part.view()[self.position..position];
        if F::IS_TEXT {
            self.lines += memchr::memchr_iter(b'\n', gap).count() as u64;
        }
        self.gap_bytes += gap.len() as u64;
        self.gaps += 1;
        self.position = position;
        self.ahead = F::Lookahead::default();
    }
}
