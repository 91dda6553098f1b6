//! Line ends, found one block ahead.

use super::instruction_set::{InstructionSet, chosen};
use super::newlines::{IndexNewlines, ROOM};

/// Number of bytes that are scanned at a time: few enough to stay in the L1 cache while their records are processed, many enough to
/// make the kernel call cheap.
const BLOCK: usize = 4096;

/// Number of positions that are kept. Lines shorter than 16 bytes on average make the kernel stop early.
const POSITIONS: usize = 1024;

/// The ends of the lines of some bytes, in order.
///
/// The end of a line is the position of its line feed. A last line without a line feed, even an empty one, ends at `bytes.len()` if
/// `complete`, and has no end if more bytes follow.
#[derive(Debug)]
pub(crate) struct LineEnds {
    instruction_set: InstructionSet,
    /// Line ends that were found and not taken yet: `ends[next..found]`. The first search allocates the space.
    ends: Box<[usize]>,
    next: usize,
    found: usize,
    /// Position up to which the bytes were scanned.
    scanned: usize,
    /// Whether the end of the bytes was returned as the end of the last line.
    end_is_given: bool,
}

impl Default for LineEnds {
    fn default() -> Self {
        Self {
            instruction_set: chosen(),
            ends: Box::default(),
            next: 0,
            found: 0,
            scanned: 0,
            end_is_given: false,
        }
    }
}

impl LineEnds {
    /// Returns the next line end without taking it, or `None` if there are no more.
    #[inline]
    pub(crate) fn peek(&mut self, bytes: &[u8], complete: bool) -> Option<usize> {
        self.peek_all(bytes, complete).first().copied()
    }

    /// Returns the next line ends that are already found, without taking them; at least one, unless there are no more.
    #[inline]
    pub(crate) fn peek_all(&mut self, bytes: &[u8], complete: bool) -> &[usize] {
        if self.next == self.found {
            self.scan(bytes, complete);
        }
        &self.ends[self.next..self.found]
    }

    /// Takes `count` line ends that were peeked at.
    #[inline]
    pub(crate) fn take(&mut self, count: usize) {
        debug_assert!(count <= self.found - self.next);
        self.next += count;
    }

    /// Moves to the line that begins at `start`, in either direction. `start` is not after the end of the bytes.
    pub(crate) fn go_to(&mut self, start: usize) {
        (self.next, self.found, self.scanned) = (0, 0, start);
        self.end_is_given = false;
    }

    /// Scans until it finds a line end or reaches the end of the bytes. All earlier line ends must have been taken.
    #[cold]
    #[inline(never)]
    fn scan(&mut self, bytes: &[u8], complete: bool) {
        if self.ends.is_empty() {
            self.ends = vec![0; bytes.len().min(POSITIONS) + ROOM].into();
        }
        (self.next, self.found) = (0, 0);
        while self.found == 0 {
            let rest = &bytes[self.scanned..];
            if rest.is_empty() {
                if complete && !self.end_is_given {
                    self.ends[0] = bytes.len();
                    (self.found, self.end_is_given) = (1, true);
                }
                return;
            }
            let indexed = self.instruction_set.run(IndexNewlines {
                bytes: &rest[..rest.len().min(BLOCK)],
                start: self.scanned,
                positions: &mut self.ends,
            });
            self.scanned += indexed.bytes;
            self.found = indexed.newlines;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(bytes: &[u8], complete: bool) -> Vec<usize> {
        let mut ends = LineEnds::default();
        let mut all = Vec::new();
        while let Some(end) = ends.peek(bytes, complete) {
            all.push(end);
            ends.take(1);
        }
        all
    }

    #[test]
    fn the_end_of_a_complete_input_ends_the_last_line() {
        assert_eq!(all(b"", true), [0]);
        assert_eq!(all(b"ab", true), [2]);
        assert_eq!(all(b"ab\n", true), [2, 3]);
        assert_eq!(all(b"ab\n", false), [2]);
        assert_eq!(all(b"ab\nc", false), [2]);
    }

    #[test]
    fn lines_across_blocks_are_found_whole() {
        for distance in [1, 7, 4095, 4096, 4097, 9000] {
            let text: Vec<u8> =
                (1..=30_000).map(|at| if at % distance == 0 { b'\n' } else { b'A' }).collect();
            let mut expected: Vec<usize> = (1..=30_000 / distance).map(|line| line * distance - 1).collect();
            expected.push(30_000);
            assert_eq!(all(&text, true), expected);

            let mut ends = LineEnds::default();
            let mut all = Vec::new();
            while !ends.peek_all(&text, true).is_empty() {
                // Takes half of them, so that some are left for the next call.
                let half = ends.peek_all(&text, true).len().div_ceil(2);
                all.extend_from_slice(&ends.peek_all(&text, true)[..half]);
                ends.take(half);
            }
            assert_eq!(all, expected);
        }
    }

    #[test]
    fn go_to_continues_at_every_line() {
        for (text, complete) in [(&b"a\nb\nc\nd"[..], true), (b"a\nb\nc\nd\n", true), (b"a\nb\nc\nd", false)]
        {
            let expected = all(text, complete);
            for (number, from) in (0..=text.len()).step_by(2).enumerate() {
                for there in 0..expected.len() {
                    let mut ends = LineEnds::default();
                    (0..there).for_each(|_| {
                        ends.peek(text, complete);
                        ends.take(1);
                    });
                    ends.go_to(from);
                    let ends = std::iter::from_fn(|| ends.peek(text, complete).inspect(|_| ends.take(1)));
                    let left = expected.get(number..).unwrap_or_default();
                    assert!(ends.eq(left.iter().copied()), "from {from}");
                }
            }
        }
    }
}
