//! Blocks that are read.

use std::io::Read;
use std::ops::Range;

use super::{HEADER_LEN, MAX_BLOCK_LEN, TRAILER_LEN};
use crate::compress::deflate::Inflater;
use crate::compress::header::Header;
use crate::compress::peek::Peek;
use crate::compress::{Compression, Packed};
use crate::error::{CompressedFault, Error, Result};

/// A block that was taken and is to be inflated.
pub(in crate::compress) struct Block {
    /// Where it lies among those that were taken with it.
    packed: Range<usize>,
    /// How many bytes it is to have.
    pub(in crate::compress) len: usize,
    number: u64,
    /// Where it begins in the compressed input.
    offset: u64,
}

/// Takes the next block, and puts its bytes behind those in `bytes`. `None` if what follows is no block, or not a whole one:
/// an ordinary member, a block that is cut short, padding, or nothing. That is told by [`Members`](crate::compress::gzip::Members).
pub(in crate::compress) fn take_block(
    input: &mut Peek<impl Read>,
    bytes: &mut Vec<u8>,
    packed: &mut Packed,
) -> Result<Option<Block>> {
    let (number, offset) = (packed.members, input.offset());
    let Some(head) = input.peek(HEADER_LEN)?.first_chunk::<HEADER_LEN>() else { return Ok(None) };
    let Ok(Some(Header { block_len: Some(block_len), .. })) = Header::read(head) else { return Ok(None) };
    let Some(block) = input.peek(block_len)?.get(..block_len) else { return Ok(None) };
    let Some(stored_len) = block.last_chunk().filter(|_| block_len >= HEADER_LEN + TRAILER_LEN) else {
        let too_short = CompressedFault::Header("it says that the block ends before its first byte");
        return Err(Compression::Bgzf.fault(number, offset, too_short));
    };
    let len = u32::from_le_bytes(*stored_len) as usize;
    if len > MAX_BLOCK_LEN {
        let too_long =
            CompressedFault::Header("where it says that the block ends, a length of more than 64 KiB stands");
        return Err(Compression::Bgzf.fault(number, offset, too_long));
    }
    let start = bytes.len();
    bytes.extend_from_slice(block);
    input.skip(block_len);
    packed.members += 1;
    packed.closed = len == 0;
    Ok(Some(Block { packed: start..bytes.len(), len, number, offset }))
}

impl Block {
    /// Inflates the block into as much room as it is to have, and checks it.
    pub(in crate::compress) fn inflate(
        &self,
        bytes: &[u8],
        inflater: &mut Inflater,
        room: &mut [u8],
    ) -> Result<()> {
        let block = &bytes[self.packed.clone()];
        let (deflated, trailer) = block[HEADER_LEN..].split_at(block.len() - HEADER_LEN - TRAILER_LEN);
        let data_offset = self.offset + HEADER_LEN as u64;
        let made = inflater.inflate(deflated, room);
        let made = made.map_err(|reason| self.fault(data_offset, CompressedFault::Data(reason)))?;
        let sum_offset = data_offset + deflated.len() as u64;
        if made != self.len {
            let length = CompressedFault::Length { found: made as u64, stored: self.len as u64 };
            return Err(self.fault(sum_offset + 4, length));
        }
        let found = crc32fast::hash(room);
        if found.to_le_bytes() != trailer[..4] {
            let stored = trailer.first_chunk().map_or(0, |stored| u32::from_le_bytes(*stored));
            return Err(self.fault(sum_offset, CompressedFault::CheckSum { found, stored }));
        }
        Ok(())
    }

    fn fault(&self, offset: u64, fault: CompressedFault) -> Error {
        Compression::Bgzf.fault(self.number, offset, fault)
    }
}
