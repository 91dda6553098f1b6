//! gzip (RFC 1952): a sequence of members.

use std::io::Read;

use super::CompressionStats;
use super::check::MemberEnd;
use super::header::{self, Header};
use super::inflate_stream::InflateStream;
use super::peek::Peek;
use super::pieces::{Codec, Step};
use super::run::Run;
use crate::error::{CompressedFault, Error, Result};

/// Decodes members of gzip. It verifies their lengths; the worker that finishes the run computes their checksums.
pub(super) struct Members {
    deflate: InflateStream,
    /// Decompressed length of the member so far, modulo 2^32.
    len: u32,
    /// Start of the member, and its compressed length if the header states it.
    start: u64,
    compressed_len: Option<usize>,
    /// Members that ended in the current run.
    ends: Vec<MemberEnd>,
    /// Bytes produced for the current run.
    made: usize,
}

impl Members {
    pub(super) fn new() -> Self {
        Self {
            deflate: InflateStream::new(),
            len: 0,
            start: 0,
            compressed_len: None,
            ends: Vec::new(),
            made: 0,
        }
    }

    /// Creates the error of a fault in the current member, or at the place of the next one.
    fn fault(&self, packed: &CompressionStats, offset: u64, fault: CompressedFault) -> Error {
        packed.compression.fault(packed.members, self.start, offset, fault)
    }

    /// Inflates some bytes. Returns their number.
    fn feed(
        &mut self,
        input: &mut Peek<impl Read>,
        run: &mut Run,
        len: usize,
        packed: &CompressionStats,
    ) -> Result<usize> {
        let seen = input.peek_some(self.deflate.wants())?;
        let nothing_left = seen.is_empty();
        let (taken, made) = self.deflate.feed(seen, run, len)?;
        input.skip(taken);
        if nothing_left && made == 0 && self.deflate.end().is_none() {
            return Err(self.fault(packed, input.offset(), CompressedFault::UnexpectedEnd));
        }
        // The trailer has the length modulo 2^32; one step produces less.
        self.len = self.len.wrapping_add(u32::try_from(made).unwrap_or(0));
        self.made += made;
        Ok(made)
    }

    /// Reads the checksum and the length after a member.
    fn trailer(&mut self, input: &mut Peek<impl Read>, packed: &mut CompressionStats) -> Result<()> {
        let seen = input.peek(8)?;
        let (Some(sum), Some(len)) = (seen.first_chunk(), seen.get(4..).and_then(<[u8]>::first_chunk)) else {
            let end = seen.len() as u64;
            return Err(self.fault(packed, input.offset() + end, CompressedFault::UnexpectedEnd));
        };
        let (stored, stored_len) = (u32::from_le_bytes(*sum), u32::from_le_bytes(*len));
        if stored_len != self.len {
            let length = CompressedFault::Length { found: self.len.into(), stored: stored_len.into() };
            return Err(self.fault(packed, input.offset() + 4, length));
        }
        let compressed_len = input.offset() + 8 - self.start;
        if self.compressed_len.is_some_and(|stated| stated as u64 != compressed_len) {
            let wrong = CompressedFault::Header("the stated length of the block is wrong");
            return Err(self.fault(packed, self.start, wrong));
        }
        self.ends.push(MemberEnd {
            position: self.made,
            stored,
            compression: packed.compression,
            number: packed.members,
            start: self.start,
            offset: input.offset(),
        });
        input.skip(8);
        packed.members += 1;
        packed.closed = self.compressed_len.is_none() || self.len == 0;
        Ok(())
    }
}

impl<R: Read> Codec<R> for Members {
    fn start(&mut self, input: &mut Peek<R>, packed: &mut CompressionStats) -> Result<bool> {
        let padded = packed.members > 0 && take_zeros(input, packed)?;
        self.start = input.offset();
        if padded {
            return match input.peek(1)? {
                [] => Ok(false),
                _ => Err(self.fault(packed, input.offset(), CompressedFault::TrailingGarbage)),
            };
        }
        let mut len = header::MIN_LEN;
        loop {
            let seen = input.peek(len)?;
            let (seen_len, ended) = (seen.len(), seen.len() < len);
            match Header::read(seen) {
                _ if seen.is_empty() => return Ok(false),
                Ok(Some(header)) => {
                    self.compressed_len = header.block_len;
                    input.skip(header.len);
                    self.deflate.restart();
                    self.len = 0;
                    return Ok(true);
                }
                Ok(None) if ended => {
                    let end = input.offset() + seen_len as u64;
                    return Err(self.fault(packed, end, CompressedFault::UnexpectedEnd));
                }
                Ok(None) if len > header::MAX_LEN => {
                    let too_long = CompressedFault::Header("it is longer than 1 MiB");
                    return Err(self.fault(packed, input.offset(), too_long));
                }
                Ok(None) => len = 2 * seen_len,
                Err(_) if packed.members > 0 && !seen.starts_with(&header::MAGIC) => {
                    return Err(self.fault(packed, input.offset(), CompressedFault::TrailingGarbage));
                }
                Err(what) => return Err(self.fault(packed, input.offset(), CompressedFault::Header(what))),
            }
        }
    }

    fn step(
        &mut self,
        input: &mut Peek<R>,
        run: &mut Run,
        len: usize,
        packed: &mut CompressionStats,
    ) -> Step {
        let ended = match self.deflate.end() {
            None => match self.feed(input, run, len, packed) {
                Ok(made) => return Step { made, ended: Ok(false) },
                Err(error) => Err(error),
            },
            Some(Ok(())) => self.trailer(input, packed).map(|()| true),
            Some(Err(error)) => {
                Err(self.fault(packed, input.offset(), CompressedFault::Data(error.to_string())))
            }
        };
        Step { made: 0, ended }
    }

    fn enter(&mut self, run: &mut Run) {
        self.deflate.enter(run);
    }

    fn leave(&mut self, run: &mut Run) {
        self.deflate.leave(run);
        run.pending.ends = Some(std::mem::take(&mut self.ends));
        self.made = 0;
    }
}

/// Decodes a single member.
pub(super) struct OneMember {
    members: Members,
    started: bool,
}

impl OneMember {
    pub(super) fn new() -> Self {
        Self { members: Members::new(), started: false }
    }
}

impl<R: Read> Codec<R> for OneMember {
    fn start(&mut self, input: &mut Peek<R>, packed: &mut CompressionStats) -> Result<bool> {
        if std::mem::replace(&mut self.started, true) { Ok(false) } else { self.members.start(input, packed) }
    }

    fn step(
        &mut self,
        input: &mut Peek<R>,
        run: &mut Run,
        len: usize,
        packed: &mut CompressionStats,
    ) -> Step {
        self.members.step(input, run, len, packed)
    }

    fn enter(&mut self, run: &mut Run) {
        Codec::<R>::enter(&mut self.members, run);
    }

    fn leave(&mut self, run: &mut Run) {
        Codec::<R>::leave(&mut self.members, run);
    }
}

/// Skips zeros after the last member, which tapes and some programs use as padding. Returns whether there were any.
fn take_zeros(input: &mut Peek<impl Read>, packed: &mut CompressionStats) -> Result<bool> {
    let before = packed.padding_bytes;
    loop {
        let zeros = input.peek(1)?.iter().take_while(|&&byte| byte == 0).count();
        if zeros == 0 {
            return Ok(packed.padding_bytes > before);
        }
        input.skip(zeros);
        packed.padding_bytes += zeros as u64;
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::Compression as Level;
    use flate2::write::GzEncoder;

    use super::*;
    use crate::compress::{Check, Taken, Unpacker};

    fn member(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Level::default());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    /// Returns bytes that repeat with this period, which determines the distance of back-references, and not before.
    fn text(period: u32, len: usize) -> Vec<u8> {
        (0..period)
            .map(|number| number.wrapping_mul(2_654_435_761).to_le_bytes()[2])
            .cycle()
            .take(len)
            .collect()
    }

    #[test]
    fn back_references_cross_runs() {
        let texts = [text(32_000, 200_000), text(7, 40_000), Vec::new(), text(32_768, 70_000), text(3, 5)];
        let gzip: Vec<u8> = texts.iter().flat_map(|text| member(text)).collect();
        let expected = texts.concat();
        for len in [500, 32_767, 32_768, 32_769, 65_537, 150_000, 1 << 20] {
            let mut unpacker = Unpacker::new(&gzip[..]);
            // Two runs in turn, which are not empty before.
            let mut runs = [Run::default(), Run::default()];
            let (mut check, mut found) = (Check::default(), Vec::new());
            loop {
                runs.rotate_left(1);
                let run = &mut runs[0];
                run.clear();
                let taken = unpacker.take(run, len).unwrap();
                let (sums, finished) = run.finish();
                finished.unwrap();
                run.verify(sums, &mut check).unwrap();
                found.extend_from_slice(run.as_slice());
                if matches!(taken, Taken::Last) {
                    break;
                }
            }
            assert!(found == expected, "runs of {len}");
        }
    }
}
