//! xz: streams, one behind the other.

use std::io::Read;

use lzma_rust2::{Action, Status, XzStream};

use super::peek::Peek;
use super::pieces::{Codec, Step};
use super::{Compression, Packed};
use crate::error::{CompressedFault, Error, Result};

/// The first bytes of a stream.
const MAGIC: &[u8] = b"\xfd7zXZ\0";

/// How much memory the window of a stream may take, in KiB: what the highest preset of `xz` does, and twice as much again.
const MEMORY_LIMIT: u32 = 192 << 10;

/// Streams. The decoder compares the check sums of their blocks.
pub(super) struct Streams(XzStream);

impl Streams {
    pub(super) fn new() -> Self {
        Self(XzStream::new_mem_limit(false, MEMORY_LIMIT))
    }
}

impl<R: Read> Codec<R> for Streams {
    fn start(&mut self, input: &mut Peek<R>, packed: &mut Packed) -> Result<bool> {
        // Four zeros at a time are padding.
        while packed.members > 0 && input.peek(4)?.starts_with(&[0; 4]) {
            input.skip(4);
            packed.padding_bytes += 4;
        }
        let seen = input.peek(MAGIC.len())?;
        if seen.is_empty() {
            return Ok(false);
        }
        if !seen.starts_with(MAGIC) && !MAGIC.starts_with(seen) {
            return Err(fault(packed, input.offset(), CompressedFault::Garbage));
        }
        *self = Self::new();
        Ok(true)
    }

    fn step(&mut self, input: &mut Peek<R>, room: &mut [u8], packed: &mut Packed) -> Result<Step> {
        let seen = input.peek(1)?;
        let no_more = seen.is_empty();
        let result = self.0.process(seen, room, Action::Run);
        let result = result
            .map_err(|error| fault(packed, input.offset(), CompressedFault::Data(error.to_string())))?;
        let ended = matches!(result.status, Status::StreamEnd);
        if no_more && result.bytes_produced == 0 && !ended {
            return Err(fault(packed, input.offset(), CompressedFault::Ends));
        }
        input.skip(result.bytes_consumed);
        packed.members += u64::from(ended);
        Ok(Step { made: result.bytes_produced, ended })
    }
}

/// A fault in the stream that comes next, or behind the last one.
fn fault(packed: &Packed, offset: u64, fault: CompressedFault) -> Error {
    Compression::Xz.fault(packed.members, offset, fault)
}
