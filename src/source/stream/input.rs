//! An input that several workers read in turn from its start.

use std::fs::File;
use std::io::{self, Read};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use super::ahead::{ReadAhead, Side};
use super::origin::Origin;
use super::run_queue::{RunQueue, TakenRun};
use crate::compress::{Check, Compression, CompressionStats, Run, Taken};
use crate::error::{Error, Result};
use crate::record::PartEndSearch;
use crate::source::access::Reader;

/// The reason why there are no more bytes.
pub(super) enum End {
    /// The input ended.
    Reached,
    /// The input cannot be read further.
    Failed(Error),
}

/// An input that is read from its start.
pub(in crate::source) struct StreamInput<'input> {
    queue: RunQueue<'input>,
    joining: Mutex<JoinState>,
    /// Signals that a run was joined.
    moved: Condvar,
    reader: Option<&'input Reader>,
}

/// The state of joining runs, for one worker at a time.
pub(super) struct JoinState {
    check: Check,
    /// Number of runs joined.
    runs: u64,
    /// Number of bytes of the input in those runs; compressed bytes if the input is compressed.
    pub(super) taken: u64,
    /// Decompression statistics of those runs, if the input is compressed.
    packed: Option<CompressionStats>,
    /// Numbers of lost compressed bytes and of lost members.
    lost_bytes: u64,
    lost_members: u64,
    /// Number of bytes from the start that checksums have verified.
    proven: u64,
    /// Number of lost decompressed bytes, if it is known.
    lost_len: Option<u64>,
    /// Bytes that were read, and belong to the next part.
    pub(super) carry: Run,
    /// Offset of the first byte of `carry`.
    pub(super) offset: u64,
    /// State of the search for the end of a part that starts with `carry`.
    pub(super) end_search: PartEndSearch,
    /// Whether a part was handed out.
    has_begun: bool,
    pub(super) end: Option<End>,
    /// Offset of the last part before a failure.
    pub(super) failed_after: Option<u64>,
}

impl JoinState {
    fn new() -> Self {
        Self {
            check: Check::default(),
            runs: 0,
            taken: 0,
            packed: None,
            lost_bytes: 0,
            lost_members: 0,
            proven: 0,
            lost_len: Some(0),
            carry: Run::default(),
            offset: 0,
            end_search: PartEndSearch::default(),
            has_begun: false,
            end: None,
            failed_after: None,
        }
    }

    /// Returns whether there are neither bytes nor losses to hand out.
    fn is_empty(&self) -> bool {
        self.carry.len() == 0 && self.carry.losses().is_empty()
    }

    /// Adds the losses of the next run.
    fn count_losses(&mut self, run: &mut Run) {
        self.lost_members += run.lost_blocks();
        let start = self.offset + self.carry.len() as u64;
        for loss in run.losses_mut() {
            self.lost_bytes += loss.compressed.end - loss.compressed.start;
            loss.before = self.lost_len.map(|lost| start + loss.position as u64 + lost);
            self.lost_len = self.lost_len.zip(loss.len).map(|(lost, len)| lost.saturating_add(len));
        }
    }

    /// Returns the statistics of the decompression so far, if the input is compressed.
    pub(super) fn compression_stats(&self) -> Option<CompressionStats> {
        let decompressed_bytes = self.offset + self.carry.len() as u64;
        self.packed.map(|packed| CompressionStats {
            members: packed.members - self.lost_members,
            lost_bytes: self.lost_bytes,
            decompressed_bytes,
            verified_bytes: self.proven.min(decompressed_bytes),
            ..packed
        })
    }

    /// Returns the compression of the input, if it is compressed.
    pub(super) fn compression(&self) -> Option<Compression> {
        self.packed.map(|packed| packed.compression)
    }

    /// Returns the error that ended the input, if there was one.
    pub(super) fn failure(&self) -> Option<&Error> {
        match &self.end {
            Some(End::Failed(error)) => Some(error),
            Some(End::Reached) | None => None,
        }
    }
}

impl<'input> StreamInput<'input> {
    fn new(input: Origin<'input>) -> Self {
        let reader = match &input {
            Origin::Reader(reader, _) => Some(*reader),
            Origin::File(_) | Origin::Stream(_) => None,
        };
        let mut queue = RunQueue::new(input);
        queue.keep(true);
        Self { queue, joining: Mutex::new(JoinState::new()), moved: Condvar::new(), reader }
    }

    /// Reads a file without a length, such as those of `/proc`.
    pub(in crate::source) fn from_file(file: File) -> Self {
        Self::new(Origin::File(file))
    }

    pub(in crate::source) fn from_reader(reader: &'input Reader) -> Self {
        Self::new(Origin::Reader(reader, 0))
    }

    pub(in crate::source) fn from_stream(stream: impl Read + Send + 'static) -> Self {
        Self::new(Origin::Stream(ReadAhead::new(Box::new(stream))))
    }

    /// Starts the thread that reads a pipe or another stream ahead, one of two, if there is none yet.
    pub(in crate::source) fn start_read_ahead(&mut self, side: Side) {
        if let Origin::Stream(stream) = self.queue.input_mut() {
            stream.start_with(side);
        }
    }

    /// Goes back to the start, if a part was handed out.
    fn rewind(&mut self) -> io::Result<()> {
        let joining = self.joining.get_mut().unwrap_or_else(PoisonError::into_inner);
        if joining.has_begun {
            self.queue.rewind()?;
            self.queue.keep(true);
            *joining = JoinState::new();
        }
        Ok(())
    }

    /// Sets whether reading continues after damage, where that is possible. Bytes that were read to detect the format are read again.
    pub(in crate::source) fn recover(&mut self, recover: bool) -> io::Result<()> {
        self.rewind()?;
        if self.queue.take_again(recover) {
            *self.joining.get_mut().unwrap_or_else(PoisonError::into_inner) = JoinState::new();
        }
        Ok(())
    }

    /// Starts reading in runs of about this many bytes; `recover` says whether reading continues after damage.
    pub(super) fn begin(&mut self, len: usize, recover: bool) -> Result<()> {
        self.recover(recover)?;
        self.queue.keep(false);
        // The first bytes are read now, to know whether there is a second run.
        self.head(len)?;
        let joining = self.joining.get_mut().unwrap_or_else(PoisonError::into_inner);
        joining.has_begun = joining.end.is_none() || !joining.is_empty();
        Ok(())
    }

    /// Returns the first bytes of the input: at least `len` if it has as many.
    pub(in crate::source) fn head(&mut self, len: usize) -> Result<&[u8]> {
        self.rewind()?;
        let mut run = Run::default();
        let needs_more = |joining: &JoinState| joining.end.is_none() && joining.carry.len() < len;
        while needs_more(&self.joining()) {
            let Some(mut joining) = self.next_run(&mut run, len) else { break };
            if let Err(error) = joining.carry.append(&mut run, 0) {
                joining.end = Some(End::Failed(error));
            }
        }
        let joining = self.joining.get_mut().unwrap_or_else(PoisonError::into_inner);
        match joining.failure() {
            Some(error) if joining.carry.len() == 0 => Err(error.clone()),
            // The bytes before the error come first.
            _ => Ok(joining.carry.as_slice()),
        }
    }

    /// Returns the bytes of the [head](StreamInput::head) before a loss, and whether the input starts with them.
    pub(in crate::source) fn contiguous_head(&mut self, len: usize) -> Result<(&[u8], bool)> {
        self.head(len)?;
        let joining = self.joining.get_mut().unwrap_or_else(PoisonError::into_inner);
        let mut losses = joining.carry.losses().iter().map(|loss| loss.position).peekable();
        let is_start = losses.peek() != Some(&0);
        let end = losses.find(|&position| position > 0).unwrap_or(joining.carry.len());
        Ok((&joining.carry.as_slice()[..end], is_start))
    }

    /// Takes the next run, does its pending work, and waits until the runs before it are joined. `None` if there is none.
    ///
    /// Returns the join state, locked, for the caller to join the run.
    pub(super) fn next_run(&self, run: &mut Run, len: usize) -> Option<MutexGuard<'_, JoinState>> {
        run.clear();
        let joining = self.joining();
        if joining.end.is_some() {
            // All bytes were read before; the remaining ones form an empty run plus `carry`.
            return Some(joining).filter(|joining| !joining.is_empty());
        }
        drop(joining);
        let _guard = EndOnPanic(self);
        // If there is no run, the worker with the last run hands out the rest.
        let TakenRun { number, taken, offset, packed } = self.queue.take(run, len)?;

        let (sums, finished) = run.finish();
        let mut joining = self.joining();
        while joining.runs != number && joining.end.is_none() {
            joining = self.moved.wait(joining).unwrap_or_else(PoisonError::into_inner);
        }
        if joining.end.is_some() {
            return None;
        }
        joining.runs += 1;
        (joining.taken, joining.packed) = (offset, packed);
        self.moved.notify_all();
        joining.count_losses(run);
        let joined = run.verify(sums, &mut joining.check);
        if let Some(proven) = run.proven(joined.is_err()) {
            joining.proven = joining.offset + (joining.carry.len() + proven) as u64;
        }
        // The errors in the order of the input.
        joining.end = match joined.and(finished).and(taken) {
            Ok(Taken::Some) => None,
            Ok(Taken::Last) => Some(End::Reached),
            Err(error) => Some(End::Failed(error)),
        };
        Some(joining)
    }

    /// Adds a worker.
    pub(super) fn add_worker(&self) {
        self.queue.add_worker();
    }

    /// Returns whether the whole input was read.
    pub(super) fn has_ended(&self) -> bool {
        self.queue.has_ended()
    }

    /// Returns the compression of the input, if it is compressed.
    pub(in crate::source) fn compression(&self) -> Option<Compression> {
        self.joining().compression()
    }

    /// Checks that a file has not changed since it was opened.
    pub(super) fn check(&self) -> Result<()> {
        // A stream cannot be checked.
        self.reader.map_or(Ok(()), Reader::check)
    }

    pub(super) fn joining(&self) -> MutexGuard<'_, JoinState> {
        self.joining.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Wakes the other workers if a worker panics, since its run will not be joined.
struct EndOnPanic<'run, 'input>(&'run StreamInput<'input>);

impl Drop for EndOnPanic<'_, '_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.0.joining().end = Some(End::Failed(io::Error::other("a worker has panicked").into()));
            self.0.moved.notify_all();
        }
    }
}
