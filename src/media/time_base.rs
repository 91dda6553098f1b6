//! Time units of tracks.

use std::fmt;

/// The time unit of a track: a fraction of a second in lowest terms.
///
/// ```
/// use pagecut::media::TimeBase;
///
/// let time_base = TimeBase::per_second(48_000);
/// assert_eq!(time_base.to_string(), "1/48000");
/// assert_eq!(time_base.seconds(24_000), 0.5);
/// assert_eq!(time_base.micros(24_000), 500_000);
/// assert_eq!(TimeBase::nanoseconds(1_000_000).to_string(), "1/1000");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct TimeBase {
    numerator: u64,
    denominator: u64,
}

impl TimeBase {
    /// The unit of MPEG-TS. ffmpeg gives it to attached files too.
    pub(super) const NINETY_KILOHERTZ: Self = Self { numerator: 1, denominator: 90_000 };

    /// Returns the unit with this number of units per second. 0 counts as 1.
    #[must_use]
    pub fn per_second(units: u32) -> Self {
        Self { numerator: 1, denominator: units.max(1).into() }
    }

    /// Returns the unit of this number of nanoseconds. 0 counts as 1.
    #[must_use]
    pub fn nanoseconds(count: u64) -> Self {
        Self::fraction(count, 1_000_000_000)
    }

    /// Returns the unit of this fraction of a second. 0 counts as 1.
    #[must_use]
    pub fn fraction(numerator: u64, denominator: u64) -> Self {
        let (numerator, denominator) = (numerator.max(1), denominator.max(1));
        let divisor = greatest_common_divisor(numerator, denominator);
        Self { numerator: numerator / divisor, denominator: denominator / divisor }
    }

    /// Returns the numerator of the fraction; never 0.
    #[must_use]
    pub fn numerator(self) -> u64 {
        self.numerator
    }

    /// Returns the denominator of the fraction; never 0.
    #[must_use]
    pub fn denominator(self) -> u64 {
        self.denominator
    }

    /// Converts a time to seconds.
    #[must_use]
    pub fn seconds(self, time: i64) -> f64 {
        time as f64 * (self.numerator as f64 / self.denominator as f64)
    }

    /// Converts a time to microseconds, rounded to the nearest, half away from 0.
    #[must_use]
    pub fn micros(self, time: i64) -> i64 {
        rescale(time, 1_000_000 * i128::from(self.numerator), self.denominator.into())
    }

    /// Converts microseconds to units, rounded to the nearest, half away from 0.
    #[must_use]
    pub fn units(self, micros: i64) -> i64 {
        rescale(micros, self.denominator.into(), 1_000_000 * i128::from(self.numerator))
    }
}

impl fmt::Display for TimeBase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.numerator, self.denominator)
    }
}

/// Returns `value * to / from`, rounded to the nearest, half away from 0. `from` is above 0.
pub(super) fn rescale(value: i64, to: i128, from: i128) -> i64 {
    let product = i128::from(value).saturating_mul(to);
    let half = if product < 0 { -(from / 2) } else { from / 2 };
    let rounded = product.saturating_add(half) / from;
    i64::try_from(rounded).unwrap_or(if product < 0 { i64::MIN } else { i64::MAX })
}

fn greatest_common_divisor(mut a: u64, mut b: u64) -> u64 {
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a
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
        assert_eq!(TimeBase::per_second(1).micros(i64::MIN), i64::MIN);
        assert_eq!(TimeBase::per_second(3).units(666_667), 2);
        assert_eq!(TimeBase::nanoseconds(0).units(1), 1000);
    }
}
