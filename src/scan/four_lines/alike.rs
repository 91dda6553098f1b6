//! Fast path for similar records, such as reads of one length.

use std::hint::select_unpredictable;

use super::super::class::{Members, STRIDE, ranks};
use super::super::instruction_set::{BLOCK, Kernel, Vectors};
use super::first_line::{FIRST_LINE, FirstLine, lowest};
use super::lines::{AHEAD, NO_LINE_FEED, outside};
use super::record::{FourLineRules, FourLines};
use super::search::Search;

/// Length limit: shorter lines are often equally long; for longer ones a wrong guess costs too much.
const MAX_LEN: usize = 512;

/// Finds records up to the first one that is undecided or unusual. A usual record has lines that end in a line feed alone, a third
/// line of one byte, and no long line.
///
/// The kernel guesses where lines end and verifies the guess: it expects a first line of the previous length, and second and fourth
/// lines of the most frequent length. No record then waits for the bytes of the previous one, because the CPU continues
/// speculatively. Only a second line with another length is searched for, by a method that takes the same time for all lengths.
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
        if !(1..MAX_LEN).contains(&usual) || bytes.get(search.start) != Some(&first) {
            return;
        }
        let mut pattern = Pattern {
            first,
            third,
            third_line: u32::from_le_bytes([0, b'\n', third, b'\n']),
            after_fourth: u16::from_le_bytes([b'\n', first]),
            name,
            record: name.record(usual),
            letters,
            scores,
        };
        let (mut start, mut found) = (search.start, search.found);
        for slot in &mut search.records[found..] {
            if start >= until {
                break;
            }
            let Some(rest) = bytes.get(start..) else { break };
            let Some(len) = pattern.next(vectors, rest, slot) else { break };
            start += len;
            found += 1;
        }
        // A fourth line that begins like a first line is decided only if a similar record follows.
        if let Some(last) = search.records[search.found..found].last()
            && bytes.get(start - last.end + last.fourth) == Some(&first)
        {
            start -= last.end;
            found -= 1;
        }
        (search.start, search.found, search.name) = (start, found, pattern.name);
    }
}

/// The pattern of similar records.
struct Pattern<L, S> {
    first: u8,
    third: u8,
    /// The third line with the line feeds around it, in the upper three bytes.
    third_line: u32,
    /// The bytes after a fourth line's last score: its line feed and the next first byte.
    after_fourth: u16,
    /// The last first line.
    name: FirstLine,
    /// The usual record, with the last first line.
    record: FourLines,
    letters: L,
    scores: S,
}

impl<L: Members, S: Members> Pattern<L, S> {
    /// Writes the record at the start of `bytes` to `slot`, if it fits the pattern, and returns its length. The caller has checked
    /// the first byte.
    #[inline(always)]
    fn next<V: Vectors>(&mut self, vectors: V, bytes: &[u8], slot: &mut FourLines) -> Option<usize> {
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
                *slot = self.record;
                self.are_valid(vectors, lines).then_some(self.record.end)
            }
            None => {
                let other = self.with_other_length(vectors, bytes)?;
                *slot = other;
                Some(other.end)
            }
        }
    }

    /// Returns the bytes from the start of the second line and of the fourth line, if the lines end as those of `record`.
    #[inline(always)]
    fn framed<'b>(&self, bytes: &'b [u8], record: &FourLines) -> Option<[&'b [u8]; 2]> {
        let FourLines { second, len, .. } = *record;
        let second_line = bytes.get(second..)?;
        let rest = second_line.get(len..)?;
        // The fourth of these bytes belongs to the fourth line.
        let third_line = u32::from_le_bytes(*rest.first_chunk()?) << 8;
        let fourth_line = &rest[3..];
        let rest = fourth_line.get(len..)?;
        let letter = *second_line.first()?;
        let is_framed = letter != self.first
            && letter != self.third
            && third_line == self.third_line
            && u16::from_le_bytes(*rest.first_chunk()?) == self.after_fourth;
        is_framed.then_some([second_line, fourth_line])
    }

    /// Whether the contents of these lines are valid, in a record of the usual length.
    #[inline(always)]
    fn are_valid<V: Vectors>(&self, vectors: V, [second_line, fourth_line]: [&[u8]; 2]) -> bool {
        let len = self.record.len;
        let (letters, scores) = (&second_line[..len], &fourth_line[..len]);
        if let (Some(letter), Some(score)) = (letters.last_chunk(), scores.last_chunk()) {
            // The last block may overlap the one before it.
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
            let letters = self.letters.certain(vectors, ranks(vectors, &self.letters, letters));
            let scores = self.scores.certain(vectors, ranks(vectors, &self.scores, scores));
            (letters & scores) | u64::MAX << len == u64::MAX
        } else {
            false
        }
    }

    /// Finds the record at the start of `bytes`, which does not have the usual length.
    #[inline(always)]
    fn with_other_length<V: Vectors>(&self, vectors: V, bytes: &[u8]) -> Option<FourLines> {
        let len = line_len(vectors, &self.letters, bytes.get(self.record.second..)?)?;
        let record = self.name.record(len);
        let [second_line, fourth_line] = self.framed(bytes, &record)?;
        let ends_with_return = |line: &[u8]| line[..len].last() == Some(&b'\r');
        let is_right = line_len(vectors, &self.scores, fourth_line)? == len
            && !ends_with_return(second_line)
            && !ends_with_return(fourth_line);
        is_right.then_some(record)
    }

    /// Records that the first line has another length than the previous one: it ends at the first of these bits.
    ///
    /// Not inlined: the compiler would compute the new length without a branch, and everything after it would wait for the result.
    #[cold]
    #[inline(never)]
    fn change(&mut self, ends: [u64; FIRST_LINE]) -> Option<()> {
        self.name = FirstLine::ending(ends)?;
        self.record = self.name.record(self.record.len);
        Some(())
    }
}

/// Returns the number of members at the start of a line, if the first byte that is not a member is in the first few blocks.
/// Otherwise returns a position that is not a line end.
#[inline(always)]
fn line_len<V: Vectors>(vectors: V, members: &impl Members, line: &[u8]) -> Option<usize> {
    let blocks: &[_; STRIDE] = line.as_chunks().0.first_chunk()?;
    let mut len = STRIDE * BLOCK;
    for (number, block) in blocks.iter().enumerate().rev() {
        let end = outside(vectors, members, block);
        let at = number * BLOCK + end.trailing_zeros() as usize;
        // A branch would be unpredictable: lines have all lengths here.
        len = select_unpredictable(end != 0, at, len);
    }
    Some(len)
}
