//! xz: streams, one behind the other.

use std::io::Read;

use lzma_rust2::{Action, Status, XzStream};

use super::peek::Peek;
use super::pieces::{Codec, Step};
use super::run::Run;
use super::{Compression, Packed};
use crate::error::{CompressedFault, Error, Result};

/// The first bytes of a stream.
const MAGIC: &[u8] = b"\xfd7zXZ\0";

/// How much memory the window of a stream may take, in KiB: what the highest preset of `xz` does, and twice as much again.
const MEMORY_LIMIT: u32 = 192 << 10;

/// Streams. The decoder compares the check sums of their blocks.
pub(super) struct Streams {
    decoder: XzStream,
    /// Where the stream begins.
    start: u64,
}

impl Streams {
    pub(super) fn new() -> Self {
        Self { decoder: decoder(), start: 0 }
    }

    /// A fault in the stream that is under way, or where one would begin.
    fn fault(&self, packed: &Packed, offset: u64, fault: CompressedFault) -> Error {
        Compression::Xz.fault(packed.members, self.start, offset, fault)
    }
}

impl<R: Read> Codec<R> for Streams {
    fn start(&mut self, input: &mut Peek<R>, packed: &mut Packed) -> Result<bool> {
        // Four zeros at a time are padding.
        while packed.members > 0 && input.peek(4)?.starts_with(&[0; 4]) {
            input.skip(4);
            packed.padding_bytes += 4;
        }
        self.start = input.offset();
        let seen = input.peek(MAGIC.len())?;
        if seen.is_empty() {
            return Ok(false);
        }
        if !seen.starts_with(MAGIC) && !MAGIC.starts_with(seen) {
            return Err(self.fault(packed, input.offset(), CompressedFault::Garbage));
        }
        self.decoder = decoder();
        Ok(true)
    }

    fn step(&mut self, input: &mut Peek<R>, run: &mut Run, len: usize, packed: &mut Packed) -> Step {
        let room = run.room(len);
        let seen = match input.peek(1) {
            Ok(seen) => seen,
            Err(error) => return Step { made: 0, ended: Err(error.into()) },
        };
        let nothing_left = seen.is_empty();
        let (before_in, before_out) = (self.decoder.total_in(), self.decoder.total_out());
        let result = self.decoder.process(seen, room, Action::Run);
        // Each is the length of a part of a slice.
        let since = |now: u64, before: u64| usize::try_from(now - before).unwrap_or(usize::MAX);
        let (taken, made) =
            (since(self.decoder.total_in(), before_in), since(self.decoder.total_out(), before_out));
        input.skip(taken);
        let ended = match result.map(|result| result.status) {
            Ok(Status::StreamEnd) => {
                packed.members += 1;
                Ok(true)
            }
            Ok(_) if nothing_left && made == 0 => {
                Err(self.fault(packed, input.offset(), CompressedFault::Ends))
            }
            Ok(_) => Ok(false),
            Err(error) => Err(self.fault(packed, input.offset(), CompressedFault::Data(error.to_string()))),
        };
        Step { made, ended }
    }
}

/// The decoder of a stream.
fn decoder() -> XzStream {
    XzStream::new_mem_limit(false, MEMORY_LIMIT)
}
