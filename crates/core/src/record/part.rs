//! Parts of an input for workers.

use std::fmt;
use std::ops::Range;

use super::Loss;

/// A part of an input that starts at a record boundary.
///
/// A part ends at a boundary too, and contains whole records only. Its view may include bytes of the next part, for a format that
/// needs a lookahead. A part of a format that [reads past the end](super::Boundaries::reads_past_end) may end inside a record, if all
/// that follows is in view and only a cursor uses the part.
#[derive(Clone, Copy)]
pub struct Part<'data> {
    /// The bytes of the part, then the lookahead.
    view: &'data [u8],
    len: usize,
    offset: u64,
    /// Whether the input ends where `view` ends.
    complete: bool,
    /// Positions of lost bytes in the view, in ascending order.
    losses: &'data [Loss],
}

impl<'data> Part<'data> {
    /// Creates a part that is a whole input.
    #[inline]
    #[must_use]
    pub fn whole(data: &'data [u8]) -> Self {
        Self { view: data, len: data.len(), offset: 0, complete: true, losses: &[] }
    }

    /// Creates the part of an input between two boundaries, with all later bytes in view.
    ///
    /// # Panics
    ///
    /// If `range` is not within `data`.
    #[must_use]
    pub fn from_range(data: &'data [u8], range: Range<usize>) -> Self {
        assert!(range.end <= data.len(), "the part ends at {} of {} bytes", range.end, data.len());
        Self {
            view: &data[range.start..],
            len: range.len(),
            offset: range.start as u64,
            complete: true,
            losses: &[],
        }
    }

    /// Creates a part of an input that is read piece by piece: the first `len` bytes of `view`, which begins `offset` bytes after
    /// the start of the input. `complete` states that the input ends where `view` ends.
    ///
    /// # Panics
    ///
    /// If `view` is shorter than `len`, or its end exceeds `u64::MAX`.
    #[inline]
    #[must_use]
    pub fn from_view(view: &'data [u8], len: usize, offset: u64, complete: bool) -> Self {
        assert!(len <= view.len(), "the part has {len} bytes, but only {} are there", view.len());
        assert!(offset.checked_add(view.len() as u64).is_some(), "the part ends beyond 64 bits");
        Self { view, len, offset, complete, losses: &[] }
    }

    /// Sets the positions of lost bytes, in ascending order. Only [`Pieces`](super::Pieces) may read such a part.
    #[inline]
    #[doc(hidden)]
    #[must_use]
    pub fn with_losses(self, losses: &'data [Loss]) -> Self {
        Self { losses, ..self }
    }

    /// Returns the positions of lost bytes.
    #[inline]
    #[doc(hidden)]
    #[must_use]
    pub fn losses(&self) -> &'data [Loss] {
        self.losses
    }

    /// Returns the bytes of the part.
    #[inline]
    #[must_use]
    pub fn as_bytes(&self) -> &'data [u8] {
        &self.view[..self.len]
    }

    /// Returns the bytes of the part and the lookahead after them.
    #[inline]
    #[must_use]
    pub fn view(&self) -> &'data [u8] {
        self.view
    }

    /// Whether the input ends where [`view`](Part::view) ends.
    #[inline]
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.complete
    }

    /// Returns the length of the part in bytes.
    #[inline]
    #[must_use]
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether the part has no bytes.
    #[inline]
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Returns the start of the part in bytes from the start of the input.
    #[inline]
    #[must_use]
    pub fn offset(&self) -> u64 {
        self.offset
    }

    /// Returns the range of the part in the input.
    #[inline]
    #[must_use]
    pub fn range(&self) -> Range<u64> {
        self.offset..self.offset + self.len as u64
    }
}

impl fmt::Debug for Part<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Part")
            .field("range", &self.range())
            .field("view_len", &self.view.len())
            .field("complete", &self.complete)
            .finish()
    }
}
