//! Records that are alike, as reads of one length are.

use std::hint::select_unpredictable;

use super::super::class::{Members, STRIDE, ranks};
use super::super::instruction_set::{BLOCK, Kernel, Vectors};
use super::lines::{AHEAD, NO_LINE_FEED, outside};
use super::{FourLineRules, FourLines, Search};

/// Lines that are shorter are often equally long; of longer ones it costs too much to find that they are not.
const MOST_LEN: usize = 512;

/// In how many blocks a first line has to end.
const FIRST_LINE: usize = 2;

/// Finds records up to the first that is in doubt or not as most are: nothing but a line feed ends its lines, its third is nothing but
/// its first byte, and none of the others is long.
///
/// Where a line ends is not found but known, and looked whether it does: a first line is taken to be as long as the one before, and the
/// second and the fourth as long as in most records. So no record waits for the bytes of the one before: the machine goes on before it is
/// sure. Only where a second line ends elsewhere it is looked for, in a way that takes equally long for all lengths.
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
        let Search { bytes, until, rules: &FourLineRules { first, third, .. }, usual, name, .. } = *search;
        if !(1..MOST_LEN).contains(&usual) || bytes.get(search.start) != Some(&first) {
            return;
        }
        let mut like = Like {
            first,
            third,
            third_line: u32::from_le_bytes([0, b'\n', third, b'\n']),
            behind: u16::from_le_bytes([b'\n', first]),
            name,
            record: name.of_record(usual),
            letters,
            scores,
        };
        let (mut start, mut found) = (search.start, search.found);
        for room in &mut search.records[found..] {
            if start >= until {
                break;
            }
            let Some(rest) = bytes.get(start..) else { break };
            let Some(len) = like.next(vectors, rest, room) else { break };
            start += len;
            found += 1;
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
    /// What most records are, with the first line as it was last.
    record: FourLines,
    letters: L,
    scores: S,
}

impl<L: Members, S: Members> Like<L, S> {
    /// Puts the record that some bytes begin with into `room`, if it is one, and tells how long it is. Their first byte is what a first
    /// line begins with.
    #[inline(always)]
    fn next<V: Vectors>(&mut self, vectors: V, bytes: &[u8], room: &mut FourLines) -> Option<usize> {
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
        match self.framed(bytes, &self.record) {
            Some(lines) => {
                *room = self.record;
                self.are_right(vectors, lines).then_some(self.record.end)
            }
            None => {
                let other = self.of_another_length(vectors, bytes)?;
                *room = other;
                Some(other.end)
            }
        }
    }

    /// What is behind the start of the second and of the fourth line, if the lines end as those of a record like this do.
    #[inline(always)]
    fn framed<'b>(&self, bytes: &'b [u8], record: &FourLines) -> Option<[&'b [u8]; 2]> {
        let FourLines { second, len, .. } = *record;
        let second_line = bytes.get(second..)?;
        let rest = second_line.get(len..)?;
        // Of these four bytes, one is of the fourth line.
        let third_line = u32::from_le_bytes(*rest.first_chunk()?) << 8;
        let fourth_line = &rest[3..];
        let rest = fourth_line.get(len..)?;
        let letter = *second_line.first()?;
        let is_framed = letter != self.first
            && letter != self.third
            && third_line == self.third_line
            && u16::from_le_bytes(*rest.first_chunk()?) == self.behind;
        is_framed.then_some([second_line, fourth_line])
    }

    /// Whether what these lines hold is right, of a record that is as long as most.
    #[inline(always)]
    fn are_right<V: Vectors>(&self, vectors: V, [second_line, fourth_line]: [&[u8]; 2]) -> bool {
        let len = self.record.len;
        let (letters, scores) = (&second_line[..len], &fourth_line[..len]);
        if let (Some(letter), Some(score)) = (letters.last_chunk(), scores.last_chunk()) {
            // The last block may share bytes with the one before.
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
        } else if let (Some(letters), Some(scores)) = (second_line.first_chunk(), fourth_line.first_chunk()) {
            let letters = self.letters.surely(vectors, ranks(vectors, &self.letters, letters));
            let scores = self.scores.surely(vectors, ranks(vectors, &self.scores, scores));
            (letters & scores) | u64::MAX << len == u64::MAX
        } else {
            false
        }
    }

    /// The record that some bytes begin with, which is not as long as most.
    #[inline(always)]
    fn of_another_length<V: Vectors>(&self, vectors: V, bytes: &[u8]) -> Option<FourLines> {
        let len = line_len(vectors, &self.letters, bytes.get(self.record.second..)?)?;
        let record = self.name.of_record(len);
        let [second_line, fourth_line] = self.framed(bytes, &record)?;
        let ends_with_return = |line: &[u8]| line[..len].last() == Some(&b'\r');
        let is_right = line_len(vectors, &self.scores, fourth_line)? == len
            && !ends_with_return(second_line)
            && !ends_with_return(fourth_line);
        is_right.then_some(record)
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

/// How many bytes are members from the start of a line on, where the first that is not is one of the first few blocks; it need not be,
/// and then what is told is no place where a line ends.
#[inline(always)]
fn line_len<V: Vectors>(vectors: V, members: &impl Members, line: &[u8]) -> Option<usize> {
    let blocks: &[_; STRIDE] = line.as_chunks().0.first_chunk()?;
    let mut len = STRIDE * BLOCK;
    for (number, block) in blocks.iter().enumerate().rev() {
        let end = outside(vectors, members, block);
        let at = number * BLOCK + end.trailing_zeros() as usize;
        // Lines are of all lengths here.
        len = select_unpredictable(end != 0, at, len);
    }
    Some(len)
}
