//! Zstandard (RFC 8878): a sequence of frames.

use std::io::Read;

use zstd_safe::{DCtx, DParameter, InBuffer, OutBuffer};

use super::memory;
use super::peek::Peek;
use super::pieces::{Codec, Step};
use super::run::Run;
use super::{Compression, CompressionStats};
use crate::error::{CompressedFault, Error, Result};

/// First bytes of a frame.
const MAGIC: [u8; 4] = [0x28, 0xb5, 0x2f, 0xfd];

/// Decodes frames. The decoder verifies the checksums of those that have one.
pub(super) struct Frames {
    context: DCtx<'static>,
    /// Whether this is a skippable frame (section 3.1.2).
    skippable: bool,
    /// Start of the frame in the compressed input.
    start: u64,
    /// Length of the decoder's next input: the rest of a block and the header of the next one. It gets no more, so that
    /// the bytes before a fault do not depend on the sizes of reads.
    wants: usize,
    /// Whether the output buffer was filled completely. The decoder gets no input until its output was delivered, since
    /// an error would discard that output.
    full: bool,
}

/// Returns the base-2 logarithm of the largest accepted window: half of the memory that the process may use, and at
/// least the default limit of `zstd`.
fn window_log_max() -> u32 {
    (memory::available() / 2)
        .max(1)
        .ilog2()
        .clamp(27, if cfg!(target_pointer_width = "64") { 31 } else { 30 })
}

/// Number of bytes that determine the length of a frame header.
const HEADER_START: usize = 5;

impl Frames {
    pub(super) fn new() -> Self {
        let mut context = DCtx::create();
        // If the parameter is not supported, the default of 128 MiB remains.
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
            1..4 if cut => {
                Err(self.fault(packed, self.start + seen_len as u64, CompressedFault::UnexpectedEnd))
            }
            _ => Err(self.fault(packed, input.offset(), CompressedFault::TrailingGarbage)),
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
    /// Decompresses some bytes. Returns whether they complete the frame.
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
            return Err(self.fault(packed, input.offset(), CompressedFault::UnexpectedEnd));
        }
        input.skip(taken);
        if self.skippable {
            packed.padding_bytes += taken as u64;
        } else if left == 0 {
            packed.members += 1;
        }
        // It may have consumed only a part of the requested input.
        let asked_for = self.wants - taken;
        self.wants = match left {
            0 => HEADER_START,
            _ if asked_for > 0 => asked_for,
            _ => left,
        };
        Ok(left == 0)
    }

    /// Creates the error of a fault in the current frame, or at the place of the next one.
    fn fault(&self, packed: &CompressionStats, offset: u64, fault: CompressedFault) -> Error {
        Compression::Zstd.fault(packed.members, self.start, offset, fault)
    }
}
