//! Parts of an input that is read from the left: a stream, what is compressed, and formats without cuts.
//!
//! One worker takes runs of bytes for all. Whoever has one does what is left to be done with it, inflating its blocks for instance,
//! while the next ones are taken; and then, when all runs before were joined, joins it: puts what was left over from
//! the run before in front of it, and cuts it behind its last whole record. So everything that costs time is done by all
//! workers at once, and parts come in order all the same.

mod ahead;
mod input;
mod taking;

use std::io;
use std::ops::{DerefMut, Range};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use input::{End as InputEnd, Joining};
pub(super) use input::{Input, StreamInput};

use crate::compress::{Compression, CompressionStats, Run};
use crate::error::{Error, ErrorKind};
use crate::record::{End, Format, Part, PartEndSearch};
use crate::source::options::SourceOptions;
use crate::source::schedule::{Account, Advanced, Outcome, PartQueue, Then};

/// How many bytes are taken at a time, unless it is said otherwise: with the records of that many, they fit into a
/// second-level cache.
const STREAM_PART_LEN: usize = 1 << 20;

/// How many are if they are decompressed: the decoder needs room in that cache too.
const UNPACKED_PART_LEN: usize = 256 << 10;

/// Parts of such an input.
///
/// `I` leads to a [`StreamInput`], which nobody else uses meanwhile.
pub(super) struct StreamParts<'run, F, I> {
    format: F,
    recover: bool,
    part_len: usize,
    most: Option<u64>,
    /// How many bytes a record may have, which is held whole.
    most_of_record: u64,
    input: I,
    /// What went wrong before the first part, to be told instead of it.
    refused: Mutex<Option<Error>>,
    /// How much of the input was taken.
    done: &'run AtomicU64,
    /// Offset of the first part with an error that ended the work, and what the input came to with it.
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
        let SourceOptions { part_len, max_len: most, .. } = options;
        let refused = Mutex::new(input.begin(part_len.unwrap_or(UNPACKED_PART_LEN), recover).err());
        let fitting = if input.compression().is_some() { UNPACKED_PART_LEN } else { STREAM_PART_LEN };
        let part_len = part_len.unwrap_or(fitting).max(1);
        Self {
            format: format.clone(),
            recover,
            part_len,
            most,
            most_of_record: options.most_of_record(),
            input,
            refused,
            done,
            stopped: Mutex::new(None),
        }
    }

    /// Joins a run to those before it. Returns the length of the part that the run then begins with; none if no record ends in
    /// it.
    fn join(&self, run: &mut Run, joining: &mut Joining) -> Option<usize> {
        if let Err(error) = run.join(&mut joining.ahead) {
            joining.end = Some(InputEnd::Failed(error));
            return Some(run.len());
        }
        if let Some(most) = self.most.filter(|&most| joining.offset + run.len() as u64 > most) {
            // It is more than `most`, so the difference is less than the length of the run.
            run.truncate(usize::try_from(most - joining.offset).unwrap_or(usize::MAX));
            joining.end = Some(InputEnd::Failed(ErrorKind::InputTooLong { most }.into()));
        }
        // A record that is too long is so whatever else was taken with it.
        let in_bounds = usize::try_from(self.most_of_record).unwrap_or(usize::MAX).min(run.len());
        let is_too_long = in_bounds < run.len();
        if is_too_long {
            // All that is known of it counts.
            joining.sought = PartEndSearch::default();
        }
        let ended = joining.end.is_some() && !is_too_long;
        let view = &run.as_slice()[..in_bounds];
        let losses = &run.losses()[..run.losses().partition_point(|loss| loss.position <= in_bounds)];
        match joining.sought.last_part_end(&self.format, view, losses, ended, self.recover) {
            End::Boundary(at) => {
                joining.sought = PartEndSearch::default();
                match joining.ahead.append(run, at) {
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
                let too_long = ErrorKind::TooLong { most: self.most_of_record };
                joining.end = Some(InputEnd::Failed(too_long.into()));
                Some(run.len())
            }
            End::Unknown => {
                // A record longer than the run: there is no way but to hold it whole.
                std::mem::swap(&mut joining.ahead, run);
                None
            }
        }
    }
}

/// The run that a worker has, and the part in it.
#[derive(Default)]
pub(super) struct Worker {
    run: Run,
    /// Bytes of the part.
    len: usize,
    /// Bytes of the run that are in view of the part.
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
        if let Some(error) = self.refused.lock().unwrap_or_else(PoisonError::into_inner).take() {
            return Some(Err((0, error)));
        }
        loop {
            let mut joining = self.input.next_run(&mut worker.run, self.part_len)?;
            self.done.store(joining.taken, Ordering::Relaxed);
            let Some(len) = self.join(&mut worker.run, &mut joining) else { continue };
            let offset = joining.offset;
            joining.offset += len as u64;
            if matches!(joining.end, Some(InputEnd::Failed(_))) {
                joining.failed_behind = Some(offset);
            }
            let complete = matches!(joining.end, Some(InputEnd::Reached));
            // What lies behind a loss is no more of what is before.
            worker.run.packed = joining.compression_stats();
            let in_view = joining.ahead.losses().first().map_or(worker.run.len(), |loss| len + loss.position);
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
        let refused = self.refused.lock().unwrap_or_else(PoisonError::into_inner);
        refused.is_some() || self.input.has_ended()
    }

    fn end(&self, worker: &mut Worker, part: Range<u64>, done: Outcome) -> (Range<u64>, Outcome) {
        if done.stops() {
            let mut stopped = self.stopped.lock().unwrap_or_else(PoisonError::into_inner);
            if stopped.is_none_or(|(start, _)| part.start < start) {
                *stopped = Some((part.start, worker.run.packed));
            }
        }
        let joining = self.input.joining();
        if joining.failed_behind != Some(part.start) {
            return (part, done);
        }
        // The last part there is ends where there is nothing more to be had. An error of the format in it comes first, unless reading
        // goes on behind it; but that it ends in a record is no error of the format.
        let is_cut = |error: &Error| matches!(error.kind(), ErrorKind::Incomplete { .. });
        let counts = self.recover || done.error.as_ref().is_none_or(is_cut);
        let done = Outcome { then: Then::StopAfter, ..done };
        let Some(failure) = joining.failure().filter(|_| counts) else { return (part, done) };
        let mut failure = failure.clone();
        if let Some(error) = done.error.as_ref().filter(|error| is_cut(error) && !self.recover) {
            failure = failure.of_record_at(error);
        }
        (part, Outcome { error: Some(failure), ..done })
    }

    fn check(&self) -> Result<(), Error> {
        self.input.check()
    }

    /// If the input could not be read to its end, that is an error, although no record was lost.
    fn complete(&self, account: Account) -> Account {
        let failure = self.input.joining().failure().cloned().filter(|_| account.complete);
        let complete = account.complete && failure.is_none();
        let error = account.error.or(failure);
        let is_cut = error.as_ref().is_some_and(|error| matches!(error.kind(), ErrorKind::Incomplete { .. }));
        let mut packed = self.input.joining().compression_stats();
        let stopped = self.stopped.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(packed) = &mut packed {
            match (error.as_ref().and_then(Error::compressed_place), stopped) {
                // Workers may have taken more than lies before the error.
                (Some(place), _) => {
                    // Of BGZF that is read on behind damage, the first error is not the last.
                    let goes_on = self.recover && packed.compression == Compression::Bgzf;
                    packed.members = place.number.filter(|_| !goes_on).unwrap_or(packed.members);
                }
                (None, Some((_, Some(at_error)))) if !complete => *packed = at_error,
                _ => {}
            }
            // Workers may have taken the last block before an error was met.
            packed.closed |= !complete && !is_cut;
        }
        Account { packed, complete, error, ..account }
    }
}

/// An error for what can be read but once.
fn read_before() -> io::Error {
    io::Error::other("the stream was read before, and cannot be read again")
}
