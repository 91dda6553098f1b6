//! Records of four lines, found and looked at a few kilobytes ahead.

mod alike;
mod each;
mod lines;

use alike::{Alike, FirstLine};
use each::Each;
use lines::{NO_LINE_END, NO_LINE_FEED};

use super::ByteRange;
use super::class::Members;
use super::instruction_set::{AsciiSet, InstructionSet, Kernel, Vectors, chosen};

/// How many bytes are looked at in a run: few enough to be still in the first-level cache when their records are, many enough to
/// make the call of a kernel cheap.
const RUN_LEN: usize = 8 << 10;

/// How many records a run finds at the most.
const RECORDS: usize = 64;

/// How many records are found, where none is like the others, before it is tried again whether they are alike.
const MOST_OTHERS: usize = 32;

/// What four lines have to be to be a record: the first begins with `first` and the third with `third`, while the second begins with
/// neither; the second and the fourth have equally many bytes, and all of them are members of a class, if there is one, which has no part
/// in ending a line.
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
pub(crate) struct FourLinesAhead {
    instruction_set: InstructionSet,
    /// Found and not yet taken: `records[next..found]`.
    records: Box<[FourLines; RECORDS]>,
    next: usize,
    found: usize,
    /// As in [`Search`].
    usual: usize,
    /// As in [`Search`].
    name: FirstLine,
}

impl Default for FourLinesAhead {
    fn default() -> Self {
        Self {
            instruction_set: chosen(),
            records: Box::new([FourLines::default(); RECORDS]),
            next: 0,
            found: 0,
            usual: 0,
            name: FirstLine::UNKNOWN,
        }
    }
}

impl FourLinesAhead {
    /// Takes the next record, of those that were found.
    #[inline(always)]
    pub(crate) fn take(&mut self) -> Option<FourLines> {
        let record = *self.records[..self.found].get(self.next)?;
        self.next += 1;
        Some(record)
    }

    /// Looks in `bytes` for records from `start` on, where one may begin, and takes the first; forgets those that were found. No record
    /// is looked for that begins at `until` or after.
    #[cold]
    #[inline(never)]
    pub(crate) fn find(
        &mut self,
        bytes: &[u8],
        start: usize,
        until: usize,
        rules: &FourLineRules,
    ) -> Option<FourLines> {
        let Self { ref mut records, usual, name, .. } = *self;
        let until = until.min(start.saturating_add(RUN_LEN));
        let mut search = Search { bytes, start, until, rules, usual, name, records, found: 0 };
        let set = self.instruction_set;
        match (rules.letters, rules.scores) {
            (None, None) => search.run(set, NO_LINE_FEED, NO_LINE_FEED),
            // Lines that are to be equally long have to end at the same bytes.
            (Some(letters), None) => search.run(set, letters, NO_LINE_END),
            (None, Some(scores)) => search.run(set, NO_LINE_END, scores),
            (Some(letters), Some(scores)) => search.run(set, letters, scores),
        }
        (self.found, self.usual, self.name) = (search.found, search.usual, search.name);
        self.next = 0;
        self.take()
    }
}

/// A search for records, from a place where one may begin.
struct Search<'data> {
    bytes: &'data [u8],
    /// Where the next one may begin.
    start: usize,
    until: usize,
    rules: &'data FourLineRules,
    /// How long the second and the fourth line are of most records.
    usual: usize,
    /// What the first line of the last record was like.
    name: FirstLine,
    records: &'data mut [FourLines; RECORDS],
    found: usize,
}

impl Search<'_> {
    /// Finds records, up to the first that is in doubt.
    fn run<L: Members + Copy, S: Members + Copy>(&mut self, set: InstructionSet, letters: L, scores: S) {
        set.run(Find { search: self, letters, scores });
    }

    /// Whether another record is looked for.
    #[inline(always)]
    fn goes_on(&self) -> bool {
        self.found < RECORDS && self.start < self.until
    }

    #[inline(always)]
    fn add(&mut self, record: FourLines) {
        self.records[self.found] = record;
        self.found += 1;
        self.start += record.end;
    }
}

/// Finds records, up to the first that is in doubt.
struct Find<'a, 'data, L, S> {
    search: &'a mut Search<'data>,
    letters: L,
    scores: S,
}

impl<L: Members + Copy, S: Members + Copy> Kernel for Find<'_, '_, L, S> {
    type Output = ();

    #[inline(always)]
    fn run<V: Vectors>(self, vectors: V) {
        let Self { search, letters, scores } = self;
        let mut others = 1;
        while search.goes_on() {
            let found = search.found;
            Alike { search: &mut *search, letters, scores }.run(vectors);
            // One that is different is followed by one that is not; unless they all are different.
            others = if search.found > found { 1 } else { MOST_OTHERS.min(2 * others) };
            let is_sure = !search.goes_on()
                || Each { search: &mut *search, most: others, letters, scores }.run(vectors);
            // One that is longer or shorter says nothing about those behind it; two of a length do.
            if let [.., one, other] = search.records[..search.found]
                && one.len == other.len
            {
                search.usual = other.len;
            }
            if !is_sure {
                break;
            }
        }
    }
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
                let mut ahead = FourLinesAhead { instruction_set: set, ..FourLinesAhead::default() };
                let (mut at, mut count) = (0, 0);
                while let Some(found) = ahead.take().or_else(|| ahead.find(bytes, at, bytes.len(), &rules)) {
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
                let text =
                    [len, len, len, len, len + 1, 3, len].map(|len| record(7, len, eol)).concat() + &tail;
                assert!(check(text.as_bytes()) >= 7, "{len}");
            }
            for first in (0..600).step_by(step) {
                let text =
                    [7, 7, first, first / 2, first].map(|first| record(first, 40, eol)).concat() + &tail;
                assert!(check(text.as_bytes()) >= 5, "{first}");
            }
        }
    }

    #[test]
    fn a_first_line_that_does_not_end_is_none() {
        // Two are as long as what would be the second line of a third record.
        let sound = record(7, 150, "\n");
        let text = sound.repeat(2) + "@" + &sound[sound.len() - 304..] + &TAIL.repeat(60);
        assert_eq!(check(text.as_bytes()), 2);
    }

    #[test]
    fn records_are_found_from_every_position() {
        let sound = record(7, 150, "\n");
        let text = sound.repeat(2 * RUN_LEN / sound.len());
        for &set in available() {
            let mut ahead = FourLinesAhead { instruction_set: set, ..FourLinesAhead::default() };
            // The positions of records found before say nothing about where these begin.
            for from in std::iter::once(0).chain(2 * sound.len()..4 * sound.len()) {
                let (found, expected) =
                    (ahead.find(text.as_bytes(), from, text.len(), &ANY), naive(text.as_bytes(), from, &ANY));
                assert!(found.is_none() || found == expected, "{}, from {from}", set.name());
                assert_eq!(found.is_some(), from % sound.len() == 0, "{}, from {from}", set.name());
            }
        }
    }

    #[test]
    fn damaged_records_are_found_only_if_right() {
        let tail = TAIL.repeat(30);
        for (first, len, other, eol) in
            [(3, 5, 5, "\n"), (3, 5, 5, "\r\n"), (3, 5, 4, "\n"), (70, 150, 150, "\n"), (70, 150, 140, "\n")]
        {
            // Two are not damaged: what follows them is taken to be like them.
            let text = [len, len, other, len].map(|len| record(first, len, eol)).concat();
            for at in text.len() / 2..text.len() {
                let mut damaged = [text.as_bytes(), tail.as_bytes()].concat();
                for byte in *b"@+\n\rAI \0\xff" {
                    damaged[at] = byte;
                    check(&damaged);
                }
                damaged.remove(at);
                check(&damaged);
            }
        }
    }

    #[test]
    fn scores_that_begin_as_a_first_line_are_right_unless_they_may_be_one() {
        let tail = TAIL.repeat(80);
        let sound = "@name\nACGT\n+\nIIII\n";
        let doubtful = "@name\nACGT\n+\n@III\n";
        // Up to as many as are found together, and more.
        for before in (1..4).chain(RECORDS - 2..RECORDS + 3) {
            for behind in ["@name\n+\n+\nI\n", "@\n+"] {
                let text = sound.repeat(before) + doubtful + behind + &tail;
                assert_eq!(check(text.as_bytes()), before, "{behind:?}");
            }
            for behind in [sound, "@name\nA\n+\nI\n", "@name\r\nA\r\n+\r\nI\r\n", doubtful] {
                let text = sound.repeat(before) + doubtful + behind + &tail;
                assert!(check(text.as_bytes()) > before + 1, "{before}, {behind:?}");
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
                // Behind one record nothing is taken to be like it, behind two of a length it is.
                for before in [1, 2].map(|records| b"@a\nAC\n+\nII\n".repeat(records)) {
                    check(&[before.as_slice(), b"@", text.as_slice(), b"\n", tail.as_bytes()].concat());
                }
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
            let mut ahead = FourLinesAhead::default();
            let mut count = 0;
            while ahead
                .take()
                .or_else(|| ahead.find(text.as_bytes(), count * TAIL.len(), until, &ANY))
                .is_some()
            {
                count += 1;
            }
            assert_eq!(count, until.div_ceil(TAIL.len()));
        }
    }
}
