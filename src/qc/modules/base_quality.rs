//! Quality scores by position.

use super::{float, judged};
use crate::qc::Limits;
use crate::qc::axis::{self, EXACT};
use crate::qc::position_counts::PositionCounts;
use crate::qc::report::{BaseQuality, Module, Positions};
use crate::qc::tails::{FIRST_CHARACTER, SCORES, SUMMED};

/// A position has percentiles if more reads than this have it.
const MIN_READS: u64 = 100;

const PERCENTILES: [u64; 5] = [50, 25, 75, 10, 90];

/// Returns the scores of groups of positions. `offset` is the character of score 0, and no character is below it. `len` is the length
/// of the longest read.
pub(in crate::qc) fn base_quality(
    counts: &PositionCounts,
    groups: &[Positions],
    offset: u8,
    limits: &Limits,
) -> Option<Module<Vec<BaseQuality>>> {
    if groups.is_empty() {
        return None;
    }
    let rows: Vec<_> = groups.iter().map(|&positions| group(counts, positions, offset)).collect();
    let below = |lower: f64, median: f64| {
        rows.iter()
            .any(|row| !row.lower_quartile.is_nan() && (row.lower_quartile < lower || row.median < median))
    };
    let fails = below(limits.base_quality_lower.error, limits.base_quality_median.error);
    let warns = below(limits.base_quality_lower.warn, limits.base_quality_median.warn);
    Some(judged(rows, fails, warns))
}

fn group(counts: &PositionCounts, positions: Positions, offset: u8) -> BaseQuality {
    let mut means = Average::default();
    let mut percentiles = [Average::default(); PERCENTILES.len()];
    let mut all = [0; SCORES];
    for row in axis::rows_of(positions) {
        let scores = counts.quality(row);
        let (reads, sum) = total(&scores, offset);
        let positions_with_percentiles = if row < EXACT {
            if reads > 0 {
                means.add(float(sum) / float(reads), 1);
            }
            u64::from(reads > MIN_READS)
        } else {
            shared_row(counts, row, positions, offset, (reads, sum), &mut means)
        };
        if positions_with_percentiles > 0 {
            for (average, percent) in percentiles.iter_mut().zip(PERCENTILES) {
                average.add(percentile(&scores, offset, reads, percent), positions_with_percentiles);
            }
        }
        all.iter_mut().zip(scores).for_each(|(sum, count)| *sum += count);
    }
    let [median, lower_quartile, upper_quartile, percentile_10, percentile_90] =
        percentiles.map(|average| average.get().unwrap_or(f64::NAN));
    BaseQuality {
        positions,
        mean: means.get().unwrap_or(0.0),
        mean_by_error: mean_by_error(&all, offset),
        median,
        lower_quartile,
        upper_quartile,
        percentile_10,
        percentile_90,
    }
}

/// Adds the means of the positions in a row of many. Returns the number of positions that have percentiles.
fn shared_row(
    counts: &PositionCounts,
    row: usize,
    positions: Positions,
    offset: u8,
    (scores, sum): (u64, u64),
    means: &mut Average,
) -> u64 {
    let index = |position: u64| usize::try_from(position).unwrap_or(usize::MAX);
    let start = axis::first_in_row(row).max(index(positions.first - 1));
    let end = axis::first_in_row(row + 1).min(index(positions.last));
    let mut with_percentiles = 0;
    for position in start..end.min(SUMMED) {
        let (reads, sum) = counts.sum(position);
        if reads > 0 {
            means.add(float(sum - reads * u64::from(offset)) / float(reads), 1);
        }
        with_percentiles += u64::from(reads > MIN_READS);
    }
    let others = end.saturating_sub(start.max(SUMMED)) as u64;
    if others > 0 && scores > 0 {
        means.add(float(sum) / float(scores), others);
        let width = (axis::first_in_row(row + 1).min(index(positions.last)) - axis::first_in_row(row)) as u64;
        with_percentiles += if scores / width > MIN_READS { others } else { 0 };
    }
    with_percentiles
}

/// Returns the number and the sum of scores.
pub(super) fn total(counts: &[u64; SCORES], offset: u8) -> (u64, u64) {
    let counts = counts[usize::from(offset - FIRST_CHARACTER)..].iter().zip(0..);
    counts.fold((0, 0), |(number, sum), (count, score)| (number + count, sum + count * score))
}

/// Returns the lowest score that this share of the reads does not exceed.
fn percentile(counts: &[u64; SCORES], offset: u8, reads: u64, percent: u64) -> f64 {
    let target = reads / 100 * percent + reads % 100 * percent / 100;
    let mut sum = 0;
    let counts = counts[usize::from(offset - FIRST_CHARACTER)..].iter();
    let at = counts.take_while(|count| {
        sum += *count;
        sum < target
    });
    float(at.count() as u64)
}

/// Returns the score of the mean error probability; NaN without scores.
pub(super) fn mean_by_error(counts: &[u64; SCORES], offset: u8) -> f64 {
    let (number, _) = total(counts, offset);
    let counts = counts[usize::from(offset - FIRST_CHARACTER)..].iter();
    let errors: f64 =
        counts.zip(0_u8..).map(|(&count, score)| float(count) * 10_f64.powf(f64::from(score) / -10.0)).sum();
    // Not a negative zero.
    0.0 - 10.0 * (errors / float(number)).log10()
}

/// An average of numbers.
#[derive(Debug, Clone, Copy, Default)]
struct Average {
    sum: f64,
    count: u64,
}

impl Average {
    fn add(&mut self, value: f64, times: u64) {
        self.sum += if times == 1 { value } else { value * float(times) };
        self.count += times;
    }

    fn get(self) -> Option<f64> {
        (self.count > 0).then(|| self.sum / float(self.count))
    }
}
