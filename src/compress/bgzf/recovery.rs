//! Blocks behind what is none.

use std::io::{self, Read};

use super::{Begin, Block, HEADER_LEN, Head, MAX_BLOCK_LEN};
use crate::compress::decoder::Decoder;
use crate::compress::deflate::Inflater;
use crate::compress::extra::HAS_EXTRA;
use crate::compress::header::{Header, MAGIC, MIN_LEN};
use crate::compress::peek::Peek;
use crate::compress::run::no_memory;
use crate::compress::{Compression, CompressionStats};
use crate::error::{CompressedFault, Error, Result};
use crate::record::Loss;

/// Takes blocks, and goes on behind bytes that are none, at the next block that is one beyond doubt.
///
/// Where a block ends is known from its header alone, which may be what is damaged. So a block is taken as it is only if another one,
/// a member or the end of the input follows where it ends, and no header stands inside of it; what is then wrong with its bytes, whoever
/// inflates it will find. Every other block is inflated at once, and taken if its length and check sum are right. If they are not, the
/// next one is looked for from its second byte on: bytes that begin as a block does, and are right when they are inflated.
pub(in crate::compress) struct Recovery {
    /// How many blocks there are before the next one, if nothing is lost that may be several.
    number: Option<u64>,
    inflater: Inflater,
    /// Room to inflate a block in.
    room: Vec<u8>,
}

/// What comes next in an input.
pub(in crate::compress) enum Next {
    /// A block, which was taken.
    Block(Block),
    /// Bytes that are lost, which were passed over.
    Lost(Loss),
    /// A member of gzip that is no block.
    Member,
    /// Nothing.
    End,
}

/// How many bytes are looked at to tell whether a member that is no block is an ordinary one, or a block whose header is damaged.
const MEMBER_LEN: usize = 256 << 10;

impl Recovery {
    pub(in crate::compress) fn new() -> Self {
        Self { number: Some(0), inflater: Inflater::new(), room: vec![0; MAX_BLOCK_LEN] }
    }

    /// The member that came next was taken.
    pub(in crate::compress) fn pass_member(&mut self) {
        self.number = self.number.map(|number| number + 1);
    }

    /// Takes what comes next, and puts the bytes of a block behind those in `bytes`.
    pub(in crate::compress) fn next(
        &mut self,
        input: &mut Peek<impl Read>,
        bytes: &mut Vec<u8>,
        packed: &mut CompressionStats,
    ) -> Result<Next> {
        let start = input.offset();
        let error = match self.look(input)? {
            Found::Block(block) => {
                let packed_len = block.packed_len();
                bytes.try_reserve(packed_len).map_err(|_| no_memory())?;
                bytes.extend_from_slice(&input.peek(packed_len)?[..packed_len]);
                input.skip(packed_len);
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
                self.fault(start, start, CompressedFault::Garbage)
            }
            Found::Fault(error) => {
                input.skip(1);
                error
            }
        };
        self.skip_to_block(input)?;
        self.number = None;
        packed.closed = false;
        let lost = start..input.offset();
        Ok(Next::Lost(Loss { position: 0, packed: lost, len: None, before: None, error }))
    }

    /// Looks at what comes next.
    fn look(&mut self, input: &mut Peek<impl Read>) -> Result<Found> {
        let start = input.offset();
        let seen = input.peek(HEADER_LEN)?;
        let (seen_len, is_magic) = (seen.len(), MAGIC.starts_with(&seen[..seen.len().min(MAGIC.len())]));
        match seen {
            [] => return Ok(Found::End),
            [0, ..] => return Ok(Found::Zeros),
            _ if !is_magic => return Ok(Found::Fault(self.fault(start, start, CompressedFault::Garbage))),
            _ if seen_len < HEADER_LEN => {
                let end = start + seen_len as u64;
                return Ok(Found::Fault(self.fault(start, end, CompressedFault::Ends)));
            }
            _ => {}
        }
        match Head::peek(input, self.number)? {
            Ok(Begin::Block(head)) => self.look_at_block(head, input),
            Err(error) => Ok(Found::Fault(error)),
            Ok(Begin::Cut | Begin::Other) if is_member(input)? => Ok(Found::Member),
            Ok(Begin::Cut | Begin::Other) => {
                let what = CompressedFault::Header("no block of BGZF begins here");
                Ok(Found::Fault(self.fault(start, start, what)))
            }
        }
    }

    /// Looks at a block of this head.
    fn look_at_block(&mut self, head: Head, input: &mut Peek<impl Read>) -> Result<Found> {
        let start = input.offset();
        let packed_len = head.packed_len();
        let seen = input.peek(packed_len + HEADER_LEN)?;
        let Some((bytes, behind)) = seen.split_at_checked(packed_len) else {
            let end = start + seen.len() as u64;
            return Ok(Found::Fault(self.fault(start, end, CompressedFault::Ends)));
        };
        let stored_len = bytes.last_chunk().copied().unwrap_or_default();
        let block = match head.block(stored_len) {
            Ok(block) => block,
            Err(error) => return Ok(Found::Fault(error)),
        };
        let is_sure = (behind.is_empty() || behind.starts_with(&MAGIC)) && !holds_head(&bytes[1..]);
        if is_sure {
            return Ok(Found::Block(block));
        }
        let inflated = block.inflate(bytes, &mut self.inflater, &mut self.room[..block.len()]);
        Ok(inflated.map_or_else(Found::Fault, |()| Found::Block(block)))
    }

    /// Passes over everything before the next block.
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
                // One may begin with the last bytes.
                None => input.skip(seen_len + 1 - MAGIC.len()),
            }
        }
    }

    /// Whether what comes next is a block with nothing wrong.
    fn is_whole_block(&mut self, input: &mut Peek<impl Read>) -> io::Result<bool> {
        if !may_be_head(input.peek(HEADER_LEN)?) {
            return Ok(false);
        }
        let Ok(Begin::Block(head)) = Head::peek(input, None)? else { return Ok(false) };
        let Some(bytes) = input.peek(head.packed_len())?.get(..head.packed_len()) else { return Ok(false) };
        let block = bytes.last_chunk().and_then(|stored_len| head.block(*stored_len).ok());
        Ok(block.is_some_and(|block| {
            block.inflate(bytes, &mut self.inflater, &mut self.room[..block.len()]).is_ok()
        }))
    }

    fn fault(&self, start: u64, offset: u64, fault: CompressedFault) -> Error {
        Compression::Bgzf.fault(self.number, start, offset, fault)
    }
}

/// What is found at the place where the next block should be.
enum Found {
    Block(Block),
    Member,
    /// Zeros, which are padding if there is nothing else.
    Zeros,
    End,
    Fault(Error),
}

/// No program writes an extra field of more bytes into a block: that of the standard has six.
const MOST_EXTRA_LEN: u16 = 256;

/// Whether these bytes can be the header of a block that nothing leads to. Its flags tell of an extra field and of nothing else (SAM
/// specification, section 4.1), and the field is short: to look at a header takes no longer, however many bytes look like one.
fn may_be_head(bytes: &[u8]) -> bool {
    let flags = bytes.get(MAGIC.len());
    let extra_len = bytes.get(MIN_LEN..).and_then(<[u8]>::first_chunk).copied().map(u16::from_le_bytes);
    flags == Some(&HAS_EXTRA) && extra_len.is_some_and(|len| len <= MOST_EXTRA_LEN)
}

/// Whether the header of a block stands somewhere in these bytes.
fn holds_head(bytes: &[u8]) -> bool {
    let is_head = |at: usize| {
        may_be_head(&bytes[at..]) && matches!(Head::read(&bytes[at..], None, 0), Ok(Begin::Block(_)))
    };
    memchr::memmem::find_iter(bytes, &MAGIC).any(is_head)
}

/// Whether a whole member of gzip comes next; or one that is too long to tell, but begins as one.
fn is_member(input: &mut Peek<impl Read>) -> Result<bool> {
    let seen = input.peek(MEMBER_LEN)?;
    let is_all = seen.len() < MEMBER_LEN;
    if !matches!(Header::read(seen), Ok(Some(_))) {
        return Ok(false);
    }
    let mut decoder = Decoder::new(seen)?;
    let end = io::copy(&mut decoder, &mut io::sink());
    // Whatever is behind the first one is none of its matter.
    let place = end.err().and_then(|error| error.downcast::<Error>().ok()?.compressed_place());
    Ok(match place {
        Some(place) if place.number == Some(0) => !is_all && place.offset == seen.len() as u64,
        _ => true,
    })
}

/// Passes over zeros. Returns how many there were.
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
    fn a_head_has_one_flag_and_a_short_field() {
        let head = |flags: u8, extra_len: u16| {
            let [low, high] = extra_len.to_le_bytes();
            [0x1f, 0x8b, 8, flags, 0, 0, 0, 0, 0, 255, low, high]
        };
        assert!(may_be_head(&head(4, 6)) && may_be_head(&head(4, MOST_EXTRA_LEN)));
        for (flags, extra_len) in [(0, 6), (5, 6), (0x1f, 6), (4, MOST_EXTRA_LEN + 1), (4, u16::MAX)] {
            assert!(!may_be_head(&head(flags, extra_len)), "{flags} {extra_len}");
        }
        assert!(!may_be_head(&head(4, 6)[..11]));
    }
}
