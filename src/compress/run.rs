//! Bytes that are taken from an input in one go.

use super::Sums;
use super::left::Left;
use crate::error::Result;
use crate::record::Loss;

/// Room before the bytes of a run, so that the end of the one before fits in front of it.
const FRONT: usize = 64 << 10;

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
        (self.start, self.end) = (FRONT, FRONT);
        self.losses.clear();
        self.lost_blocks = 0;
        self.left.clear();
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

    /// Puts bytes in front of those of the run.
    pub(crate) fn prepend(&mut self, bytes: &[u8]) {
        if bytes.len() > self.start {
            let (start, len) = (bytes.len() + FRONT, self.len());
            self.bytes.resize(self.bytes.len().max(start + len), 0);
            self.bytes.copy_within(self.start..self.end, start);
            (self.start, self.end) = (start, start + len);
        }
        let start = self.start - bytes.len();
        self.bytes[start..self.start].copy_from_slice(bytes);
        self.start = start;
        self.losses.iter_mut().for_each(|loss| loss.position += bytes.len());
    }

    /// Some room behind what is there, so that there are no more than `len` bytes when it is filled too; none if there are
    /// as many.
    pub(super) fn room(&mut self, len: usize) -> &mut [u8] {
        let more = len.saturating_sub(self.len()).min(self.len().max(ROOM));
        self.bytes.resize(self.bytes.len().max(self.end + more), 0);
        &mut self.bytes[self.end..self.end + more]
    }

    /// The [room](Run::room) together with so many bytes in front of it: the last ones of the run, and those that were
    /// [put before it](Run::put_before).
    #[cfg(feature = "gzip")]
    pub(super) fn room_behind(&mut self, written: usize, len: usize) -> &mut [u8] {
        let room = self.room(len).len();
        &mut self.bytes[self.end - written..self.end + room]
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
        self.bytes.resize(self.bytes.len().max(end), 0);
        let lost_before = self.left.losses();
        let (made, done) = self.left.make(&mut self.bytes[self.end..end], &mut self.losses);
        self.lost_blocks = (self.losses.len() - lost_before) as u64;
        self.end += made;
        (self.left.sum(&self.bytes[self.start..self.end]), done)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_put_in_front_of_it_does_not_move_what_is_there() {
        for front in [0, 1, FRONT - 1, FRONT, FRONT + 1, 3 * FRONT] {
            for len in [0, 1, FRONT, 2 * FRONT] {
                let mut run = Run::default();
                for bytes in [5, 7] {
                    run.clear();
                    while run.len() < len {
                        let room = run.room(len);
                        room.fill(bytes);
                        let filled = room.len();
                        run.fill(filled);
                    }
                    run.prepend(&vec![1; front]);
                    assert_eq!(run.len(), front + len);
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
