//! Parts of an input that is read from its start: a stream, a compressed file, or a format without boundaries.
//!
//! One worker at a time reads runs of bytes for all. Each worker then does the pending work of its run, such as inflating blocks, while the
//! next runs are read. When all earlier runs are joined, it joins its own: it prepends the rest of the previous run, and ends the part
//! after the last whole record. All expensive work therefore runs in parallel, and parts still come in order.

mod ahead;
mod input;
mod origin;
mod run_queue;

use std::ops::{DerefMut, Range};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

pub(super) use ahead::{Side, TwoStreams};
pub(super) use input::StreamInput;
use input::{End as InputEnd, JoinState};

use crate::compress::{Compression, CompressionStats, Run};
use crate::error::{Error, ErrorKind};
use crate::record::{End, Format, Part, PartEndSearch};
use crate::source::options::SourceOptions;
use crate::source::schedule::{Account, Advanced, Outcome, PartQueue, Then};

/// Default number of bytes per part: these bytes and their records fit into a second-level cache.
const STREAM_PART_LEN: usize = 1 << 20;

/// Default number of bytes per part if they are decompressed: the decoder needs space in that cache too.
const DECOMPRESSED_PART_LEN: usize = 256 << 10;

/// The parts of an input that is read from its start.
///
/// `I` dereferences to a [`StreamInput`] that no one else uses at the same time.
pub(super) struct StreamParts<'run, F, I> {
    format: F,
    recover: bool,
    part_len: usize,
    max_len: Option<u64>,
    /// Maximum length of a record in bytes, since a record is held whole.
    record_limit: u64,
    input: I,
    /// The error before the first part, which is returned instead of it.
    start_error: Mutex<Option<Error>>,
    /// Number of bytes of the input that were read.
    done: &'run AtomicU64,
    /// Offset of the first part whose error ended the work, and the statistics up to it.
    stopped: Mutex<Option<(u64, Option<CompressionStats>)>>,
}

impl<'run, 'input: 'run, F: Format, I: DerefMut<Target = StreamInput<'input>>> StreamParts<'run, F, I> {
    pub(super) fn new(
        format: &F,
        recover: bool,
        mut input: I,
        options: SourceOptions,
        done: &'run AtomicU64,
    ) -> Self {
        let SourceOptions { part_len, max_len, .. } = options;
        let start_error = Mutex::new(input.begin(part_len.unwrap_or(DECOMPRESSED_PART_LEN), recover).err());
        let fitting = if input.compression().is_some() { DECOMPRESSED_PART_LEN } else { STREAM_PART_LEN };
        let part_len = part_len.unwrap_or(fitting).max(1);
        Self {
            format: format.clone(),
            recover,
            part_len,
            max_len,
            record_limit: options.record_limit(),
            input,
            start_error,
            done,
            stopped: Mutex::new(None),
        }
    }

    /// Joins a run to the previous ones. Returns the length of the part that the run then starts with; `None` if no record ends in it.
    fn join(&self, run: &mut Run, joining: &mut JoinState) -> Option<usize> {
        if let Err(error) = run.join(&mut joining.carry) {
            joining.end = Some(InputEnd::Failed(error));
            return Some(run.len());
        }
        if let Some(max_len) = self.max_len.filter(|&max_len| joining.offset + run.len() as u64 > max_len) {
            // The input is longer than `max_len`, so the difference is less than the length of the run.
            run.truncate(usize::try_from(max_len - joining.offset).unwrap_or(usize::MAX));
            joining.end = Some(InputEnd::Failed(ErrorKind::InputTooLong { most: max_len }.into()));
        }
        // A record is too long regardless of how many bytes were read with it.
        let in_bounds = usize::try_from(self.record_limit).unwrap_or(usize::MAX).min(run.len());
        let is_too_long = in_bounds < run.len();
        if is_too_long {
            // The search starts again within the limit.
            joining.end_search = PartEndSearch::default();
        }
        let ended = joining.end.is_some() && !is_too_long;
        let view = &run.as_slice()[..in_bounds];
        let losses = &run.losses()[..run.losses().partition_point(|loss| loss.position <= in_bounds)];
        match joining.end_search.last_part_end(
            &self.format,
            view,
            joining.offset,
            losses,
            ended,
            self.recover,
        ) {
            End::Boundary(at) => {
                joining.end_search = PartEndSearch::default();
                match joining.carry.append(run, at) {
                    Ok(()) => Some(at),
                    Err(error) => {
                        joining.end = Some(InputEnd::Failed(error));
                        Some(at)
                    }
                }
            }
            End::Rest => Some(run.len()),
            End::Unknown if is_too_long => {
                run.truncate(in_bounds);
                let too_long = ErrorKind::TooLong { most: self.record_limit };
                joining.end = Some(InputEnd::Failed(too_long.into()));
                Some(run.len())
            }
            End::Unknown => {
                // A record longer than the run has to be held whole.
                std::mem::swap(&mut joining.carry, run);
                None
            }
        }
    }
}

/// The run of a worker, and the part in it.
#[derive(Default)]
pub(super) struct Worker {
    run: Run,
    /// Length of the part in bytes.
    len: usize,
    /// Number of bytes of the run that are in view of the part.
    in_view: usize,
    offset: u64,
    /// Whether the input ends with the run.
    complete: bool,
}

impl<'run, 'input: 'run, F, I> PartQueue<'run> for StreamParts<'run, F, I>
where
    F: Format,
    I: DerefMut<Target = StreamInput<'input>> + Sync,
{
    type Worker = Worker;

    fn new_worker(&self) -> Worker {
        self.input.add_worker();
        Worker::default()
    }

    fn advance(&self, worker: &mut Worker, _: &AtomicU64) -> Advanced<'run> {
        if let Some(error) = self.start_error.lock().unwrap_or_else(PoisonError::into_inner).take() {
            return Some(Err((0, error)));
        }
        loop {
            let mut joining = self.input.next_run(&mut worker.run, self.part_len)?;
            self.done.store(joining.taken, Ordering::Relaxed);
            let Some(len) = self.join(&mut worker.run, &mut joining) else { continue };
            let offset = joining.offset;
            joining.offset += len as u64;
            if matches!(joining.end, Some(InputEnd::Failed(_))) {
                joining.failed_after = Some(offset);
            }
            let complete = matches!(joining.end, Some(InputEnd::Reached));
            // Bytes after a loss do not continue those before it.
            worker.run.packed = joining.compression_stats();
            let in_view = joining.carry.losses().first().map_or(worker.run.len(), |loss| len + loss.position);
            drop(joining);
            (worker.len, worker.in_view, worker.offset, worker.complete) = (len, in_view, offset, complete);
            return Some(Ok(None));
        }
    }

    fn part<'part>(&self, worker: &'part Worker) -> Part<'part> {
        let view = &worker.run.as_slice()[..worker.in_view];
        Part::from_view(view, worker.len, worker.offset, worker.complete).with_losses(worker.run.losses())
    }

    fn is_single(&self) -> bool {
        let start_error = self.start_error.lock().unwrap_or_else(PoisonError::into_inner);
        start_error.is_some() || self.input.has_ended()
    }

    fn end(&self, worker: &mut Worker, part: Range<u64>, done: Outcome) -> (Range<u64>, Outcome) {
        if done.stops() {
            let mut stopped = self.stopped.lock().unwrap_or_else(PoisonError::into_inner);
            if stopped.is_none_or(|(start, _)| part.start < start) {
                *stopped = Some((part.start, worker.run.packed));
            }
        }
        let joining = self.input.joining();
        if joining.failed_after != Some(part.start) {
            return (part, done);
        }
        // The last part ends at the failure. An error of the format in it takes precedence, unless reading continues after errors; but an
        // incomplete record is due to the failure.
        let is_incomplete = |error: &Error| matches!(error.kind(), ErrorKind::Incomplete { .. });
        let counts = self.recover || done.error.as_ref().is_none_or(is_incomplete);
        let done = Outcome { then: Then::StopAfter, ..done };
        let Some(failure) = joining.failure().filter(|_| counts) else { return (part, done) };
        let mut failure = failure.clone();
        if let Some(error) = done.error.as_ref().filter(|error| is_incomplete(error) && !self.recover) {
            failure = failure.of_record_at(error);
        }
        (part, Outcome { error: Some(failure), ..done })
    }

    fn check(&self) -> Result<(), Error> {
        self.input.check()
    }

    /// Adds the error of an input that could not be read to its end, even if no record was lost.
    fn complete(&self, account: Account) -> Account {
        let failure = self.input.joining().failure().cloned().filter(|_| account.complete);
        let complete = account.complete && failure.is_none();
        let error = account.error.or(failure);
        let is_incomplete =
            error.as_ref().is_some_and(|error| matches!(error.kind(), ErrorKind::Incomplete { .. }));
        let mut compression = self.input.joining().compression_stats();
        let stopped = self.stopped.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(stats) = &mut compression {
            match (error.as_ref().and_then(Error::compressed_place), stopped) {
                // Workers may have read past the error.
                (Some(place), _) => {
                    // If reading of BGZF continues after damage, the first error is not the last.
                    let goes_on = self.recover && stats.compression == Compression::Bgzf;
                    stats.members = place.number.filter(|_| !goes_on).unwrap_or(stats.members);
                }
                (None, Some((_, Some(at_error)))) if !complete => *stats = at_error,
                _ => {}
            }
            // Workers may have read the last block before an error was found.
            stats.closed |= !complete && !is_incomplete;
        }
        Account { compression, complete, error, ..account }
    }
}
