//! Timestamps that go on where 33 bits end.

/// Counts timestamps on beyond the 33 bits that they have, which last 26.5 hours.
///
/// Of two in a row, the second is taken for what is nearest to the first, before it or behind: streams are not in the order of
/// `PTS`. Each elementary stream needs a timeline of its own, or one for its program if what is given is in order within half a turn.
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

/// The bits that a timestamp has.
const BITS: u32 = 33;

impl Timeline {
    /// Before the first timestamp, which is taken as it stands.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The timestamp, in units of 90 kHz, counted on from those before. It is negative if it lies before a first one that is near 0.
    pub fn unwrap(&mut self, timestamp: u64) -> i64 {
        // The bits above those of a timestamp are shifted out, and the sign comes back in.
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
    fn the_nearest_is_meant() {
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
