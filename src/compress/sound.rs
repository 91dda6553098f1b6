//! BGZF that is read on behind damage.

use std::io::Read;

use super::bgzf::{Next, Recovery};
use super::gzip::OneMember;
use super::peek::Peek;
use super::pieces::Pieces;
use super::run::Run;
use super::{CompressionStats, Taken};
use crate::error::Result;

/// The blocks of BGZF, and members between them that are none, as far as they are sound.
pub(super) struct SoundBlocks<R> {
    recovery: Recovery,
    /// A member that is under way.
    member: Option<Pieces<R>>,
}

impl<R: Read> SoundBlocks<R> {
    pub(super) fn new() -> Self {
        Self { recovery: Recovery::new(), member: None }
    }

    /// Takes about `len` bytes into an empty run, as [`Unpacker::take`](super::Unpacker::take).
    pub(super) fn take(
        &mut self,
        input: &mut Peek<R>,
        run: &mut Run,
        len: usize,
        packed: &mut CompressionStats,
    ) -> Result<Taken> {
        let mut member = match self.member.take() {
            Some(member) => member,
            None => match run.left.recover_blocks(&mut self.recovery, input, len, packed)? {
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
