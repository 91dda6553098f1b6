//! Four-line FASTQ as a format: the steps of a cursor, and boundaries.

use std::ops::Range;

use super::options::Fastq;
use super::record::Record;
use super::step::{self, Layout, Lookahead};
use crate::record::{Boundaries, Format, Part, Search, Step, Stop};

impl Format for Fastq {
    const NAME: &'static str = "fastq";
    const IS_TEXT: bool = true;
    type Record<'data> = Record<'data>;
    type Layout = Layout;
    type Lookahead = Lookahead;

    #[inline(always)]
    fn step(&self, ahead: &mut Lookahead, part: &Part<'_>, position: usize) -> Result<Step<Layout>, Stop> {
        step::step(*self, ahead, part, position)
    }

    #[inline(always)]
    fn record<'data>(&self, bytes: &'data [u8], offset: u64, layout: Layout) -> Record<'data> {
        layout.record(bytes, offset)
    }

    fn boundaries(&self) -> Option<&dyn Boundaries> {
        Some(self)
    }
}

impl Boundaries for Fastq {
    /// The end of a blank line, and the end of the line before it.
    fn look_behind(&self) -> usize {
        3
    }

    fn reads_past_end(&self) -> bool {
        true
    }

    /// Quality scores of a [wrapped](super::wrapped) record can look like a record.
    fn needs_proof(&self) -> bool {
        true
    }

    fn search_boundary(&self, data: &[u8], range: Range<usize>) -> Search {
        find_header(data, range)
    }
}

/// Finds the first boundary in `range`: a header, which begins with `@` while the line after the next begins with `+`, or a blank
/// line after a blank line, which no record contains.
fn find_header(data: &[u8], range: Range<usize>) -> Search {
    let next_line = |start: usize| memchr::memchr(b'\n', data.get(start..)?).map(|at| start + at + 1);
    let mut line = match range.start.checked_sub(1) {
        None => 0,
        Some(before) => match memchr::memchr(b'\n', &data[before..range.end]) {
            Some(at) => before + at + 1,
            None => return Search::NoBoundary,
        },
    };
    let mut next = None;
    while line < range.end {
        let Some(after) = next.or_else(|| next_line(line)) else { return Search::Unknown };
        if matches!(data[line], b'\n' | b'\r') && is_second_blank_line(data, line, after) {
            return Search::Boundary(line);
        }
        next = None;
        if data[line] == b'@' {
            next = next_line(after);
            match next.and_then(|after_next| data.get(after_next)) {
                None => return Search::Unknown,
                Some(b'+') => return Search::Boundary(line),
                Some(_) => {}
            }
        }
        line = after;
    }
    Search::NoBoundary
}

/// Whether the line from `start` to `end` and the line before it are blank.
fn is_second_blank_line(data: &[u8], start: usize, end: usize) -> bool {
    let before = data[..start].strip_suffix(b"\n").map(|before| before.strip_suffix(b"\r").unwrap_or(before));
    matches!(&data[start..end], b"\n" | b"\r\n") && before.is_some_and(|before| before.ends_with(b"\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn find_boundary(data: &[u8], from: usize) -> Option<usize> {
        Fastq::new().find_boundary(data, from)
    }

    #[test]
    fn headers_are_found_from_every_offset() {
        // Quality lines that begin with `@` and `+`, a blank line, CRLF.
        let data = b"@r1\nAC\n+\n@I\n\n@r2\r\nAC\r\n+@\r\n+@\r\n@r3\n\n+\n\n@r4\nA\n+\n@\n";
        let starts: Vec<usize> = (0..data.len()).filter(|&start| data[start..].starts_with(b"@r")).collect();
        assert_eq!(starts.len(), 4);
        for from in 0..data.len() {
            let expected = starts.iter().copied().find(|&start| start >= from);
            assert_eq!(find_boundary(data, from), expected, "from {from}");
        }
    }

    #[test]
    fn a_second_blank_line_is_a_boundary() {
        let data = b"@r\n\n+\n\n\n\r\n\n@s\r\n\r\n+\r\n\r\n\r\n";
        // The quality line of the first record is empty; three blank lines follow. The same for the second record, with one blank
        // line.
        let found: Vec<_> = (0..data.len()).filter(|&from| find_boundary(data, from) == Some(from)).collect();
        assert_eq!(found, [0, 7, 8, 10, 11, 22]);
    }

    #[test]
    fn a_record_that_is_not_in_view_is_undecided() {
        let data = b"@r1\nAC\n+\nII\n";
        assert_eq!(find_boundary(data, 0), Some(0));
        assert_eq!(find_boundary(&data[..8], 0), Some(0));
        for end in 0..8 {
            assert_eq!(find_boundary(&data[..end], 0), None, "{end} bytes");
        }
        assert_eq!(find_boundary(data, 1000), None);
    }
}
