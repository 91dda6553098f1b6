//! Records that are alike, as reads of one length are.

use super::super::class::{Members, ranks};
use super::super::instruction_set::{BLOCK, Kernel, Vectors};
use super::lines::{AHEAD, NO_LINE_FEED, outside};
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
        if !(1..MOST_REACH).contains(&reach) || bytes.get(search.start) != Some(&first) {
            return;
        }
        let mut like = Like {
            first,
            third,
            third_line: u32::from_le_bytes([0, b'\n', third, b'\n']),
            behind: u16::from_le_bytes([b'\n', first]),
            name,
            record: name.of_record(reach),
            letters,
            scores,
        };
        let (mut start, mut found) = (search.start, search.found);
        for room in &mut search.records[found..] {
            if start >= until {
                break;
            }
            let Some(rest) = bytes.get(start..) else { break };
            let Some(record) = like.next(vectors, rest) else { break };
            start += record.end;
            found += 1;
            *room = *record;
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
    /// The third line, and the line feeds around it, in the upper bytes.
    third_line: u32,
    /// What follows a fourth line.
    behind: u16,
    /// The first line, as it was last.
    name: FirstLine,
    /// The record, as it was last: all are the same, as long as their first lines are equally long.
    record: FourLines,
    letters: L,
    scores: S,
}

impl<L: Members, S: Members> Like<L, S> {
    /// The record that some bytes begin with, if it is one. Their first byte is what a first line begins with.
    #[inline(always)]
    fn next<V: Vectors>(&mut self, vectors: V, bytes: &[u8]) -> Option<&FourLines> {
        let blocks: &[_; FIRST_LINE] = bytes.as_chunks().0.first_chunk()?;
        let in_first = outside(vectors, &NO_LINE_FEED, &blocks[0]);
        if lowest(in_first) != self.name.ends[0] {
            self.change([in_first, outside(vectors, &NO_LINE_FEED, &blocks[1])])?;
        } else if in_first == 0 {
            let in_second = outside(vectors, &NO_LINE_FEED, &blocks[1]);
            if lowest(in_second) != self.name.ends[1] {
                self.change([in_first, in_second])?;
            }
        }
        let FourLines { second, len, .. } = self.record;
        let second_line = bytes.get(second..)?;
        let (letters, rest) = second_line.split_at_checked(len)?;
        // Of these four bytes, one is of the fourth line.
        let third_line = u32::from_le_bytes(*rest.first_chunk()?) << 8;
        let fourth_line = &rest[3..];
        let (scores, rest) = fourth_line.split_at_checked(len)?;
        let letter = *second_line.first()?;
        let is_framed = letter != self.first
            && letter != self.third
            && third_line == self.third_line
            && u16::from_le_bytes(*rest.first_chunk()?) == self.behind;
        if !is_framed {
            return None;
        }
        let is_right = match (letters.last_chunk(), scores.last_chunk()) {
            // The last block may share bytes with the one before.
            (Some(letter), Some(score)) => {
                let mut letter = ranks(vectors, &self.letters, letter);
                let mut score = ranks(vectors, &self.scores, score);
                for (letters, scores) in letters.as_chunks().0.iter().zip(scores.as_chunks().0) {
                    vectors.prefetch(letters, AHEAD);
                    vectors.prefetch(scores, AHEAD);
                    letter = vectors.lesser(letter, ranks(vectors, &self.letters, letters));
                    score = vectors.lesser(score, ranks(vectors, &self.scores, scores));
                }
                // Not `&&`: one branch is enough.
                self.letters.are_all(vectors, letter) & self.scores.are_all(vectors, score)
            }
            _ => {
                let letters = ranks(vectors, &self.letters, second_line.first_chunk()?);
                let scores = ranks(vectors, &self.scores, fourth_line.first_chunk()?);
                let surely = self.letters.surely(vectors, letters) & self.scores.surely(vectors, scores);
                surely | u64::MAX << len == u64::MAX
            }
        };
        is_right.then_some(&self.record)
    }

    /// The first line ends where one of these bits is, and so elsewhere than the one before.
    ///
    /// Not inlined: the compiler would take the new length without a branch, and all that follows would wait for it.
    #[cold]
    #[inline(never)]
    fn change(&mut self, ends: [u64; FIRST_LINE]) -> Option<()> {
        self.name = FirstLine::ending(ends)?;
        self.record = self.name.of_record(self.record.len);
        Some(())
    }
}

/// A first line, as it was last.
#[derive(Debug, Clone, Copy)]
pub(super) struct FirstLine {
    /// The bit of its end in the masks of its blocks: in one of them, and none in those before.
    ends: [u64; FIRST_LINE],
    /// How many bytes it has, without that.
    len: usize,
}

impl FirstLine {
    /// One that is not known: none ends there.
    pub(super) const UNKNOWN: Self = Self { ends: [u64::MAX; FIRST_LINE], len: 0 };

    /// The one that ends with the first of these bits.
    fn ending(ends: [u64; FIRST_LINE]) -> Option<Self> {
        match ends {
            [0, 0] => None,
            [0, second] => {
                Some(Self { ends: [0, lowest(second)], len: BLOCK + second.trailing_zeros() as usize })
            }
            [first, _] => Some(Self { ends: [lowest(first), 0], len: first.trailing_zeros() as usize }),
        }
    }

    /// A record with this first line, whose second and fourth lines have so many bytes.
    fn of_record(self, len: usize) -> FourLines {
        let second = self.len + 1;
        let fourth = second + len + 3;
        FourLines { second, fourth, len, end: fourth + len + 1 }
    }
}

/// The lowest bit of a mask.
#[inline(always)]
fn lowest(mask: u64) -> u64 {
    mask & mask.wrapping_neg()
}
