//! Zstandard (RFC 8878): frames, one behind the other.

use std::io::Read;

use zstd_safe::{DCtx, DParameter, InBuffer, OutBuffer};

use super::memory;
use super::peek::Peek;
use super::pieces::{Codec, Step};
use super::run::Run;
use super::{Compression, CompressionStats};
use crate::error::{CompressedFault, Error, Result};

/// The first bytes of a frame.
const MAGIC: [u8; 4] = [0x28, 0xb5, 0x2f, 0xfd];

/// Frames. The decoder compares the check sums of those that have one.
pub(super) struct Frames {
    context: DCtx<'static>,
    /// Whether the frame holds something else than compressed bytes (section 3.1.2).
    skippable: bool,
    /// Where it begins.
    start: u64,
    /// How many bytes the decoder can do something with: the rest of a block, and the header of the next one. It is given no
    /// more, so that what lies before a fault does not depend on how many bytes the system gives at a time.
    wants: usize,
    /// There was no room for all that was decompressed. Nothing more is given to the decoder before it was handed out, since that
    /// would be lost with an error.
    full: bool,
}

/// Windows of up to 2 to the power of this are read: of half the memory that the process may use, and no fewer than `zstd` reads
/// without an option.
fn window_log_max() -> u32 {
    (memory::available() / 2)
        .max(1)
        .ilog2()
        .clamp(27, if cfg!(target_pointer_width = "64") { 31 } else { 30 })
}

/// How many bytes tell how long the header of a frame is.
const HEADER_START: usize = 5;

impl Frames {
    pub(super) fn new() -> Self {
        let mut context = DCtx::create();
        // Where that is not understood, the default stays: 128 MiB.
        let _ = context.set_parameter(DParameter::WindowLogMax(window_log_max()));
        Self { context, skippable: false, start: 0, wants: HEADER_START, full: false }
    }
}

impl<R: Read> Codec<R> for Frames {
    fn start(&mut self, input: &mut Peek<R>, packed: &mut CompressionStats) -> Result<bool> {
        self.start = input.offset();
        let seen = input.peek(MAGIC.len())?;
        self.skippable = matches!(seen, [0x50..=0x5f, 0x2a, 0x4d, 0x18, ..]);
        let (seen_len, known) = (seen.len(), self.skippable || seen.starts_with(&MAGIC));
        let cut =
            MAGIC.starts_with(seen) || [0x2a, 0x4d, 0x18].starts_with(seen.get(1..).unwrap_or_default());
        match seen_len {
            0 => Ok(false),
            _ if known => Ok(true),
            1..4 if cut => Err(self.fault(packed, self.start + seen_len as u64, CompressedFault::Ends)),
            _ => Err(self.fault(packed, input.offset(), CompressedFault::Garbage)),
        }
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
        let room_len = room.len();
        let mut into = OutBuffer::around(room);
        let ended = self.feed(input, &mut into, packed);
        self.full = into.pos() == room_len;
        Step { made: into.pos(), ended }
    }
}

impl Frames {
    /// Decompresses some bytes; tells whether they are the last ones of the frame.
    fn feed(
        &mut self,
        input: &mut Peek<impl Read>,
        into: &mut OutBuffer<'_, [u8]>,
        packed: &mut CompressionStats,
    ) -> Result<bool> {
        let wants = if self.full { 0 } else { self.wants };
        let seen = input.peek(wants)?;
        let seen = &seen[..seen.len().min(wants)];
        let mut from = InBuffer::around(seen);
        let left = self.context.decompress_stream(into, &mut from);
        let (nothing_left, taken) = (seen.is_empty() && !self.full, from.pos());
        let left = left.map_err(|code| {
            let reason = zstd_safe::get_error_name(code).to_owned();
            self.fault(packed, input.offset(), CompressedFault::Data(reason))
        })?;
        if nothing_left && into.pos() == 0 && left > 0 {
            return Err(self.fault(packed, input.offset(), CompressedFault::Ends));
        }
        input.skip(taken);
        if self.skippable {
            packed.padding_bytes += taken as u64;
        } else if left == 0 {
            packed.members += 1;
        }
        // Of what was asked for, it may have taken a part.
        let asked_for = self.wants - taken;
        self.wants = match left {
            0 => HEADER_START,
            _ if asked_for > 0 => asked_for,
            _ => left,
        };
        Ok(left == 0)
    }

    /// A fault in the frame that is under way, or where one would begin.
    fn fault(&self, packed: &CompressionStats, offset: u64, fault: CompressedFault) -> Error {
        Compression::Zstd.fault(packed.members, self.start, offset, fault)
    }
}
