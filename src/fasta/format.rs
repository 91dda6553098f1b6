//! FASTA as a format: the steps of a cursor, and boundaries.

use std::ops::Range;

use super::options::Fasta;
use super::record::Record;
use super::step::{Layout, Lookahead, View};
use crate::record::{Boundaries, Format, Part, Search, Step, Stop};
use crate::scan::BytePair;

impl Format for Fasta {
    const NAME: &'static str = "fasta";
    const IS_TEXT: bool = true;
    type Record<'data> = Record<'data>;
    type Layout = Layout;
    type Lookahead = Lookahead;

    #[inline]
    fn step(&self, ahead: &mut Lookahead, part: &Part<'_>, position: usize) -> Result<Step<Layout>, Stop> {
        View::new(*self, ahead, part).step(position)
    }

    #[inline]
    fn record<'data>(&self, bytes: &'data [u8], offset: u64, layout: Layout) -> Record<'data> {
        layout.record(self.comments, bytes, offset)
    }

    fn boundaries(&self) -> Option<&dyn Boundaries> {
        Some(self)
    }
}

impl Boundaries for Fasta {
    /// The end of the line before.
    fn look_behind(&self) -> usize {
        1
    }

    fn reads_past_end(&self) -> bool {
        true
    }

    /// Finds the first `>` that begins a line.
    fn search_boundary(&self, data: &[u8], range: Range<usize>) -> Search {
        const HEADER: BytePair = BytePair { first: b'\n', second: b'>', distance: 1 };
        if range.start == 0 && data[range.clone()].starts_with(b">") {
            return Search::Boundary(0);
        }
        match HEADER.find(&data[..range.end], range.start.saturating_sub(1)..range.end) {
            Some(line_feed) => Search::Boundary(line_feed + 1),
            None => Search::NoBoundary,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_are_found_from_every_offset() {
        let data = b">r1 > x\nAC>\n\n>>r2\r\n\r\nA>C\r\n>r3\n >\n\r>\n>";
        let starts = [0, 13, 26, 36];
        assert!(starts.iter().all(|&start| data[start] == b'>' && (start == 0 || data[start - 1] == b'\n')));
        for from in 0..data.len() + 3 {
            let expected = starts.iter().copied().find(|&start| start >= from);
            assert_eq!(Fasta::new().find_boundary(data, from), expected, "from {from}");
        }
    }
}
