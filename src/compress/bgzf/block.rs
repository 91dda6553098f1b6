//! Blocks that are read.

use std::io::{self, Read};

use super::{HEADER_LEN, MAX_BLOCK_LEN, TRAILER_LEN};
use crate::compress::deflate::Inflater;
use crate::compress::extra::HAS_EXTRA;
use crate::compress::header::Header;
use crate::compress::peek::Peek;
use crate::compress::run::no_memory;
use crate::compress::{Compression, CompressionStats};
use crate::error::{CompressedFault, Error, ErrorKind, Result};

/// What the first bytes of a block tell.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Head {
    /// Which block it is, counted from 0, where that is known.
    number: Option<u64>,
    /// Where it begins in the compressed input.
    offset: u64,
    /// How many bytes it has there.
    packed_len: usize,
    /// How many of them are its header.
    header_len: usize,
}

/// What begins at a place in BGZF.
pub(crate) enum Begin {
    /// A block with this head.
    Block(Head),
    /// A gzip header of which more bytes are needed to tell.
    Cut,
    /// Something else.
    Other,
}

impl Head {
    /// Reads the first bytes of a block.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Compressed`](crate::ErrorKind::Compressed) if the block is too short to be one.
    pub(crate) fn read(head: &[u8], number: impl Into<Option<u64>>, offset: u64) -> Result<Begin> {
        let (header_len, packed_len) = match Header::read(head) {
            Ok(Some(Header { len, block_len: Some(packed_len) })) => (len, packed_len),
            // A block is not longer, so neither is its header.
            Ok(None) if may_have_extra(head) && head.len() < MAX_BLOCK_LEN => return Ok(Begin::Cut),
            _ => return Ok(Begin::Other),
        };
        let number = number.into();
        if packed_len < header_len + TRAILER_LEN {
            let too_short = CompressedFault::Header("it says that the block ends before its first byte");
            return Err(Compression::Bgzf.fault(number, offset, offset, too_short));
        }
        Ok(Begin::Block(Self { number, offset, packed_len, header_len }))
    }

    /// Reads the first bytes of what comes next in an input. [`Begin::Cut`] means that the input ends in a header. The error inside
    /// is that of a block.
    pub(super) fn peek(input: &mut Peek<impl Read>, number: Option<u64>) -> io::Result<Result<Begin>> {
        let (offset, mut len) = (input.offset(), HEADER_LEN);
        loop {
            let seen = input.peek(len)?;
            match Self::read(seen, number, offset) {
                Ok(Begin::Cut) if seen.len() >= len => len = 2 * seen.len(),
                begin => return Ok(begin),
            }
        }
    }

    /// How many bytes the block has in the compressed input.
    pub(super) fn packed_len(&self) -> usize {
        self.packed_len
    }

    /// Where the block ends in the compressed input.
    pub(crate) fn end(&self) -> u64 {
        self.offset + self.packed_len as u64
    }

    /// The block with this head, whose last bytes tell its length.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Compressed`](crate::ErrorKind::Compressed) if that is more than a block can have.
    pub(crate) fn block(self, stored_len: [u8; 4]) -> Result<Block> {
        let len = u32::from_le_bytes(stored_len) as usize;
        if len > MAX_BLOCK_LEN {
            let too_long = CompressedFault::Header(
                "where it says that the block ends, a length of more than 64 KiB stands",
            );
            return Err(Compression::Bgzf.fault(self.number, self.offset, self.offset, too_long));
        }
        Ok(Block { head: self, len })
    }
}

/// Whether the flags of a gzip header tell of an extra field, or are not there.
fn may_have_extra(head: &[u8]) -> bool {
    head.get(3).is_none_or(|flags| flags & HAS_EXTRA != 0)
}

/// A block that is to be inflated.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Block {
    head: Head,
    /// How many bytes it is to have.
    len: usize,
}

/// Takes the next block, and puts its bytes behind those in `bytes`. `None` if what follows is no block, or not a whole one:
/// an ordinary member, a block that is cut short, padding, or nothing. That is told by
/// [`Members`](crate::compress::gzip::Members).
pub(in crate::compress) fn take_block(
    input: &mut Peek<impl Read>,
    bytes: &mut Vec<u8>,
    packed: &mut CompressionStats,
) -> Result<Option<Block>> {
    let Begin::Block(head) = Head::peek(input, Some(packed.members))?? else { return Ok(None) };
    let seen = input.peek(head.packed_len)?.get(..head.packed_len);
    let Some((seen, stored_len)) = seen.and_then(|seen| Some((seen, *seen.last_chunk()?))) else {
        return Ok(None);
    };
    let block = head.block(stored_len)?;
    bytes.try_reserve(seen.len()).map_err(|_| no_memory())?;
    bytes.extend_from_slice(seen);
    input.skip(head.packed_len);
    packed.members += 1;
    packed.closed = block.len == 0;
    Ok(Some(block))
}

impl Block {
    /// How many bytes it is to have.
    pub(crate) fn len(&self) -> usize {
        self.len
    }

    /// Where it begins in the compressed input.
    pub(crate) fn offset(&self) -> u64 {
        self.head.offset
    }

    /// How many bytes it has in the compressed input.
    pub(crate) fn packed_len(&self) -> usize {
        self.head.packed_len
    }

    /// Inflates the block, of which these are the bytes, into as much room as it is to have, and checks it.
    pub(crate) fn inflate(&self, bytes: &[u8], inflater: &mut Inflater, room: &mut [u8]) -> Result<()> {
        let header_len = self.head.header_len;
        let (deflated, trailer) = bytes[header_len..].split_at(bytes.len() - header_len - TRAILER_LEN);
        let data_offset = self.offset() + header_len as u64;
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

    /// How many bytes the block held, after it was inflated in vain: as many as it says if there are so many, as there are if their
    /// check sum is right. `None` if nothing is certain.
    pub(in crate::compress) fn len_in_spite_of(
        &self,
        error: &Error,
        bytes: &[u8],
        room: &[u8],
    ) -> Option<u64> {
        match error.kind() {
            ErrorKind::Compressed { fault: CompressedFault::CheckSum { .. }, .. } => Some(self.len as u64),
            ErrorKind::Compressed { fault: CompressedFault::Length { found, .. }, .. } => {
                let made = room.get(..usize::try_from(*found).ok()?)?;
                let stored = bytes.last_chunk::<TRAILER_LEN>()?.first_chunk()?;
                (crc32fast::hash(made).to_le_bytes() == *stored).then_some(*found)
            }
            _ => None,
        }
    }

    fn fault(&self, offset: u64, fault: CompressedFault) -> Error {
        Compression::Bgzf.fault(self.head.number, self.offset(), offset, fault)
    }
}
