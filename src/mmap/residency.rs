//! How much of a file is in the page cache.

use std::fs::File;
use std::io;
use std::ops::Range;

use super::sys;
use crate::error::Result;

/// How much of a range of a file is in the page cache.
///
/// `mincore(2)` is not asked: of a file that one may not write to it says that everything is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Residency {
    /// Bytes that are in the page cache.
    pub cached: u64,
    /// Bytes of the range.
    pub len: u64,
    /// How it was found out.
    pub certainty: Certainty,
}

/// How a [`Residency`] was found out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Certainty {
    /// The kernel counted pages (`cachestat(2)`, for files that one may write to).
    Counted,
    /// So many single bytes, evenly spread, were read without waiting (`preadv2(2)`).
    Sampled(u32),
}

/// How many bytes are tried where the kernel does not count. Each may start a read of what is not there.
const SAMPLES: u32 = 64;

impl Residency {
    /// Of a whole file, which need not be mapped for it.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Io`](crate::ErrorKind::Io) with the reason of the system if it does not tell.
    pub fn of_file(file: &File) -> Result<Self> {
        Self::of(file, 0..file.metadata()?.len())
    }

    /// Of a range that lies in the file.
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

    /// How much of the range is in the page cache, from 0 to 1; 1 of an empty range.
    #[must_use]
    pub fn share(&self) -> f64 {
        if self.len == 0 { 1.0 } else { self.cached as f64 / self.len as f64 }
    }
}

/// Whether the kernel has not the call (before 6.5), or does not tell it of this file.
fn refuses_to_count(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::PermissionDenied | io::ErrorKind::Unsupported | io::ErrorKind::InvalidInput
    )
}
