//! Timestamps of MPEG-TS beyond their 33 bits, as ffprobe counts them.

use std::collections::HashMap;

use super::Programs;

/// The period of 33-bit timestamps, and the time around its end in which streams can start or be out of order.
const TURN: i64 = 1 << 33;
const MARGIN: i64 = 60 * 90_000;

/// The clocks of a transport stream, which count its timestamps beyond their 33 bits, as ffprobe does.
///
/// Streams of a program share a clock; so do those of programs that share a stream, and those that no program has. In contrast to
/// [`Timeline`](super::Timeline), a jump of more than a minute is no reason to begin another turn.
///
/// ```
/// use pagecut::media::mpegts::{Clocks, Packets};
///
/// let data = std::fs::read("testdata/media/mpegts/wrap.ts")?;
/// let mut packets = Packets::new().pes_packets(&data).with_programs();
/// let mut clocks = Clocks::default();
/// let mut times = Vec::new();
/// while let Some(packet) = packets.next().transpose()? {
///     let programs = packets.programs().expect("they are followed");
///     if let (Some(stream), Some(dts)) = (programs.stream_of(packet.pid()), packet.dts()) {
///         times.push(clocks.time(programs, stream, dts));
///     }
/// }
/// // The 33 bits end in the middle of this stream.
/// assert_eq!((times.first(), times.last()), (Some(&-98_792), Some(&77_608)));
/// # Ok::<(), pagecut::Error>(())
/// ```
#[derive(Debug, Clone, Default)]
pub struct Clocks {
    clocks: Vec<Clock>,
    /// Indexes of clocks: by the index of a stream, by the number of a program, and that of all streams without a program.
    of_streams: HashMap<usize, usize>,
    of_programs: HashMap<u16, usize>,
    of_others: Option<usize>,
}

impl Clocks {
    /// Converts a timestamp of a stream, by its index in [`Programs::streams`], to a time in units of 90 kHz. The first one starts its
    /// clock. Of each packet, the time of decoding comes first.
    pub fn time(&mut self, programs: &Programs, stream: usize, timestamp: u64) -> i64 {
        let clock = match self.of_streams.get(&stream) {
            Some(&clock) => clock,
            None => self.assign(programs, stream, timestamp),
        };
        self.clocks[clock].time(timestamp)
    }

    /// Whether a clock has wrapped around.
    #[must_use]
    pub fn have_turned(&self) -> bool {
        self.clocks.iter().any(|clock| clock.turns > 0)
    }

    /// Returns the same clocks at their first times, to read a later part of the input. Clocks that have wrapped around continue.
    #[must_use]
    pub fn rewound(&self) -> Self {
        let mut clocks = self.clone();
        for clock in clocks.clocks.iter_mut().filter(|clock| clock.turns == 0) {
            (clock.last, clock.was_in_middle) = (None, false);
        }
        clocks
    }

    /// Finds the clock of a stream: that of one of its programs, or a new one. Its other programs share the clock.
    fn assign(&mut self, programs: &Programs, stream: usize, timestamp: u64) -> usize {
        let listed = programs.streams().get(stream);
        let numbers: Vec<u16> = listed
            .map(|listed| programs.programs_of(listed).map(|program| program.number()).collect())
            .unwrap_or_default();
        let known = if numbers.is_empty() {
            self.of_others
        } else {
            numbers.iter().find_map(|number| self.of_programs.get(number).copied())
        };
        let clock = known.unwrap_or_else(|| {
            self.clocks.push(Clock::starting_at(timestamp));
            self.clocks.len() - 1
        });
        if numbers.is_empty() {
            self.of_others = Some(clock);
        }
        self.of_programs.extend(numbers.into_iter().map(|number| (number, clock)));
        self.of_streams.insert(stream, clock);
        clock
    }
}

/// A clock. As in ffprobe, its times lie in a turn that starts a minute before the first one; where that is in the last minute of the
/// 33 bits, times before their end are negative. A clock that wraps around continues after 33 bits.
#[derive(Debug, Clone)]
struct Clock {
    /// Times of 33 bits below this are of the next turn, or, of a clock that starts in the last minute, times above it of the one before.
    start: i64,
    starts_late: bool,
    /// Turns that are complete.
    turns: i64,
    last: Option<i64>,
    /// It has been in the middle of its turn, and so may end it.
    was_in_middle: bool,
}

impl Clock {
    fn starting_at(timestamp: u64) -> Self {
        let first = of_33_bits(timestamp);
        let starts_late = first >= TURN - MARGIN;
        Self { start: first - MARGIN, starts_late, turns: 0, last: None, was_in_middle: false }
    }

    fn time(&mut self, timestamp: u64) -> i64 {
        let time = of_33_bits(timestamp);
        let (time, least) = match (self.starts_late, time >= self.start) {
            (true, true) => (time - TURN, self.start - TURN),
            (true, false) => (time, self.start - TURN),
            (false, true) => (time, self.start.max(0)),
            (false, false) => (time + TURN, self.start.max(0)),
        };
        let of_turn = time + self.turns * TURN;
        let is_near = |time: i64| self.last.is_some_and(|last| (time - last).abs() <= MARGIN);
        let unwrapped = if is_near(of_turn) {
            of_turn
        } else if self.was_in_middle && is_near(of_turn + TURN) {
            self.turns += 1;
            self.was_in_middle = false;
            of_turn + TURN
        } else if !self.was_in_middle && self.turns > 0 && is_near(of_turn - TURN) {
            // Out of order around the end of a turn.
            of_turn - TURN
        } else {
            of_turn
        };
        self.was_in_middle |= (TURN / 3..TURN / 3 * 2).contains(&(time - least));
        self.last = Some(unwrapped);
        unwrapped
    }
}

fn of_33_bits(timestamp: u64) -> i64 {
    (timestamp & (TURN.cast_unsigned() - 1)).cast_signed()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn times(times: &[i64]) -> Vec<i64> {
        let first = times[0].rem_euclid(TURN).cast_unsigned();
        let mut clock = Clock::starting_at(first);
        times.iter().map(|time| clock.time(time.rem_euclid(TURN).cast_unsigned())).collect()
    }

    #[test]
    fn times_lie_in_the_turn_of_the_first_one() {
        let start = TURN - 100_000_000;
        assert_eq!(
            times(&[start, start + 200_000_000, start - MARGIN]),
            [start, start + 200_000_000, start - MARGIN]
        );
        // Below that, they are of the next turn, and a jump ahead is one.
        assert_eq!(times(&[start, start - MARGIN - 1]), [start, start - MARGIN - 1 + TURN]);
        assert_eq!(times(&[1000, TURN - 1000, 2000]), [1000, TURN - 1000, 2000]);
    }

    #[test]
    fn a_clock_that_starts_in_the_last_minute_is_negative_first() {
        let start = TURN - MARGIN;
        assert_eq!(times(&[start, TURN - 1, TURN, TURN + 5]), [-MARGIN, -1, 0, 5]);
        assert_eq!(times(&[start - 1, TURN]), [start - 1, TURN]);
    }

    #[test]
    fn a_clock_goes_on_through_turns() {
        for first in [0, 90_000, TURN / 2, TURN - MARGIN - 1, TURN - 10] {
            let origin = if first >= TURN - MARGIN { TURN } else { 0 };
            let step = MARGIN / 2 + 7;
            // Every picture but one in a group is shown before the one that is decoded first.
            let expected: Vec<i64> = (0..4 * TURN / step)
                .flat_map(|number| {
                    [first + number * step, first + number * step + 10, first + number * step - 5]
                })
                .map(|time| time.max(first))
                .collect();
            let found = times(&expected);
            let expected: Vec<_> = expected.iter().map(|time| time - origin).collect();
            assert!(found == expected, "from {first}");
        }
    }
}
