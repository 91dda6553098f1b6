//! Compression of blocks.

use super::{HEADER_LEN, MAX_BLOCK_LEN, TRAILER_LEN};
use crate::compress::deflate::Deflater;

/// Maximum decompressed length of a written block, as in `bgzip`: an incompressible block still fits.
pub(super) const MAX_BYTES: usize = 0xff00;

/// Maximum length of deflated data; longer data is stored uncompressed.
const ROOM: usize = MAX_BLOCK_LEN - HEADER_LEN - TRAILER_LEN;

/// Start of a block: a gzip member without a time, with an unknown system and one extra field. The length of the block
/// minus 1 follows in two bytes.
const HEADER: [u8; HEADER_LEN - 2] = *b"\x1f\x8b\x08\x04\0\0\0\0\0\xff\x06\0BC\x02\0";

/// The end-of-file block: an empty block with these bytes (SAM specification, section 4.1.2).
pub(super) const END_OF_FILE: [u8; 28] =
    *b"\x1f\x8b\x08\x04\0\0\0\0\0\xff\x06\0BC\x02\0\x1b\0\x03\0\0\0\0\0\0\0\0\0";

/// A block that is filled, then compressed, then written. Its buffers are reused.
#[derive(Default)]
pub(super) struct Packing {
    /// Contents of the block, at most [`MAX_BYTES`].
    pub(super) bytes: Vec<u8>,
    /// The compressed block.
    pub(super) packed: Vec<u8>,
}

/// Compresses blocks.
pub(super) struct Packer {
    /// `None` at level 0, which stores bytes uncompressed.
    deflater: Option<Deflater>,
}

impl Packer {
    pub(super) fn new(level: u8) -> Self {
        Self { deflater: Deflater::new(level) }
    }

    /// Compresses a block.
    pub(super) fn pack(&mut self, block: &mut Packing) {
        let Packing { bytes, packed } = block;
        packed.resize(HEADER_LEN + ROOM, 0);
        let room = &mut packed[HEADER_LEN..];
        let deflated = self.deflater.as_mut().and_then(|deflater| deflater.deflate(bytes, room));
        match deflated {
            Some(len) => packed.truncate(HEADER_LEN + len),
            None => {
                packed.truncate(HEADER_LEN);
                store(bytes, packed);
            }
        }
        // No block exceeds 64 KiB.
        let [low, high, ..] = (packed.len() + TRAILER_LEN - 1).to_le_bytes();
        packed[..HEADER.len()].copy_from_slice(&HEADER);
        packed[HEADER.len()..HEADER_LEN].copy_from_slice(&[low, high]);
        packed.extend(crc32fast::hash(bytes).to_le_bytes());
        let len = u32::try_from(bytes.len()).unwrap_or(u32::MAX);
        packed.extend(len.to_le_bytes());
    }
}

/// Appends bytes uncompressed, as DEFLATE (RFC 1951, section 3.2.4): a final stored block with its length and the
/// complement of the length.
fn store(bytes: &[u8], packed: &mut Vec<u8>) {
    let len = u16::try_from(bytes.len()).unwrap_or(u16::MAX);
    packed.push(1);
    packed.extend(len.to_le_bytes());
    packed.extend((!len).to_le_bytes());
    packed.extend_from_slice(bytes);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compress::Decoder;
    use std::io::Read;

    /// Returns incompressible bytes.
    fn noise(len: usize) -> Vec<u8> {
        let mut state = 0x9e37_79b9_7f4a_7c15_u64;
        let next = || {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            (state >> 56) as u8
        };
        std::iter::repeat_with(next).take(len).collect()
    }

    fn packed(level: u8, bytes: &[u8]) -> Vec<u8> {
        let mut block = Packing { bytes: bytes.to_vec(), packed: vec![7; 100_000] };
        Packer::new(level).pack(&mut block);
        block.packed
    }

    #[test]
    fn incompressible_blocks_fit_at_every_level() {
        let many = [noise(MAX_BYTES), noise(MAX_BYTES), vec![b'A'; MAX_BYTES], Vec::new(), noise(1)];
        for level in 0..=Deflater::MAX_LEVEL {
            let mut packer = Packer::new(level);
            let mut block = Packing::default();
            for bytes in &many {
                block.bytes.clone_from(bytes);
                packer.pack(&mut block);
                let packed = &block.packed;
                assert!(packed.len() <= MAX_BLOCK_LEN, "level {level}: {}", packed.len());
                assert_eq!(packed.len() - 1, usize::from(u16::from_le_bytes([packed[16], packed[17]])));
                let mut read = Vec::new();
                Decoder::new(&packed[..]).unwrap().read_to_end(&mut read).unwrap();
                assert!(read == *bytes, "level {level}, {} bytes", bytes.len());
            }
        }
    }

    #[test]
    fn incompressible_bytes_are_stored() {
        let bytes = noise(MAX_BYTES);
        // A stored block adds five bytes.
        let most = bytes.len() + 5 + HEADER_LEN + TRAILER_LEN;
        assert_eq!(packed(0, &bytes).len(), most);
        assert_eq!(packed(0, &bytes)[HEADER_LEN..][..5], [1, 0x00, 0xff, 0xff, 0x00]);
        let text = b"ACGT".repeat(1000);
        assert!(packed(0, &text).len() > text.len() && packed(1, &text).len() < text.len() / 10);
    }

    #[test]
    fn the_end_of_file_block_is_empty() {
        assert!(END_OF_FILE.starts_with(&HEADER));
        assert_eq!(
            END_OF_FILE.len() - 1,
            usize::from(u16::from_le_bytes([END_OF_FILE[16], END_OF_FILE[17]]))
        );
        let mut decoder = Decoder::new(&END_OF_FILE[..]).unwrap();
        assert_eq!(decoder.read_to_end(&mut Vec::new()).unwrap(), 0);
        assert!(decoder.compression_stats().unwrap().closed);
    }
}
