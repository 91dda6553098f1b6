//! xz: a sequence of streams.

use std::io::{self, Read};

use lzma_rust2::{Action, Status, XzStream};

use super::memory;
use super::peek::Peek;
use super::pieces::{Codec, Step};
use super::run::Run;
use super::{Compression, CompressionStats};
use crate::error::{CompressedFault, Error, Result};

/// First bytes of a stream.
const MAGIC: &[u8] = b"\xfd7zXZ\0";

/// Length of the decoder's input chunks. Chunks end at multiples of it from the start of the stream. The decoder's
/// output for a chunk with an error is lost, so chunks are short, and independent of the sizes of reads.
const FEED_LEN: u64 = 32;

/// Decodes streams. The decoder verifies the checksums of their blocks.
pub(super) struct Streams {
    decoder: XzStream,
    /// Start of the stream in the compressed input.
    start: u64,
}

impl Streams {
    pub(super) fn new() -> Self {
        Self { decoder: decoder(), start: 0 }
    }

    /// Describes the memory use of the dictionary if it exceeds the limit.
    fn memory_wanted(&self) -> Option<String> {
        let (wanted, most) = (self.decoder.memory_usage()?, self.decoder.mem_limit());
        let message = || {
            format!(
                "its dictionary needs {} MiB of memory, above the limit of {} MiB",
                wanted >> 10,
                most >> 10
            )
        };
        (wanted > most).then(message)
    }

    /// Creates the error of a fault in the current stream, or at the place of the next one.
    fn fault(&self, packed: &CompressionStats, offset: u64, fault: CompressedFault) -> Error {
        Compression::Xz.fault(packed.members, self.start, offset, fault)
    }
}

impl<R: Read> Codec<R> for Streams {
    fn start(&mut self, input: &mut Peek<R>, packed: &mut CompressionStats) -> Result<bool> {
        // Padding comes in multiples of four zeros.
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
            return Err(self.fault(packed, input.offset(), CompressedFault::TrailingGarbage));
        }
        self.decoder = decoder();
        Ok(true)
    }

    fn step(
        &mut self,
        input: &mut Peek<R>,
        run: &mut Run,
        len: usize,
        packed: &mut CompressionStats,
    ) -> Step {
        let room = match run.room(len) {
            Ok(room) => room,
            Err(error) => return Step { made: 0, ended: Err(error) },
        };
        let wanted = FEED_LEN - (input.offset() - self.start) % FEED_LEN;
        let seen = match input.peek_some(usize::try_from(wanted).unwrap_or(1)) {
            Ok(seen) => seen,
            Err(error) => return Step { made: 0, ended: Err(error.into()) },
        };
        let nothing_left = seen.is_empty();
        // At the end, the decoder returns its buffered bytes.
        let action = if nothing_left { Action::Finish } else { Action::Run };
        let (before_in, before_out) = (self.decoder.total_in(), self.decoder.total_out());
        let result = self.decoder.process(seen, room, action);
        // The difference is at most the length of a slice.
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
                Err(self.fault(packed, input.offset(), CompressedFault::UnexpectedEnd))
            }
            Ok(_) => Ok(false),
            Err(error) if nothing_left && error.kind() == io::ErrorKind::UnexpectedEof => {
                Err(self.fault(packed, input.offset(), CompressedFault::UnexpectedEnd))
            }
            Err(error) => {
                let reason = self.memory_wanted().unwrap_or_else(|| error.to_string());
                Err(self.fault(packed, input.offset(), CompressedFault::Data(reason)))
            }
        };
        Step { made, ended }
    }
}

/// Creates the decoder of a stream.
fn decoder() -> XzStream {
    XzStream::new_mem_limit(false, u32::try_from(memory::available() / 2 / 1024).unwrap_or(u32::MAX))
}
