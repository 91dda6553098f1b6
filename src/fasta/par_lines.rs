//! A rayon parallel iterator over lines.

use rayon::iter::ParallelIterator;
use rayon::iter::plumbing::{Folder, UnindexedConsumer, UnindexedProducer, bridge_unindexed};

use super::lines::Lines;

/// Minimum length in bytes of lines that become a task of their own.
const MIN_LEN: usize = 1 << 20;

/// A rayon parallel iterator over the lines of a sequence.
///
/// The iterator splits them at a line end near the middle, then each half likewise; it never splits a line. `collect` keeps their
/// order.
#[derive(Debug, Clone)]
pub struct ParLines<'data> {
    lines: Lines<'data>,
    min_len: usize,
}

impl<'data> ParLines<'data> {
    pub(super) fn new(lines: Lines<'data>) -> Self {
        Self { lines, min_len: MIN_LEN }
    }

    /// Sets the minimum length in bytes; fewer bytes are not split. The default is 1 MiB.
    #[must_use]
    pub fn with_min_len(self, len: usize) -> Self {
        Self { min_len: len, ..self }
    }
}

impl<'data> ParallelIterator for ParLines<'data> {
    type Item = &'data [u8];

    fn drive_unindexed<C>(self, consumer: C) -> C::Result
    where
        C: UnindexedConsumer<Self::Item>,
    {
        bridge_unindexed(Chunk(self), consumer)
    }
}

/// The lines of one task.
struct Chunk<'data>(ParLines<'data>);

impl<'data> UnindexedProducer for Chunk<'data> {
    type Item = &'data [u8];

    fn split(self) -> (Self, Option<Self>) {
        let ParLines { lines, min_len } = &self.0;
        let bytes = lines.as_bytes();
        let middle = bytes.len() / 2;
        // The last line end in the left half, or else the first one in the right half: a long line stays whole.
        let end = memchr::memrchr(b'\n', &bytes[..middle])
            .or_else(|| memchr::memchr(b'\n', &bytes[middle..]).map(|at| middle + at));
        match end {
            Some(end) if bytes.len() >= *min_len && end + 1 < bytes.len() => {
                let (left, right) = lines.split_at(end + 1);
                let chunk = |lines| Self(ParLines { lines, min_len: *min_len });
                (chunk(left), Some(chunk(right)))
            }
            _ => (self, None),
        }
    }

    fn fold_with<D: Folder<Self::Item>>(self, folder: D) -> D {
        folder.consume_iter(self.0.lines)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fasta::options::Comments;

    /// Splits the lines until no chunk can be split.
    fn split_up(chunk: Chunk<'_>) -> Vec<&[u8]> {
        match chunk.split() {
            (all, None) => vec![all.0.lines.as_bytes()],
            (left, Some(right)) => [split_up(left), split_up(right)].concat(),
        }
    }

    #[test]
    fn chunks_are_shorter_than_min_len_or_one_line() {
        let wrapped = b"ACGTACG\n".repeat(100);
        let long = [b"A".repeat(3000), b"\n".to_vec()].concat();
        for bytes in [
            vec![],
            wrapped.clone(),
            long.clone(),
            [wrapped.as_slice(), &long].concat(),
            [long.as_slice(), &wrapped].concat(),
            [wrapped.as_slice(), &long, &wrapped, b"AC"].concat(),
        ] {
            for min_len in [0, 1, 8, 100, 1000] {
                let lines = Lines::new(Comments::default(), &bytes);
                let pieces = split_up(Chunk(ParLines::new(lines).with_min_len(min_len)));
                assert_eq!(pieces.concat(), bytes);
                assert!(pieces.len() == 1 || bytes.len() >= min_len, "{} bytes are split", bytes.len());
                for piece in pieces {
                    let lines =
                        memchr::memchr_iter(b'\n', piece).count() + usize::from(!piece.ends_with(b"\n"));
                    assert!(piece.len() < min_len || lines == 1, "{lines} lines of {}", piece.len());
                }
            }
        }
    }
}
