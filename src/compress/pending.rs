//! Work on a run that remains after it was read.

use std::io::Read;

use super::CompressionStats;
use super::bgzf::{self, Block, MAX_BLOCK_LEN, Next, Recovery};
use super::check::{MemberEnd, Sums};
use super::deflate::Inflater;
use super::peek::Peek;
use crate::error::Result;
use crate::record::Loss;

/// Work on a run that remains after it was read: inflating blocks and computing checksums.
#[derive(Default)]
pub(super) struct Pending {
    /// Blocks to be inflated, and their compressed bytes.
    blocks: Vec<Block>,
    packed: Vec<u8>,
    /// Losses between blocks, each with the number of blocks before it; `Some` in recovery mode.
    losses: Option<Vec<(usize, Loss)>>,
    /// Members that end in the run, if their checksums are to be verified.
    pub(super) ends: Option<Vec<MemberEnd>>,
    inflater: Option<Inflater>,
}

impl Pending {
    pub(super) fn clear(&mut self) {
        self.blocks.clear();
        self.packed.clear();
        (self.losses, self.ends) = (None, None);
    }

    /// Reads blocks with a total of about `len` decompressed bytes. Returns whether there were any.
    pub(super) fn take_blocks(
        &mut self,
        input: &mut Peek<impl Read>,
        len: usize,
        packed: &mut CompressionStats,
    ) -> Result<bool> {
        let mut to_make = 0;
        // Empty blocks produce nothing, so their compressed length is limited, too.
        while to_make < len && self.packed.len() < len.max(MAX_BLOCK_LEN) {
            let Some(block) = bgzf::take_block(input, &mut self.packed, packed)? else { break };
            to_make += block.len();
            self.blocks.push(block);
        }
        Ok(!self.blocks.is_empty())
    }

    /// Reads blocks as [`take_blocks`](Pending::take_blocks) does and skips damaged ones. If there were neither blocks nor
    /// losses, returns the item found instead.
    pub(super) fn recover_blocks(
        &mut self,
        recovery: &mut Recovery,
        input: &mut Peek<impl Read>,
        len: usize,
        packed: &mut CompressionStats,
    ) -> Result<Option<Next>> {
        let losses = self.losses.insert(Vec::new());
        let mut to_make = 0;
        while to_make < len && self.packed.len() < len.max(MAX_BLOCK_LEN) {
            match recovery.next(input, &mut self.packed, packed)? {
                Next::Block(block) => {
                    to_make += block.len();
                    self.blocks.push(block);
                }
                Next::Lost(loss) => losses.push((self.blocks.len(), loss)),
                other if self.blocks.is_empty() && losses.is_empty() => return Ok(Some(other)),
                Next::Member | Next::End => break,
            }
        }
        Ok(None)
    }

    /// Returns the number of known losses.
    pub(super) fn losses(&self) -> usize {
        self.losses.as_ref().map_or(0, Vec::len)
    }

    /// Returns the number of bytes that the blocks will produce.
    pub(super) fn to_make(&self) -> usize {
        self.blocks.iter().map(Block::len).sum()
    }

    /// Inflates the blocks into `room`. Returns the number of correct bytes and the error that follows them. In
    /// recovery mode, the error is added to `losses` instead.
    pub(super) fn make(&mut self, room: &mut [u8], losses: &mut Vec<Loss>) -> (usize, Result<()>) {
        let (mut packed, mut made) = (&*self.packed, 0);
        let recovers = self.losses.is_some();
        let mut between = self.losses.take().unwrap_or_default().into_iter().peekable();
        for (number, block) in self.blocks.iter().enumerate() {
            let before = std::iter::from_fn(|| between.next_if(|(before, _)| *before == number));
            losses.extend(before.map(|(_, loss)| Loss { position: made, ..loss }));
            let inflater = self.inflater.get_or_insert_with(Inflater::new);
            let (bytes, rest) = packed.split_at(block.packed_len());
            packed = rest;
            let room = &mut room[made..][..block.len()];
            match block.inflate(bytes, inflater, room) {
                Ok(()) => made += block.len(),
                Err(error) if recovers => {
                    let lost = block.offset()..block.offset() + block.packed_len() as u64;
                    let len = block.len_despite(&error, bytes, room);
                    losses.push(Loss { position: made, packed: lost, len, before: None, error });
                }
                Err(error) => return (made, Err(error)),
            }
        }
        losses.extend(between.map(|(_, loss)| Loss { position: made, ..loss }));
        (made, Ok(()))
    }

    /// Computes the checksums of the run.
    pub(super) fn sum(&mut self, bytes: &[u8]) -> Sums {
        self.ends.take().map_or_else(Sums::default, |ends| Sums::of(bytes, ends))
    }
}
