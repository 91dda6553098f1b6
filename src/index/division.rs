//! Ranges of a file that contain whole records, found without an index.

use std::ops::Range;

use crate::compress::{Compression, MAGIC_LEN};
use crate::error::{ErrorKind, Result};
use crate::record::{Boundaries, Cursor, Format, Part, Search, Tally};
use crate::source::ReadAt;

/// Number of bytes for the first search of a boundary: more than the length of most records.
const SEARCH_LEN: u64 = 16 << 10;

/// Number of bytes per read of a scan.
const READ_LEN: u64 = 4 << 20;

/// Divides a file into `count` ranges of about equal length that contain whole records. The ranges are adjacent and cover the whole
/// file; if a record is longer than a range, some ranges are empty.
///
/// Reads only some kilobytes around each boundary. For FASTQ, the ranges contain whole records only if all of the file has four
/// lines per record, which only reading it proves ([`Boundaries::needs_proof`]).
///
/// # Errors
///
/// [`ErrorKind::InvalidConfig`] if `count` is 0; those of [`find_boundary`].
///
/// ```
/// use pagecut::{fastq::Fastq, index, open_reader};
///
/// let reader = open_reader("testdata/illumina.fastq", &Default::default())?;
/// let shards = index::shards(&reader, &Fastq::new(), 3)?;
/// assert_eq!((shards[0].start, shards[2].end), (0, reader.len()));
/// for shard in shards {
///     assert!(reader.bytes_at(shard)?.starts_with(b"@"));
/// }
/// # Ok::<(), pagecut::Error>(())
/// ```
pub fn shards(content: &dyn ReadAt, boundaries: &dyn Boundaries, count: usize) -> Result<Vec<Range<u64>>> {
    refuse_compressed(content)?;
    ranges_between(count, content.len(), |number| {
        search_boundary(content, boundaries, share(number, content.len(), count))
    })
}

/// Finds the first boundary at or after an offset: the start of a record, or of blank lines between records. Returns the end of the
/// file if there is no other boundary.
///
/// # Errors
///
/// [`ErrorKind::OutOfRange`] if the offset is after the end of the file; [`ErrorKind::UnknownFormat`] if the bytes are compressed;
/// those of [`ReadAt::bytes_at`].
pub fn find_boundary(content: &dyn ReadAt, boundaries: &dyn Boundaries, offset: u64) -> Result<u64> {
    refuse_compressed(content)?;
    search_boundary(content, boundaries, offset)
}

/// Finds the start of the first record at or after an offset, or of blank lines before it, by reading all records before the
/// offset. Returns the end of the file if there is none. Works for formats without [`Boundaries`], and proves boundaries of a
/// format that [needs proof](Boundaries::needs_proof).
///
/// # Errors
///
/// The first fault of the records before the boundary, with its record and line; [`ErrorKind::OutOfRange`] if the offset is after
/// the end of the file; those of [`ReadAt::bytes_at`].
pub fn scan_to_boundary<F: Format>(content: &dyn ReadAt, format: &F, offset: u64) -> Result<u64> {
    refuse_compressed(content)?;
    let len = content.len();
    if offset > len {
        return Err(ErrorKind::OutOfRange { start: offset, end: offset, len }.into());
    }
    let (mut start, mut before, mut view_len) = (0, Tally::default(), READ_LEN);
    while start < len {
        let end = len.min(start + view_len);
        let view = content.bytes_at(start..end)?;
        let mut cursor = Cursor::new(format, Part::from_view(&view, view.len(), start, end == len));
        let stop = loop {
            let (position, blank_bytes) = (start + cursor.position() as u64, cursor.tally().blank_bytes);
            if position >= offset {
                content.check()?;
                return Ok(position);
            }
            match cursor.next() {
                // The offset is inside blank lines.
                Some(_) if position + cursor.tally().blank_bytes - blank_bytes >= offset => {
                    content.check()?;
                    return Ok(position + cursor.tally().blank_bytes - blank_bytes);
                }
                Some(_) => {}
                None => break cursor.take_stop(),
            }
        };
        if let Some(stop) = stop.filter(|stop| end == len || !stop.is_more_needed()) {
            return Err(cursor.error(stop).count_before(before.records, before.lines));
        }
        let read = cursor.tally();
        // Doubling the view for a longer record keeps the scan linear.
        view_len = if read.bytes() == 0 { view_len.saturating_mul(2) } else { READ_LEN };
        before += read;
        start += read.bytes();
    }
    content.check()?;
    Ok(len)
}

/// Rejects compressed files: compressed bytes may look like records anywhere.
fn refuse_compressed(content: &dyn ReadAt) -> Result<()> {
    let head = content.bytes_at(0..content.len().min(MAGIC_LEN as u64))?;
    if Compression::detect(&head).is_some() {
        let what = "compressed; `Source::random_access` reads the decompressed bytes";
        return Err(ErrorKind::UnknownFormat(what).into());
    }
    Ok(())
}

fn search_boundary(content: &dyn ReadAt, boundaries: &dyn Boundaries, offset: u64) -> Result<u64> {
    // The start of the input is a boundary, whatever its bytes are.
    if offset == 0 {
        return Ok(0);
    }
    let start = offset.saturating_sub(boundaries.look_behind() as u64);
    let mut len = SEARCH_LEN;
    loop {
        let end = offset.saturating_add(len).min(content.len());
        let view = content.bytes_at(start..end.max(offset))?;
        // The view is in memory, so its positions fit in `usize`.
        let from = usize::try_from(offset - start).unwrap_or(usize::MAX);
        if let Search::Boundary(position) = boundaries.search_boundary(&view, from..view.len()) {
            return Ok(start + position as u64);
        }
        if end == content.len() {
            return Ok(end);
        }
        // Doubling the view for a longer record keeps the search linear.
        len = len.saturating_mul(2);
    }
}

/// Returns the end of the first `number` of `count` equal shares of `whole`.
pub(super) fn share(number: usize, whole: u64, count: usize) -> u64 {
    let share = u128::from(whole) * number as u128 / count as u128;
    // The share is at most the whole.
    u64::try_from(share).unwrap_or(whole)
}

/// Returns the ranges between boundaries. `find` returns boundary `number`, which counts from 1.
pub(super) fn ranges_between(
    count: usize,
    len: u64,
    mut find: impl FnMut(usize) -> Result<u64>,
) -> Result<Vec<Range<u64>>> {
    if count == 0 {
        return Err(
            ErrorKind::InvalidConfig { name: "number of shards", value: 0, expected: "1 or more" }.into()
        );
    }
    let mut ranges = Vec::new();
    let mut start = 0;
    for number in 1..=count {
        // If the file is written to meanwhile, a boundary may be found anywhere.
        let end = if number == count { len } else { find(number)?.max(start) };
        ranges.push(start..end);
        start = end;
    }
    Ok(ranges)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_adjacent_for_any_boundaries() {
        let found = [8, 4, 9];
        let ranges = ranges_between(4, 10, |number| Ok(found[number - 1])).unwrap();
        assert_eq!(ranges, [0..8, 8..8, 8..9, 9..10]);
    }
}
