//! The request to determine the variant of a stream, and the answer.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use crate::fastq::Variant;

/// A request to the next task on a stream to determine its variant, and the answer.
#[derive(Default)]
pub(in crate::source) struct VariantRequest {
    is_wanted: AtomicBool,
    variant: Mutex<Option<Variant>>,
}

impl VariantRequest {
    /// Requests the variant from the next task.
    pub(in crate::source) fn make(&self) {
        self.is_wanted.store(true, Ordering::Relaxed);
        self.answer(None);
    }

    /// Returns whether this task has to determine the variant, and clears the request.
    pub(in crate::source) fn take(&self) -> bool {
        self.is_wanted.swap(false, Ordering::Relaxed)
    }

    pub(in crate::source) fn answer(&self, variant: Option<Variant>) {
        *self.variant.lock().unwrap_or_else(PoisonError::into_inner) = variant;
    }

    /// Withdraws the request and returns the answer; `None` if no task failed with an error that leaves the variant in doubt.
    pub(super) fn take_answer(&self) -> Option<Variant> {
        self.is_wanted.store(false, Ordering::Relaxed);
        self.variant.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}
