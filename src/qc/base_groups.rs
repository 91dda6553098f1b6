//! Groups of positions, for which a report has one row each.

use super::report::Positions;

/// Number of positions that have groups of their own, before wider groups follow.
const SINGLE: u64 = 9;

/// Reads up to this length have one group for each position. Longer ones have fewer groups.
const MOST_GROUPS: u64 = 75;

/// Division of the positions in reads into groups.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Grouping {
    /// Fewer than 75 groups: positions 1 to 9, then groups of one width.
    #[default]
    Linear,
    /// A group for each position.
    Single,
    /// Groups whose width grows with the position, up to 500.
    Exponential,
}

impl Grouping {
    /// Returns the groups of positions 1 to `len`.
    ///
    /// ```
    /// use pagecut::qc::Grouping;
    ///
    /// let groups = Grouping::Linear.groups(150);
    /// assert_eq!(groups.len(), 38);
    /// assert_eq!((groups[8].to_string(), groups[9].to_string()), ("9".into(), "10-14".into()));
    /// ```
    #[must_use]
    pub fn groups(self, len: u64) -> Vec<Positions> {
        let end_of = |start: u64| match self {
            Self::Linear if len > MOST_GROUPS => linear_end(start, interval(len)),
            Self::Linear | Self::Single => start,
            Self::Exponential => start + exponential_width(start, len) - 1,
        };
        let group = |start: u64| Positions { first: start, last: end_of(start).min(len) };
        let first = (len > 0).then(|| group(1));
        std::iter::successors(first, |before| (before.last < len).then(|| group(before.last + 1))).collect()
    }
}

/// Returns the last position of the group that begins at `start`. Groups wider than 10 end before multiples of their width.
fn linear_end(start: u64, width: u64) -> u64 {
    match start {
        ..=SINGLE => start,
        10 if width > 10 => width - 1,
        _ => start.saturating_add(width - 1),
    }
}

/// Returns the smallest width of 2, 5, 10, 20, 50, 100, ... that gives fewer than 75 groups.
fn interval(len: u64) -> u64 {
    let is_wide_enough = |width: &u64| SINGLE + (len - SINGLE).div_ceil(*width) < MOST_GROUPS;
    let powers = std::iter::successors(Some(1_u64), |power| power.checked_mul(10));
    let mut widths = powers.flat_map(|power| [2, 5, 10].map(|digit| power.saturating_mul(digit)));
    widths.find(is_wide_enough).unwrap_or(u64::MAX)
}

/// Returns the width of the group that begins at `start`.
fn exponential_width(start: u64, len: u64) -> u64 {
    // A width begins at its start, if the reads are longer than the third number.
    const WIDTHS: [(u64, u64, u64); 5] =
        [(1000, 500, 2000), (500, 100, 1000), (100, 50, 300), (50, 10, 200), (10, 5, 75)];
    WIDTHS
        .iter()
        .find(|(from, _, longer_than)| start >= *from && len > *longer_than)
        .map_or(1, |(_, width, _)| *width)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(grouping: Grouping, len: u64) -> Vec<String> {
        grouping.groups(len).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn groups_cover_every_position_once() {
        for grouping in [Grouping::Linear, Grouping::Single, Grouping::Exponential] {
            for len in (0..3000).chain([20_000, 123_456]) {
                let mut next = 1;
                for group in grouping.groups(len) {
                    assert_eq!(group.first, next);
                    assert!(group.last >= group.first);
                    next = group.last + 1;
                }
                assert_eq!(next, len + 1);
            }
        }
    }

    #[test]
    fn linear_groups_are_those_of_fastqc() {
        for (len, count, tenth, last) in [
            (75, 75, "10", "75"),
            (76, 43, "10-11", "76"),
            (101, 55, "10-11", "100-101"),
            (139, 74, "10-11", "138-139"),
            (140, 36, "10-14", "140"),
            (150, 38, "10-14", "150"),
            (151, 38, "10-14", "150-151"),
            (500, 59, "10-19", "500"),
            (20_000, 50, "10-499", "20000"),
        ] {
            let labels = labels(Grouping::Linear, len);
            assert_eq!((labels.len(), &*labels[9], &**labels.last().unwrap()), (count, tenth, last), "{len}");
        }
        let long = labels(Grouping::Linear, 20_000);
        assert_eq!(long[10..12], ["500-999", "1000-1499"]);
    }

    #[test]
    fn the_longest_reads_have_few_groups() {
        let groups = Grouping::Linear.groups(u64::MAX);
        assert!(groups.len() < 75);
        assert_eq!(groups.last().unwrap().last, u64::MAX);
    }

    #[test]
    fn exponential_groups_are_those_of_fastqc() {
        let at = |len, numbers: &[usize]| {
            let labels = labels(Grouping::Exponential, len);
            numbers.iter().map(|number| labels[*number].clone()).collect::<Vec<_>>()
        };
        assert_eq!(at(75, &[9, 74]), ["10", "75"]);
        assert_eq!(at(200, &[8, 9, 17, 18]), ["9", "10-14", "50-54", "55-59"]);
        assert_eq!(at(500, &[9, 16, 17, 21, 22, 30]), ["10-14", "45-49", "50-59", "90-99", "100-149", "500"]);
        assert_eq!(at(2001, &[30, 34, 35, 37]), ["500-599", "900-999", "1000-1499", "2000-2001"]);
    }
}
