//! Statistics of bytes read and transferred.

use std::sync::Mutex;
use std::sync::PoisonError;
use std::sync::atomic::{AtomicU64, Ordering};

use super::config::Backend;

/// A backend that was not used, and the reason.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Refusal {
    /// The backend.
    pub backend: Backend,
    /// The reason: the system's error, or a setting.
    pub reason: String,
}

/// Bytes read and transferred since a reader was opened.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ZeroCopyStats {
    /// Number of read ranges per backend, in the order of [`Backend::ALL`].
    pub reads: [u64; Backend::ALL.len()],
    /// Bytes read per backend, in the order of [`Backend::ALL`].
    pub bytes: [u64; Backend::ALL.len()],
    /// Number of transfers from a file to another descriptor without access to the bytes.
    pub transfers: u64,
    /// Bytes moved by these transfers.
    pub transferred: u64,
    /// Files that were read because they are shorter than the threshold.
    pub below_threshold: u64,
    /// Requested backends that could not be used, in order of occurrence.
    pub fallbacks: Vec<Refusal>,
}

impl ZeroCopyStats {
    /// Returns the number of ranges read with a backend.
    #[must_use]
    pub fn reads_by(&self, backend: Backend) -> u64 {
        self.reads[index(backend)]
    }

    /// Returns the number of bytes read with a backend.
    #[must_use]
    pub fn bytes_by(&self, backend: Backend) -> u64 {
        self.bytes[index(backend)]
    }

    /// Returns the share of bytes that were mapped or transferred, and so not copied to user space, from 0 to 1; 0
    /// without any bytes.
    #[must_use]
    pub fn efficiency(&self) -> f64 {
        let without_copy = self.bytes_by(Backend::Mapped) + self.transferred;
        let all = self.bytes.iter().sum::<u64>() + self.transferred;
        if all == 0 { 0.0 } else { without_copy as f64 / all as f64 }
    }
}

/// Returns the index of a backend in [`Backend::ALL`].
const fn index(backend: Backend) -> usize {
    match backend {
        Backend::Mapped => 0,
        Backend::Read => 1,
        Backend::Direct => 2,
        Backend::Uring => 3,
        Backend::Stream => 4,
    }
}

/// Maximum number of recorded fallbacks.
const FALLBACKS: usize = 64;

/// Counters behind [`ZeroCopyStats`].
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
    /// Counts a read range.
    pub(crate) fn count_read(&self, backend: Backend, bytes: u64) {
        self.reads[index(backend)].fetch_add(1, Ordering::Relaxed);
        self.bytes[index(backend)].fetch_add(bytes, Ordering::Relaxed);
    }

    /// Counts a transfer.
    pub(crate) fn count_transfer(&self, bytes: u64) {
        self.transfers.fetch_add(1, Ordering::Relaxed);
        self.transferred.fetch_add(bytes, Ordering::Relaxed);
    }

    /// Counts a file that was read because it is short.
    pub(crate) fn count_below_threshold(&self) {
        self.below_threshold.fetch_add(1, Ordering::Relaxed);
    }

    /// Records a backend that could not be used.
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
    fn efficiency_is_0_without_reads() {
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
    fn every_backend_has_its_own_index() {
        for (number, backend) in Backend::ALL.into_iter().enumerate() {
            assert_eq!(index(backend), number);
        }
    }

    #[test]
    fn the_number_of_recorded_fallbacks_is_limited() {
        let counters = Counters::default();
        for number in 0..1000 {
            counters.count_fallback(&Refusal { backend: Backend::Uring, reason: number.to_string() });
        }
        assert_eq!(counters.snapshot().fallbacks.len(), FALLBACKS);
        assert_eq!(counters.snapshot().fallbacks[0].reason, "0");
    }
}
