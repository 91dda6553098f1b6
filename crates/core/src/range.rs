//! Range arguments.

use std::ops::{Bound, Range, RangeBounds};

use crate::error::{ErrorKind, Result};

/// Resolves the bounds of a range, which must lie in `len` bytes.
pub fn resolve(range: impl RangeBounds<usize>, len: usize) -> Result<Range<usize>> {
    let start = match range.start_bound() {
        Bound::Included(&start) => start,
        Bound::Excluded(&before) => before.saturating_add(1),
        Bound::Unbounded => 0,
    };
    let end = match range.end_bound() {
        Bound::Included(&last) => last.saturating_add(1),
        Bound::Excluded(&end) => end,
        Bound::Unbounded => len,
    };
    if start > end || end > len {
        return Err(ErrorKind::OutOfRange { start: start as u64, end: end as u64, len: len as u64 }.into());
    }
    Ok(start..end)
}

/// Returns the range of `part` in `all`, by address; `None` unless all of its bytes belong to `all`.
#[inline]
pub fn position_in(all: &[u8], part: &[u8]) -> Option<Range<usize>> {
    let start = part.as_ptr().addr().checked_sub(all.as_ptr().addr())?;
    let range = start..start.checked_add(part.len())?;
    (range.end <= all.len()).then_some(range)
}
