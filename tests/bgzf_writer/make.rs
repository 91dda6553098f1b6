//! Input bytes, and BGZF made of them.

use std::io::{Read, Write};

use pagecut::compress::bgzf::{Writer, WriterOptions};
use pagecut::compress::{Compression, CompressionStats, Decoder};

/// Maximum number of bytes in a block.
pub(crate) const MOST: usize = 65280;

/// The end-of-file block, from section 4.1.2 of the SAM specification.
pub(crate) const CLOSING: [u8; 28] = [
    0x1f, 0x8b, 0x08, 0x04, 0, 0, 0, 0, 0, 0xff, 0x06, 0, 0x42, 0x43, 0x02, 0, 0x1b, 0, 0x03, 0, 0, 0, 0, 0,
    0, 0, 0, 0,
];

/// Incompressible bytes.
pub(crate) fn noise(len: usize) -> Vec<u8> {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_be_bytes()[0]
    };
    std::iter::repeat_with(next).take(len).collect()
}

/// Reads of `len` bytes in total, the last one truncated.
pub(crate) fn reads(len: usize) -> Vec<u8> {
    let letters: Vec<u8> = noise(80).iter().map(|byte| b"ACGT"[usize::from(byte % 4)]).collect();
    let mut text = Vec::new();
    for number in 0.. {
        if text.len() >= len {
            break;
        }
        let sequence = &letters[..40 + number % 40];
        writeln!(text, "@read{number}\n{}\n+", sequence.escape_ascii()).unwrap();
        text.extend(sequence.iter().map(|letter| letter - 30));
        text.push(b'\n');
    }
    text.truncate(len);
    text
}

/// Whole reads of about `len` bytes in total.
pub(crate) fn whole_reads(len: usize) -> Vec<u8> {
    let mut text = reads(len);
    let last = text.windows(2).rposition(|pair| pair == b"\n@").unwrap();
    text.truncate(last + 1);
    text
}

/// Level 1, which suffices for tests of lengths and order.
pub(crate) fn options(threads: usize) -> WriterOptions {
    WriterOptions::new().level(1).threads(threads)
}

/// Returns the output for pieces that are written one by one.
pub(crate) fn written<'data>(threads: usize, pieces: impl IntoIterator<Item = &'data [u8]>) -> Vec<u8> {
    let mut writer = Writer::with_options(Vec::new(), options(threads)).unwrap();
    for piece in pieces {
        writer.write_all(piece).unwrap();
    }
    writer.finish().unwrap()
}

/// Reads with our own decoder.
pub(crate) fn read(bytes: &[u8]) -> (Vec<u8>, CompressionStats) {
    let mut decoder = Decoder::new(bytes).unwrap();
    let mut read = Vec::new();
    decoder.read_to_end(&mut read).unwrap();
    let packed = decoder.compression_stats().unwrap();
    assert_eq!(packed.compression, Compression::Bgzf);
    (read, packed)
}

/// Returns the contents of each block, found by the lengths in their headers alone.
pub(crate) fn blocks(mut bytes: &[u8]) -> Vec<Vec<u8>> {
    let mut blocks = Vec::new();
    while !bytes.is_empty() {
        let (block, rest) = bytes.split_at(usize::from(u16::from_le_bytes([bytes[16], bytes[17]])) + 1);
        assert_eq!(block[..16], CLOSING[..16], "the header");
        blocks.push(read(block).0);
        bytes = rest;
    }
    blocks
}
