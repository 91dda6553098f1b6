//! What a time unit is, and times in the words of ffprobe.

use std::fmt;

/// A time unit, as a part of a second in lowest terms.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct TimeBase {
    pub(crate) numerator: u64,
    pub(crate) denominator: u64,
}

impl TimeBase {
    /// So many units in a second.
    pub(crate) fn per_second(units: u32) -> Self {
        Self { numerator: 1, denominator: units.max(1).into() }
    }

    /// Units of so many nanoseconds.
    pub(crate) fn nanoseconds(count: u64) -> Self {
        const SECOND: u64 = 1_000_000_000;
        let divisor = greatest_common_divisor(count, SECOND);
        Self { numerator: count / divisor, denominator: SECOND / divisor }
    }

    /// A time in seconds, in the words of ffprobe, which computes it in floating point.
    pub(crate) fn seconds(self, time: i64) -> Seconds {
        Seconds(time as f64 * (self.numerator as f64 / self.denominator as f64))
    }

    /// Microseconds in units, rounded to the nearest.
    pub(crate) fn units(self, micros: i64) -> i64 {
        rescale(micros, self.denominator.into(), 1_000_000 * i128::from(self.numerator))
    }

    /// A time in microseconds, rounded to the nearest.
    pub(crate) fn micros(self, time: i64) -> i64 {
        rescale(time, 1_000_000 * i128::from(self.numerator), self.denominator.into())
    }
}

impl fmt::Display for TimeBase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.numerator, self.denominator)
    }
}

/// Seconds, which are shown with six digits behind the point.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Seconds(f64);

impl fmt::Display for Seconds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.6}", self.0)
    }
}

/// `value * to / from`, rounded to the nearest, away from 0 if there are two. `from` is above 0.
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
    fn time_bases_are_in_lowest_terms() {
        assert_eq!(TimeBase::nanoseconds(20_832).to_string(), "651/31250000");
        assert_eq!(TimeBase::nanoseconds(1_000_000).to_string(), "1/1000");
        assert_eq!(TimeBase::per_second(90_000).to_string(), "1/90000");
    }

    #[test]
    fn times_are_rounded_to_the_nearest() {
        assert_eq!(TimeBase::per_second(3).micros(2), 666_667);
        assert_eq!(TimeBase::per_second(3).micros(-2), -666_667);
        assert_eq!(TimeBase::nanoseconds(500).micros(-1), -1);
        assert_eq!(TimeBase::per_second(8000).seconds(-1024).to_string(), "-0.128000");
        assert_eq!(TimeBase::per_second(1).micros(i64::MIN), i64::MIN);
    }
}
