//! Where four-line reading of a stream fails: the variant of its records, which cannot be read again.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use super::is_in_doubt;
use super::unread::Unread;
use crate::error::Error;
use crate::fastq::{Evidence, Variant};
use crate::record::{Part, Tally};
use crate::source::schedule::{Account, Outcome, Then, Work};

/// A part of more bytes is not copied: the worker that has it waits.
const MOST_COPIED: usize = 4 << 20;

/// Work on the four-line records of a stream, and after the first error that leaves the variant in doubt the census of all that follows,
/// until the variant is certain.
///
/// The parts of a stream come in order, but are done in any order. So the work on each is entered in order; what is done early is
/// kept for that with a copy of its bytes, since the part before may turn out to hold the error.
pub(in crate::source) struct Doubt<'work, W> {
    work: &'work W,
    state: Mutex<State>,
    /// Parts were entered, or no more are.
    moved: Condvar,
    /// How many parts are kept at the most.
    most: usize,
    /// Offset of the part with the error, once that is known.
    failed: AtomicU64,
    /// Whether the work itself failed, which is before that.
    refused: AtomicBool,
}

struct State {
    /// Where the part begins that is entered next.
    next: u64,
    /// Parts that were done early, by their offset: their bytes and their account.
    early: BTreeMap<u64, (Vec<u8>, Tally)>,
    /// The account of what was entered, up to the error.
    tally: Tally,
    error: Option<Error>,
    /// The census from the record at fault on.
    unread: Option<Unread>,
    /// Nothing more is entered.
    ended: bool,
    /// Nothing is entered of parts that begin after this offset.
    stop_from: u64,
}

impl<'work, W> Doubt<'work, W> {
    /// Watches work, and keeps about `most` parts at the most.
    pub(in crate::source) fn about(work: &'work W, most: usize) -> Self {
        let state = State {
            next: 0,
            early: BTreeMap::new(),
            tally: Tally::default(),
            error: None,
            unread: None,
            ended: false,
            stop_from: u64::MAX,
        };
        Self {
            work,
            state: Mutex::new(state),
            moved: Condvar::new(),
            most,
            failed: AtomicU64::new(u64::MAX),
            refused: AtomicBool::new(false),
        }
    }

    /// The account up to the error that left the variant in doubt, and the variant; or the account as it is.
    pub(in crate::source) fn conclude(self, account: Account) -> (Account, Option<Variant>) {
        let state = self.state.into_inner().unwrap_or_else(PoisonError::into_inner);
        let State { tally, error: Some(error), unread: Some(mut unread), ended, .. } = state else {
            return (account, None);
        };
        if self.refused.into_inner() {
            return (account, None);
        }
        if !ended {
            unread.look(account.complete, Evidence::is_enough_up_to_fault);
        }
        let variant = unread.evidence.variant_up_to_fault();
        (Account { tally, error: Some(error), complete: false, ..account }, Some(variant))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Enters what became of a part when those before it were entered, or keeps it for that. Returns what is to be made of it.
    fn enter(&self, part: Part<'_>, done: Outcome) -> Outcome {
        let mut copy = Vec::new();
        // The order of errors matters. Where there is no memory for a copy, the part waits too.
        let mut may_copy = done.error.is_none() && part.len() <= MOST_COPIED;
        let mut state = self.state();
        while !state.ended && state.next != part.offset() && part.offset() <= state.stop_from {
            if may_copy && state.early.len() < self.most {
                if !copy.is_empty() {
                    state.early.insert(part.offset(), (copy, done.tally));
                    return done;
                }
                drop(state);
                may_copy = copy.try_reserve_exact(part.len()).is_ok();
                if may_copy {
                    copy.extend_from_slice(part.as_bytes());
                }
                state = self.state();
            } else {
                state = self.moved.wait(state).unwrap_or_else(PoisonError::into_inner);
            }
        }
        if state.next != part.offset() {
            return Outcome { error: None, then: Then::Stop, ..done };
        }
        let done = state.enter(part.offset(), part.as_bytes(), done);
        while let next = state.next
            && let Some((bytes, tally)) = state.early.remove(&next)
        {
            state.enter(next, &bytes, Outcome::read(tally));
        }
        if state.error.is_some() {
            self.failed.fetch_min(part.offset(), Ordering::Relaxed);
        }
        let then = if state.ended { Then::Stop } else { done.then };
        drop(state);
        self.moved.notify_all();
        Outcome { then, ..done }
    }
}

impl State {
    /// Enters the next part. Returns what is to be made of it.
    fn enter(&mut self, offset: u64, bytes: &[u8], done: Outcome) -> Outcome {
        self.next = offset + bytes.len() as u64;
        if self.ended {
            return done;
        }
        let from = match &done.error {
            _ if self.unread.is_some() => 0,
            None => {
                self.tally += done.tally;
                return done;
            }
            Some(error) => {
                let place = error.location().filter(|_| is_in_doubt(error));
                let Some(start) = place.map(|place| place.record_offset) else {
                    self.ended = true;
                    return done;
                };
                self.error = Some(error.clone().count_before(self.tally.records, self.tally.lines));
                self.tally += done.tally;
                self.unread = Some(Unread::from(start, Evidence::default()));
                // The record begins in the part, so that can be counted in `usize`.
                usize::try_from(start - offset).unwrap_or(bytes.len())
            }
        };
        if let Some(unread) = &mut self.unread {
            // Where there is no memory, the evidence so far decides.
            let has_room = unread.add(bytes.get(from..).unwrap_or_default()).is_ok();
            self.ended = !has_room || unread.look(false, Evidence::is_enough_up_to_fault).is_some();
        }
        let then = if self.ended { Then::Stop } else { Then::Continue };
        Outcome { error: None, then, ..done }
    }
}

impl<T, W: Work<T>> Work<T> for Doubt<'_, W> {
    fn work(&self, value: &mut T, part: Part<'_>) -> Outcome {
        let is_before = part.offset() < self.failed.load(Ordering::Relaxed);
        let done = if is_before { self.work.work(value, part) } else { Outcome::read(Tally::default()) };
        let done = self.enter(part, done);
        let failed = self.failed.load(Ordering::Relaxed);
        if failed < u64::MAX {
            // Nobody waits for what follows.
            self.work.stop(failed);
        }
        done
    }

    fn finish(&self, value: &mut T, part: Range<u64>, done: Outcome) -> (Outcome, Option<(u64, Error)>) {
        if part.start >= self.failed.load(Ordering::Relaxed) {
            return (done, None);
        }
        let has_error = done.error.is_some();
        let (done, ended_at) = self.work.finish(value, part, done);
        if ended_at.is_some() || (done.error.is_some() && !has_error) {
            self.refused.store(true, Ordering::Relaxed);
        }
        (done, ended_at)
    }

    fn stop(&self, offset: u64) {
        let mut state = self.state();
        state.stop_from = state.stop_from.min(offset);
        drop(state);
        self.moved.notify_all();
        self.work.stop(offset);
    }
}
