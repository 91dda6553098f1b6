//! gzip (RFC 1952): members, one behind the other.

use std::io::Read;

use super::Packed;
use super::check::MemberEnd;
use super::deflate::Stream;
use super::header::{self, Header};
use super::left::Left;
use super::peek::Peek;
use super::pieces::{Codec, Step};
use crate::error::{CompressedFault, Error, Result};

/// Members of gzip. Their lengths are checked here; their check sums, by whoever does what is left.
pub(super) struct Members {
    deflate: Stream,
    /// Bytes of the member so far, modulo 2^32.
    len: u32,
    /// Where the member begins, and how many compressed bytes it has to have, if it tells.
    start: u64,
    packed_len: Option<usize>,
    /// Members that have ended and are not noted yet.
    ends: Vec<MemberEnd>,
    /// Bytes that were made since that was done.
    made: usize,
}

impl Members {
    pub(super) fn new() -> Self {
        Self { deflate: Stream::new(), len: 0, start: 0, packed_len: None, ends: Vec::new(), made: 0 }
    }

    /// Inflates some bytes.
    fn feed(&mut self, input: &mut Peek<impl Read>, packed: &Packed) -> Result<()> {
        let wants = self.deflate.wants();
        let seen = input.peek_some(wants)?;
        let nothing_left = seen.is_empty();
        let taken = self.deflate.feed(seen);
        input.skip(taken);
        if nothing_left && self.deflate.is_stuck() {
            return Err(fault(packed, input.offset(), CompressedFault::Ends));
        }
        Ok(())
    }

    /// Reads the check sum and the length behind a member.
    fn trailer(&mut self, input: &mut Peek<impl Read>, packed: &mut Packed) -> Result<()> {
        let seen = input.peek(8)?;
        let (Some(sum), Some(len)) = (seen.first_chunk(), seen.get(4..).and_then(<[u8]>::first_chunk)) else {
            let end = seen.len() as u64;
            return Err(fault(packed, input.offset() + end, CompressedFault::Ends));
        };
        let (stored, stored_len) = (u32::from_le_bytes(*sum), u32::from_le_bytes(*len));
        if stored_len != self.len {
            let length = CompressedFault::Length { found: self.len.into(), stored: stored_len.into() };
            return Err(fault(packed, input.offset() + 4, length));
        }
        let packed_len = input.offset() + 8 - self.start;
        if self.packed_len.is_some_and(|told| told as u64 != packed_len) {
            let wrong = CompressedFault::Header("it tells another length of the block than it has");
            return Err(fault(packed, self.start, wrong));
        }
        self.ends.push(MemberEnd {
            position: self.made,
            stored,
            compression: packed.compression,
            number: packed.members,
            offset: input.offset(),
        });
        input.skip(8);
        packed.members += 1;
        Ok(())
    }
}

impl<R: Read> Codec<R> for Members {
    fn start(&mut self, input: &mut Peek<R>, packed: &mut Packed) -> Result<bool> {
        if packed.members > 0 && take_zeros(input, packed)? {
            return match input.peek(1)? {
                [] => Ok(false),
                _ => Err(fault(packed, input.offset(), CompressedFault::Garbage)),
            };
        }
        let mut len = header::MIN_LEN;
        loop {
            let seen = input.peek(len)?;
            let (seen_len, ended) = (seen.len(), seen.len() < len);
            match Header::read(seen) {
                _ if seen.is_empty() => return Ok(false),
                Ok(Some(header)) => {
                    (self.start, self.packed_len) = (input.offset(), header.block_len);
                    input.skip(header.len);
                    self.deflate.restart();
                    self.len = 0;
                    return Ok(true);
                }
                Ok(None) if ended => return Err(fault(packed, input.offset(), CompressedFault::Ends)),
                Ok(None) if len > header::MAX_LEN => {
                    let too_long = CompressedFault::Header("it is longer than a megabyte");
                    return Err(fault(packed, input.offset(), too_long));
                }
                Ok(None) => len = 2 * seen_len,
                Err(_) if packed.members > 0 && !seen.starts_with(&header::MAGIC) => {
                    return Err(fault(packed, input.offset(), CompressedFault::Garbage));
                }
                Err(what) => return Err(fault(packed, input.offset(), CompressedFault::Header(what))),
            }
        }
    }

    fn step(&mut self, input: &mut Peek<R>, room: &mut [u8], packed: &mut Packed) -> Step {
        let made = self.deflate.hand_out(room);
        // The trailer has the length modulo 2^32; a step makes less.
        self.len = self.len.wrapping_add(u32::try_from(made).unwrap_or(0));
        self.made += made;
        let ended = match self.deflate.end() {
            _ if made > 0 => Ok(false),
            None => self.feed(input, packed).map(|()| false),
            Some(Ok(())) => self.trailer(input, packed).map(|()| true),
            Some(Err(error)) => Err(fault(packed, input.offset(), CompressedFault::Data(error.to_string()))),
        };
        Step { made, ended }
    }

    fn note_left(&mut self, left: &mut Left) {
        left.ends = Some(std::mem::take(&mut self.ends));
        self.made = 0;
    }
}

/// Takes the zeros behind the last member, with which tapes and some programs fill up. Returns whether there were any.
fn take_zeros(input: &mut Peek<impl Read>, packed: &mut Packed) -> Result<bool> {
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

/// A fault in the member that comes next, or behind the last one.
fn fault(packed: &Packed, offset: u64, fault: CompressedFault) -> Error {
    packed.compression.fault(packed.members, offset, fault)
}
