//! Pieces of a file that hold whole records, found without an index.

use std::ops::Range;

use crate::compress::{Compression, MAGIC_LEN};
use crate::error::{ErrorKind, Result};
use crate::record::{Boundaries, Cursor, Format, Part, Search, Tally};
use crate::source::ReadAt;

/// How many bytes are looked at first for a cut: more than most records have.
const SEARCH_LEN: u64 = 16 << 10;

/// How many bytes are read at a time from the left.
const READ_LEN: u64 = 4 << 20;

/// Boundaries a file into `count` ranges of about equal length, each of which holds whole records. They lie end to end, and are the whole
/// file; where a record is longer than a range has to be, others are empty.
///
/// Nothing is read but some kilobytes around each cut. So of FASTQ, the ranges hold whole records only if all of the file has four
/// lines a record, which reading it proves ([`Boundaries::needs_proof`]).
///
/// # Errors
///
/// [`ErrorKind::InvalidConfig`] if `count` is 0; those of [`cut_from`].
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
pub fn shards(content: &dyn ReadAt, cuts: &dyn Boundaries, count: usize) -> Result<Vec<Range<u64>>> {
    refuse_compressed(content)?;
    between(count, content.len(), |number| find_boundary(content, cuts, share(number, content.len(), count)))
}

/// The first cut at or behind an offset: where a record begins, or blank lines between records; the end of the file if there is no
/// other.
///
/// # Errors
///
/// [`ErrorKind::OutOfRange`] if the offset lies behind the end of the file; [`ErrorKind::UnknownFormat`] if the bytes are compressed;
/// those of [`ReadAt::bytes_at`].
pub fn cut_from(content: &dyn ReadAt, cuts: &dyn Boundaries, offset: u64) -> Result<u64> {
    refuse_compressed(content)?;
    find_boundary(content, cuts, offset)
}

/// Where the first record begins at or after an offset, or blank lines before it, found by reading all records before the offset from the
/// left; the end of the file if there is none. For a format without [`Boundaries`], and to prove cuts of one that [needs proof](Boundaries::needs_proof).
///
/// # Errors
///
/// The first fault of the records before the boundary, with its record and line; [`ErrorKind::OutOfRange`] if the offset lies after
/// the end of the file; those of [`ReadAt::bytes_at`].
pub fn boundary_from<F: Format>(content: &dyn ReadAt, format: &F, offset: u64) -> Result<u64> {
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
                // The offset lies among blank lines.
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
        // Of a record that is longer, twice as much is looked at, so that no byte is looked at often.
        view_len = if read.bytes() == 0 { view_len.saturating_mul(2) } else { READ_LEN };
        before += read;
        start += read.bytes();
    }
    content.check()?;
    Ok(len)
}

/// Compressed bytes may look like records anywhere.
fn refuse_compressed(content: &dyn ReadAt) -> Result<()> {
    let head = content.bytes_at(0..content.len().min(MAGIC_LEN as u64))?;
    if Compression::detect(&head).is_some() {
        let what = "compressed, and `Source::content` has what is decompressed of it";
        return Err(ErrorKind::UnknownFormat(what).into());
    }
    Ok(())
}

fn find_boundary(content: &dyn ReadAt, cuts: &dyn Boundaries, offset: u64) -> Result<u64> {
    // The input begins at a boundary, whatever its bytes are.
    if offset == 0 {
        return Ok(0);
    }
    let start = offset.saturating_sub(cuts.look_behind() as u64);
    let mut len = SEARCH_LEN;
    loop {
        let end = offset.saturating_add(len).min(content.len());
        let view = content.bytes_at(start..end.max(offset))?;
        // What is in view can be counted in `usize`.
        let from = usize::try_from(offset - start).unwrap_or(usize::MAX);
        if let Search::Boundary(cut) = cuts.search_boundary(&view, from..view.len()) {
            return Ok(start + cut as u64);
        }
        if end == content.len() {
            return Ok(end);
        }
        // Of a record that is longer, twice as much is looked at, so that no byte is looked at often.
        len = len.saturating_mul(2);
    }
}

/// The end of what comes before a part of this number, if `whole` is shared out evenly among `count` parts.
pub(super) fn share(number: usize, whole: u64, count: usize) -> u64 {
    let share = u128::from(whole) * number as u128 / count as u128;
    // It is no more than the whole.
    u64::try_from(share).unwrap_or(whole)
}

/// The ranges between cuts, of which `cut` finds that with a number, from 1 on.
pub(super) fn between(
    count: usize,
    len: u64,
    mut cut: impl FnMut(usize) -> Result<u64>,
) -> Result<Vec<Range<u64>>> {
    if count == 0 {
        return Err(
            ErrorKind::InvalidConfig { name: "number of shards", value: 0, expected: "1 or more" }.into()
        );
    }
    let mut ranges = Vec::new();
    let mut start = 0;
    for number in 1..=count {
        // In a file that is written to meanwhile, a cut may be found anywhere.
        let end = if number == count { len } else { cut(number)?.max(start) };
        ranges.push(start..end);
        start = end;
    }
    Ok(ranges)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_lie_end_to_end_wherever_cuts_are_found() {
        let cuts = [8, 4, 9];
        let ranges = between(4, 10, |number| Ok(cuts[number - 1])).unwrap();
        assert_eq!(ranges, [0..8, 8..8, 8..9, 9..10]);
    }
}
