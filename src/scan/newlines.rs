//! The kernel that finds line feeds.

use super::instruction_set::{BLOCK, Kernel, SLACK, Vectors};

/// Number of bytes that are skipped together if they contain no line feed, as in the middle of a long read.
const STRIDE: usize = 4 * BLOCK;

/// Prefetch distance in bytes: while records are processed, the hardware prefetcher does not see that scanning will continue.
const AHEAD: usize = 4096;

/// Minimum number of free positions for the kernel to continue: the maximum number of line feeds in a stride.
pub(super) const ROOM: usize = STRIDE + SLACK;

/// Writes `start` plus the position of every line feed in `bytes` to `positions`, until fewer than [`ROOM`] positions are free.
///
/// Positions after the written ones are scratch space.
pub(super) struct IndexNewlines<'a> {
    pub(super) bytes: &'a [u8],
    pub(super) start: usize,
    pub(super) positions: &'a mut [usize],
}

/// Result of the kernel.
pub(super) struct Indexed {
    /// Number of scanned bytes.
    pub(super) bytes: usize,
    /// Number of line feeds found.
    pub(super) newlines: usize,
}

impl Kernel for IndexNewlines<'_> {
    type Output = Indexed;

    #[inline(always)]
    fn run<V: Vectors>(self, vectors: V) -> Indexed {
        let Self { bytes, start, positions } = self;
        let mut newlines = 0;
        let (strides, tail) = bytes.as_chunks::<STRIDE>();
        for (number, stride) in strides.iter().enumerate() {
            let at = number * STRIDE;
            let free = &mut positions[newlines..];
            if free.len() < ROOM {
                return Indexed { bytes: at, newlines };
            }
            newlines += index_stride(vectors, stride, start + at, free);
        }
        let at = bytes.len() - tail.len();
        let free = &mut positions[newlines..];
        if free.len() < ROOM {
            return Indexed { bytes: at, newlines };
        }
        let mut last = [0; STRIDE];
        last[..tail.len()].copy_from_slice(tail);
        newlines += index_stride(vectors, &last, start + at, free);
        Indexed { bytes: bytes.len(), newlines }
    }
}

#[inline(always)]
fn index_stride<V: Vectors>(
    vectors: V,
    stride: &[u8; STRIDE],
    mut start: usize,
    positions: &mut [usize],
) -> usize {
    let (blocks, _) = stride.as_chunks();
    for block in blocks {
        vectors.prefetch(block, AHEAD);
    }
    // Not an array that a loop fills: that would go through memory and stall.
    let masks = [
        newlines_of(vectors, &blocks[0]),
        newlines_of(vectors, &blocks[1]),
        newlines_of(vectors, &blocks[2]),
        newlines_of(vectors, &blocks[3]),
    ];
    if masks[0] | masks[1] | masks[2] | masks[3] == 0 {
        return 0;
    }
    let mut found = 0;
    for mask in masks {
        vectors.write_positions(mask, start, &mut positions[found..]);
        found += mask.count_ones() as usize;
        start += BLOCK;
    }
    found
}

#[inline(always)]
fn newlines_of<V: Vectors>(vectors: V, block: &[u8; BLOCK]) -> u64 {
    vectors.equal(vectors.load(block), b'\n')
}

#[cfg(test)]
mod tests {
    use super::super::instruction_set::available;
    use super::*;

    fn naive(bytes: &[u8], start: usize) -> Vec<usize> {
        (0..bytes.len()).filter(|&at| bytes[at] == b'\n').map(|at| start + at).collect()
    }

    fn check(bytes: &[u8]) {
        for set in available() {
            let mut positions = vec![0; bytes.len() + ROOM];
            let kernel = IndexNewlines { bytes, start: 1000, positions: &mut positions };
            let indexed = set.run(kernel);
            assert_eq!(indexed.bytes, bytes.len());
            assert_eq!(positions[..indexed.newlines], naive(bytes, 1000), "{} on {bytes:?}", set.name());
        }
    }

    #[test]
    fn every_alignment_length_and_density() {
        let longest = if cfg!(miri) { 80 } else { 280 };
        for distance in [1, 2, 3, 5, 7, 31, 32, 33, 63, 64, 65, 1000] {
            let text: Vec<u8> =
                (0..longest + 64).map(|at| if at % distance == 0 { b'\n' } else { b'A' }).collect();
            for start in [0, 1, 15, 33] {
                for len in (0..longest).step_by(if cfg!(miri) { 13 } else { 1 }) {
                    check(&text[start..start + len]);
                }
            }
        }
    }

    #[test]
    fn one_line_feed_at_every_position_of_two_strides() {
        let mut text = vec![b'A'; 2 * STRIDE];
        for at in 0..text.len() {
            text[at] = b'\n';
            check(&text);
            check(&text[..=at]);
            check(&text[at..]);
            text[at] = b'A';
        }
    }

    #[test]
    fn other_byte_values_are_not_line_feeds() {
        let text: Vec<u8> = (0..=255).chain((0..=255).rev()).collect();
        check(&text);
    }

    #[test]
    fn the_kernel_stops_before_positions_run_out() {
        for set in available() {
            for distance in [1, 2, 3, 50, 300] {
                let text: Vec<u8> =
                    (0..3000).map(|at| if at % distance == 0 { b'\n' } else { b'A' }).collect();
                let mut positions = vec![0; ROOM];
                let (mut found, mut at) = (Vec::new(), 0);
                while at < text.len() {
                    let bytes = &text[at..];
                    let indexed = set.run(IndexNewlines { bytes, start: at, positions: &mut positions });
                    assert!(indexed.bytes > 0, "{}", set.name());
                    found.extend_from_slice(&positions[..indexed.newlines]);
                    at += indexed.bytes;
                }
                assert_eq!(found, naive(&text, 0), "{}", set.name());

                positions.pop();
                let none = set.run(IndexNewlines { bytes: &text, start: 0, positions: &mut positions });
                assert_eq!((none.bytes, none.newlines), (0, 0), "{}", set.name());
            }
        }
    }
}
