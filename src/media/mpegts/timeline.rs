//! Timestamps beyond 33 bits.

/// Unwraps timestamps of 33 bits, which wrap around after 26.5 hours.
///
/// Each timestamp is taken as the value nearest to the one before it, earlier or later, because streams are not in the order
/// of `PTS`. Each elementary stream needs its own timeline. A program can share one if its timestamps are in order within
/// half the range.
///
/// ```
/// use pagecut::media::mpegts::Timeline;
///
/// let mut timeline = Timeline::new();
/// assert_eq!(timeline.unwrap((1 << 33) - 1), (1 << 33) - 1);
/// assert_eq!(timeline.unwrap(2), (1 << 33) + 2);
/// assert_eq!(timeline.unwrap((1 << 33) - 5), (1 << 33) - 5);
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Timeline {
    last: Option<i64>,
}

/// Number of bits of a timestamp.
const BITS: u32 = 33;

impl Timeline {
    /// Creates a timeline. It returns the first timestamp unchanged.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Returns the unwrapped timestamp in units of 90 kHz. It is negative if it precedes a first timestamp near 0.
    pub fn unwrap(&mut self, timestamp: u64) -> i64 {
        // Shift out the bits above the timestamp, then shift back with sign extension.
        let shift = i64::BITS - BITS;
        let timestamp = (timestamp & ((1 << BITS) - 1)).cast_signed();
        let unwrapped = match self.last {
            None => timestamp,
            Some(last) => last.wrapping_add((timestamp.wrapping_sub(last) << shift) >> shift),
        };
        self.last = Some(unwrapped);
        unwrapped
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_time_is_chosen() {
        const TURN: i64 = 1 << 33;
        let mut timeline = Timeline::new();
        let mut time = TURN - 10_000_000;
        assert_eq!(timeline.unwrap(time.cast_unsigned()), time);
        for step in
            [5, 3003, -3003, 9_999_999, 1, TURN / 2 - 1, TURN / 2 - 1, -TURN / 2, -TURN / 2, -TURN / 2]
        {
            time += step;
            assert_eq!(timeline.unwrap(time.rem_euclid(TURN).cast_unsigned()), time, "by {step}");
        }
    }
}
