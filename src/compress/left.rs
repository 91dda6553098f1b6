//! What is left to be done with a run when it was taken.

use std::io::Read;

use super::CompressionStats;
use super::bgzf::{self, Block, MAX_BLOCK_LEN, Next, Recovery};
use super::check::{MemberEnd, Sums};
use super::deflate::Inflater;
use super::peek::Peek;
use crate::error::Result;
use crate::record::Loss;

/// What is left to be done with a run when it was taken.
#[derive(Default)]
pub(super) struct Left {
    /// Blocks that are to be inflated, and their bytes.
    blocks: Vec<Block>,
    packed: Vec<u8>,
    /// What is lost between blocks, each with how many of them come before it; if it is, reading goes on behind damage.
    losses: Option<Vec<(usize, Loss)>>,
    /// Members that end in the run, if their sums are to be checked.
    pub(super) ends: Option<Vec<MemberEnd>>,
    inflater: Option<Inflater>,
}

impl Left {
    pub(super) fn clear(&mut self) {
        self.blocks.clear();
        self.packed.clear();
        (self.losses, self.ends) = (None, None);
    }

    /// Takes blocks that come to about `len` bytes; tells whether there was any.
    pub(super) fn take_blocks(
        &mut self,
        input: &mut Peek<impl Read>,
        len: usize,
        packed: &mut CompressionStats,
    ) -> Result<bool> {
        let mut to_make = 0;
        // Empty blocks make nothing, so what they take counts too.
        while to_make < len && self.packed.len() < len.max(MAX_BLOCK_LEN) {
            let Some(block) = bgzf::take_block(input, &mut self.packed, packed)? else { break };
            to_make += block.len();
            self.blocks.push(block);
        }
        Ok(!self.blocks.is_empty())
    }

    /// Takes blocks as [`take_blocks`](Left::take_blocks) does, and goes on behind what is none. Tells what is then there, unless there
    /// was any.
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

    /// How many losses are known of.
    pub(super) fn losses(&self) -> usize {
        self.losses.as_ref().map_or(0, Vec::len)
    }

    /// How many bytes will be made.
    pub(super) fn to_make(&self) -> usize {
        self.blocks.iter().map(Block::len).sum()
    }

    /// Makes bytes of which there is room. Returns how many are right, and what is wrong with the next one; unless reading goes on
    /// behind that, and it is put among `losses` with all others.
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
                    let len = block.len_in_spite_of(&error, bytes, room);
                    losses.push(Loss { position: made, packed: lost, len, before: None, error });
                }
                Err(error) => return (made, Err(error)),
            }
        }
        losses.extend(between.map(|(_, loss)| Loss { position: made, ..loss }));
        (made, Ok(()))
    }

    /// Sums up the bytes of the run.
    pub(super) fn sum(&mut self, bytes: &[u8]) -> Sums {
        self.ends.take().map_or_else(Sums::default, |ends| Sums::of(bytes, ends))
    }
}
