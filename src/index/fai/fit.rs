//! Checks whether an index entry fits the input, by reading a few bytes around each boundary of the record.

use super::entry::{Entry, stale};
use super::header;
use crate::error::Result;
use crate::source::ReadAt;

/// Number of bytes after a boundary that are read first.
const READ_LEN: u64 = 256;

/// Maximum number of bytes between the end of a sequence and the next line that are examined.
const MAX_BLANK: usize = 4 << 10;

/// Number of bytes of a line per read.
const CHUNK_LEN: u64 = 256 << 10;

/// Checks that the header, the end of the first line, the end of the sequence and, for FASTQ, the plus line and the end of the
/// quality scores are at the positions of the entry.
///
/// # Errors
///
/// [`ErrorKind::StaleIndex`](crate::ErrorKind::StaleIndex) if one is not, and those of [`ReadAt::bytes_at`].
pub(super) fn check(entry: &Entry, content: &dyn ReadAt) -> Result<()> {
    header::check(entry, content)?;
    check_first_line(entry, entry.offset, content)?;
    if has_other_bytes(entry, content)? {
        // The line widths do not give the number of letters, neither here nor for the end.
        check_letters_of_first_line(entry, content)?;
        return entry.quality_offset.map_or(Ok(()), |offset| check_plus_line_before(offset, content));
    }
    let next = next_line(entry, content)?;
    let Some(quality_offset) = entry.quality_offset else { return Ok(()) };
    let no_quality = || stale("the position of the quality scores");
    if line_end(next.ok_or_else(no_quality)?, content)? != Some(quality_offset) {
        return Err(no_quality());
    }
    check_first_line(entry, quality_offset, content)?;
    let end = end_of(entry, quality_offset).ok_or_else(no_quality)?;
    match byte_at(end, content)? {
        Some(byte) if byte.is_ascii_graphic() => Err(stale("the number of quality scores")),
        None if end > content.len() => Err(stale("the number of quality scores")),
        _ => Ok(()),
    }
}

/// Whether lines contain bytes other than letters and the line end: spaces, for example.
fn has_other_bytes(entry: &Entry, content: &dyn ReadAt) -> Result<bool> {
    match entry.line_width.saturating_sub(entry.line_bases) {
        0 | 1 => Ok(false),
        // Two bytes are CR LF, unless the line contains another byte.
        2 => {
            let end = entry.offset.saturating_add(entry.line_bases.min(entry.length));
            Ok(byte_at(end, content)?.is_some_and(|byte| byte.is_ascii_graphic()))
        }
        _ => Ok(true),
    }
}

/// Checks that the first line has the number of letters in the entry.
fn check_letters_of_first_line(entry: &Entry, content: &dyn ReadAt) -> Result<()> {
    let differs = || stale("the length of a line");
    let end = entry.offset.checked_add(entry.line_width).ok_or_else(differs)?;
    // The end of the file may replace the line end.
    if end > content.len().saturating_add(1) {
        return Err(differs());
    }
    let (mut start, mut letters) = (entry.offset, 0);
    while start < end.min(content.len()) {
        let next = start.saturating_add(CHUNK_LEN).min(end).min(content.len());
        let bytes = content.bytes_at(start..next)?;
        letters += bytes.iter().filter(|byte| byte.is_ascii_graphic()).count() as u64;
        if memchr::memchr(b'\n', &bytes).is_some_and(|at| start + at as u64 + 1 != end) {
            return Err(differs());
        }
        start = next;
    }
    if letters == entry.line_bases { Ok(()) } else { Err(differs()) }
}

/// Checks that the first of several lines from `start` on ends at the position of the entry.
fn check_first_line(entry: &Entry, start: u64, content: &dyn ReadAt) -> Result<()> {
    if entry.length <= entry.line_bases {
        return Ok(());
    }
    let end = start.checked_add(entry.line_width);
    match end.map_or(Ok(None), |end| byte_at(end - 1, content))? {
        Some(b'\n') => Ok(()),
        _ => Err(stale("the length of a line")),
    }
}

/// Returns the start of the line after a sequence, if there is one: the next header, or the plus line.
fn next_line(entry: &Entry, content: &dyn ReadAt) -> Result<Option<u64>> {
    let differs = || stale("the length of a sequence");
    let end = end_of(entry, entry.offset).filter(|&end| end <= content.len()).ok_or_else(differs)?;
    let first = if entry.quality_offset.is_some() { b'+' } else { b'>' };
    let mut len = READ_LEN;
    loop {
        let bytes = content.bytes_at(end..end.saturating_add(len).min(content.len()))?;
        let blank = bytes.iter().take_while(|byte| !byte.is_ascii_graphic()).count();
        // If there are no letters, the line before is the header.
        let is_line_start = if blank == 0 { entry.length == 0 } else { bytes[blank - 1] == b'\n' };
        match bytes.get(blank) {
            Some(&byte) if byte == first && is_line_start => return Ok(Some(end + blank as u64)),
            Some(_) => return Err(differs()),
            None if end + blank as u64 == content.len() || blank >= MAX_BLANK => return Ok(None),
            None => len = len.saturating_mul(4),
        }
    }
}

/// Returns the start of the line after the one at `start`; `None` if that one has no line end.
fn line_end(start: u64, content: &dyn ReadAt) -> Result<Option<u64>> {
    let mut len = READ_LEN;
    loop {
        let end = start.saturating_add(len).min(content.len());
        let bytes = content.bytes_at(start..end)?;
        if let Some(at) = memchr::memchr(b'\n', &bytes) {
            return Ok(Some(start + at as u64 + 1));
        }
        if end == content.len() {
            return Ok(None);
        }
        len = len.saturating_mul(4);
    }
}

/// Checks that the line before an offset is a plus line.
fn check_plus_line_before(offset: u64, content: &dyn ReadAt) -> Result<()> {
    match header::line_before(offset, content)?.as_deref() {
        Some([b'+', ..]) => Ok(()),
        _ => Err(stale("the position of the quality scores")),
    }
}

/// Returns the offset after the last letter of lines that begin at `start`.
fn end_of(entry: &Entry, start: u64) -> Option<u64> {
    match entry.length.checked_sub(1) {
        Some(last) => entry.offset_of(start, last)?.checked_add(1),
        None => Some(start),
    }
}

fn byte_at(offset: u64, content: &dyn ReadAt) -> Result<Option<u8>> {
    if offset >= content.len() {
        return Ok(None);
    }
    Ok(content.bytes_at(offset..offset + 1)?.first().copied())
}
