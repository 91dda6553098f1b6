//! Reading BGZF blocks.

use std::io::{self, Read};

use super::{HEADER_LEN, MAX_BLOCK_LEN, TRAILER_LEN};
use crate::allocation;
use crate::compress::deflate::Inflater;
use crate::compress::extra::HAS_EXTRA;
use crate::compress::header::Header;
use crate::compress::peek::Peek;
use crate::compress::{Compression, CompressionStats};
use crate::error::{CompressedFault, Error, ErrorKind, Result};

/// The parsed header of a block, and its position.
#[derive(Debug, Clone, Copy)]
pub(crate) struct BlockHeader {
    /// Number of the block, counted from 0, if known.
    number: Option<u64>,
    /// Start of the block in the compressed input.
    offset: u64,
    /// Compressed length of the block.
    compressed_len: usize,
    /// Length of its header.
    header_len: usize,
}

/// The item that starts at a position in BGZF.
pub(crate) enum Item {
    /// A block with this header.
    Block(BlockHeader),
    /// A gzip header that is incomplete in the given bytes.
    Incomplete,
    /// Something else.
    Other,
}

impl BlockHeader {
    /// Parses the header of a block.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Compressed`](crate::ErrorKind::Compressed) if the stated length is too short for a block.
    pub(crate) fn read(head: &[u8], number: impl Into<Option<u64>>, offset: u64) -> Result<Item> {
        let (header_len, compressed_len) = match Header::read(head) {
            Ok(Some(Header { len, block_len: Some(compressed_len) })) => (len, compressed_len),
            // Neither a block nor its header is longer than `MAX_BLOCK_LEN`.
            Ok(None) if may_have_extra(head) && head.len() < MAX_BLOCK_LEN => return Ok(Item::Incomplete),
            _ => return Ok(Item::Other),
        };
        let number = number.into();
        if compressed_len < header_len + TRAILER_LEN {
            let too_short = CompressedFault::Header("the stated length is too short for a block");
            return Err(Compression::Bgzf.fault(number, offset, offset, too_short));
        }
        Ok(Item::Block(Self { number, offset, compressed_len, header_len }))
    }

    /// Parses the header of the next item of an input. [`Item::Incomplete`] means that the input ends inside of a header. The
    /// inner error is a fault of the block.
    pub(super) fn peek(input: &mut Peek<impl Read>, number: Option<u64>) -> io::Result<Result<Item>> {
        let (offset, mut len) = (input.offset(), HEADER_LEN);
        loop {
            let seen = input.peek(len)?;
            match Self::read(seen, number, offset) {
                Ok(Item::Incomplete) if seen.len() >= len => len = 2 * seen.len(),
                begin => return Ok(begin),
            }
        }
    }

    /// Returns the compressed length of the block.
    pub(super) fn compressed_len(&self) -> usize {
        self.compressed_len
    }

    /// Returns the end of the block in the compressed input.
    pub(crate) fn end(&self) -> u64 {
        self.offset + self.compressed_len as u64
    }

    /// Creates the block with this head. `stored_len` is its last field, the decompressed length.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Compressed`](crate::ErrorKind::Compressed) if the length exceeds that of a block.
    pub(crate) fn block(self, stored_len: [u8; 4]) -> Result<Block> {
        let len = u32::from_le_bytes(stored_len) as usize;
        if len > MAX_BLOCK_LEN {
            let too_long = CompressedFault::Header("the length stored at the stated end exceeds 64 KiB");
            return Err(Compression::Bgzf.fault(self.number, self.offset, self.offset, too_long));
        }
        Ok(Block { head: self, len })
    }
}

/// Returns whether the flags of a gzip header indicate an extra field, or are missing.
fn may_have_extra(head: &[u8]) -> bool {
    head.get(3).is_none_or(|flags| flags & HAS_EXTRA != 0)
}

/// A block to be inflated.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Block {
    head: BlockHeader,
    /// Decompressed length according to the block.
    len: usize,
}

/// Reads the next block and appends its bytes to `bytes`. Returns `None` if the next item is not a complete block: an
/// ordinary member, a truncated block, padding, or nothing. [`Members`](crate::compress::gzip::Members) distinguishes
/// these.
pub(in crate::compress) fn take_block(
    input: &mut Peek<impl Read>,
    bytes: &mut Vec<u8>,
    packed: &mut CompressionStats,
) -> Result<Option<Block>> {
    let Item::Block(head) = BlockHeader::peek(input, Some(packed.members))?? else { return Ok(None) };
    let seen = input.peek(head.compressed_len)?.get(..head.compressed_len);
    let Some((seen, stored_len)) = seen.and_then(|seen| Some((seen, *seen.last_chunk()?))) else {
        return Ok(None);
    };
    let block = head.block(stored_len)?;
    allocation::reserve(bytes, seen.len())?;
    bytes.extend_from_slice(seen);
    input.skip(head.compressed_len);
    packed.members += 1;
    packed.closed = block.len == 0;
    Ok(Some(block))
}

impl Block {
    /// Returns the stated decompressed length.
    pub(crate) fn len(&self) -> usize {
        self.len
    }

    /// Returns the start of the block in the compressed input.
    pub(crate) fn offset(&self) -> u64 {
        self.head.offset
    }

    /// Returns the compressed length of the block.
    pub(crate) fn compressed_len(&self) -> usize {
        self.head.compressed_len
    }

    /// Inflates the block from its compressed `bytes` into `output`, which has its stated length, and verifies it.
    pub(crate) fn inflate(&self, bytes: &[u8], inflater: &mut Inflater, output: &mut [u8]) -> Result<()> {
        let header_len = self.head.header_len;
        let (deflated, trailer) = bytes[header_len..].split_at(bytes.len() - header_len - TRAILER_LEN);
        let data_offset = self.offset() + header_len as u64;
        let produced = inflater.inflate(deflated, output);
        let produced = produced.map_err(|reason| self.fault(data_offset, CompressedFault::Data(reason)))?;
        let checksum_offset = data_offset + deflated.len() as u64;
        if produced != self.len {
            let length = CompressedFault::Length { found: produced as u64, stored: self.len as u64 };
            return Err(self.fault(checksum_offset + 4, length));
        }
        let found = crc32fast::hash(output);
        if found.to_le_bytes() != trailer[..4] {
            let stored = trailer.first_chunk().map_or(0, |stored| u32::from_le_bytes(*stored));
            return Err(self.fault(checksum_offset, CompressedFault::Checksum { found, stored }));
        }
        Ok(())
    }

    /// Returns the decompressed length of a block that failed with `error`: the stated length if only the checksum is wrong, or
    /// the actual one if only the length is wrong. `None` if the length is uncertain.
    pub(in crate::compress) fn len_despite(&self, error: &Error, bytes: &[u8], output: &[u8]) -> Option<u64> {
        match error.kind() {
            ErrorKind::Compressed { fault: CompressedFault::Checksum { .. }, .. } => Some(self.len as u64),
            ErrorKind::Compressed { fault: CompressedFault::Length { found, .. }, .. } => {
                let produced = output.get(..usize::try_from(*found).ok()?)?;
                let stored = bytes.last_chunk::<TRAILER_LEN>()?.first_chunk()?;
                (crc32fast::hash(produced).to_le_bytes() == *stored).then_some(*found)
            }
            _ => None,
        }
    }

    fn fault(&self, offset: u64, fault: CompressedFault) -> Error {
        Compression::Bgzf.fault(self.head.number, self.offset(), offset, fault)
    }
}
