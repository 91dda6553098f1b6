//! Ratios of two numbers: rates and aspect ratios.

use std::fmt;

use serde::{Serialize, Serializer};

use crate::time_base::greatest_common_divisor;

/// A ratio.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Ratio(u64, u64);

impl Ratio {
    /// The value of a missing rate.
    pub(crate) const NONE: Self = Self(0, 0);

    /// Creates a ratio in lowest terms; `None` if a number is 0.
    pub(crate) fn new(numerator: u64, denominator: u64) -> Option<Self> {
        let divisor = greatest_common_divisor(numerator, denominator);
        (numerator > 0 && denominator > 0).then(|| Self(numerator / divisor, denominator / divisor))
    }

    /// Returns the nearest ratio whose numbers do not exceed a limit.
    pub(crate) fn nearest(numerator: u64, denominator: u64, limit: u64) -> Option<Self> {
        let distance = |(top, bottom): (u64, u64)| {
            i128::from(numerator) * i128::from(bottom) - i128::from(denominator) * i128::from(top)
        };
        let (mut rest, mut divisor) = (numerator, denominator);
        // Convergents of the continued fraction, up to the last within the limit.
        let (mut before, mut last) = ((0, 1), (1, 0));
        while divisor != 0 {
            let part = rest / divisor;
            // The largest part that the limit allows.
            let room = |last: u64, before: u64| (limit - before).checked_div(last).unwrap_or(u64::MAX);
            let allowed = part.min(room(last.0, before.0)).min(room(last.1, before.1));
            let next = (allowed * last.0 + before.0, allowed * last.1 + before.1);
            if allowed < part {
                // Distances are compared over the product of all denominators.
                if distance(next).abs() * i128::from(last.1) < distance(last).abs() * i128::from(next.1) {
                    last = next;
                }
                break;
            }
            (before, last) = (last, next);
            (rest, divisor) = (divisor, rest % divisor);
        }
        Self::new(last.0, last.1)
    }

    /// Multiplies by another ratio. The numbers of the result are at most 2^20, as in ffprobe.
    pub(crate) fn times(self, numerator: u64, denominator: u64) -> Option<Self> {
        Self::nearest(self.0.checked_mul(numerator)?, self.1.checked_mul(denominator)?, 1 << 20)
    }

    /// Returns numerator and denominator.
    pub(crate) fn parts(self) -> (u64, u64) {
        (self.0, self.1)
    }

    /// Returns the duration of a frame at this rate, in time units. A second has `units` time units.
    pub(crate) fn period(self, units: u64) -> Option<u64> {
        units.checked_mul(self.1)?.checked_div(self.0)
    }

    pub(crate) fn as_f64(self) -> f64 {
        self.0 as f64 / self.1 as f64
    }
}

impl fmt::Display for Ratio {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.0, self.1)
    }
}

impl Serialize for Ratio {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}
