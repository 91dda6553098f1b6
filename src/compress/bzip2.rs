//! bzip2: streams, one behind the other.

use std::io::Read;

use bzip2::{Decompress, Status};

use super::peek::Peek;
use super::pieces::{Codec, Step};
use super::run::{Run, no_memory};
use super::{Compression, CompressionStats};
use crate::error::{CompressedFault, Error, Result};

/// The first bytes of a stream.
const MAGIC: &[u8] = b"BZh";

/// How many compressed bytes the decoder is given at a time. They end at multiples of it from the start of the stream, so that the place
/// of a fault does not depend on how many bytes the system gives at a time.
const FEED_LEN: u64 = 256;

/// How many bytes the decoder makes at a time at the most. They end at multiples of it from the start of the stream, so that what is lost
/// with an error does not depend on how much room there is.
const MADE_LEN: usize = 4096;

/// Streams. The decoder compares their check sums.
pub(super) struct Streams {
    decoder: Decompress,
    /// Where the stream begins.
    start: u64,
    /// What the decoder has made last, and how much of it was handed out.
    made: Vec<u8>,
    given: usize,
    /// Whether the stream ends after that, or what is wrong there.
    ended: Option<Result<bool>>,
}

impl Streams {
    pub(super) fn new() -> Self {
        Self { decoder: Decompress::new(false), start: 0, made: Vec::new(), given: 0, ended: None }
    }

    /// Makes the next bytes.
    ///
    /// # Errors
    ///
    /// Those of the input, and of memory.
    fn make(&mut self, input: &mut Peek<impl Read>, packed: &CompressionStats) -> Result<()> {
        let wanted = FEED_LEN - (input.offset() - self.start) % FEED_LEN;
        let seen = input.peek_some(usize::try_from(wanted).unwrap_or(1))?;
        let (before_in, before_out) = (self.decoder.total_in(), self.decoder.total_out());
        // Each is the length of a part of a slice.
        let since = |now: u64, before: u64| usize::try_from(now - before).unwrap_or(usize::MAX);
        let room = MADE_LEN - since(before_out % MADE_LEN as u64, 0);
        self.given = 0;
        self.made.clear();
        self.made.try_reserve_exact(MADE_LEN).map_err(|_| no_memory())?;
        self.made.resize(room, 0);
        let status = self.decoder.decompress(seen, &mut self.made);
        let taken = since(self.decoder.total_in(), before_in);
        self.made.truncate(since(self.decoder.total_out(), before_out));
        input.skip(taken);
        self.ended = match status {
            Ok(Status::StreamEnd) => Some(Ok(true)),
            Ok(_) if taken == 0 && self.made.is_empty() => {
                Some(Err(self.fault(packed, input.offset(), CompressedFault::Ends)))
            }
            Ok(_) => None,
            Err(error) => {
                let fault = CompressedFault::Data(error.to_string());
                Some(Err(self.fault(packed, input.offset(), fault)))
            }
        };
        Ok(())
    }

    /// A fault in the stream that is under way, or where one would begin.
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
            return Err(self.fault(packed, input.offset(), CompressedFault::Garbage));
        }
        self.decoder = Decompress::new(false);
        self.made.clear();
        self.given = 0;
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
        if self.given == self.made.len()
            && self.ended.is_none()
            && let Err(error) = self.make(input, packed)
        {
            return Step { made: 0, ended: Err(error) };
        }
        let left = &self.made[self.given..];
        let made = left.len().min(room.len());
        room[..made].copy_from_slice(&left[..made]);
        self.given += made;
        let ended = self.ended.take_if(|_| self.given == self.made.len()).unwrap_or(Ok(false));
        packed.members += u64::from(matches!(ended, Ok(true)));
        Step { made, ended }
    }
}
