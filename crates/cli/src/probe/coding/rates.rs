//! Frame rates estimated from packet times, as in ffprobe.

use crate::probe::ratio::Ratio;
use crate::time_base::{TimeBase, greatest_common_divisor};

/// Decode and presentation times of the first packets of a stream, in time units.
#[derive(Debug, Clone, Default)]
pub(crate) struct PacketTimes {
    /// In decode order.
    pub(crate) decode: Vec<i64>,
    /// In decode order.
    pub(crate) presentation: Vec<i64>,
    /// Durations of the packets, as far as the container states them; only for containers with packet durations.
    pub(crate) durations: Option<Vec<Option<i64>>>,
}

/// Number of packets analysed.
pub(crate) const PACKETS: usize = 50;

/// Maximum reordering delay in frames.
const MAX_DELAY: usize = 16;

impl PacketTimes {
    /// Returns whether no more packets are needed.
    pub(crate) fn is_full(&self) -> bool {
        self.presentation.len() >= PACKETS
    }

    /// Returns the maximum number of frames that a decoder holds back for reordering.
    pub(super) fn delay(&self) -> u64 {
        let later = |at: usize| {
            let before = &self.presentation[at.saturating_sub(MAX_DELAY)..at];
            before.iter().filter(|&&time| time > self.presentation[at]).count()
        };
        (0..self.presentation.len()).map(later).max().unwrap_or(0) as u64
    }

    /// Uses the sorted presentation times as decode times; the last ones are missing because later packets are.
    pub(crate) fn order_decoding(&mut self) {
        self.decode.clone_from(&self.presentation);
        self.decode.sort_unstable();
        let delay = usize::try_from(self.delay()).unwrap_or(0);
        self.decode.truncate(self.decode.len().saturating_sub(delay));
    }

    /// Returns the durations that ffprobe averages: those of the packets after the second, from the coding if the container
    /// has none.
    fn averaged(&self, coded: Option<Ratio>, time_base: TimeBase) -> Option<Averaged> {
        /// Number of packets that ffprobe ignores.
        const NOT_COUNTED: usize = 2;
        let coded = coded.and_then(|rate| whole_period(rate, time_base));
        let known = self.durations.as_ref()?.iter().skip(NOT_COUNTED);
        let known =
            known.filter_map(|duration| duration.and_then(|ticks| u64::try_from(ticks).ok()).or(coded));
        Some(known.filter(|&ticks| ticks > 0).fold(Averaged::default(), |sum, ticks| Averaged {
            packets: sum.packets + 1,
            ticks: sum.ticks.saturating_add(ticks),
        }))
    }

    /// Returns the lowest rate at which all packets can be decoded. `averaged` excludes rates with periods far above the
    /// duration of all packets.
    fn rate(&self, time_base: TimeBase, averaged: Option<&Averaged>) -> Option<Ratio> {
        /// Number of durations ignored because of jitter, and number needed to trust their divisor.
        const JITTER: usize = 3;
        const ENOUGH: usize = 15;
        /// Minimum total duration of all packets, in periods of a rate.
        const LEAST_PERIODS: f64 = 11.5 / 12.0;
        let steps: Vec<u64> = self
            .decode
            .windows(2)
            .filter_map(|pair| u64::try_from(pair[1].checked_sub(pair[0])?).ok().filter(|&step| step > 0))
            .collect();
        let divisor =
            steps.iter().skip(JITTER).fold(0, |divisor, &step| greatest_common_divisor(divisor, step));
        let fine = (time_base.denominator() / (500 * time_base.numerator())).max(1);
        if steps.len() > ENOUGH && divisor > fine {
            return Ratio::new(time_base.denominator(), time_base.numerator().checked_mul(divisor)?);
        }
        if steps.len() < 2 {
            return None;
        }
        let seconds = time_base.numerator() as f64 / time_base.denominator() as f64;
        let mean = steps.iter().sum::<u64>() as f64 / steps.len() as f64 * seconds;
        let least = averaged.map_or(0.0, |averaged| match averaged.ticks {
            0 => 1.0,
            ticks => LEAST_PERIODS / (ticks as f64 * seconds),
        });
        self.usual_rate(seconds, mean, least)
    }

    /// Returns the standard rate whose ticks are nearest to the packets, among those not much slower than the mean nor below
    /// `least`.
    fn usual_rate(&self, seconds: f64, mean: f64, least: f64) -> Option<Ratio> {
        /// Variances in ticks: the maximum of a matching rate, and a negligible one.
        const FITS: f64 = 0.01;
        const EXACT: f64 = 1e-9;
        /// Tolerance of ticks that are longer than packets.
        const SLACK: f64 = 0.8;
        let times: Vec<f64> = self.decode.iter().skip(1).map(|&time| time as f64 * seconds).collect();
        let (mut best, mut found) = (FITS, None);
        for (numerator, denominator) in usual_rates() {
            let rate = numerator as f64 / denominator as f64;
            if rate < least || mean < SLACK / rate || best <= EXACT {
                continue;
            }
            // Packets may be at ticks or halfway between them.
            for offset in [0.0, 0.5] {
                let errors = times.iter().map(|time| {
                    let ticks = time * rate + offset;
                    ticks - ticks.round_ties_even()
                });
                let (sum, squares) =
                    errors.fold((0.0, 0.0), |(sum, squares), error| (sum + error, squares + error * error));
                let count = times.len() as f64;
                let variance = squares / count - (sum / count) * (sum / count);
                if variance < best && best > EXACT {
                    (best, found) = (variance, Ratio::new(numerator, denominator));
                }
            }
        }
        found
    }
}

/// Returns the ticks per frame, rounded down; at least one for long ticks.
fn whole_period(rate: Ratio, time_base: TimeBase) -> Option<u64> {
    const MOST_PER_SECOND: u64 = 1000;
    if time_base.numerator().saturating_mul(MOST_PER_SECOND) > time_base.denominator() {
        return Some(1);
    }
    let (pictures, seconds) = rate.parts();
    let is_usable = pictures < seconds.saturating_mul(MOST_PER_SECOND);
    rate.period(time_base.denominator())?.checked_div(time_base.numerator()).filter(|_| is_usable)
}

/// Packets with durations.
#[derive(Debug, Default)]
struct Averaged {
    packets: u64,
    /// Their durations together.
    ticks: u64,
}

impl Averaged {
    /// Returns the mean rate, or the standard rate near it.
    fn mean_rate(&self, time_base: TimeBase) -> Option<Ratio> {
        const LIMIT: u64 = 60_000;
        let numerator = self.packets.checked_mul(time_base.denominator())?;
        let denominator = self.ticks.checked_mul(time_base.numerator())?;
        Ratio::nearest(numerator, denominator, LIMIT).filter(|_| self.ticks > 0).map(usual)
    }
}

/// Returns the standard rates: twelfths up to 30, whole numbers up to 60, multiples of film and video.
fn usual_rates() -> impl Iterator<Item = (u64, u64)> {
    let twelfths = (1..=360).map(|twelfths| (twelfths, 12));
    let whole = (31..=60).chain([80, 120, 240]).map(|rate| (rate, 1));
    let video = [24, 30, 60, 12, 15, 48].map(|rate| (rate * 1000, 1001));
    twelfths.chain(whole).chain(video)
}

/// Returns the standard rate that differs by less than a hundredth from a rate, or the rate itself.
pub(super) fn usual(rate: Ratio) -> Ratio {
    const NEAR: f64 = 0.01;
    let mut best = (NEAR, rate);
    for (numerator, denominator) in usual_rates() {
        let difference = (rate.as_f64() / (numerator as f64 / denominator as f64) - 1.0).abs();
        if let Some(usual) = Ratio::new(numerator, denominator).filter(|_| difference < best.0) {
            best = (difference, usual);
        }
    }
    best.1
}

/// Sets rates that the container does not state. `coded` is the rate in the headers.
pub(super) fn complete(
    real: &mut Option<Ratio>,
    average: &mut Option<Ratio>,
    coded: Option<Ratio>,
    times: &PacketTimes,
    time_base: TimeBase,
    is_trusted: bool,
) {
    let averaged = times.averaged(coded, time_base);
    let estimated =
        if is_trusted && coded.is_some() { None } else { times.rate(time_base, averaged.as_ref()) };
    let ticks = || Ratio::new(time_base.denominator(), time_base.numerator());
    let slower = coded.filter(|rate| ticks().is_none_or(|ticks| rate.as_f64() <= ticks.as_f64()));
    let mean = match &averaged {
        Some(averaged) => averaged.mean_rate(time_base),
        // A rate above that of the ticks is invalid: some headers use it to mean no rate.
        None => slower.map(usual),
    };
    *average = average.or(mean).or_else(|| {
        let rate = estimated?;
        let (first, last) = (times.decode.first()?, times.decode.last()?);
        let steps = times.decode.len().checked_sub(1).filter(|&steps| steps > 2)?;
        let mean = (last - first) as f64 / steps as f64;
        let seconds = time_base.numerator() as f64 / time_base.denominator() as f64;
        Some(rate).filter(|rate| (1.0 / (rate.as_f64() * seconds) - mean).abs() <= 1.0)
    });
    *average = average.or(Some(Ratio::NONE));
    *real = real.or(estimated).or(slower).or_else(ticks);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rate(times: impl Iterator<Item = i64>, per_second: u32) -> Option<String> {
        let presentation: Vec<_> = times.collect();
        let mut times = PacketTimes { presentation, ..PacketTimes::default() };
        times.order_decoding();
        times.rate(TimeBase::per_second(per_second), None).map(|rate| rate.to_string())
    }

    #[test]
    fn rates_of_even_and_rounded_times() {
        assert_eq!(rate((0..30).map(|frame| frame * 3600), 90_000).as_deref(), Some("25/1"));
        assert_eq!(rate((0..30).map(|frame| frame * 3003), 90_000).as_deref(), Some("30000/1001"));
        // Milliseconds.
        assert_eq!(rate((0..40).map(|frame| (frame * 1000 + 15) / 30), 1000).as_deref(), Some("30/1"));
        assert_eq!(rate((0..2).map(|frame| frame * 40), 1000), None);
    }

    #[test]
    fn a_rate_above_that_of_the_ticks_is_none() {
        let presentation = (0..30).map(|frame| frame * 3600).collect();
        let mut times = PacketTimes { presentation, ..PacketTimes::default() };
        times.order_decoding();
        for (coded, expected) in [((1_000_000, 1), "25/1"), ((50, 1), "50/1")] {
            let (mut real, mut average) = (None, None);
            let coded = Ratio::new(coded.0, coded.1);
            complete(&mut real, &mut average, coded, &times, TimeBase::per_second(90_000), false);
            assert_eq!(average.map(|rate| rate.to_string()).as_deref(), Some(expected));
        }
    }

    #[test]
    fn pictures_that_wait_for_their_turn() {
        let times = |presentation: &[i64]| PacketTimes {
            presentation: presentation.to_vec(),
            ..PacketTimes::default()
        };
        assert_eq!(times(&[0, 1, 2, 3]).delay(), 0);
        assert_eq!(times(&[0, 3, 1, 2, 6, 4, 5]).delay(), 1);
        assert_eq!(times(&[0, 8, 4, 2, 1, 3, 6, 5, 7]).delay(), 3);
    }
}
