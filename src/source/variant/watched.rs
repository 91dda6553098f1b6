//! The request to find the variant of a stream, and the answer.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use crate::fastq::Variant;

/// Whether the variant of a stream is watched by the next work on it, and what that has found.
#[derive(Default)]
pub(in crate::source) struct Watched {
    is_wanted: AtomicBool,
    variant: Mutex<Option<Variant>>,
}

impl Watched {
    /// The next work is to find the variant.
    pub(super) fn begin(&self) {
        self.is_wanted.store(true, Ordering::Relaxed);
        self.set(None);
    }

    /// Whether this work is to find the variant.
    pub(in crate::source) fn begins(&self) -> bool {
        self.is_wanted.swap(false, Ordering::Relaxed)
    }

    pub(in crate::source) fn set(&self, variant: Option<Variant>) {
        *self.variant.lock().unwrap_or_else(PoisonError::into_inner) = variant;
    }

    /// What was found, if the variant was in doubt.
    pub(super) fn take(&self) -> Option<Variant> {
        self.is_wanted.store(false, Ordering::Relaxed);
        self.variant.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}
