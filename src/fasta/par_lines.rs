//! Lines for rayon.

use rayon::iter::ParallelIterator;
use rayon::iter::plumbing::{Folder, UnindexedConsumer, UnindexedProducer, bridge_unindexed};

use super::Lines;

/// Below this length in bytes, lines are not worth a task of their own.
const MIN_LEN: usize = 1 << 20;

/// The lines of a sequence, as a rayon parallel iterator.
///
/// They are split at a line end near their middle, and so on; a line itself is not split. `collect` keeps their order.
#[derive(Debug, Clone)]
pub struct ParLines<'data> {
    lines: Lines<'data>,
    min_len: usize,
}

impl<'data> ParLines<'data> {
    pub(super) fn new(lines: Lines<'data>) -> Self {
        Self { lines, min_len: MIN_LEN }
    }

    /// Do not split stretches of less than `len` bytes; 1 MiB unless said otherwise.
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
        bridge_unindexed(Stretch(self), consumer)
    }
}

/// What a task has of the lines.
struct Stretch<'data>(ParLines<'data>);

impl<'data> UnindexedProducer for Stretch<'data> {
    type Item = &'data [u8];

    fn split(self) -> (Self, Option<Self>) {
        let ParLines { lines, min_len } = &self.0;
        let bytes = lines.as_bytes();
        let middle = bytes.len() / 2;
        // The last line end in the left half, or else the first one in the right: all of a long line is looked at once.
        let end = memchr::memrchr(b'\n', &bytes[..middle])
            .or_else(|| memchr::memchr(b'\n', &bytes[middle..]).map(|at| middle + at));
        match end {
            Some(end) if bytes.len() >= *min_len && end + 1 < bytes.len() => {
                let (left, right) = lines.split_at(end + 1);
                let stretch = |lines| Self(ParLines { lines, min_len: *min_len });
                (stretch(left), Some(stretch(right)))
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
    use crate::fasta::Comments;

    /// Splits as long as it can be done.
    fn split_up(stretch: Stretch<'_>) -> Vec<&[u8]> {
        match stretch.split() {
            (all, None) => vec![all.0.lines.as_bytes()],
            (left, Some(right)) => [split_up(left), split_up(right)].concat(),
        }
    }

    #[test]
    fn what_is_split_is_short_or_one_line() {
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
                let pieces = split_up(Stretch(ParLines::new(lines).with_min_len(min_len)));
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
