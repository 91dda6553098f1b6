//! Detection of the variant of a stream after four-line reading fails, without reading it again.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use super::is_in_doubt;
use super::pending_census::PendingCensus;
use crate::allocation;
use crate::error::Error;
use crate::fastq::{Evidence, Variant};
use crate::record::{Part, Tally};
use crate::source::schedule::{Account, Outcome, Then, Work};

/// Maximum length in bytes of a part that is copied. The worker of a longer part waits.
const MAX_COPIED_LEN: usize = 4 << 20;

/// Work on the four-line records of a stream. After the first error that leaves the variant in doubt, a census of the following bytes
/// decides the variant.
///
/// Workers receive the parts of a stream in order, but finish them in any order. Their results are entered in the order of the stream. A
/// result that is ready before that of an earlier part waits with a copy of its bytes, since the earlier part may contain the error.
pub(in crate::source) struct StreamWork<'work, W> {
    work: &'work W,
    state: Mutex<State>,
    /// Signalled when a part was entered, or when no more will be entered.
    moved: Condvar,
    /// Maximum number of waiting parts.
    max_waiting: usize,
    /// No value of a part that starts here or later counts, once the error is known: the part with the error, or the next one if the value
    /// of the records before the error counts.
    values_end: AtomicU64,
    /// Whether the work itself failed, before that part.
    work_failed: AtomicBool,
}

struct State {
    /// Offset of the next part to enter.
    next: u64,
    /// Results that wait, by the offsets of their parts: the bytes and the account.
    early: BTreeMap<u64, (Vec<u8>, Tally)>,
    /// The account of the entered parts, up to the error.
    tally: Tally,
    error: Option<Error>,
    /// The census from the faulty record on.
    census: Option<PendingCensus>,
    /// Whether no more parts are entered.
    ended: bool,
    /// Parts that start after this offset are not entered.
    stop_from: u64,
}

impl<'work, W> StreamWork<'work, W> {
    /// Wraps work, and keeps at most about `max_waiting` parts.
    pub(in crate::source) fn new(work: &'work W, max_waiting: usize) -> Self {
        let state = State {
            next: 0,
            early: BTreeMap::new(),
            tally: Tally::default(),
            error: None,
            census: None,
            ended: false,
            stop_from: u64::MAX,
        };
        Self {
            work,
            state: Mutex::new(state),
            moved: Condvar::new(),
            max_waiting,
            values_end: AtomicU64::new(u64::MAX),
            work_failed: AtomicBool::new(false),
        }
    }

    /// Returns the account up to the error that left the variant in doubt, and the variant; without such an error, the given account.
    pub(in crate::source) fn conclude(self, account: Account) -> (Account, Option<Variant>) {
        let state = self.state.into_inner().unwrap_or_else(PoisonError::into_inner);
        let State { tally, error: Some(error), census: Some(mut census), ended, .. } = state else {
            return (account, None);
        };
        if self.work_failed.into_inner() {
            return (account, None);
        }
        if !ended {
            census.look(account.complete, Evidence::is_enough_up_to_fault);
        }
        let variant = census.evidence.variant_up_to_fault();
        (Account { tally, error: Some(error), complete: false, ..account }, Some(variant))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Enters the result of a part in order, or lets it wait. Returns the outcome to report.
    fn enter(&self, part: Part<'_>, done: Outcome) -> Outcome {
        let mut copy = Vec::new();
        // Results with errors wait without a copy, since the order of errors matters. If memory for a copy is exhausted, the worker waits
        // too.
        let mut may_copy = done.error.is_none() && part.len() <= MAX_COPIED_LEN;
        let mut state = self.state();
        while !state.ended && state.next != part.offset() && part.offset() <= state.stop_from {
            if may_copy && state.early.len() < self.max_waiting {
                if !copy.is_empty() {
                    state.early.insert(part.offset(), (copy, done.tally));
                    return done;
                }
                drop(state);
                may_copy = allocation::reserve_exact(&mut copy, part.len()).is_ok();
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
        let values_end = if done.then == Then::StopAfter { part.range().end } else { part.offset() };
        let had_ended = state.ended;
        let done = state.enter(part.offset(), part.as_bytes(), done);
        while let next = state.next
            && let Some((bytes, tally)) = state.early.remove(&next)
        {
            state.enter(next, &bytes, Outcome::read(tally));
        }
        if state.error.is_some() {
            self.values_end.fetch_min(values_end, Ordering::Relaxed);
        }
        let stops = had_ended || (state.ended && done.then != Then::StopAfter);
        let then = if stops { Then::Stop } else { done.then };
        drop(state);
        self.moved.notify_all();
        Outcome { then, ..done }
    }
}

impl State {
    /// Enters the next part. Returns the outcome to report.
    fn enter(&mut self, offset: u64, bytes: &[u8], done: Outcome) -> Outcome {
        self.next = offset + bytes.len() as u64;
        if self.ended {
            return done;
        }
        let from = match &done.error {
            _ if self.census.is_some() => 0,
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
                self.census = Some(PendingCensus::from(start, Evidence::default()));
                // The record starts in the part, so its position fits into `usize`.
                usize::try_from(start - offset).unwrap_or(bytes.len())
            }
        };
        if let Some(census) = &mut self.census {
            // If memory is exhausted, the evidence so far decides.
            let has_room = census.add(bytes.get(from..).unwrap_or_default()).is_ok();
            self.ended = !has_room || census.look(false, Evidence::is_enough_up_to_fault).is_some();
        }
        let then = match done.then {
            _ if !self.ended => Then::Continue,
            Then::StopAfter => Then::StopAfter,
            Then::Continue | Then::Stop => Then::Stop,
        };
        Outcome { error: None, then, ..done }
    }
}

impl<T, W: Work<T>> Work<T> for StreamWork<'_, W> {
    fn work(&self, value: &mut T, part: Part<'_>) -> Outcome {
        let is_before = part.offset() < self.values_end.load(Ordering::Relaxed);
        let done = if is_before { self.work.work(value, part) } else { Outcome::read(Tally::default()) };
        let done = self.enter(part, done);
        let values_end = self.values_end.load(Ordering::Relaxed);
        if values_end < u64::MAX {
            // No worker has to wait for later parts.
            self.work.stop(values_end);
        }
        done
    }

    fn finish(&self, value: &mut T, part: Range<u64>, done: Outcome) -> (Outcome, Option<(u64, Error)>) {
        if part.start >= self.values_end.load(Ordering::Relaxed) {
            return (done, None);
        }
        let has_error = done.error.is_some();
        let (done, ended_at) = self.work.finish(value, part, done);
        if ended_at.is_some() || (done.error.is_some() && !has_error) {
            self.work_failed.store(true, Ordering::Relaxed);
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
