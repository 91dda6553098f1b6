//! What was moved, and which way.

use std::sync::Mutex;
use std::sync::PoisonError;
use std::sync::atomic::{AtomicU64, Ordering};

use super::Backend;

/// A way that was not taken, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Refusal {
    /// The way.
    pub backend: Backend,
    /// What was against it: the words of the system, or a setting.
    pub reason: String,
}

/// What was moved since a reader was opened, at the moment that it was asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ZeroCopyStats {
    /// Ranges that were read, by way, in the order of [`Backend::ALL`].
    pub reads: [u64; Backend::ALL.len()],
    /// Bytes that were read, by way, in the order of [`Backend::ALL`].
    pub bytes: [u64; Backend::ALL.len()],
    /// Transfers from a file to somewhere else without a look at the bytes.
    pub transfers: u64,
    /// Bytes that were moved by these.
    pub transferred: u64,
    /// Files that were read because they are shorter than the threshold.
    pub below_threshold: u64,
    /// Ways that were wanted and could not be had, one after another.
    pub fallbacks: Vec<Refusal>,
}

impl ZeroCopyStats {
    /// Ranges that were read this way.
    #[must_use]
    pub fn reads_by(&self, backend: Backend) -> u64 {
        self.reads[place(backend)]
    }

    /// Bytes that were read this way.
    #[must_use]
    pub fn bytes_by(&self, backend: Backend) -> u64 {
        self.bytes[place(backend)]
    }

    /// Which share of all bytes went without a copy in user space, from 0 to 1: what was mapped or transferred. 0 if there were
    /// none.
    #[must_use]
    pub fn efficiency(&self) -> f64 {
        let without_copy = self.bytes_by(Backend::Mapped) + self.transferred;
        let all = self.bytes.iter().sum::<u64>() + self.transferred;
        if all == 0 { 0.0 } else { without_copy as f64 / all as f64 }
    }
}

/// The place of a way in [`Backend::ALL`].
const fn place(backend: Backend) -> usize {
    match backend {
        Backend::Mapped => 0,
        Backend::Read => 1,
        Backend::Direct => 2,
        Backend::Uring => 3,
        Backend::Stream => 4,
    }
}

/// How many fallbacks are kept with their reasons: enough to see what is wrong.
const FALLBACKS: usize = 64;

/// Counts what is moved.
#[derive(Debug, Default)]
pub(crate) struct Counters {
    reads: [AtomicU64; Backend::ALL.len()],
    bytes: [AtomicU64; Backend::ALL.len()],
    transfers: AtomicU64,
    transferred: AtomicU64,
    below_threshold: AtomicU64,
    fallbacks: Mutex<Vec<Refusal>>,
}

impl Counters {
    /// A range was read.
    pub(crate) fn count_read(&self, backend: Backend, bytes: u64) {
        self.reads[place(backend)].fetch_add(1, Ordering::Relaxed);
        self.bytes[place(backend)].fetch_add(bytes, Ordering::Relaxed);
    }

    /// Bytes were moved without a look at them.
    pub(crate) fn count_transfer(&self, bytes: u64) {
        self.transfers.fetch_add(1, Ordering::Relaxed);
        self.transferred.fetch_add(bytes, Ordering::Relaxed);
    }

    /// A file was read because it is short.
    pub(crate) fn count_below_threshold(&self) {
        self.below_threshold.fetch_add(1, Ordering::Relaxed);
    }

    /// A way could not be had.
    pub(crate) fn count_fallback(&self, refusal: &Refusal) {
        let mut fallbacks = self.fallbacks.lock().unwrap_or_else(PoisonError::into_inner);
        if fallbacks.len() < FALLBACKS {
            fallbacks.push(refusal.clone());
        }
    }

    pub(crate) fn snapshot(&self) -> ZeroCopyStats {
        let load = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        ZeroCopyStats {
            reads: self.reads.each_ref().map(load),
            bytes: self.bytes.each_ref().map(load),
            transfers: load(&self.transfers),
            transferred: load(&self.transferred),
            below_threshold: load(&self.below_threshold),
            fallbacks: self.fallbacks.lock().unwrap_or_else(PoisonError::into_inner).clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn p7_efficiency_is_defined_when_nothing_was_counted() {
        let counters = Counters::default();
        assert_eq!(counters.snapshot().efficiency(), 0.0);
        counters.count_read(Backend::Mapped, 300);
        assert_eq!(counters.snapshot().efficiency(), 1.0);
        counters.count_read(Backend::Read, 400);
        counters.count_transfer(100);
        let stats = counters.snapshot();
        assert_eq!(stats.efficiency(), 0.5);
        assert_eq!(
            (stats.reads_by(Backend::Read), stats.bytes_by(Backend::Read), stats.transfers),
            (1, 400, 1)
        );
    }

    #[test]
    fn every_way_has_its_own_place() {
        for (number, backend) in Backend::ALL.into_iter().enumerate() {
            assert_eq!(place(backend), number);
        }
    }

    #[test]
    fn fallbacks_are_told_and_do_not_pile_up() {
        let counters = Counters::default();
        for number in 0..1000 {
            counters.count_fallback(&Refusal { backend: Backend::Uring, reason: number.to_string() });
        }
        assert_eq!(counters.snapshot().fallbacks.len(), FALLBACKS);
        assert_eq!(counters.snapshot().fallbacks[0].reason, "0");
    }
}
