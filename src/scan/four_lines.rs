//! Records of four lines, found and looked at a few kilobytes ahead.

use std::ops::Range;

use super::ByteRange;
use super::class::Members;
use super::instruction_set::{AsciiSet, BLOCK, InstructionSet, Kernel, Vectors, chosen};

/// How many bytes are looked at in a run: few enough to be still in the first-level cache when their records are, many enough to
/// make the call of a kernel cheap.
const RUN_LEN: usize = 8 << 10;

/// How many records a run finds at the most.
const RECORDS: usize = 64;

/// How far ahead bytes are asked for: while records are looked at, the machine does not see that scanning will go on.
const AHEAD: usize = 4096;

/// Blocks that are looked at together, in the middle of a long line.
const STRIDE: usize = 4;
const STRIDE_LEN: usize = STRIDE * BLOCK;

/// What four lines have to be to be a record: the first begins with `first` and the third with `third`, while the second begins with
/// neither; the second and the fourth have equally many bytes, and all of them are members of a class, if there is one.
#[derive(Debug, Clone, Copy)]
pub(crate) struct FourLineRules {
    pub(crate) first: u8,
    pub(crate) third: u8,
    /// What the second line may hold.
    pub(crate) letters: Option<AsciiSet>,
    /// What the fourth line may hold.
    pub(crate) scores: Option<ByteRange>,
    /// Whether the third line is nothing but its first byte, or repeats the first line behind that.
    pub(crate) third_repeats_first: bool,
}

/// A record of four lines. Positions are counted from its start.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct FourLines {
    /// Where the second line begins.
    pub(crate) second: usize,
    /// Where the fourth line begins.
    pub(crate) fourth: usize,
    /// Bytes of the second line, and of the fourth, without what ends them.
    pub(crate) len: usize,
    /// Where the next record may begin.
    pub(crate) end: usize,
}

/// Finds the records of some bytes, as long as they follow each other and are beyond doubt.
///
/// A record that is not found need not be wrong: it may be one of the last ones, or have something about it that is not looked at
/// here.
#[derive(Debug)]
pub(crate) struct FourLinesAhead<'data> {
    bytes: &'data [u8],
    /// No record is looked for that begins here or behind.
    until: usize,
    rules: FourLineRules,
    instruction_set: InstructionSet,
    /// Found and not yet taken: `records[next..found]`.
    records: Box<[FourLines; RECORDS]>,
    next: usize,
    found: usize,
}

impl<'data> FourLinesAhead<'data> {
    pub(crate) fn new(bytes: &'data [u8], until: usize, rules: FourLineRules) -> Self {
        let records = Box::new([FourLines::default(); RECORDS]);
        Self { bytes, until, rules, instruction_set: chosen(), records, next: 0, found: 0 }
    }

    /// Takes the next record, of those that were found.
    #[inline(always)]
    pub(crate) fn take(&mut self) -> Option<FourLines> {
        let record = *self.records[..self.found].get(self.next)?;
        self.next += 1;
        Some(record)
    }

    /// Looks for records from `start` on, where one may begin, and takes the first; forgets those that were found.
    #[cold]
    #[inline(never)]
    pub(crate) fn find(&mut self, start: usize) -> Option<FourLines> {
        // Of the records that were found, the last one is as good a guess as the one before the next.
        let reach = self.records[self.found.saturating_sub(1)].len;
        let Self { bytes, until, ref rules, ref mut records, .. } = *self;
        let until = until.min(start.saturating_add(RUN_LEN));
        let set = self.instruction_set;
        let find =
            Find { bytes, start, until, rules, reach, letters: NoLineFeed, scores: NoLineFeed, records };
        self.found = match (rules.letters, rules.scores) {
            (None, None) => set.run(find),
            // Lines that are to be equally long have to end at the same bytes.
            (Some(letters), None) => set.run(find.with_letters(letters).with_scores(NoLineEnd)),
            (None, Some(scores)) => set.run(find.with_letters(NoLineEnd).with_scores(scores)),
            (Some(letters), Some(scores)) => set.run(find.with_letters(letters).with_scores(scores)),
        };
        self.next = 0;
        self.take()
    }

    /// Forgets the records that were found.
    pub(crate) fn forget(&mut self) {
        self.found = 0;
    }
}

/// Every byte that does not end a line.
#[derive(Debug, Clone, Copy)]
struct NoLineFeed;

impl Members for NoLineFeed {
    #[inline(always)]
    fn among<V: Vectors>(&self, vectors: V, block: V::Block) -> u64 {
        !vectors.equal(block, b'\n')
    }
}

/// Every byte that has no part in ending a line.
#[derive(Debug, Clone, Copy)]
struct NoLineEnd;

impl Members for NoLineEnd {
    #[inline(always)]
    fn among<V: Vectors>(&self, vectors: V, block: V::Block) -> u64 {
        !(vectors.equal(block, b'\n') | vectors.equal(block, b'\r'))
    }
}

/// Finds records, up to the first that is in doubt, and returns how many.
struct Find<'a, L, S> {
    bytes: &'a [u8],
    start: usize,
    until: usize,
    rules: &'a FourLineRules,
    /// How far the second line of the record before reached, up to what ends it. Reads are often equally long, and to find that this
    /// is so again asks for no waiting: the machine goes on before it is sure.
    reach: usize,
    letters: L,
    scores: S,
    records: &'a mut [FourLines; RECORDS],
}

impl<'a, L, S> Find<'a, L, S> {
    fn with_letters<M>(self, letters: M) -> Find<'a, M, S> {
        let Self { bytes, start, until, rules, reach, scores, records, .. } = self;
        Find { bytes, start, until, rules, reach, letters, scores, records }
    }

    fn with_scores<M>(self, scores: M) -> Find<'a, L, M> {
        let Self { bytes, start, until, rules, reach, letters, records, .. } = self;
        Find { bytes, start, until, rules, reach, letters, scores, records }
    }
}

impl<L: Members, S: Members> Kernel for Find<'_, L, S> {
    type Output = usize;

    #[inline(always)]
    fn run<V: Vectors>(mut self, vectors: V) -> usize {
        let mut found = 0;
        while found < RECORDS && self.start < self.until {
            let Some(record) = self.record(vectors) else { break };
            for block in self.bytes[self.start..self.start + record.end].as_chunks().0 {
                vectors.prefetch(block, AHEAD);
            }
            self.start += record.end;
            self.records[found] = record;
            found += 1;
        }
        found
    }
}

impl<L: Members, S: Members> Find<'_, L, S> {
    /// The record at the start, if it is beyond doubt.
    #[inline(always)]
    fn record<V: Vectors>(&mut self, vectors: V) -> Option<FourLines> {
        let Self { bytes, start, rules: &FourLineRules { first, third, .. }, .. } = *self;
        let line = stride_at(bytes, start)?;
        if line[0][0] != first {
            return None;
        }
        let second = start + first_outside(vectors, &NoLineFeed, bytes, start, line)? + 1;

        let line = stride_at(bytes, second)?;
        if [first, third].contains(&line[0][0]) {
            return None;
        }
        if !(self.reach < STRIDE_LEN && ends_at(vectors, &self.letters, line, self.reach)) {
            self.reach = first_outside(vectors, &self.letters, bytes, second, line)?;
        }
        let reach = self.reach;
        let (second_end, third_start) = self.line_end(second, second + reach)?;
        let len = second_end - second;

        let fourth = third_start + 2;
        let is_short = *bytes.get(third_start..)?.first_chunk()? == [third, b'\n'];
        let fourth =
            if is_short { fourth } else { self.behind_long_third_line(vectors, second, third_start)? };

        let line = stride_at(bytes, fourth)?;
        let is_equally_long = if reach < STRIDE_LEN {
            ends_at(vectors, &self.scores, line, reach)
        } else {
            reach == first_outside(vectors, &self.scores, bytes, fourth, line)?
        };
        let (fourth_end, end) = self.line_end(fourth, fourth + reach)?;
        let is_right = is_equally_long
            && fourth_end - fourth == len
            && *bytes.get(end)? == first
            && (line[0][0] != first || self.is_no_first_line(vectors, end)?);
        is_right.then(|| FourLines { second: second - start, fourth: fourth - start, len, end: end - start })
    }

    /// The end of a line that begins at `start` and whose first byte of another kind is at `at`: without what ends it, and with
    /// that.
    #[inline(always)]
    fn line_end(&self, start: usize, at: usize) -> Option<(usize, usize)> {
        let bytes = self.bytes;
        match bytes.get(at)? {
            // A carriage return before may be a member.
            b'\n' if at > start && bytes[at - 1] == b'\r' => Some((at - 1, at + 1)),
            b'\n' => Some((at, at + 1)),
            b'\r' if bytes.get(at + 1) == Some(&b'\n') => Some((at, at + 2)),
            _ => None,
        }
    }

    /// Where the fourth line begins behind a third line that is more than its first byte.
    #[inline(always)]
    fn behind_long_third_line<V: Vectors>(&self, vectors: V, second: usize, third: usize) -> Option<usize> {
        let bytes = self.bytes;
        let line = stride_at(bytes, third)?;
        if line[0][0] != self.rules.third {
            return None;
        }
        let end = third + first_outside(vectors, &NoLineFeed, bytes, third, line)?;
        let text = |line: Range<usize>| bytes[line.clone()].strip_suffix(b"\r").unwrap_or(&bytes[line]);
        let (first, third) = (text(self.start + 1..second - 1), text(third + 1..end));
        (!self.rules.third_repeats_first || third.is_empty() || first == third).then_some(end + 1)
    }

    /// Whether the line at `start` is not the second line behind a first one: the line after it does not begin as a third one
    /// does.
    #[inline(always)]
    fn is_no_first_line<V: Vectors>(&self, vectors: V, start: usize) -> Option<bool> {
        let bytes = self.bytes;
        let next = start + first_outside(vectors, &NoLineFeed, bytes, start, stride_at(bytes, start)?)? + 1;
        Some(*bytes.get(next)? != self.rules.third)
    }
}

/// How many bytes from `from` on are members, up to the first that is not; `None` if that is among the last bytes or not there.
/// `line` are the first bytes.
#[inline(always)]
fn first_outside<V: Vectors>(
    vectors: V,
    members: &impl Members,
    bytes: &[u8],
    from: usize,
    line: &[[u8; BLOCK]; STRIDE],
) -> Option<usize> {
    let outside = |block: &[u8; BLOCK]| !members.among(vectors, vectors.load(block));
    // A line is likely to end in the same block as the one four lines before.
    for (number, block) in line.iter().enumerate() {
        let mask = outside(block);
        if mask != 0 {
            return Some(number * BLOCK + mask.trailing_zeros() as usize);
        }
    }
    let mut len = STRIDE_LEN;
    loop {
        let blocks = stride_at(bytes, from + len)?;
        for block in blocks {
            vectors.prefetch(block, AHEAD);
        }
        // Not an array that is filled in a loop: that would go through memory, and be waited for.
        let masks = [outside(&blocks[0]), outside(&blocks[1]), outside(&blocks[2]), outside(&blocks[3])];
        if masks[0] | masks[1] | masks[2] | masks[3] != 0 {
            let number = masks.iter().position(|&mask| mask != 0)?;
            return Some(len + number * BLOCK + masks[number].trailing_zeros() as usize);
        }
        len += STRIDE_LEN;
    }
}

/// Whether the first `len` bytes of a line are members, and the next one is not.
#[inline(always)]
fn ends_at<V: Vectors>(vectors: V, members: &impl Members, line: &[[u8; BLOCK]; STRIDE], len: usize) -> bool {
    for (number, block) in line.iter().enumerate() {
        let outside = !members.among(vectors, vectors.load(block));
        if len < (number + 1) * BLOCK {
            return outside << (BLOCK - 1 - len % BLOCK) == 1 << (BLOCK - 1);
        }
        // Not collected and looked at in the end: the compiler would keep a mask as a vector of bits, and take that apart.
        if outside != 0 {
            return false;
        }
    }
    false
}

/// The blocks of the stride at a position, if it is not among the last bytes.
#[inline(always)]
fn stride_at(bytes: &[u8], at: usize) -> Option<&[[u8; BLOCK]; STRIDE]> {
    bytes.get(at..)?.as_chunks().0.first_chunk()
}

#[cfg(test)]
mod tests {
    use super::super::instruction_set::available;
    use super::*;

    const ANY: FourLineRules =
        FourLineRules { first: b'@', third: b'+', letters: None, scores: None, third_repeats_first: false };

    const STRICT: FourLineRules = FourLineRules {
        letters: Some(AsciiSet::of(b"ACGT")),
        scores: Some(ByteRange::new(b'!', b'~')),
        third_repeats_first: true,
        ..ANY
    };

    /// The record at `start`, told line by line; `None` where there is none or it is in doubt.
    fn naive(bytes: &[u8], start: usize, rules: &FourLineRules) -> Option<FourLines> {
        let mut lines = bytes[start..].split_inclusive(|&byte| byte == b'\n');
        let [one, two, three, four] = [(); 4].map(|()| lines.next().unwrap_or_default());
        let text = |line: &'_ [u8]| {
            let line = line.strip_suffix(b"\n").unwrap_or(line);
            line.strip_suffix(b"\r").unwrap_or(line).len()
        };
        let [first, second, third, fourth] = [one, two, three, four].map(|line| &line[..text(line)]);
        let end = start + one.len() + two.len() + three.len() + four.len();
        let begins = |line: &[u8], byte| line.first() == Some(&byte);
        let is_right = begins(one, rules.first)
            && !begins(two, rules.first)
            && !begins(two, rules.third)
            && begins(three, rules.third)
            && four.ends_with(b"\n")
            && second.len() == fourth.len()
            && bytes.get(end) == Some(&rules.first);
        let is_as_asked = rules.letters.is_none_or(|_| second.iter().all(|byte| b"ACGTacgt".contains(byte)))
            && rules.scores.is_none_or(|_| fourth.iter().all(u8::is_ascii_graphic))
            && (!rules.third_repeats_first || third.len() == 1 || third[1..] == first[1..]);
        // The next line is the first one of a record that follows, or this fourth line is.
        let after_next = lines.nth(1).unwrap_or_default();
        let is_doubtful = begins(four, rules.first) && begins(after_next, rules.third);
        (is_right && is_as_asked && !is_doubtful).then_some(FourLines {
            second: one.len(),
            fourth: one.len() + two.len() + three.len(),
            len: second.len(),
            end: end - start,
        })
    }

    /// Compares what is found with what there is, and returns how many records were found from the start.
    fn check(bytes: &[u8]) -> usize {
        let mut least = usize::MAX;
        for rules in
            [ANY, STRICT, FourLineRules { letters: None, ..STRICT }, FourLineRules { scores: None, ..STRICT }]
        {
            for &set in available() {
                let mut ahead = FourLinesAhead::new(bytes, bytes.len(), rules);
                ahead.instruction_set = set;
                let (mut at, mut count) = (0, 0);
                while let Some(found) = ahead.take().or_else(|| ahead.find(at)) {
                    let excerpt = bytes[at..bytes.len().min(at + 400)].escape_ascii();
                    assert_eq!(Some(found), naive(bytes, at, &rules), "{}, {rules:?}: {excerpt}", set.name());
                    at += found.end;
                    count += 1;
                }
                least = least.min(count);
            }
        }
        least
    }

    fn record(first: usize, len: usize, eol: &str) -> String {
        let (name, letters, scores) = ("n".repeat(first), "ACGT".repeat(len), "I!~@".repeat(len));
        ["@", &name, eol, &letters[..len], eol, "+", eol, &scores[..len], eol].concat()
    }

    /// What is looked at together, so that the last records are not found.
    const TAIL: &str = "@tail\nA\n+\nI\n";

    #[test]
    fn records_of_every_length_are_found() {
        let tail = TAIL.repeat(60);
        let step = if cfg!(miri) { 61 } else { 1 };
        for eol in ["\n", "\r\n"] {
            for len in (0..600).step_by(step) {
                // Equally long ones, and others.
                let text = [len, len, len + 1, 3, len].map(|len| record(7, len, eol)).concat() + &tail;
                assert!(check(text.as_bytes()) >= 5, "{len}");
            }
            for first in (0..600).step_by(step) {
                let text = [first, first / 2, first].map(|first| record(first, 40, eol)).concat() + &tail;
                assert!(check(text.as_bytes()) >= 3, "{first}");
            }
        }
    }

    #[test]
    fn what_is_damaged_anywhere_is_not_found_unless_it_is_right() {
        let tail = TAIL.repeat(30);
        for (first, len, eol) in [(3, 5, "\n"), (3, 5, "\r\n"), (70, 150, "\n")] {
            let text = record(first, len, eol) + &record(first, len, eol);
            for at in 0..text.len() {
                for byte in *b"@+\n\rAI \0\xff" {
                    let mut damaged = [text.as_bytes(), tail.as_bytes()].concat();
                    damaged[at] = byte;
                    check(&damaged);
                    damaged.remove(at);
                    check(&damaged);
                }
            }
        }
    }

    #[test]
    fn every_short_text_of_a_few_bytes() {
        let tail = TAIL.repeat(30);
        let letters = *b"@+\n\rA";
        let most = if cfg!(miri) { 3 } else { 6 };
        for len in 0..=most {
            for number in 0..letters.len().pow(len) {
                let digit = |place: u32| letters[number / letters.len().pow(place) % letters.len()];
                let text: Vec<u8> = (0..len).map(digit).collect();
                check(&[b"@a\nAC\n+\nII\n@", text.as_slice(), b"\n", tail.as_bytes()].concat());
            }
        }
    }

    #[test]
    fn a_third_line_that_repeats_the_first_is_right() {
        let tail = TAIL.repeat(30);
        for (third, found) in [("+name x", 2), ("+", 2), ("+name", 0), ("+name x ", 0)] {
            for eol in ["\n", "\r\n"] {
                let text = ["@name x", "ACGT", third, "IIII", ""].join(eol).repeat(2) + &tail;
                assert_eq!(check(text.as_bytes()).min(2), found, "{third}");
            }
        }
    }

    #[test]
    fn no_record_is_looked_for_behind_the_part() {
        let text = TAIL.repeat(100);
        for until in 0..100 {
            let mut ahead = FourLinesAhead::new(text.as_bytes(), until, ANY);
            let mut count = 0;
            while ahead.take().or_else(|| ahead.find(count * TAIL.len())).is_some() {
                count += 1;
            }
            assert_eq!(count, until.div_ceil(TAIL.len()));
        }
    }
}
