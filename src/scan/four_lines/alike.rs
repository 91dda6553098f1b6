//! Records that are alike, as reads of one length are.

use super::super::class::Members;
use super::super::instruction_set::{BLOCK, Kernel, Vectors};
use super::lines::{NoLineFeed, ends_at, outside};
use super::{FourLineRules, FourLines, Search};

/// Lines that are shorter are often equally long; of longer ones it costs too much to find that they are not.
const MOST_REACH: usize = 512;

/// In how many blocks a first line has to end.
const FIRST_LINE: usize = 2;

/// Finds records up to the first that is in doubt, or not as most are: its second and fourth line reach as far as they do in most,
/// nothing but a line feed ends them, its third is nothing but its first byte, and its first is not long.
///
/// Of two lines of four it need not be found where they end, but only that they do. Nothing waits for that: the machine goes on
/// before it is sure. What lies behind a record is taken for one that is not as most are, so all else is left out here.
pub(super) struct Alike<'a, 'data, L, S> {
    pub(super) search: &'a mut Search<'data>,
    pub(super) letters: L,
    pub(super) scores: S,
}

impl<L: Members, S: Members> Kernel for Alike<'_, '_, L, S> {
    type Output = ();

    #[inline(always)]
    fn run<V: Vectors>(self, vectors: V) {
        let Self { search, letters, scores } = self;
        let Search { bytes, until, rules: &FourLineRules { first, third, .. }, reach, .. } = *search;
        if !(1..MOST_REACH).contains(&reach) {
            return;
        }
        let like = Like { first, third, reach, line_len: (reach / BLOCK + 1) * BLOCK, letters, scores };
        let (mut start, mut found) = (search.start, search.found);
        for room in &mut search.records[found..] {
            if start >= until {
                break;
            }
            let Some(rest) = bytes.get(start..) else { break };
            let Some(record) = like.record(vectors, rest) else { break };
            start += record.end;
            found += 1;
            *room = record;
        }
        (search.start, search.found) = (start, found);
    }
}

/// What records are like.
struct Like<L, S> {
    first: u8,
    third: u8,
    /// How many bytes the second and the fourth line have.
    reach: usize,
    /// How many the blocks have that such a line and its line feed are in.
    line_len: usize,
    letters: L,
    scores: S,
}

impl<L: Members, S: Members> Like<L, S> {
    /// The record that some bytes begin with, if it is one.
    #[inline(always)]
    fn record<V: Vectors>(&self, vectors: V, bytes: &[u8]) -> Option<FourLines> {
        let Self { first, third, reach, line_len, ref letters, ref scores } = *self;
        let second = Self::first_line_end(vectors, bytes)? + 1;
        let fourth = reach + 3;
        let lines = bytes.get(second..second + fourth + line_len + 1)?;
        if bytes[0] != first || lines[0] == first || lines[0] == third || lines[fourth] == first {
            return None;
        }
        let [before, behind @ ..] = *lines[reach - 1..].first_chunk::<4>()?;
        if before == b'\r'
            || behind != [b'\n', third, b'\n']
            || !ends_at(vectors, letters, &lines[..line_len], reach)
        {
            return None;
        }
        let [before, behind @ ..] = *lines[fourth + reach - 1..].first_chunk::<3>()?;
        if before == b'\r'
            || behind != [b'\n', first]
            || !ends_at(vectors, scores, &lines[fourth..fourth + line_len], reach)
        {
            return None;
        }
        Some(FourLines { second, fourth: second + fourth, len: reach, end: second + fourth + reach + 1 })
    }

    /// Where the line feed of the first line is.
    #[inline(always)]
    fn first_line_end<V: Vectors>(vectors: V, bytes: &[u8]) -> Option<usize> {
        let blocks: &[_; FIRST_LINE] = bytes.as_chunks().0.first_chunk()?;
        for (number, block) in blocks.iter().enumerate() {
            let mask = outside(vectors, &NoLineFeed, block);
            if mask != 0 {
                return Some(number * BLOCK + mask.trailing_zeros() as usize);
            }
        }
        None
    }
}
