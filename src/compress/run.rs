//! Buffers of decompressed bytes.

use super::pending::Pending;
use super::{Check, CompressionStats, Sums};
use crate::allocation;
use crate::error::Result;
use crate::record::Loss;

/// Free space before the bytes of a run, so that the end of the previous run fits in front of it.
const FRONT: usize = 64 << 10;

/// A longer buffer is freed when its bytes are no longer needed.
const MAX_KEPT: usize = 16 << 20;

/// Growth of the free space, so that a length requested by the caller does not determine the allocation.
const GROWTH: usize = 1 << 20;

/// Bytes that one worker reads from an input at a time, with the [pending work](Pending) that the worker does afterwards.
/// Runs reuse their buffers.
pub(crate) struct Run {
    bytes: Vec<u8>,
    start: usize,
    end: usize,
    /// Losses in order, after the run is finished.
    losses: Vec<Loss>,
    /// Number of losses that are blocks.
    lost_blocks: u64,
    pub(super) pending: Pending,
    /// Ends of units, if the checksums are stored at their ends; BGZF blocks are verified with their bytes.
    ends: Option<Vec<usize>>,
    /// Statistics of the input at the time when this run was joined.
    pub(crate) packed: Option<CompressionStats>,
}

/// The result of reading a run.
pub(crate) enum Taken {
    /// More bytes may follow.
    Some,
    /// The input has ended.
    Last,
}

impl Default for Run {
    fn default() -> Self {
        Self {
            bytes: vec![0; FRONT],
            start: FRONT,
            end: FRONT,
            losses: Vec::new(),
            lost_blocks: 0,
            pending: Pending::default(),
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

    /// Empties the run.
    pub(crate) fn clear(&mut self) {
        if self.bytes.capacity() > MAX_KEPT {
            self.bytes = vec![0; FRONT];
        }
        (self.start, self.end) = (FRONT, FRONT);
        self.losses.clear();
        self.lost_blocks = 0;
        self.pending.clear();
        self.ends = None;
    }

    /// Marks the run as a sequence of units.
    pub(super) fn begin_pieces(&mut self) {
        self.ends.get_or_insert_default();
    }

    /// Marks the end of a unit whose checksum is correct or is verified when the run is joined.
    pub(super) fn end_piece(&mut self) {
        let len = self.len();
        self.ends.get_or_insert_default().push(len);
    }

    /// Returns the number of first bytes that belong to complete, correct units; `None` if there are none.
    /// `ends_with_wrong_sum` excludes the unit that ends at the end of the run.
    pub(crate) fn proven(&self, ends_with_wrong_sum: bool) -> Option<usize> {
        let Some(ends) = &self.ends else { return Some(self.len()) };
        let is_proven =
            |end: &&usize| if ends_with_wrong_sum { **end < self.len() } else { **end <= self.len() };
        ends.iter().rfind(is_proven).copied()
    }

    /// Returns the losses in order, in recovery mode.
    pub(crate) fn losses(&self) -> &[Loss] {
        &self.losses
    }

    pub(crate) fn losses_mut(&mut self) -> &mut Vec<Loss> {
        &mut self.losses
    }

    /// Returns the number of losses that are blocks counted as members.
    pub(crate) fn lost_blocks(&self) -> u64 {
        self.lost_blocks
    }

    /// Keeps the first `len` bytes.
    pub(crate) fn truncate(&mut self, len: usize) {
        self.end = self.end.min(self.start.saturating_add(len));
        self.losses.retain(|loss| loss.position <= len);
    }

    /// Prepends the contents of another run and empties that run.
    ///
    /// Few bytes are copied to the front. If there are many, the bytes of this run are appended to them and the runs
    /// swap buffers.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Io`](crate::ErrorKind::Io) if the allocation fails. This run then holds only the bytes of the other
    /// one.
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

    /// Appends the bytes and losses of another run from a position on.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Io`](crate::ErrorKind::Io) if the allocation fails. Nothing is appended then.
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

    /// Reserves memory up to the position `end` of the buffer, and a quarter more if possible, to amortize moves.
    fn reserve(&mut self, end: usize) -> Result<()> {
        if end > self.bytes.capacity() {
            let more = end - self.bytes.len();
            if allocation::reserve_exact(&mut self.bytes, more.saturating_add(end / 4)).is_err() {
                allocation::reserve_exact(&mut self.bytes, more)?;
            }
        }
        Ok(())
    }

    /// Extends the buffer to at least the position `end`.
    fn reach(&mut self, end: usize) -> Result<()> {
        if end > self.bytes.len() {
            self.reserve(end)?;
            self.bytes.resize(end, 0);
        }
        Ok(())
    }

    /// Returns free space after the bytes, such that the run has at most `len` bytes when it is filled; empty if it has
    /// as many.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Io`](crate::ErrorKind::Io) if the allocation fails.
    pub(super) fn room(&mut self, len: usize) -> Result<&mut [u8]> {
        let more = len.saturating_sub(self.len()).min(self.len().max(GROWTH));
        self.reach(self.end + more)?;
        Ok(&mut self.bytes[self.end..self.end + more])
    }

    /// Returns the [free space](Run::room) together with the `written` bytes before it: the last ones of the run, and
    /// those [put before it](Run::put_before).
    #[cfg(feature = "gzip")]
    pub(super) fn room_behind(&mut self, written: usize, len: usize) -> Result<&mut [u8]> {
        let room = self.room(len)?.len();
        Ok(&mut self.bytes[self.end - written..self.end + room])
    }

    /// Returns the last `len` bytes of the run and of the bytes put before it.
    #[cfg(feature = "gzip")]
    pub(super) fn written(&mut self, len: usize) -> &mut [u8] {
        &mut self.bytes[self.end - len..self.end]
    }

    /// Puts bytes of the previous run in front of an empty run, for a decoder with back-references. At most [`FRONT`]
    /// bytes.
    #[cfg(feature = "gzip")]
    pub(super) fn put_before(&mut self, bytes: &[u8]) {
        self.bytes[self.start - bytes.len()..self.start].copy_from_slice(bytes);
    }

    /// Marks `len` bytes of the free space as filled.
    pub(super) fn fill(&mut self, len: usize) {
        self.end += len;
    }

    /// Verifies the checksums of the members that end in this run, after the runs before it.
    ///
    /// # Errors
    ///
    /// A mismatch of the first wrong member. The run is truncated to the end of that member.
    pub(crate) fn verify(&mut self, sums: Sums, check: &mut Check) -> Result<()> {
        check.join(sums).map_err(|(end, error)| {
            self.truncate(end);
            error
        })
    }

    /// Does the pending work. After an error, the run ends before the bytes that could not be decompressed.
    pub(crate) fn finish(&mut self) -> (Sums, Result<()>) {
        let end = self.end + self.pending.to_make();
        if let Err(error) = self.reach(end) {
            return (self.pending.sum(&self.bytes[self.start..self.end]), Err(error));
        }
        let lost_before = self.pending.losses();
        let (made, done) = self.pending.make(&mut self.bytes[self.end..end], &mut self.losses);
        self.lost_blocks = (self.losses.len() - lost_before) as u64;
        self.end += made;
        (self.pending.sum(&self.bytes[self.start..self.end]), done)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_of_all_lengths_are_joined() {
        let fill = |run: &mut Run, len: usize, bytes: u8| {
            run.clear();
            while run.len() < len {
                let room = run.room(len).unwrap();
                room.fill(bytes);
                let filled = room.len();
                run.fill(filled);
            }
        };
        for front in [0, 1, FRONT - 1, FRONT, FRONT + 1, 3 * FRONT, MAX_KEPT + 1] {
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
