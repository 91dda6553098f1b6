//! bzip2: streams, one behind the other.

use std::io::Read;

use bzip2::{Decompress, Status};

use super::peek::Peek;
use super::pieces::{Codec, Step};
use super::run::Run;
use super::{Compression, Packed};
use crate::error::{CompressedFault, Error, Result};

/// The first bytes of a stream.
const MAGIC: &[u8] = b"BZh";

/// How many compressed bytes the decoder is given at a time. They end at multiples of it from the start of the stream, so that the place
/// of a fault does not depend on how many bytes the system gives at a time.
const FEED_LEN: u64 = 256;

/// Streams. The decoder compares their check sums.
pub(super) struct Streams {
    decoder: Decompress,
    /// Where the stream begins.
    start: u64,
}

impl Streams {
    pub(super) fn new() -> Self {
        Self { decoder: Decompress::new(false), start: 0 }
    }

    /// A fault in the stream that is under way, or where one would begin.
    fn fault(&self, packed: &Packed, offset: u64, fault: CompressedFault) -> Error {
        Compression::Bzip2.fault(packed.members, self.start, offset, fault)
    }
}

impl<R: Read> Codec<R> for Streams {
    fn start(&mut self, input: &mut Peek<R>, packed: &mut Packed) -> Result<bool> {
        self.start = input.offset();
        let seen = input.peek(MAGIC.len())?;
        if seen.is_empty() {
            return Ok(false);
        }
        if !seen.starts_with(MAGIC) && !MAGIC.starts_with(seen) {
            return Err(self.fault(packed, input.offset(), CompressedFault::Garbage));
        }
        self.decoder = Decompress::new(false);
        Ok(true)
    }

    fn step(&mut self, input: &mut Peek<R>, run: &mut Run, len: usize, packed: &mut Packed) -> Step {
        let room = match run.room(len) {
            Ok(room) => room,
            Err(error) => return Step { made: 0, ended: Err(error) },
        };
        let wanted = FEED_LEN - (input.offset() - self.start) % FEED_LEN;
        let seen = match input.peek_some(usize::try_from(wanted).unwrap_or(1)) {
            Ok(seen) => seen,
            Err(error) => return Step { made: 0, ended: Err(error.into()) },
        };
        let (before_in, before_out) = (self.decoder.total_in(), self.decoder.total_out());
        let status = self.decoder.decompress(seen, room);
        // Each is the length of a part of a slice.
        let since = |now: u64, before: u64| usize::try_from(now - before).unwrap_or(usize::MAX);
        let (taken, made) =
            (since(self.decoder.total_in(), before_in), since(self.decoder.total_out(), before_out));
        input.skip(taken);
        let ended = match status {
            Ok(Status::StreamEnd) => {
                packed.members += 1;
                Ok(true)
            }
            Ok(_) if taken == 0 && made == 0 => {
                Err(self.fault(packed, input.offset(), CompressedFault::Ends))
            }
            Ok(_) => Ok(false),
            Err(error) => Err(self.fault(packed, input.offset(), CompressedFault::Data(error.to_string()))),
        };
        Step { made, ended }
    }
}
