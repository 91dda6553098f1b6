//! Recovery after damaged blocks.

use std::io::{self, Read};

use super::{Block, BlockHeader, HEADER_LEN, Item, MAX_BLOCK_LEN};
use crate::allocation;
use crate::compress::deflate::Inflater;
use crate::compress::extra::HAS_EXTRA;
use crate::compress::gzip::OneMember;
use crate::compress::header::{Header, MAGIC, MIN_LEN};
use crate::compress::peek::Peek;
use crate::compress::pieces::Pieces;
use crate::compress::run::{Run, Taken};
use crate::compress::{Check, Compression, CompressionStats};
use crate::error::{CompressedFault, Error, ErrorKind, Result};
use crate::record::Loss;

/// Reads blocks, and continues after damage at the next block that is certain.
///
/// Only the header states the end of a block, and the header itself may be damaged. So a block is accepted without
/// inflating it only if another block, a member or the end of the input follows it, and no header is inside of it;
/// faults in its data are found when it is inflated. Every other block is inflated at once, and accepted if its length
/// and checksum are correct. Otherwise the search for the next block continues at the following byte: it must have the
/// header of a block and inflate correctly.
pub(in crate::compress) struct Recovery {
    /// Number of blocks so far; `None` after a loss of possibly several blocks.
    number: Option<u64>,
    inflater: Inflater,
    /// Buffer for inflating a block.
    room: Vec<u8>,
}

/// The next item of an input.
pub(in crate::compress) enum Next {
    /// A block, which was consumed.
    Block(Block),
    /// Lost bytes, which were skipped.
    Lost(Loss),
    /// A gzip member that is not a block.
    Member,
    /// The end.
    End,
}

/// Number of bytes examined to distinguish an ordinary member from a block with a damaged header.
const MEMBER_LEN: usize = 256 << 10;

/// Number of bytes of such a member that are decompressed at a time.
const MEMBER_RUN_LEN: usize = 256 << 10;

impl Recovery {
    pub(in crate::compress) fn new() -> Self {
        Self { number: Some(0), inflater: Inflater::new(), room: vec![0; MAX_BLOCK_LEN] }
    }

    /// Counts an ordinary member.
    pub(in crate::compress) fn pass_member(&mut self) {
        self.number = self.number.map(|number| number + 1);
    }

    /// Reads the next item and appends the bytes of a block to `bytes`.
    pub(in crate::compress) fn next(
        &mut self,
        input: &mut Peek<impl Read>,
        bytes: &mut Vec<u8>,
        packed: &mut CompressionStats,
    ) -> Result<Next> {
        let start = input.offset();
        let error = match self.examine(input)? {
            Found::Block(block) => {
                let compressed_len = block.compressed_len();
                allocation::reserve(bytes, compressed_len)?;
                bytes.extend_from_slice(&input.peek(compressed_len)?[..compressed_len]);
                input.skip(compressed_len);
                self.number = self.number.map(|number| number + 1);
                packed.members += 1;
                packed.closed = block.len() == 0;
                return Ok(Next::Block(block));
            }
            Found::Member => return Ok(Next::Member),
            Found::End => return Ok(Next::End),
            Found::Zeros => {
                let zeros = skip_zeros(input)?;
                if input.peek(1)?.is_empty() {
                    packed.padding_bytes += zeros;
                    return Ok(Next::End);
                }
                self.fault(start, start, CompressedFault::TrailingGarbage)
            }
            Found::Fault(error) => {
                input.skip(1);
                error
            }
        };
        self.skip_to_block(input)?;
        self.number = None;
        // Bytes that are no part of a block leave an end-of-file block before them the last one.
        let is_garbage =
            matches!(error.kind(), ErrorKind::Compressed { fault: CompressedFault::TrailingGarbage, .. });
        packed.closed &= is_garbage;
        let lost = start..input.offset();
        Ok(Next::Lost(Loss { position: 0, compressed: lost, len: None, before: None, error }))
    }

    /// Examines the next item.
    fn examine(&mut self, input: &mut Peek<impl Read>) -> Result<Found> {
        let start = input.offset();
        let seen = input.peek(HEADER_LEN)?;
        let (seen_len, is_magic) = (seen.len(), MAGIC.starts_with(&seen[..seen.len().min(MAGIC.len())]));
        match seen {
            [] => return Ok(Found::End),
            [0, ..] => return Ok(Found::Zeros),
            _ if !is_magic => {
                return Ok(Found::Fault(self.fault(start, start, CompressedFault::TrailingGarbage)));
            }
            _ if seen_len < HEADER_LEN => {
                let end = start + seen_len as u64;
                return Ok(Found::Fault(self.fault(start, end, CompressedFault::UnexpectedEnd)));
            }
            _ => {}
        }
        match BlockHeader::peek(input, self.number)? {
            Ok(Item::Block(head)) => self.examine_block(head, input),
            Err(error) => Ok(Found::Fault(error)),
            Ok(Item::Incomplete | Item::Other) if is_member(input)? => Ok(Found::Member),
            Ok(Item::Incomplete | Item::Other) => {
                let what = CompressedFault::Header("no BGZF block starts here");
                Ok(Found::Fault(self.fault(start, start, what)))
            }
        }
    }

    /// Examines a block with this head.
    fn examine_block(&mut self, head: BlockHeader, input: &mut Peek<impl Read>) -> Result<Found> {
        let start = input.offset();
        let compressed_len = head.compressed_len();
        let seen = input.peek(compressed_len + HEADER_LEN)?;
        let Some((bytes, after)) = seen.split_at_checked(compressed_len) else {
            let end = start + seen.len() as u64;
            return Ok(Found::Fault(self.fault(start, end, CompressedFault::UnexpectedEnd)));
        };
        let stored_len = bytes.last_chunk().copied().unwrap_or_default();
        let block = match head.block(stored_len) {
            Ok(block) => block,
            Err(error) => return Ok(Found::Fault(error)),
        };
        let is_certain = (after.is_empty() || after.starts_with(&MAGIC)) && !contains_head(&bytes[1..]);
        if is_certain {
            return Ok(Found::Block(block));
        }
        let inflated = block.inflate(bytes, &mut self.inflater, &mut self.room[..block.len()]);
        Ok(inflated.map_or_else(Found::Fault, |()| Found::Block(block)))
    }

    /// Skips to the next certain block.
    fn skip_to_block(&mut self, input: &mut Peek<impl Read>) -> io::Result<()> {
        loop {
            let seen = input.peek(MAX_BLOCK_LEN)?;
            let (seen_len, found) = (seen.len(), memchr::memmem::find(seen, &MAGIC));
            match found {
                Some(at) => {
                    input.skip(at);
                    if self.is_whole_block(input)? {
                        return Ok(());
                    }
                    input.skip(1);
                }
                None if seen_len < MAX_BLOCK_LEN => {
                    input.skip(seen_len);
                    return Ok(());
                }
                // A header may start with the last bytes.
                None => input.skip(seen_len + 1 - MAGIC.len()),
            }
        }
    }

    /// Returns whether the next item is a correct block.
    fn is_whole_block(&mut self, input: &mut Peek<impl Read>) -> io::Result<bool> {
        if !may_be_head(input.peek(HEADER_LEN)?) {
            return Ok(false);
        }
        let Ok(Item::Block(head)) = BlockHeader::peek(input, None)? else { return Ok(false) };
        let Some(bytes) = input.peek(head.compressed_len())?.get(..head.compressed_len()) else {
            return Ok(false);
        };
        let block = bytes.last_chunk().and_then(|stored_len| head.block(*stored_len).ok());
        Ok(block.is_some_and(|block| {
            block.inflate(bytes, &mut self.inflater, &mut self.room[..block.len()]).is_ok()
        }))
    }

    fn fault(&self, start: u64, offset: u64, fault: CompressedFault) -> Error {
        Compression::Bgzf.fault(self.number, start, offset, fault)
    }
}

/// The item found where a block is expected.
enum Found {
    Block(Block),
    Member,
    /// Zeros, which are padding if nothing else follows.
    Zeros,
    End,
    Fault(Error),
}

/// Maximum length of the extra field of a plausible block: that of the standard has six bytes, and no program writes
/// more than this.
const MAX_EXTRA_LEN: u16 = 256;

/// Returns whether these bytes can be the header of a block found by searching. Its only flag is the one of an extra
/// field (SAM specification, section 4.1), and the field is short, so that checking many false candidates takes
/// constant time each.
fn may_be_head(bytes: &[u8]) -> bool {
    let flags = bytes.get(MAGIC.len());
    let extra_len = bytes.get(MIN_LEN..).and_then(<[u8]>::first_chunk).copied().map(u16::from_le_bytes);
    flags == Some(&HAS_EXTRA) && extra_len.is_some_and(|len| len <= MAX_EXTRA_LEN)
}

/// Returns whether these bytes contain the header of a block.
fn contains_head(bytes: &[u8]) -> bool {
    let is_head = |at: usize| {
        may_be_head(&bytes[at..]) && matches!(BlockHeader::read(&bytes[at..], None, 0), Ok(Item::Block(_)))
    };
    memchr::memmem::find_iter(bytes, &MAGIC).any(is_head)
}

/// Returns whether a complete gzip member follows, or the start of one that exceeds the examined bytes.
fn is_member(input: &mut Peek<impl Read>) -> Result<bool> {
    let seen = input.peek(MEMBER_LEN)?;
    let is_all = seen.len() < MEMBER_LEN;
    if !matches!(Header::read(seen), Ok(Some(_))) {
        return Ok(false);
    }
    Ok(match read_member(seen) {
        Ok(()) => true,
        Err(error) => {
            error.compressed_place().is_none_or(|place| !is_all && place.offset == seen.len() as u64)
        }
    })
}

/// Decompresses the member that starts these bytes, and verifies it.
fn read_member(bytes: &[u8]) -> Result<()> {
    let mut member = Pieces::new(OneMember::new());
    let (mut input, mut stats) = (Peek::new(bytes), CompressionStats::new(Compression::Gzip));
    let (mut run, mut check) = (Run::default(), Check::default());
    loop {
        run.clear();
        let taken = member.take(&mut input, &mut run, MEMBER_RUN_LEN, &mut stats);
        let (sums, finished) = run.finish();
        // The errors in the order of the input.
        if matches!(run.verify(sums, &mut check).and(finished).and(taken)?, Taken::Last) {
            return Ok(());
        }
    }
}

/// Skips zeros. Returns their number.
fn skip_zeros(input: &mut Peek<impl Read>) -> io::Result<u64> {
    let start = input.offset();
    loop {
        let zeros = input.peek(1)?.iter().take_while(|&&byte| byte == 0).count();
        if zeros == 0 {
            return Ok(input.offset() - start);
        }
        input.skip(zeros);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plausible_head_has_a_short_extra_field() {
        let head = |flags: u8, extra_len: u16| {
            let [low, high] = extra_len.to_le_bytes();
            [0x1f, 0x8b, 8, flags, 0, 0, 0, 0, 0, 255, low, high]
        };
        assert!(may_be_head(&head(4, 6)) && may_be_head(&head(4, MAX_EXTRA_LEN)));
        for (flags, extra_len) in [(0, 6), (5, 6), (0x1f, 6), (4, MAX_EXTRA_LEN + 1), (4, u16::MAX)] {
            assert!(!may_be_head(&head(flags, extra_len)), "{flags} {extra_len}");
        }
        assert!(!may_be_head(&head(4, 6)[..11]));
    }
}
