//! LZO1X, as the documentation of the Linux kernel describes its stream (`Documentation/staging/lzo.rst`).
//!
//! Matroska does not store the length of a decompressed frame, and compressed data may expand 255-fold. Of the permissively
//! licensed crates, `lzokay` needs a slice for the whole frame, and `minilzo` binds a C library under the GPL; so this
//! decoder keeps a window and passes the frame in pieces.

use super::pieces::{Damaged, Decompressed, Put};
use pagecut::Result;

/// The longest distance of a match.
const WINDOW: usize = 0xbfff;

/// Maximum number of bytes kept: the window, and as many new bytes.
const BUFFER_LEN: usize = 2 * (WINDOW + 1);

/// Decompresses a frame in pieces of a bounded buffer.
pub(super) fn decompress(data: &[u8], put: Put<'_>) -> Decompressed {
    let mut decoder = Decoder { rest: data, output: Vec::with_capacity(BUFFER_LEN), given: 0, put };
    let whole = match decoder.run() {
        Ok(()) => Ok(()),
        Err(Stop::Damaged) => Err(Damaged),
        Err(Stop::Refused(error)) => return Err(error),
    };
    decoder.give_rest()?;
    Ok(whole)
}

/// Why decoding ends before the end of the stream.
enum Stop {
    Damaged,
    /// `put` returned an error.
    Refused(pagecut::Error),
}

/// The state that the meaning of the first 16 instructions depends on.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Before {
    /// A match without literals after it, or nothing.
    Match,
    /// A match with one to three literals after it.
    FewLiterals,
    /// Four literals or more.
    ManyLiterals,
}

struct Decoder<'a> {
    rest: &'a [u8],
    /// The last decoded bytes. The first `given` of them were passed to `put`.
    output: Vec<u8>,
    given: usize,
    put: Put<'a>,
}

impl Decoder<'_> {
    fn run(&mut self) -> std::result::Result<(), Stop> {
        let mut before = Before::Match;
        if let Some(count) =
            self.rest.first().and_then(|&first| first.checked_sub(17)).filter(|&count| count > 0)
        {
            self.byte()?;
            self.literals(count.into())?;
            before = if count < 4 { Before::FewLiterals } else { Before::ManyLiterals };
        }
        loop {
            let code = self.byte()?;
            let (distance, len, literals) = match code {
                0..16 if before == Before::Match => {
                    let count = self.length(code, 15)? + 3;
                    self.literals(count)?;
                    before = Before::ManyLiterals;
                    continue;
                }
                0..16 => {
                    let near = (usize::from(self.byte()?) << 2) + usize::from(code >> 2);
                    match before {
                        Before::ManyLiterals => (near + 2049, 3, code & 3),
                        _ => (near + 1, 2, code & 3),
                    }
                }
                16..32 => {
                    let len = self.length(code & 7, 7)? + 2;
                    let (far, literals) = self.far()?;
                    let distance = (usize::from(code & 8) << 11) + far;
                    if distance == 0 {
                        // The end of the stream.
                        return if len == 3 { Ok(()) } else { Err(Stop::Damaged) };
                    }
                    (distance + 16_384, len, literals)
                }
                32..64 => {
                    let len = self.length(code & 31, 31)? + 2;
                    let (far, literals) = self.far()?;
                    (far + 1, len, literals)
                }
                64.. => {
                    let near = (usize::from(self.byte()?) << 3) + usize::from(code >> 2 & 7) + 1;
                    (near, usize::from(code >> 5) + 1, code & 3)
                }
            };
            self.copy(distance, len)?;
            self.literals(literals.into())?;
            before = if literals == 0 { Before::Match } else { Before::FewLiterals };
        }
    }

    fn byte(&mut self) -> std::result::Result<u8, Stop> {
        self.rest.split_off_first().copied().ok_or(Stop::Damaged)
    }

    /// Reads a length: the field of the instruction; or, if that is 0, `most` plus the bytes after it.
    fn length(&mut self, in_code: u8, most: usize) -> std::result::Result<usize, Stop> {
        if in_code > 0 {
            return Ok(in_code.into());
        }
        let mut length = most;
        loop {
            match self.byte()? {
                0 => length += 255,
                last => return Ok(length + usize::from(last)),
            }
        }
    }

    /// Reads a distance of 14 bits and the number of literals after the match.
    fn far(&mut self) -> std::result::Result<(usize, u8), Stop> {
        let (low, high) = (self.byte()?, self.byte()?);
        Ok((usize::from(u16::from_le_bytes([low, high]) >> 2), low & 3))
    }

    fn literals(&mut self, count: usize) -> std::result::Result<(), Stop> {
        let (literals, rest) = self.rest.split_at_checked(count).ok_or(Stop::Damaged)?;
        self.rest = rest;
        for piece in literals.chunks(WINDOW) {
            self.make_room(piece.len())?;
            self.output.extend_from_slice(piece);
        }
        Ok(())
    }

    /// Copies decoded bytes; source and copy may overlap.
    fn copy(&mut self, distance: usize, mut len: usize) -> std::result::Result<(), Stop> {
        while len > 0 {
            let count = len.min(distance).min(WINDOW);
            self.make_room(count)?;
            let start = self.output.len().checked_sub(distance).ok_or(Stop::Damaged)?;
            self.output.extend_from_within(start..start + count);
            len -= count;
        }
        Ok(())
    }

    /// If the buffer is full, passes on all bytes, and keeps the window.
    fn make_room(&mut self, count: usize) -> std::result::Result<(), Stop> {
        if self.output.len() + count <= BUFFER_LEN {
            return Ok(());
        }
        self.give_rest().map_err(Stop::Refused)?;
        self.output.drain(..self.output.len().saturating_sub(WINDOW));
        self.given = self.output.len();
        Ok(())
    }

    fn give_rest(&mut self) -> Result<()> {
        (self.put)(&self.output[self.given..])?;
        self.given = self.output.len();
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::media::frames::tests::all;

    const END: [u8; 3] = [0x11, 0, 0];

    #[test]
    fn every_instruction() {
        let letters = b"abcdefghijklmnopqrstuvwxyz";
        let with = |count: u8, parts: &[&[u8]]| {
            [&[17 + count][..], &letters[..count.into()], &parts.concat(), &END].concat()
        };
        let expect = |stored: Vec<u8>, expected: &[u8]| {
            let (all, is_whole) = all(decompress, &stored);
            assert!(is_whole && all == expected, "{stored:x?}: {:?}", String::from_utf8_lossy(&all));
        };
        expect(with(5, &[]), b"abcde");
        expect(END.to_vec(), b"");
        // `1LLDDDSS`: length 5, distance 3, one literal; then length 2, distance 4.
        expect(with(5, &[&[0x80 | 2 << 2 | 1, 0], b"X", &[3 << 2, 0]]), b"abcdecdecdXec");
        // `01LDDDSS`: length 4, distance 8.
        expect(with(8, &[&[0x60 | 7 << 2, 0]]), b"abcdefghabcd");
        // `001LLLLL`: length 2 + 31 + 255 + 1, distance 1.
        expect(with(4, &[&[0x20, 0, 1, 0, 0]]), &[&b"abcd"[..], &[b'd'; 289]].concat());
        // `0000LLLL`: 3 + 15 + 2 literals after a match.
        expect(with(4, &[&[0x40, 0], &[0, 2], &[b'y'; 20]]), &[&b"abcdddd"[..], &[b'y'; 20]].concat());
        // First fewer than four literals, then length 2, distance 1.
        expect(with(2, &[&[0, 0]]), b"abbb");
    }

    #[test]
    fn distances_beyond_the_buffer() {
        let long: Vec<u8> =
            (0..100_000_u32).map(|number| number.wrapping_mul(2_654_435_761).to_be_bytes()[0]).collect();
        let zeros = (long.len() - 18) / 255;
        let run = [&[0][..], &vec![0; zeros], &[u8::try_from((long.len() - 18) % 255).unwrap()]].concat();
        // Length 9, distance 49,151, then length 3, distance 2,049 + 5.
        let matches = [&[0x18 | 7, 0xfc, 0xff][..], &[1], b"abcd", &[1 << 2, 1]].concat();
        let stored = [&run[..], &long, &matches, &END].concat();
        let mut expected = long.clone();
        let from = expected.len() - WINDOW;
        expected.extend_from_within(from..from + 9);
        expected.extend_from_slice(b"abcd");
        let from = expected.len() - 2049 - 5;
        expected.extend_from_within(from..from + 3);
        let (found, is_whole) = all(decompress, &stored);
        assert!(is_whole && found == expected, "{} {}", found.len(), expected.len());
        for cut in [0, 1, 500, 90_000, stored.len() - 4, stored.len() - 1] {
            let (part, is_whole) = all(decompress, &stored[..cut]);
            assert!(!is_whole && expected.starts_with(&part), "cut at {cut}");
        }
    }

    #[test]
    fn damage_ends_decoding() {
        for bad in [&b"\x40\x00"[..], b"\x12a\x40\x01\x11\0\0", b"\x12a\x12\0\0", b"\xff", b"\0\0\0\0", b""] {
            assert!(!all(decompress, bad).1, "{bad:x?}");
        }
    }
}
