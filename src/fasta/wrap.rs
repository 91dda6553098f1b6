//! Wraps a sequence to a new line length.

use std::num::NonZeroUsize;

/// An iterator that divides the letters of some lines into lines of another length.
#[derive(Debug)]
pub(super) struct Wrap<'data, I> {
    lines: I,
    line_len: NonZeroUsize,
    /// The letters left of the last input line.
    rest: &'data [u8],
    /// Number of letters that still fit in the new line.
    free: usize,
}

/// Letters that share both an input line and an output line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Run<'data> {
    pub(super) letters: &'data [u8],
    /// Whether they begin an output line.
    pub(super) begins_line: bool,
}

impl<'data, I: Iterator<Item = &'data [u8]>> Wrap<'data, I> {
    pub(super) fn new(lines: I, line_len: NonZeroUsize) -> Self {
        Self { lines, line_len, rest: &[], free: 0 }
    }
}

impl<'data, I: Iterator<Item = &'data [u8]>> Iterator for Wrap<'data, I> {
    type Item = Run<'data>;

    fn next(&mut self) -> Option<Run<'data>> {
        while self.rest.is_empty() {
            self.rest = self.lines.next()?;
        }
        let begins_line = self.free == 0;
        if begins_line {
            self.free = self.line_len.get();
        }
        let (letters, rest) = self.rest.split_at(self.rest.len().min(self.free));
        self.rest = rest;
        self.free -= letters.len();
        Some(Run { letters, begins_line })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_new_lines_but_the_last_are_full() {
        let letters = b"ABCDEFGHIJKL";
        for old in 1..=13 {
            for new in 1..=13 {
                // With an empty line after each line.
                let lines = letters.chunks(old).flat_map(|line| [line, b"".as_slice()]);
                let mut wrapped: Vec<Vec<u8>> = Vec::new();
                for run in Wrap::new(lines, NonZeroUsize::new(new).unwrap()) {
                    if run.begins_line {
                        wrapped.push(Vec::new());
                    }
                    wrapped.last_mut().unwrap().extend_from_slice(run.letters);
                }
                assert_eq!(wrapped, letters.chunks(new).collect::<Vec<_>>(), "{old} into {new}");
            }
        }
    }

    #[test]
    fn no_letters_give_no_line() {
        assert_eq!(Wrap::new([b"".as_slice(); 3].into_iter(), NonZeroUsize::MIN).next(), None);
    }
}
