//! Bytes that are taken from an input in one go.

use std::io;

use super::left::Left;
use super::{CompressionStats, Sums};
use crate::error::{Error, Result};
use crate::record::Loss;

/// Room before the bytes of a run, so that the end of the one before fits in front of it.
const FRONT: usize = 64 << 10;

/// A buffer that became longer than this is given back when its bytes are no longer needed.
const KEPT: usize = 16 << 20;

/// How many bytes of memory are left for others.
const LEFT: usize = 16 << 20;

/// How much room is made at a time, so that a number that somebody asks for does not decide how much memory is taken.
const ROOM: usize = 1 << 20;

/// Bytes that are taken from an input in one go, by one worker at a time; and what is [left](Left) to be done with them, which
/// each worker does on its own. The buffers are not made anew for every run.
pub(crate) struct Run {
    bytes: Vec<u8>,
    start: usize,
    end: usize,
    /// Where bytes are lost, once it is finished, in their order.
    losses: Vec<Loss>,
    /// How many of them are blocks that had been taken.
    lost_blocks: u64,
    pub(super) left: Left,
    /// Where pieces end, if it is made of pieces whose check sums stand at their ends; blocks are proven with their bytes.
    ends: Option<Vec<usize>>,
    /// What the input came to when this run was joined.
    pub(crate) packed: Option<CompressionStats>,
}

impl Default for Run {
    fn default() -> Self {
        Self {
            bytes: vec![0; FRONT],
            start: FRONT,
            end: FRONT,
            losses: Vec::new(),
            lost_blocks: 0,
            left: Left::default(),
            ends: None,
            packed: None,
        }
    }
}

impl Run {
    pub(crate) fn as_slice(&self) -> &[u8] {
        &self.bytes[self.start..self.end]
    }

    pub(crate) fn len(&self) -> usize {
        self.end - self.start
    }

    /// Forgets what it holds.
    pub(crate) fn clear(&mut self) {
        if self.bytes.capacity() > KEPT {
            self.bytes = vec![0; FRONT];
        }
        (self.start, self.end) = (FRONT, FRONT);
        self.losses.clear();
        self.lost_blocks = 0;
        self.left.clear();
        self.ends = None;
    }

    /// From here on it is made of pieces.
    pub(super) fn begin_pieces(&mut self) {
        self.ends.get_or_insert_default();
    }

    /// A piece ends here, with a check sum that is right or is compared when the run is joined.
    pub(super) fn end_piece(&mut self) {
        let len = self.len();
        self.ends.get_or_insert_default().push(len);
    }

    /// How many of the first bytes are of pieces that have ended well, where the run ends with a wrong check sum or without one; `None` if
    /// no piece has.
    pub(crate) fn proven(&self, ends_with_wrong_sum: bool) -> Option<usize> {
        let Some(ends) = &self.ends else { return Some(self.len()) };
        let is_proven =
            |end: &&usize| if ends_with_wrong_sum { **end < self.len() } else { **end <= self.len() };
        ends.iter().rfind(is_proven).copied()
    }

    /// Where bytes are lost, in their order: of a compressed input that is read on behind damage.
    pub(crate) fn losses(&self) -> &[Loss] {
        &self.losses
    }

    pub(crate) fn losses_mut(&mut self) -> &mut Vec<Loss> {
        &mut self.losses
    }

    /// How many of them are blocks that were taken for members.
    pub(crate) fn lost_blocks(&self) -> u64 {
        self.lost_blocks
    }

    /// Keeps the first `len` bytes.
    pub(crate) fn truncate(&mut self, len: usize) {
        self.end = self.end.min(self.start.saturating_add(len));
        self.losses.retain(|loss| loss.position <= len);
    }

    /// Puts what another run holds in front of this one's bytes, and leaves the other one empty.
    ///
    /// Few bytes are copied. To many, the bytes of this run are added, and the two change their buffers.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Io`](crate::ErrorKind::Io) if there is no memory for them. This run then holds those of the other one alone.
    pub(crate) fn join(&mut self, before: &mut Self) -> Result<()> {
        let len = before.len();
        let joined = if len <= self.start {
            let start = self.start - len;
            self.bytes[start..self.start].copy_from_slice(before.as_slice());
            self.start = start;
            self.losses.iter_mut().for_each(|loss| loss.position += len);
            self.losses.splice(0..0, before.losses.drain(..));
            Ok(())
        } else {
            let joined = before.append(self, 0);
            std::mem::swap(self, before);
            joined
        };
        before.clear();
        joined
    }

    /// Adds the bytes of another run from a position on, and where bytes are lost from there on.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Io`](crate::ErrorKind::Io) if there is no memory for them. Nothing is added then.
    pub(crate) fn append(&mut self, other: &mut Self, from: usize) -> Result<()> {
        let (bytes, before) = (&other.as_slice()[from..], self.len());
        let end = self.end + bytes.len();
        self.reserve(end)?;
        self.bytes.truncate(self.end);
        self.bytes.extend_from_slice(bytes);
        self.end = end;
        let first = other.losses.partition_point(|loss| loss.position < from);
        let kept = other.losses.drain(first..);
        self.losses.extend(kept.map(|loss| Loss { position: loss.position - from + before, ..loss }));
        Ok(())
    }

    /// Has memory for bytes up to the position `end` of the buffer, and for a quarter more if that can be had, so that few bytes are
    /// moved often.
    fn reserve(&mut self, end: usize) -> Result<()> {
        if end > self.bytes.capacity() {
            let more = end - self.bytes.len();
            let reserved = self.bytes.try_reserve_exact(more.saturating_add(end / 4));
            if reserved.is_err() {
                // The last of the memory is left for all that is small, whose allocation may not fail.
                let left = || Vec::<u8>::new().try_reserve_exact(LEFT);
                self.bytes.try_reserve_exact(more).and_then(|()| left()).map_err(|_| no_memory())?;
            }
        }
        Ok(())
    }

    /// Makes the buffer reach up to the position `end` at least.
    fn reach(&mut self, end: usize) -> Result<()> {
        if end > self.bytes.len() {
            self.reserve(end)?;
            self.bytes.resize(end, 0);
        }
        Ok(())
    }

    /// Some room behind what is there, so that there are no more than `len` bytes when it is filled too; none if there are
    /// as many.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Io`](crate::ErrorKind::Io) if there is no memory for it.
    pub(super) fn room(&mut self, len: usize) -> Result<&mut [u8]> {
        let more = len.saturating_sub(self.len()).min(self.len().max(ROOM));
        self.reach(self.end + more)?;
        Ok(&mut self.bytes[self.end..self.end + more])
    }

    /// The [room](Run::room) together with so many bytes in front of it: the last ones of the run, and those that were
    /// [put before it](Run::put_before).
    #[cfg(feature = "gzip")]
    pub(super) fn room_behind(&mut self, written: usize, len: usize) -> Result<&mut [u8]> {
        let room = self.room(len)?.len();
        Ok(&mut self.bytes[self.end - written..self.end + room])
    }

    /// The last bytes of the run, and of what was put before it.
    #[cfg(feature = "gzip")]
    pub(super) fn written(&mut self, len: usize) -> &mut [u8] {
        &mut self.bytes[self.end - len..self.end]
    }

    /// Puts bytes before an empty run that are not its own but the last ones of the run before, for a decoder that refers back to
    /// them. There are [`FRONT`] at the most.
    #[cfg(feature = "gzip")]
    pub(super) fn put_before(&mut self, bytes: &[u8]) {
        self.bytes[self.start - bytes.len()..self.start].copy_from_slice(bytes);
    }

    /// So many bytes of the room were filled.
    pub(super) fn fill(&mut self, len: usize) {
        self.end += len;
    }

    /// Does what is left to be done. Bytes that cannot be decompressed, and what follows them, are not in the run then, and the
    /// error is told.
    pub(crate) fn finish(&mut self) -> (Sums, Result<()>) {
        let end = self.end + self.left.to_make();
        if let Err(error) = self.reach(end) {
            return (self.left.sum(&self.bytes[self.start..self.end]), Err(error));
        }
        let lost_before = self.left.losses();
        let (made, done) = self.left.make(&mut self.bytes[self.end..end], &mut self.losses);
        self.lost_blocks = (self.losses.len() - lost_before) as u64;
        self.end += made;
        (self.left.sum(&self.bytes[self.start..self.end]), done)
    }
}

/// The error where there is no memory.
pub(super) fn no_memory() -> Error {
    io::Error::from(io::ErrorKind::OutOfMemory).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_runs_are_joined_whichever_is_longer() {
        let fill = |run: &mut Run, len: usize, bytes: u8| {
            run.clear();
            while run.len() < len {
                let room = run.room(len).unwrap();
                room.fill(bytes);
                let filled = room.len();
                run.fill(filled);
            }
        };
        for front in [0, 1, FRONT - 1, FRONT, FRONT + 1, 3 * FRONT, KEPT + 1] {
            for len in [0, 1, FRONT, 2 * FRONT] {
                let (mut run, mut before) = (Run::default(), Run::default());
                for bytes in [5, 7] {
                    fill(&mut run, len, bytes);
                    fill(&mut before, front, 1);
                    run.join(&mut before).unwrap();
                    assert_eq!((run.len(), before.len()), (front + len, 0));
                    assert!(run.as_slice()[..front].iter().all(|&byte| byte == 1), "{front} before {len}");
                    assert!(
                        run.as_slice()[front..].iter().all(|&byte| byte == bytes),
                        "{front} before {len}"
                    );
                }
                run.truncate(front);
                assert_eq!(run.as_slice(), vec![1; front]);
            }
        }
    }
}
