//! BGZF with recovery.

use std::io::Read;

use super::CompressionStats;
use super::bgzf::{Next, Recovery};
use super::gzip::OneMember;
use super::peek::Peek;
use super::pending::Pending;
use super::pieces::Pieces;
use super::run::{Run, Taken};
use crate::error::Result;

/// Reads undamaged blocks of BGZF and ordinary members between them.
pub(super) struct RecoveringBlocks<R> {
    recovery: Recovery,
    /// The current ordinary member.
    member: Option<Pieces<R>>,
}

impl<R: Read> RecoveringBlocks<R> {
    pub(super) fn new() -> Self {
        Self { recovery: Recovery::new(), member: None }
    }

    /// Reads about `len` bytes into an empty run, as [`Unpacker::take`](super::Unpacker::take) does.
    pub(super) fn take(
        &mut self,
        input: &mut Peek<R>,
        run: &mut Run,
        len: usize,
        packed: &mut CompressionStats,
    ) -> Result<Taken> {
        let mut member = match self.member.take() {
            Some(member) => member,
            None => match self.take_blocks(&mut run.pending, input, len, packed)? {
                Some(Next::Member) => Pieces::new(OneMember::new()),
                Some(Next::End) => return Ok(Taken::Last),
                _ => return Ok(Taken::Some),
            },
        };
        match member.take(input, run, len, packed)? {
            Taken::Some => self.member = Some(member),
            Taken::Last => self.recovery.pass_member(),
        }
        Ok(Taken::Some)
    }

    /// Reads undamaged blocks with a total of about `len` decompressed bytes. If there were neither blocks nor losses, returns
    /// the item found instead.
    fn take_blocks(
        &mut self,
        pending: &mut Pending,
        input: &mut Peek<R>,
        len: usize,
        packed: &mut CompressionStats,
    ) -> Result<Option<Next>> {
        pending.recover();
        while pending.has_room(len) {
            match self.recovery.next(input, pending.packed_mut(), packed)? {
                Next::Block(block) => pending.push_block(block),
                Next::Lost(loss) => pending.push_loss(loss),
                other if pending.is_empty() => return Ok(Some(other)),
                Next::Member | Next::End => break,
            }
        }
        Ok(None)
    }
}
