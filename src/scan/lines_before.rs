//! Counts the lines before the next marker without finding each line end.

use super::ByteRange;
use super::class::{STRIDE, are_members};
use super::instruction_set::{BLOCK, Kernel, Vectors, chosen};

/// Prefetch distance in bytes: during counting, the hardware prefetcher does not look far enough ahead.
const AHEAD: usize = 2048;

/// Lines that end with a line feed alone, up to the next line that begins with a marker.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct LinesBefore {
    /// Number of lines.
    pub(crate) lines: usize,
    /// Start of the line with the marker; `None` if there is none.
    pub(crate) end: Option<usize>,
}

impl LinesBefore {
    /// Counts the lines from `start` on, which follows a line feed. Returns `None` if they contain a carriage return.
    pub(crate) fn find(bytes: &[u8], start: usize, marker: u8) -> Option<Self> {
        chosen().run(Count { bytes, start, marker })
    }
}

struct Count<'a> {
    bytes: &'a [u8],
    start: usize,
    marker: u8,
}

impl Kernel for Count<'_> {
    type Output = Option<LinesBefore>;

    #[inline(always)]
    fn run<V: Vectors>(self, vectors: V) -> Option<LinesBefore> {
        let Self { bytes, start, marker } = self;
        let (mut lines, mut at) = (0, start);
        // All bytes except the marker, the carriage return and the bytes between them.
        let letters = ByteRange::new(marker.wrapping_add(1), b'\n');
        for stride in bytes[start..].as_chunks().0.as_chunks().0 {
            if !are_members(vectors, &letters, stride) && is_special(vectors, stride, marker) {
                break;
            }
            for block in stride {
                vectors.prefetch(block, AHEAD);
                lines += vectors.equal(vectors.load(block), b'\n').count_ones() as usize;
            }
            at += STRIDE * BLOCK;
        }
        while at < bytes.len() {
            let len = BLOCK.min(bytes.len() - at);
            let mut buffers = [[0; BLOCK]; 2];
            let (block, before) = match (bytes[at..].first_chunk(), bytes[at - 1..].first_chunk()) {
                (Some(block), Some(before)) => (block, before),
                _ => {
                    // The padding of zeros contains neither line ends nor markers.
                    let [block, before] = &mut buffers;
                    block[..len].copy_from_slice(&bytes[at..at + len]);
                    before[..len].copy_from_slice(&bytes[at - 1..at - 1 + len]);
                    (&*block, &*before)
                }
            };
            let [block, before] = [vectors.load(block), vectors.load(before)];
            let markers = vectors.equal(block, marker) & vectors.equal(before, b'\n');
            // Mask of the bytes up to the first marker.
            let mask = markers ^ markers.wrapping_sub(1);
            if vectors.equal(block, b'\r') & mask != 0 {
                return None;
            }
            lines += (vectors.equal(block, b'\n') & mask).count_ones() as usize;
            if markers != 0 {
                return Some(LinesBefore { lines, end: Some(at + markers.trailing_zeros() as usize) });
            }
            at += len;
        }
        Some(LinesBefore { lines, end: None })
    }
}

/// Whether a stride contains a carriage return or a marker, at the start of a line or not.
#[inline(always)]
fn is_special<V: Vectors>(vectors: V, stride: &[[u8; BLOCK]; STRIDE], marker: u8) -> bool {
    let mut special = 0;
    for block in stride {
        let block = vectors.load(block);
        special |= vectors.equal(block, b'\r') | vectors.equal(block, marker);
    }
    special != 0
}

#[cfg(test)]
mod tests {
    use super::super::instruction_set::available;
    use super::*;

    fn naive(bytes: &[u8], start: usize) -> Option<LinesBefore> {
        let is_marked = |&at: &usize| bytes[at] == b'>' && bytes[at - 1] == b'\n';
        let end = (start..bytes.len()).find(is_marked);
        let text = &bytes[start..end.unwrap_or(bytes.len())];
        let lines = text.iter().filter(|&&byte| byte == b'\n').count();
        (!text.contains(&b'\r')).then_some(LinesBefore { lines, end })
    }

    fn check(bytes: &[u8], start: usize) {
        for set in available() {
            let found = set.run(Count { bytes, start, marker: b'>' });
            assert_eq!(found, naive(bytes, start), "{}: {} from {start}", set.name(), bytes.escape_ascii());
        }
    }

    #[test]
    fn lines_of_every_length_before_every_marker() {
        let step = if cfg!(miri) { 97 } else { 1 };
        for line in [1, 2, 3, 60, 63, 64, 65, 80, 1000] {
            for len in (0..800).step_by(step) {
                let mut bytes: Vec<u8> =
                    (0..len).map(|at| if at % line == 0 { b'\n' } else { b'A' }).collect();
                bytes.insert(0, b'\n');
                check(&bytes, 1);
                bytes.extend_from_slice(b"\n>next\nAC\n");
                check(&bytes, 1);
                bytes.splice(0..0, *b">a longer header");
                check(&bytes, 17);
            }
        }
    }

    #[test]
    fn a_special_byte_at_every_position() {
        for at in 1..600 {
            for special in [&b"\r"[..], b"\r\n", b">", b"\n>", b"\n\n", b"\n\r>", b"*", b"--", b"\0\t"] {
                let mut bytes = [b"\n".as_slice(), b"ACGTACGTACG\n".repeat(51).as_slice()].concat();
                bytes.splice(at..at + special.len(), special.iter().copied());
                check(&bytes, 1);
            }
        }
    }
}
