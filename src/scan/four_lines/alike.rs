//! Records that are alike, as reads of one length are.

use super::super::class::Members;
use super::super::instruction_set::{BLOCK, Kernel, Vectors};
use super::lines::{NoLineFeed, outside};
use super::{FourLineRules, FourLines, Search};

/// Lines that are shorter are often equally long; of longer ones it costs too much to find that they are not.
const MOST_REACH: usize = 512;

/// In how many blocks a first line has to end.
const FIRST_LINE: usize = 2;

/// Finds records up to the first that is in doubt, or not as most are: its second and fourth line reach as far as they do in most,
/// nothing but a line feed ends them, its third is nothing but its first byte, and its first is not long.
///
/// Where a line ends is not found but known, and looked whether it does; a first line is taken to be as long as the one before. So no
/// record waits for the bytes of the one before: the machine goes on before it is sure. What lies behind a record is taken for one
/// that is not as most are, so all else is left out here.
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
        let Search { bytes, until, rules: &FourLineRules { first, third, .. }, reach, name, .. } = *search;
        if !(1..MOST_REACH).contains(&reach) {
            return;
        }
        let mut like = Like { first, third, name, line: Line::of(reach), letters, scores };
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
        // A fourth line that begins as a first one does is one for sure if a record like that follows.
        if let Some(last) = search.records[search.found..found].last()
            && bytes.get(start - last.end + last.fourth) == Some(&first)
        {
            start -= last.end;
            found -= 1;
        }
        (search.start, search.found, search.name) = (start, found, like.name);
    }
}

/// What records are like.
struct Like<L, S> {
    first: u8,
    third: u8,
    /// The first line, as it was last.
    name: FirstLine,
    /// The second and the fourth line.
    line: Line,
    letters: L,
    scores: S,
}

impl<L: Members, S: Members> Like<L, S> {
    /// The record that some bytes begin with, if it is one.
    #[inline(always)]
    fn record<V: Vectors>(&mut self, vectors: V, bytes: &[u8]) -> Option<FourLines> {
        let second = self.first_line_len(vectors, bytes)? + 1;
        let Self { first, third, line, ref letters, ref scores, .. } = *self;
        // The second line with what ends it, and the third.
        let before_fourth = line.len + 3;
        let second_line = bytes.get(second..)?.get(..before_fourth + line.len + 1 + BLOCK)?;
        let fourth_line = &second_line[before_fourth..];
        if bytes[0] != first || second_line[0] == first || second_line[0] == third {
            return None;
        }
        let [before, behind @ ..] = *second_line[line.len - 1..].first_chunk::<4>()?;
        if before == b'\r' || behind != [b'\n', third, b'\n'] {
            return None;
        }
        let [before, behind @ ..] = *fourth_line[line.len - 1..].first_chunk::<3>()?;
        if before == b'\r' || behind != [b'\n', first] {
            return None;
        }
        let (second_blocks, second_last) = line.blocks(second_line)?;
        let (fourth_blocks, fourth_last) = line.blocks(fourth_line)?;
        for (second, fourth) in second_blocks.iter().zip(fourth_blocks) {
            // Not collected and looked at in the end: the compiler would keep a mask as a vector of bits, and take that apart.
            if outside(vectors, letters, second) | outside(vectors, scores, fourth) != 0 {
                return None;
            }
        }
        if !line.ends(outside(vectors, letters, second_last))
            || !line.ends(outside(vectors, scores, fourth_last))
        {
            return None;
        }
        let fourth = second + before_fourth;
        Some(FourLines { second, fourth, len: line.len, end: fourth + line.len + 1 })
    }

    /// How long the first line is, without its line feed.
    #[inline(always)]
    fn first_line_len<V: Vectors>(&mut self, vectors: V, bytes: &[u8]) -> Option<usize> {
        let blocks: &[_; FIRST_LINE] = bytes.as_chunks().0.first_chunk()?;
        for (number, block) in blocks.iter().enumerate() {
            let mask = outside(vectors, &NoLineFeed, block);
            if mask != 0 {
                let bit = mask & mask.wrapping_neg();
                if number != self.name.block || bit != self.name.bit {
                    self.name = FirstLine::ending(number, bit);
                }
                return Some(self.name.len);
            }
        }
        None
    }
}

/// A first line, as it was last.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct FirstLine {
    /// In which block it ends.
    block: usize,
    /// The bit of that block's mask that stands for its end.
    bit: u64,
    /// How many bytes it has, without that.
    len: usize,
}

impl FirstLine {
    /// Not inlined: the compiler would take the new length without a branch, and all that follows would wait for it.
    #[cold]
    #[inline(never)]
    fn ending(block: usize, bit: u64) -> Self {
        Self { block, bit, len: block * BLOCK + bit.trailing_zeros() as usize }
    }
}

/// Where to look whether a line has so many bytes.
#[derive(Clone, Copy)]
struct Line {
    /// How many bytes it has, without what ends it.
    len: usize,
    /// How many blocks there are in it.
    blocks: usize,
    /// How many bytes are looked at: a block at the least.
    view: usize,
    /// How many of these are behind what ends it.
    behind: usize,
}

impl Line {
    #[inline(always)]
    fn of(len: usize) -> Self {
        let view = BLOCK.max(len + 1);
        Self { len, blocks: len / BLOCK, view, behind: view - (len + 1) }
    }

    /// The blocks that are in it, and one that ends with it, which may share bytes with those; or the one that it is in.
    #[inline(always)]
    fn blocks<'data>(&self, bytes: &'data [u8]) -> Option<(&'data [[u8; BLOCK]], &'data [u8; BLOCK])> {
        let view = bytes.get(..self.view)?;
        view.as_chunks().0.get(..self.blocks).zip(view.last_chunk())
    }

    /// Whether it ends where it should, by the mask of what is outside in the last block.
    #[inline(always)]
    fn ends(&self, outside: u64) -> bool {
        outside << self.behind == 1 << (BLOCK - 1)
    }
}
