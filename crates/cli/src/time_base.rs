//! Time units, and times in the notation of ffprobe.

use std::fmt;

pub(crate) use pagecut::media::TimeBase;

/// Seconds, printed with six decimals.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Seconds(f64);

impl Seconds {
    /// Converts a time to seconds, in floating point as in ffprobe.
    pub(crate) fn new(time_base: TimeBase, time: i64) -> Self {
        Self(time_base.seconds(time))
    }
}

impl fmt::Display for Seconds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.6}", self.0)
    }
}

/// Returns `value * to / from`, rounded to the nearest, half away from 0. `from` is above 0.
pub(crate) fn rescale(value: i64, to: i128, from: i128) -> i64 {
    let product = i128::from(value).saturating_mul(to);
    let half = if product < 0 { -(from / 2) } else { from / 2 };
    let rounded = product.saturating_add(half) / from;
    i64::try_from(rounded).unwrap_or(if product < 0 { i64::MIN } else { i64::MAX })
}

pub(crate) fn greatest_common_divisor(mut a: u64, mut b: u64) -> u64 {
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a.max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_have_six_digits() {
        assert_eq!(Seconds::new(TimeBase::per_second(8000), -1024).to_string(), "-0.128000");
    }

    #[test]
    fn values_are_rounded_to_the_nearest() {
        assert_eq!(rescale(2, 1_000_000, 3), 666_667);
        assert_eq!(rescale(-2, 1_000_000, 3), -666_667);
        assert_eq!(rescale(i64::MIN, 1_000_000, 1), i64::MIN);
    }
}
