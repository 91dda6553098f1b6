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
use std::ops::Range;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use input::{End as InputEnd, Joining};
pub(super) use input::{Input, StreamInput};

use super::account::Account;
use super::drive::Done;
use super::parts::{Next, Parts};
use crate::compress::Run;
use crate::error::{Error, ErrorKind};
use crate::record::{End, Format, Part, last_part_end};

/// How many bytes are taken at a time, unless it is said otherwise: with the records of that many, they fit into a
/// second-level cache.
const STREAM_PART_LEN: usize = 1 << 20;

/// How many are if they are decompressed: the decoder needs room in that cache too.
const UNPACKED_PART_LEN: usize = 256 << 10;

/// A record of so many bytes is believed, from however few compressed ones it is.
const BELIEVED_LEN: u64 = 64 << 20;

/// A record that is longer is believed if it has no more than so many times the bytes of the compressed input up to there. Letters
/// of a sequence take two bits each.
const BELIEVED_RATIO: u64 = 64;

/// Parts of such an input.
pub(super) struct StreamParts<'run, 'input, F> {
    format: &'run F,
    recover: bool,
    part_len: usize,
    most: Option<u64>,
    input: &'run StreamInput<'input>,
    /// What went wrong before the first part, to be told instead of it.
    refused: Mutex<Option<Error>>,
    /// How much of the input was taken.
    done: &'run AtomicU64,
}

impl<'run, 'input, F: Format> StreamParts<'run, 'input, F> {
    pub(super) fn new(
        format: &'run F,
        recover: bool,
        input: &'run mut StreamInput<'input>,
        part_len: Option<usize>,
        most: Option<u64>,
        done: &'run AtomicU64,
    ) -> Self {
        let refused = Mutex::new(input.begin(part_len.unwrap_or(UNPACKED_PART_LEN), recover).err());
        let fitting = if input.compression().is_some() { UNPACKED_PART_LEN } else { STREAM_PART_LEN };
        let part_len = part_len.unwrap_or(fitting).max(1);
        Self { format, recover, part_len, most, input, refused, done }
    }

    /// The account of the input, of which nothing was lost: if it could not be had to its end, that was told.
    pub(super) fn complete(&self, account: Account) -> Account {
        let failure = self.input.joining().failure().cloned().filter(|_| account.complete);
        let complete = account.complete && failure.is_none();
        let error = account.error.or(failure);
        let is_cut = error.as_ref().is_some_and(|error| matches!(error.kind(), ErrorKind::Incomplete { .. }));
        let mut packed = self.input.packed();
        if let Some(packed) = &mut packed {
            // Workers may have taken the last block before an error was met.
            packed.closed |= !complete && !is_cut;
        }
        Account { packed, complete, error, ..account }
    }

    /// Joins a run to those before it. Returns the length of the part that the run then begins with; none if no record ends in
    /// it.
    fn join(&self, run: &mut Run, joining: &mut Joining) -> Option<usize> {
        joining.give(run);
        if let Some(most) = self.most.filter(|&most| joining.offset + run.len() as u64 > most) {
            // It is more than `most`, so the difference is less than the length of the run.
            run.truncate(usize::try_from(most - joining.offset).unwrap_or(usize::MAX));
            joining.end = Some(InputEnd::Failed(ErrorKind::TooMuch { most }.into()));
        }
        let ended = joining.end.is_some();
        // To look again and again for where a long record ends would be quadratic.
        let look = ended || run.len() >= joining.look_from;
        let end = if look {
            last_part_end(self.format, run.as_slice(), run.losses(), ended, self.recover)
        } else {
            End::Unknown
        };
        match end {
            End::Cut(at) => {
                joining.keep(run, at);
                joining.look_from = 0;
                Some(at)
            }
            End::Rest => Some(run.len()),
            End::Unknown => match disbelieve_record(run.len() as u64, joining) {
                Some(error) => {
                    joining.end = Some(InputEnd::Failed(error));
                    Some(run.len())
                }
                None => {
                    // A record longer than the run: there is no way but to hold it whole.
                    if look {
                        joining.look_from = run.len().saturating_mul(2);
                    }
                    joining.keep(run, 0);
                    None
                }
            },
        }
    }
}

/// Says that a record of so many bytes cannot be, if it is compressed all too well.
fn disbelieve_record(len: u64, joining: &Joining) -> Option<Error> {
    joining.compression().and_then(|_| disbelieve(len, joining.taken))
}

/// Says that so many bytes, of which none can be done without, cannot be from so many compressed ones.
pub(super) fn disbelieve(len: u64, compressed: u64) -> Option<Error> {
    let most = BELIEVED_LEN.max(BELIEVED_RATIO.saturating_mul(compressed));
    (len > most).then(|| ErrorKind::Bomb { most, compressed }.into())
}

impl<F: Format> Parts for StreamParts<'_, '_, F> {
    type Hand = Run;

    fn hand(&self) -> Run {
        self.input.add_worker();
        Run::default()
    }

    fn next<'part>(&self, run: &'part mut Run, _: &AtomicU64) -> Next<'_, 'part> {
        if let Some(error) = self.refused.lock().unwrap_or_else(PoisonError::into_inner).take() {
            return Some(Err((0, error)));
        }
        loop {
            let mut joining = self.input.next_run(run, self.part_len)?;
            self.done.store(joining.taken, Ordering::Relaxed);
            let Some(len) = self.join(run, &mut joining) else { continue };
            let offset = joining.offset;
            joining.offset += len as u64;
            if matches!(joining.end, Some(InputEnd::Failed(_))) {
                joining.failed_behind = Some(offset);
            }
            let complete = matches!(joining.end, Some(InputEnd::Reached));
            // What lies behind a loss is no more of what is before.
            let in_view = joining.losses.first().map_or(run.len(), |loss| len + loss.position);
            drop(joining);
            let part = Part::read(&run.as_slice()[..in_view], len, offset, complete);
            return Some(Ok((part.with_losses(run.losses()), None)));
        }
    }

    fn is_single(&self) -> bool {
        let refused = self.refused.lock().unwrap_or_else(PoisonError::into_inner);
        refused.is_some() || self.input.has_ended()
    }

    fn end(&self, _: &mut Run, part: Range<u64>, done: Done) -> (Range<u64>, Done) {
        let joining = self.input.joining();
        if joining.failed_behind != Some(part.start) {
            return (part, done);
        }
        // The last part there is ends where there is nothing more to be had. An error of the format in it comes first, unless reading
        // goes on behind it; but that it ends in a record is no error of the format.
        let is_cut = |error: &Error| matches!(error.kind(), ErrorKind::Incomplete { .. });
        let counts = self.recover || done.error.as_ref().is_none_or(is_cut);
        let done = Done { stop: true, behind: true, ..done };
        match joining.failure().filter(|_| counts) {
            Some(error) => (part, Done { error: Some(error.clone()), ..done }),
            None => (part, done),
        }
    }

    fn check(&self) -> Result<(), Error> {
        self.input.check()
    }
}

/// An error for what can be read but once.
fn read_before() -> io::Error {
    io::Error::other("the stream was read before, and cannot be read again")
}
