//! BGZF with recovery.

use std::io::Read;

use super::bgzf::{Next, Recovery};
use super::gzip::OneMember;
use super::peek::Peek;
use super::pieces::Pieces;
use super::run::Run;
use super::{CompressionStats, Taken};
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
            None => match run.pending.recover_blocks(&mut self.recovery, input, len, packed)? {
                Some(Next::Member) => Pieces::of(OneMember::new()),
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
}
