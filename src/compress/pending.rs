//! Work on a run that remains after it was read.

use std::io::Read;

use super::CompressionStats;
use super::bgzf::{self, Block, MAX_BLOCK_LEN};
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
    /// Number of bytes that the blocks will produce.
    to_make: usize,
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
        self.to_make = 0;
        (self.losses, self.ends) = (None, None);
    }

    /// Reads blocks with a total of about `len` decompressed bytes. Returns whether there were any.
    pub(super) fn take_blocks(
        &mut self,
        input: &mut Peek<impl Read>,
        len: usize,
        packed: &mut CompressionStats,
    ) -> Result<bool> {
        while self.has_room(len) {
            let Some(block) = bgzf::take_block(input, &mut self.packed, packed)? else { break };
            self.push_block(block);
        }
        Ok(!self.blocks.is_empty())
    }

    /// Starts recovery: damaged blocks become losses.
    pub(super) fn recover(&mut self) {
        self.losses = Some(Vec::new());
    }

    /// Whether the blocks have a total of less than `len` bytes.
    pub(super) fn has_room(&self, len: usize) -> bool {
        // Empty blocks produce nothing, so their compressed length is limited, too.
        self.to_make < len && self.packed.len() < len.max(MAX_BLOCK_LEN)
    }

    /// Returns the compressed bytes of the blocks, to which those of the next one are appended.
    pub(super) fn packed_mut(&mut self) -> &mut Vec<u8> {
        &mut self.packed
    }

    /// Adds a block whose bytes were appended.
    pub(super) fn push_block(&mut self, block: Block) {
        self.to_make += block.len();
        self.blocks.push(block);
    }

    /// Adds a loss after the blocks so far.
    pub(super) fn push_loss(&mut self, loss: Loss) {
        self.losses.get_or_insert_default().push((self.blocks.len(), loss));
    }

    /// Whether there are neither blocks nor losses.
    pub(super) fn is_empty(&self) -> bool {
        self.blocks.is_empty() && self.losses() == 0
    }

    /// Returns the number of known losses.
    pub(super) fn losses(&self) -> usize {
        self.losses.as_ref().map_or(0, Vec::len)
    }

    /// Returns the number of bytes that the blocks will produce.
    pub(super) fn to_make(&self) -> usize {
        self.to_make
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
            let (bytes, rest) = packed.split_at(block.compressed_len());
            packed = rest;
            let room = &mut room[made..][..block.len()];
            match block.inflate(bytes, inflater, room) {
                Ok(()) => made += block.len(),
                Err(error) if recovers => {
                    let lost = block.offset()..block.offset() + block.compressed_len() as u64;
                    let len = block.len_despite(&error, bytes, room);
                    losses.push(Loss { position: made, compressed: lost, len, before: None, error });
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
