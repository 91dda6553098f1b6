//! bzip2: a sequence of streams.

use std::io::Read;

use bzip2::{Decompress, Status};

use super::peek::Peek;
use super::pieces::{Codec, Step};
use super::run::Run;
use super::{Compression, CompressionStats};
use crate::allocation;
use crate::error::{CompressedFault, Error, Result};

/// First bytes of a stream.
const MAGIC: &[u8] = b"BZh";

/// Length of the decoder's input chunks. Chunks end at multiples of it from the start of the stream, so that the
/// location of a fault does not depend on the sizes of reads.
const FEED_LEN: u64 = 256;

/// Maximum length of the decoder's output chunks. Chunks end at multiples of it from the start of the stream, so that
/// the number of bytes lost to an error does not depend on the size of the output buffer.
const OUTPUT_LEN: usize = 4096;

/// Decodes streams. The decoder verifies their checksums.
pub(super) struct Streams {
    decoder: Decompress,
    /// Start of the stream in the compressed input.
    start: u64,
    /// The decoder's last output, and the number of its bytes that were delivered.
    made: Vec<u8>,
    delivered: usize,
    /// Whether the stream ends after that output, or the error that follows it.
    ended: Option<Result<bool>>,
}

impl Streams {
    pub(super) fn new() -> Self {
        Self { decoder: Decompress::new(false), start: 0, made: Vec::new(), delivered: 0, ended: None }
    }

    /// Decodes the next bytes.
    ///
    /// # Errors
    ///
    /// Errors of the input, and of the allocation.
    fn make(&mut self, input: &mut Peek<impl Read>, packed: &CompressionStats) -> Result<()> {
        let wanted = FEED_LEN - (input.offset() - self.start) % FEED_LEN;
        let seen = input.peek_some(usize::try_from(wanted).unwrap_or(1))?;
        let (before_in, before_out) = (self.decoder.total_in(), self.decoder.total_out());
        // The difference is at most the length of a slice.
        let since = |now: u64, before: u64| usize::try_from(now - before).unwrap_or(usize::MAX);
        let room = OUTPUT_LEN - since(before_out % OUTPUT_LEN as u64, 0);
        self.delivered = 0;
        self.made.clear();
        allocation::reserve_exact(&mut self.made, OUTPUT_LEN)?;
        self.made.resize(room, 0);
        let status = self.decoder.decompress(seen, &mut self.made);
        let taken = since(self.decoder.total_in(), before_in);
        self.made.truncate(since(self.decoder.total_out(), before_out));
        input.skip(taken);
        self.ended = match status {
            Ok(Status::StreamEnd) => Some(Ok(true)),
            Ok(_) if taken == 0 && self.made.is_empty() => {
                Some(Err(self.fault(packed, input.offset(), CompressedFault::UnexpectedEnd)))
            }
            Ok(_) => None,
            Err(error) => {
                let fault = CompressedFault::Data(error.to_string());
                Some(Err(self.fault(packed, input.offset(), fault)))
            }
        };
        Ok(())
    }

    /// Creates the error of a fault in the current stream, or at the place of the next one.
    fn fault(&self, packed: &CompressionStats, offset: u64, fault: CompressedFault) -> Error {
        Compression::Bzip2.fault(packed.members, self.start, offset, fault)
    }
}

impl<R: Read> Codec<R> for Streams {
    fn start(&mut self, input: &mut Peek<R>, packed: &mut CompressionStats) -> Result<bool> {
        self.start = input.offset();
        let seen = input.peek(MAGIC.len())?;
        if seen.is_empty() {
            return Ok(false);
        }
        if !seen.starts_with(MAGIC) && !MAGIC.starts_with(seen) {
            return Err(self.fault(packed, input.offset(), CompressedFault::TrailingGarbage));
        }
        self.decoder = Decompress::new(false);
        self.made.clear();
        self.delivered = 0;
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
        if self.delivered == self.made.len()
            && self.ended.is_none()
            && let Err(error) = self.make(input, packed)
        {
            return Step { made: 0, ended: Err(error) };
        }
        let left = &self.made[self.delivered..];
        let made = left.len().min(room.len());
        room[..made].copy_from_slice(&left[..made]);
        self.delivered += made;
        let ended = self.ended.take_if(|_| self.delivered == self.made.len()).unwrap_or(Ok(false));
        packed.members += u64::from(matches!(ended, Ok(true)));
        Step { made, ended }
    }
}
