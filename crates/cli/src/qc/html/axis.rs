//! Axes of plots.

use pagecut::qc::report::Positions;

use super::scale::{Scale, Tick, integer_levels, log_levels, numbers};

/// Width of a character of a label, in units of the drawing.
pub(super) const CHARACTER: f64 = 6.8;

/// Space between labels.
const SPACE: f64 = 8.0;

/// If the longest reads of samples differ by more than this factor, the axis of positions is logarithmic.
const MAX_RATIO: u64 = 4;

/// The horizontal axis.
#[derive(Debug, Clone)]
pub(super) struct XAxis {
    /// The quantity and its unit.
    pub(super) label: &'static str,
    /// The scale.
    pub(super) scale: Scale,
    /// Ticks in levels of fewer and fewer. The first level that fits is drawn.
    pub(super) levels: Vec<Vec<Tick>>,
}

/// The vertical axis.
#[derive(Debug, Clone)]
pub(super) enum YAxis {
    /// Numbers.
    Numbers {
        /// The quantity and its unit.
        label: String,
        /// The scale.
        scale: Scale,
        /// Ticks.
        ticks: Vec<Tick>,
    },
    /// Rows of equal height, from the top.
    Rows {
        /// The meaning of the labels.
        label: &'static str,
        /// The label of each row.
        names: Vec<String>,
    },
}

impl YAxis {
    /// Returns an axis of numbers for a plot of this height.
    pub(super) fn numbers(label: impl Into<String>, from: f64, to: f64, height: f64) -> Self {
        let (scale, ticks) = numbers(from, to, (height / 34.0).max(2.0));
        Self::Numbers { label: label.into(), scale, ticks }
    }
}

impl XAxis {
    /// Returns an axis of integers, each with the same width.
    pub(super) fn integers(label: &'static str, from: i64, to: i64) -> Self {
        let all: Vec<_> = (from..=to).collect();
        let scale = Scale::Linear { from: from as f64 - 0.5, to: to as f64 + 0.5 };
        Self { label, scale, levels: integer_levels(&all, 0.0) }
    }

    /// Returns an axis of names, at 0, 1, 2, ...
    pub(super) fn names<'n>(label: &'static str, names: impl Iterator<Item = &'n str>) -> Self {
        let ticks: Vec<_> =
            names.enumerate().map(|(at, name)| Tick { value: at as f64, text: name.into() }).collect();
        let scale = Scale::Linear { from: -0.5, to: (ticks.len() as f64 - 0.5).max(0.5) };
        Self { label, scale, levels: vec![ticks] }
    }

    /// Returns an axis of positions in reads, for one or more samples. The groups of the sample with the longest reads have equal
    /// widths, so that the groups at the start of long reads can be seen.
    pub(super) fn positions<'g>(samples: impl Iterator<Item = &'g [Positions]>) -> Self {
        let label = "Position in read (bases)";
        let last = |groups: &[Positions]| groups.iter().map(|group| group.last).max().unwrap_or(0);
        let mut samples: Vec<_> = samples.filter(|groups| !groups.is_empty()).collect();
        samples.sort_by_key(|groups| last(groups));
        let [shortest, .., longest] = samples[..] else {
            return Self::groups(label, samples.first().copied().unwrap_or_default());
        };
        if last(shortest).saturating_mul(MAX_RATIO) >= last(longest) {
            return Self::groups(label, longest);
        }
        Self::logarithmic(label, 1.0, end(last(longest)))
    }

    /// Returns an axis of lengths of reads, for one or more samples.
    pub(super) fn lengths<'g>(samples: impl Iterator<Item = &'g [Positions]>) -> Self {
        let label = "Length of a read (bases)";
        let samples: Vec<_> = samples.filter(|ranges| !ranges.is_empty()).collect();
        if let [ranges] = samples[..] {
            return Self::groups(label, ranges);
        }
        let mut firsts: Vec<_> =
            samples.iter().flat_map(|ranges| ranges.iter().map(|range| range.first)).collect();
        firsts.sort_unstable();
        firsts.dedup();
        let ends = || samples.iter().filter_map(|ranges| ranges.last()).map(|range| range.last);
        let (shortest, longest) = (ends().min().unwrap_or(0), ends().max().unwrap_or(0));
        let first = firsts.first().copied().unwrap_or(0);
        if shortest.saturating_mul(MAX_RATIO) < longest {
            // Length 0 covers half of what length 1 does.
            return Self::logarithmic(label, (first as f64).max(0.5), end(longest));
        }
        let scale = Scale::Linear { from: first as f64, to: end(longest) };
        Self { label, scale, levels: integer_levels(&integers(&firsts), 0.5) }
    }

    /// Returns an axis with equal widths for these groups.
    fn groups(label: &'static str, groups: &[Positions]) -> Self {
        let mut firsts: Vec<_> = groups.iter().map(|group| group.first).collect();
        firsts.sort_unstable();
        firsts.dedup();
        let end = groups.iter().map(|group| end(group.last)).fold(0.0, f64::max);
        let mut bounds: Vec<_> = firsts.iter().map(|first| *first as f64).collect();
        if bounds.last().is_none_or(|last| *last < end) {
            bounds.push(end);
        }
        if bounds.len() < 2 {
            bounds = vec![1.0, 2.0];
        }
        Self { label, scale: Scale::Steps(bounds), levels: integer_levels(&integers(&firsts), 0.5) }
    }

    /// Returns a logarithmic axis. `from` exceeds 0.
    pub(super) fn logarithmic(label: &'static str, from: f64, to: f64) -> Self {
        Self { label, scale: Scale::Log { from, to }, levels: log_levels(from, to, 0.5) }
    }
}

/// Returns positions as integers of ticks.
fn integers(positions: &[u64]) -> Vec<i64> {
    positions.iter().map(|position| i64::try_from(*position).unwrap_or(i64::MAX)).collect()
}

/// Returns the end of a position on a continuous scale, where position 1 covers 1 to 2.
pub(super) fn end(last: u64) -> f64 {
    last as f64 + 1.0
}

/// Returns the ticks of the first level that fits, with their places. The first tick of all is added if there is space.
pub(super) fn visible<'l>(levels: &'l [Vec<Tick>], place: impl Fn(f64) -> f64) -> Vec<(f64, &'l str)> {
    let placed = |tick: &'l Tick| (place(tick.value), tick.text.as_str());
    let fits = |pair: &[(f64, &str)]| {
        let width = |text: &str| text.chars().count() as f64 * CHARACTER;
        pair[1].0 - pair[0].0 >= (width(pair[0].1) + width(pair[1].1)) / 2.0 + SPACE
    };
    let mut levels = levels.iter().map(|level| level.iter().map(placed).collect::<Vec<_>>());
    let Some(all) = levels.next() else { return Vec::new() };
    let Some(&first) = all.first() else { return Vec::new() };
    let mut fitting = std::iter::once(all).chain(levels).find(|level| level.windows(2).all(fits));
    if let Some(ticks) = &mut fitting
        && ticks.first().is_some_and(|next| fits(&[first, *next]))
    {
        ticks.insert(0, first);
    }
    fitting.unwrap_or_else(|| vec![first])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn groups(bounds: &[(u64, u64)]) -> Vec<Positions> {
        bounds.iter().map(|&(first, last)| Positions { first, last }).collect()
    }

    #[test]
    fn groups_of_one_sample_have_equal_widths() {
        let axis = XAxis::positions([&groups(&[(1, 1), (2, 2), (3, 502), (503, 510)])[..]].into_iter());
        assert_eq!(
            [1.0, 2.0, 3.0, 503.0, 511.0].map(|value| axis.scale.place(value)),
            [0.0, 0.25, 0.5, 0.75, 1.0]
        );
    }

    #[test]
    fn axes_of_samples_are_those_of_the_longest_reads() {
        let (long, short) = (groups(&[(1, 10), (11, 20)]), groups(&[(1, 1), (2, 12)]));
        let axis = XAxis::positions([&long[..], &short].into_iter());
        assert_eq!(axis.scale, Scale::Steps(vec![1.0, 11.0, 21.0]));
    }

    #[test]
    fn very_different_lengths_make_axes_logarithmic() {
        let (long, short) = (groups(&[(1, 999)]), groups(&[(1, 75)]));
        let axis = XAxis::positions([&long[..], &short, &[]].into_iter());
        assert_eq!(axis.scale, Scale::Log { from: 1.0, to: 1000.0 });
    }

    #[test]
    fn axes_without_positions_are_not_empty() {
        let axis = XAxis::positions([&[][..]].into_iter());
        assert_eq!(axis.scale, Scale::Steps(vec![1.0, 2.0]));
        assert!(visible(&axis.levels, |value| value).is_empty());
    }

    #[test]
    fn labels_of_ticks_do_not_overlap() {
        let axis = XAxis::integers("", 0, 100);
        for width in [10.0, 80.0, 300.0, 1000.0] {
            let ticks = visible(&axis.levels, |value| axis.scale.place(value) * width);
            assert!(!ticks.is_empty());
            for pair in ticks.windows(2) {
                let letters = (pair[0].1.len() + pair[1].1.len()) as f64;
                assert!(pair[1].0 - pair[0].0 > letters / 2.0 * CHARACTER, "{width}: {pair:?}");
            }
        }
    }
}
