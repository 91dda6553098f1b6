//! Zstandard (RFC 8878): frames, one behind the other.

use std::io::Read;

use zstd_safe::{DCtx, InBuffer, OutBuffer};

use super::peek::Peek;
use super::pieces::{Codec, Step};
use super::{Compression, Packed};
use crate::error::{CompressedFault, Error, Result};

/// The first bytes of a frame.
const MAGIC: [u8; 4] = [0x28, 0xb5, 0x2f, 0xfd];

/// Frames. The decoder compares the check sums of those that have one.
pub(super) struct Frames {
    context: DCtx<'static>,
    /// Whether the frame holds something else than compressed bytes (section 3.1.2).
    skippable: bool,
}

impl Frames {
    pub(super) fn new() -> Self {
        Self { context: DCtx::create(), skippable: false }
    }
}

impl<R: Read> Codec<R> for Frames {
    fn start(&mut self, input: &mut Peek<R>, packed: &mut Packed) -> Result<bool> {
        let seen = input.peek(MAGIC.len())?;
        self.skippable = matches!(seen, [0x50..=0x5f, 0x2a, 0x4d, 0x18, ..]);
        let (seen_len, known) = (seen.len(), self.skippable || seen.starts_with(&MAGIC));
        let cut =
            MAGIC.starts_with(seen) || [0x2a, 0x4d, 0x18].starts_with(seen.get(1..).unwrap_or_default());
        match seen_len {
            0 => Ok(false),
            _ if known => Ok(true),
            1..4 if cut => Err(fault(packed, input.offset() + seen_len as u64, CompressedFault::Ends)),
            _ => Err(fault(packed, input.offset(), CompressedFault::Garbage)),
        }
    }

    fn step(&mut self, input: &mut Peek<R>, room: &mut [u8], packed: &mut Packed) -> Result<Step> {
        let seen = input.peek(1)?;
        let (ended, mut from, mut into) = (seen.is_empty(), InBuffer::around(seen), OutBuffer::around(room));
        let left = self.context.decompress_stream(&mut into, &mut from);
        let (taken, made) = (from.pos(), into.pos());
        let left = left.map_err(|code| {
            let reason = zstd_safe::get_error_name(code).to_owned();
            fault(packed, input.offset(), CompressedFault::Data(reason))
        })?;
        if ended && made == 0 && left > 0 {
            return Err(fault(packed, input.offset(), CompressedFault::Ends));
        }
        input.skip(taken);
        if self.skippable {
            packed.padding_bytes += taken as u64;
        } else if left == 0 {
            packed.members += 1;
        }
        Ok(Step { made, ended: left == 0 })
    }
}

/// A fault in the frame that comes next, or behind the last one.
fn fault(packed: &Packed, offset: u64, fault: CompressedFault) -> Error {
    Compression::Zstd.fault(packed.members, offset, fault)
}
