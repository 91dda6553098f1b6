//! What is left to be done with a run when it was taken.

use std::io::Read;

use super::Packed;
use super::bgzf::{self, Block, MAX_BLOCK_LEN};
use super::check::{MemberEnd, Sums};
use super::deflate::Inflater;
use super::peek::Peek;
use crate::error::Result;

/// What is left to be done with a run when it was taken.
#[derive(Default)]
pub(super) struct Left {
    /// Blocks that are to be inflated, and their bytes.
    blocks: Vec<Block>,
    packed: Vec<u8>,
    /// Members that end in the run, if their sums are to be checked.
    pub(super) ends: Option<Vec<MemberEnd>>,
    inflater: Option<Inflater>,
}

impl Left {
    pub(super) fn clear(&mut self) {
        self.blocks.clear();
        self.packed.clear();
        self.ends = None;
    }

    /// Takes blocks that come to about `len` bytes; tells whether there was any.
    pub(super) fn take_blocks(
        &mut self,
        input: &mut Peek<impl Read>,
        len: usize,
        packed: &mut Packed,
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

    /// How many bytes will be made.
    pub(super) fn to_make(&self) -> usize {
        self.blocks.iter().map(Block::len).sum()
    }

    /// Makes bytes of which there is room. Returns how many are right, and what is wrong with the next one.
    pub(super) fn make(&mut self, room: &mut [u8]) -> (usize, Result<()>) {
        let (mut packed, mut made) = (&*self.packed, 0);
        for block in &self.blocks {
            let inflater = self.inflater.get_or_insert_with(Inflater::new);
            let (bytes, rest) = packed.split_at(block.packed_len());
            if let Err(error) = block.inflate(bytes, inflater, &mut room[made..][..block.len()]) {
                return (made, Err(error));
            }
            (packed, made) = (rest, made + block.len());
        }
        (made, Ok(()))
    }

    /// Sums up the bytes of the run.
    pub(super) fn sum(&mut self, bytes: &[u8]) -> Sums {
        self.ends.take().map_or_else(Sums::default, |ends| Sums::of(bytes, ends))
    }
}
