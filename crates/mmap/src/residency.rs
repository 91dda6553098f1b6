//! Residency of files in the page cache.

use std::fs::File;
use std::io;
use std::ops::Range;

use pagecut_core::error::Result;

use super::sys;

/// The share of a file range that is in the page cache.
///
/// `mincore(2)` is not used: for files without write permission it reports every page as resident.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Residency {
    /// Bytes in the page cache.
    pub cached: u64,
    /// Bytes of the range.
    pub len: u64,
    /// The method of measurement.
    pub certainty: Certainty,
}

/// The method by which a [`Residency`] was measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Certainty {
    /// The kernel counted the pages (`cachestat(2)`, for files with write permission).
    Counted,
    /// This number of single bytes, evenly spaced, was read without waiting (`preadv2(2)` with `RWF_NOWAIT`).
    Sampled(u32),
}

/// Number of sampled bytes if the kernel does not count. Each sample of an uncached page may start a read.
const SAMPLES: u32 = 64;

impl Residency {
    /// Measures a whole file, which need not be mapped.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Io`](crate::ErrorKind::Io) with the system's reason if the system does not report it.
    pub fn of_file(file: &File) -> Result<Self> {
        Self::of(file, 0..file.metadata()?.len())
    }

    /// Measures a range of the file.
    pub(super) fn of(file: &File, range: Range<u64>) -> Result<Self> {
        let len = range.end - range.start;
        match sys::cached(file, &range) {
            Ok(cached) => Ok(Self { cached, len, certainty: Certainty::Counted }),
            Err(error) if refuses_to_count(&error) => Self::sampled(file, range),
            Err(error) => Err(error.into()),
        }
    }

    pub(super) fn sampled(file: &File, range: Range<u64>) -> Result<Self> {
        let len = range.end - range.start;
        let samples = len.div_ceil(sys::page_size() as u64).min(u64::from(SAMPLES));
        let piece = len / samples.max(1);
        let mut found = 0;
        for sample in 0..samples {
            found += u64::from(sys::is_cached_at(file, range.start + sample * piece + piece / 2)?);
        }
        let cached = if found == samples { len } else { found * piece };
        Ok(Self { cached, len, certainty: Certainty::Sampled(u32::try_from(samples).unwrap_or(SAMPLES)) })
    }

    /// Returns the cached share of the range, from 0 to 1; 1 for an empty range.
    #[must_use]
    pub fn share(&self) -> f64 {
        if self.len == 0 { 1.0 } else { self.cached as f64 / self.len as f64 }
    }
}

/// Returns whether the kernel lacks the system call (before 6.5) or refuses it for this file.
fn refuses_to_count(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::PermissionDenied | io::ErrorKind::Unsupported | io::ErrorKind::InvalidInput
    )
}
