//! Finds and checks four-line records a few kilobytes ahead.

mod alike;
mod each;
mod first_line;
mod lines;
mod record;
mod search;

use alike::Alike;
use each::Each;
use first_line::FirstLine;
use lines::{NO_LINE_END, NO_LINE_FEED};
pub(crate) use record::{FourLineRules, FourLines};
use search::{RECORDS, Search};

use super::class::Members;
use super::instruction_set::{InstructionSet, Kernel, Vectors, chosen};

/// Number of bytes per run: few enough to stay in the L1 cache while their records are processed, many enough to make the kernel
/// call cheap.
const RUN_LEN: usize = 8 << 10;

/// Maximum number of records that the general path finds before the fast path for similar records is tried again.
const MAX_OTHERS: usize = 32;

/// Finds adjacent records that are certainly valid.
///
/// A record that is not found need not be invalid: it may be one of the last ones, or have a property that the kernels do not
/// handle.
#[derive(Debug)]
pub(crate) struct FourLinesAhead {
    instruction_set: InstructionSet,
    /// Records that were found and not taken yet: `records[next..found]`.
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
    /// Takes the next record that was found.
    #[inline(always)]
    pub(crate) fn take(&mut self) -> Option<FourLines> {
        let record = *self.records[..self.found].get(self.next)?;
        self.next += 1;
        Some(record)
    }

    /// Searches `bytes` for records from `start` on, where one may begin, and takes the first. Discards earlier results. Searches
    /// for no record that begins at `until` or later.
    #[inline]
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
            // Lines that must be equally long must end at the same bytes.
            (Some(letters), None) => search.run(set, letters, NO_LINE_END),
            (None, Some(scores)) => search.run(set, NO_LINE_END, scores),
            (Some(letters), Some(scores)) => search.run(set, letters, scores),
        }
        (self.found, self.usual, self.name) = (search.found, search.usual, search.name);
        self.next = 0;
        self.take()
    }
}

impl Search<'_> {
    /// Finds records up to the first that is undecided.
    fn run<L: Members + Copy, S: Members + Copy>(&mut self, set: InstructionSet, letters: L, scores: S) {
        set.run(Find { search: self, letters, scores });
    }
}

/// Finds records up to the first that is undecided.
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
        while search.continues() {
            let found = search.found;
            Alike { search: &mut *search, letters, scores }.run(vectors);
            // A record that differs is usually followed by similar ones, unless all records differ.
            others = if search.found > found { 1 } else { MAX_OTHERS.min(2 * others) };
            let is_certain = !search.continues()
                || Each { search: &mut *search, max: others, letters, scores }.run(vectors);
            // One longer or shorter record does not predict the next ones; two of the same length do.
            if let [.., one, other] = search.records[..search.found]
                && one.len == other.len
            {
                search.usual = other.len;
            }
            if !is_certain {
                break;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::ByteRange;
    use super::super::instruction_set::{AsciiSet, available};
    use super::*;

    const ANY: FourLineRules =
        FourLineRules { first: b'@', third: b'+', letters: None, scores: None, third_repeats_first: false };

    const STRICT: FourLineRules = FourLineRules {
        letters: Some(AsciiSet::from_members(b"ACGT")),
        scores: Some(ByteRange::new(b'!', b'~')),
        third_repeats_first: true,
        ..ANY
    };

    /// Finds the record at `start` line by line. Returns `None` if there is none or it is undecided.
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
        let is_valid = begins(one, rules.first)
            && !begins(two, rules.first)
            && !begins(two, rules.third)
            && begins(three, rules.third)
            && four.ends_with(b"\n")
            && second.len() == fourth.len()
            && bytes.get(end) == Some(&rules.first);
        let is_as_asked = rules.letters.is_none_or(|_| second.iter().all(|byte| b"ACGTacgt".contains(byte)))
            && rules.scores.is_none_or(|_| fourth.iter().all(u8::is_ascii_graphic))
            && (!rules.third_repeats_first || third.len() == 1 || third[1..] == first[1..]);
        // The line after is the first line of the next record, or this fourth line is.
        let after_next = lines.nth(1).unwrap_or_default();
        let is_doubtful = begins(four, rules.first) && begins(after_next, rules.third);
        (is_valid && is_as_asked && !is_doubtful).then_some(FourLines {
            second: one.len(),
            fourth: one.len() + two.len() + three.len(),
            len: second.len(),
            end: end - start,
        })
    }

    /// Compares the found records with a naive search, and returns the minimum number of records found from the start.
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

    /// Bytes for the end of the input, so that the lookahead of the kernels covers the records before.
    const TAIL: &str = "@tail\nA\n+\nI\n";

    #[test]
    fn records_of_every_length_are_found() {
        let tail = TAIL.repeat(60);
        let step = if cfg!(miri) { 61 } else { 1 };
        for eol in ["\n", "\r\n"] {
            for len in (0..600).step_by(step) {
                // Equally long records, and others.
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
    fn a_first_line_without_end_is_no_record() {
        // Two records are as long as the second line of a third record would be.
        let valid = record(7, 150, "\n");
        let text = valid.repeat(2) + "@" + &valid[valid.len() - 304..] + &TAIL.repeat(60);
        assert_eq!(check(text.as_bytes()), 2);
    }

    #[test]
    fn records_are_found_from_every_position() {
        let valid = record(7, 150, "\n");
        let text = valid.repeat(2 * RUN_LEN / valid.len());
        for &set in available() {
            let mut ahead = FourLinesAhead { instruction_set: set, ..FourLinesAhead::default() };
            // Earlier records do not predict where these begin.
            for from in std::iter::once(0).chain(2 * valid.len()..4 * valid.len()) {
                let (found, expected) =
                    (ahead.find(text.as_bytes(), from, text.len(), &ANY), naive(text.as_bytes(), from, &ANY));
                assert!(found.is_none() || found == expected, "{}, from {from}", set.name());
                assert_eq!(found.is_some(), from % valid.len() == 0, "{}, from {from}", set.name());
            }
        }
    }

    #[test]
    fn only_valid_records_of_damaged_input_are_found() {
        let tail = TAIL.repeat(30);
        for (first, len, other, eol) in
            [(3, 5, 5, "\n"), (3, 5, 5, "\r\n"), (3, 5, 4, "\n"), (70, 150, 150, "\n"), (70, 150, 140, "\n")]
        {
            // The first two records are intact, so the kernels expect similar ones.
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
    fn scores_that_begin_like_a_header_are_undecided() {
        let tail = TAIL.repeat(80);
        let valid = "@name\nACGT\n+\nIIII\n";
        let doubtful = "@name\nACGT\n+\n@III\n";
        // Up to the maximum number of records per run, and more.
        for before in (1..4).chain(RECORDS - 2..RECORDS + 3) {
            for after in ["@name\n+\n+\nI\n", "@\n+"] {
                let text = valid.repeat(before) + doubtful + after + &tail;
                assert_eq!(check(text.as_bytes()), before, "{after:?}");
            }
            for after in [valid, "@name\nA\n+\nI\n", "@name\r\nA\r\n+\r\nI\r\n", doubtful] {
                let text = valid.repeat(before) + doubtful + after + &tail;
                assert!(check(text.as_bytes()) > before + 1, "{before}, {after:?}");
            }
        }
    }

    #[test]
    fn every_short_text_of_five_bytes_matches_the_naive_search() {
        let tail = TAIL.repeat(30);
        let letters = *b"@+\n\rA";
        let most = if cfg!(miri) { 3 } else { 6 };
        for len in 0..=most {
            for number in 0..letters.len().pow(len) {
                let digit = |place: u32| letters[number / letters.len().pow(place) % letters.len()];
                let text: Vec<u8> = (0..len).map(digit).collect();
                // After one record the kernels expect nothing; after two of the same length they expect a third.
                for before in [1, 2].map(|records| b"@a\nAC\n+\nII\n".repeat(records)) {
                    check(&[before.as_slice(), b"@", text.as_slice(), b"\n", tail.as_bytes()].concat());
                }
            }
        }
    }

    #[test]
    fn a_third_line_may_repeat_the_first() {
        let tail = TAIL.repeat(30);
        for (third, found) in [("+name x", 2), ("+", 2), ("+name", 0), ("+name x ", 0)] {
            for eol in ["\n", "\r\n"] {
                let text = ["@name x", "ACGT", third, "IIII", ""].join(eol).repeat(2) + &tail;
                assert_eq!(check(text.as_bytes()).min(2), found, "{third}");
            }
        }
    }

    #[test]
    fn no_record_after_the_part_is_searched_for() {
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
