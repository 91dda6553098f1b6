//! Scales of axes, and their ticks.

use super::numbers::{decimal, integer};

/// Maximum number of ticks of a level.
const MAX_TICKS: usize = 400;

/// Maps values to shares of the length of an axis, 0 to 1.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Scale {
    /// Equal steps for equal differences.
    Linear {
        /// The value at 0.
        from: f64,
        /// The value at 1.
        to: f64,
    },
    /// Equal steps for equal ratios. Both values exceed 0.
    Log {
        /// The value at 0.
        from: f64,
        /// The value at 1.
        to: f64,
    },
    /// Equal steps between these ascending values, and linear within a step. At least two.
    Steps(Vec<f64>),
}

impl Scale {
    /// Returns the place of a value. Values outside the scale are at its ends.
    pub(super) fn place(&self, value: f64) -> f64 {
        let place = match self {
            Self::Linear { from, to } => (value - from) / (to - from),
            Self::Log { from, to } => (value.max(*from) / from).ln() / (to / from).ln(),
            Self::Steps(bounds) => {
                let steps = bounds.len() - 1;
                let step = bounds.partition_point(|bound| *bound <= value).clamp(1, steps) - 1;
                let (from, to) = (bounds[step], bounds[step + 1]);
                (step as f64 + ((value - from) / (to - from)).clamp(0.0, 1.0)) / steps as f64
            }
        };
        place.clamp(0.0, 1.0)
    }
}

/// Returns 1, 2, 5, 10, 20, 50, ... as far as an `i64` reaches.
fn round_steps() -> impl Iterator<Item = i64> {
    let powers = std::iter::successors(Some(1_i64), |power| power.checked_mul(10));
    powers.flat_map(|power| [1, 2, 5].into_iter().filter_map(move |digit| power.checked_mul(digit)))
}

/// Returns the smallest step of the form 1, 2 or 5 times a power of ten that divides a range into at most this many parts.
pub(super) fn round_step(range: f64, parts: f64) -> f64 {
    let least = range / parts;
    let power = 10_f64.powf(least.log10().floor());
    let digit = [1.0, 2.0, 5.0].into_iter().find(|digit| digit * power >= least * (1.0 - 1e-9));
    digit.unwrap_or(10.0) * power
}

/// Returns the number of decimals that multiples of a round step need.
fn decimals(step: f64) -> usize {
    let places = (-step.log10()).ceil().clamp(0.0, 20.0);
    (0..=20_u8).find(|number| f64::from(*number) >= places - 1e-9).unwrap_or(20).into()
}

/// A labelled value of an axis.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Tick {
    /// The value.
    pub(super) value: f64,
    /// The label.
    pub(super) text: String,
}

/// Returns a scale of numbers that begins and ends with a tick, with at most this many steps, and the ticks.
pub(super) fn numbers(from: f64, to: f64, steps: f64) -> (Scale, Vec<Tick>) {
    let to = if to > from { to } else { from + 1.0 };
    let step = round_step(to - from, steps);
    let (first, last) = ((from / step + 1e-9).floor(), (to / step - 1e-9).ceil());
    let decimals = decimals(step);
    let count = last - first;
    let ticks = std::iter::successors(Some(0.0), |at| (*at < count).then_some(at + 1.0)).map(|at| {
        let value = (first + at) * step;
        Tick { value, text: decimal(value, decimals) }
    });
    (Scale::Linear { from: first * step, to: last * step }, ticks.collect())
}

/// Returns ticks of integers that ascend, in levels of fewer and fewer ticks: all of them, the multiples of 2, of 5, of 10, and so on.
/// A tick is at its integer plus `shift`.
pub(super) fn integer_levels(integers: &[i64], shift: f64) -> Vec<Vec<Tick>> {
    let tick = |integer_: &i64| Tick { value: *integer_ as f64 + shift, text: integer(*integer_) };
    let mut levels: Vec<Vec<Tick>> = Vec::new();
    for step in round_steps() {
        let multiples: Vec<_> = integers.iter().filter(|integer| *integer % step == 0).collect();
        if multiples.len() < 2 && !levels.is_empty() {
            break;
        }
        if multiples.len() <= MAX_TICKS {
            levels.push(multiples.into_iter().map(tick).collect());
        }
    }
    // Groups of positions can have more multiples of 5 than of 2.
    levels.sort_by_key(|level| std::cmp::Reverse(level.len()));
    levels.dedup_by_key(|level| level.len());
    levels
}

/// Returns ticks of a logarithmic scale, in levels as [`integer_levels`]: two digits, one digit, 1, 2 and 5, powers of ten.
pub(super) fn log_levels(from: f64, to: f64, shift: f64) -> Vec<Vec<Tick>> {
    let within = |integer: &i64| (from..=to).contains(&(*integer as f64 + shift));
    let level = |digits: &[i64]| {
        let powers = std::iter::successors(Some(1_i64), |power| power.checked_mul(10));
        let all = powers.flat_map(|power| digits.iter().filter_map(move |digit| power.checked_mul(*digit)));
        let mut all: Vec<_> = all.filter(within).collect();
        all.sort_unstable();
        all.dedup();
        all.into_iter()
            .map(|value| Tick { value: value as f64 + shift, text: integer(value) })
            .collect::<Vec<_>>()
    };
    let two: Vec<_> = (1..100).collect();
    let one: Vec<_> = (1..10).collect();
    let levels = [level(&two), level(&one), level(&[1, 2, 5]), level(&[1])];
    levels.into_iter().filter(|level| !level.is_empty() && level.len() <= MAX_TICKS).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(ticks: &[Tick]) -> Vec<&str> {
        ticks.iter().map(|tick| tick.text.as_str()).collect()
    }

    #[test]
    fn linear_scales_stop_at_their_ends() {
        let scale = Scale::Linear { from: 10.0, to: 20.0 };
        assert_eq!([5.0, 10.0, 12.5, 20.0, 99.0].map(|value| scale.place(value)), [0.0, 0.0, 0.25, 1.0, 1.0]);
    }

    #[test]
    fn logarithmic_scales_have_equal_ratios() {
        let scale = Scale::Log { from: 1.0, to: 10_000.0 };
        let places = [0.0, 1.0, 100.0, 10_000.0].map(|value| scale.place(value));
        assert_eq!(places, [0.0, 0.0, 0.5, 1.0]);
    }

    #[test]
    fn steps_have_equal_lengths() {
        let scale = Scale::Steps(vec![1.0, 2.0, 3.0, 10.0, 20.0]);
        let places = [0.0, 1.0, 1.5, 3.0, 6.5, 20.0, 21.0].map(|value| scale.place(value));
        assert_eq!(places, [0.0, 0.0, 0.125, 0.5, 0.625, 1.0, 1.0]);
    }

    #[test]
    fn steps_of_numbers_are_round() {
        for (range, parts, step) in
            [(100.0, 10.0, 10.0), (100.0, 9.0, 20.0), (41.0, 9.0, 5.0), (0.3, 4.0, 0.1), (7.0, 7.0, 1.0)]
        {
            let found = round_step(range, parts);
            assert!((found - step).abs() < 1e-12, "{range} {parts}: {found}");
        }
    }

    #[test]
    fn scales_of_numbers_end_with_ticks() {
        let (scale, ticks) = numbers(0.0, 41.3, 5.0);
        assert_eq!(scale, Scale::Linear { from: 0.0, to: 50.0 });
        assert_eq!(texts(&ticks), ["0", "10", "20", "30", "40", "50"]);
        let (_, ticks) = numbers(0.0, 0.25, 6.0);
        assert_eq!(texts(&ticks), ["0.00", "0.05", "0.10", "0.15", "0.20", "0.25"]);
        let (_, ticks) = numbers(0.0, 2.5e6, 3.0);
        assert_eq!(texts(&ticks), ["0", "1,000,000", "2,000,000", "3,000,000"]);
    }

    #[test]
    fn scales_of_equal_numbers_are_not_empty() {
        let (scale, ticks) = numbers(0.0, 0.0, 5.0);
        assert_eq!(scale, Scale::Linear { from: 0.0, to: 1.0 });
        assert_eq!(ticks.len(), 6);
    }

    #[test]
    fn levels_have_fewer_and_fewer_ticks() {
        let groups: Vec<_> = (1..10).chain((10..100).step_by(5)).collect();
        let levels = integer_levels(&groups, 0.5);
        assert_eq!(levels[0].len(), groups.len());
        assert_eq!(levels[0][0], Tick { value: 1.5, text: "1".into() });
        let tens = ["10", "20", "30", "40", "50", "60", "70", "80", "90"];
        assert!(levels.iter().any(|level| texts(level) == tens));
        assert!(levels.windows(2).all(|pair| pair[0].len() > pair[1].len()));
        assert!(levels.iter().all(|level| level.len() > 1));
    }

    #[test]
    fn levels_of_one_integer_have_it() {
        let levels = integer_levels(&[151], 0.0);
        assert_eq!(levels.len(), 1);
        assert_eq!(texts(&levels[0]), ["151"]);
    }

    #[test]
    fn levels_are_limited() {
        let all: Vec<_> = (0..1_000_000).collect();
        let levels = integer_levels(&all, 0.0);
        assert_eq!(levels[0].len(), 200);
        assert_eq!(texts(&levels[0])[1], "5,000");
    }

    #[test]
    fn levels_of_logarithmic_scales_end_with_powers() {
        let levels = log_levels(1.0, 20_001.0, 0.5);
        assert_eq!(texts(levels.last().unwrap()), ["1", "10", "100", "1,000", "10,000"]);
        assert_eq!(texts(&levels[levels.len() - 2])[..5], ["1", "2", "5", "10", "20"]);
        assert!(log_levels(3.2, 3.3, 0.0).is_empty());
    }
}
