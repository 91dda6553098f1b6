//! Lengths of reads, and quality scores by length and position, on logarithmic scales.

use super::base_quality::{mean_by_error, total};
use super::float;
use super::lengths::Lengths;
use crate::qc::part_counts::PartCounts;
use crate::qc::position_counts::PositionCounts;
use crate::qc::read_ends::{END, EndSums, ScoreSums};
use crate::qc::report::{EndQuality, LengthClass, LongReads, MeanQuality, PositionQuality, Positions};
use crate::qc::tails::{FIRST_CHARACTER, SCORES};
use crate::qc::{axis, error_sums, length_classes};

/// Counts by the classes of lengths.
#[derive(Debug, Default)]
pub(in crate::qc) struct LongReadCounts {
    classes: Vec<ClassCounts>,
    ends: EndSums,
}

/// Counts of the reads in a class of lengths.
#[derive(Debug, Clone, Copy)]
struct ClassCounts {
    /// Number of reads by the character of their mean quality.
    reads: [u64; SCORES],
    bases: u64,
}

impl LongReadCounts {
    /// Adds the reads of a part.
    pub(in crate::qc) fn add(&mut self, part: &PartCounts) {
        for read in &part.reads {
            let class = usize::from(read.class);
            if class >= self.classes.len() {
                self.classes.resize(class + 1, ClassCounts { reads: [0; SCORES], bases: 0 });
            }
            let counts = &mut self.classes[class];
            counts.reads[usize::from(read.mean_by_error - FIRST_CHARACTER)] += 1;
            counts.bases += read.len;
        }
        self.ends.merge(&part.ends);
    }

    /// Returns the number of reads of each mean quality, from the lowest to the highest. `offset` is the character of score 0, and no
    /// character is below it.
    pub(in crate::qc) fn qualities(&self, offset: u8) -> Vec<(u8, u64)> {
        let mut reads = [0; SCORES];
        for class in self.classes.iter().skip(1) {
            reads.iter_mut().zip(class.reads).for_each(|(sum, count)| *sum += count);
        }
        let mut rows: Vec<_> = by_score(&reads, offset).skip_while(|row| row.1 == 0).collect();
        while rows.pop_if(|row| row.1 == 0).is_some() {}
        rows
    }

    /// Returns the lengths and qualities. `None` without reads.
    pub(in crate::qc) fn results(
        &self,
        lengths: &Lengths,
        positions: &PositionCounts,
        offset: u8,
    ) -> Option<LongReads> {
        let classes = self.classes(offset);
        let reads = classes.first()?.reads_at_least;
        let (n50, l50) = longest_with(lengths, 50);
        let (n90, l90) = longest_with(lengths, 90);
        let groups = length_classes::positions(lengths.max);
        Some(LongReads {
            n50,
            l50,
            n90,
            l90,
            median_len: median(lengths, reads),
            mean_len: float(lengths.bases) / float(reads),
            classes,
            positions: groups.into_iter().map(|group| position_quality(positions, group, offset)).collect(),
            ends: self.end_quality(offset),
        })
    }

    /// Returns the classes from the first to the last one with reads.
    fn classes(&self, offset: u8) -> Vec<LengthClass> {
        let (mut reads_at_least, mut bases_at_least) = (0, 0);
        let mut rows: Vec<_> = self
            .classes
            .iter()
            .enumerate()
            .rev()
            .map(|(class, counts)| {
                let reads = counts.reads.iter().sum();
                reads_at_least += reads;
                bases_at_least += counts.bases;
                let qualities = by_score(&counts.reads, offset).filter(|(_, reads)| *reads > 0);
                LengthClass {
                    lengths: length_classes::lengths(class),
                    reads,
                    bases: counts.bases,
                    reads_at_least,
                    bases_at_least,
                    qualities: if class > 0 { qualities.collect() } else { Vec::new() },
                }
            })
            .collect();
        while rows.pop_if(|row| row.reads == 0).is_some() {}
        rows.reverse();
        rows
    }

    fn end_quality(&self, offset: u8) -> Option<EndQuality> {
        let EndSums { reads, start, end } = self.ends;
        let number = reads * END as u64;
        let means = |sums: ScoreSums| MeanQuality {
            mean: float(sums.characters - number * u64::from(offset)) / float(number),
            mean_by_error: error_sums::mean_score(sums.errors, number) - f64::from(offset - FIRST_CHARACTER),
        };
        (reads > 0).then(|| EndQuality { bases: END as u64, reads, start: means(start), end: means(end) })
    }
}

/// Returns scores and the number of reads with them.
fn by_score(reads: &[u64; SCORES], offset: u8) -> impl Iterator<Item = (u8, u64)> {
    (0..).zip(reads[usize::from(offset - FIRST_CHARACTER)..].iter().copied())
}

/// Returns the length of the shortest of the longest reads that together have this share of the bases, and their number.
fn longest_with(lengths: &Lengths, percent: u64) -> (u64, u64) {
    let wanted = (u128::from(lengths.bases) * u128::from(percent)).div_ceil(100);
    let (mut reads_before, mut bases_before) = (0, 0);
    for (len, reads, bases) in lengths.counts().rev() {
        let (reads, bases) = (u128::from(reads), u128::from(bases));
        if bases_before + bases >= wanted {
            // If lengths are rounded, the reads of this one count as equally long.
            let of_these = if bases > 0 { ((wanted - bases_before) * reads).div_ceil(bases) } else { 0 };
            let number = reads_before + of_these;
            return (len, u64::try_from(number).unwrap_or(u64::MAX));
        }
        (reads_before, bases_before) = (reads_before + reads, bases_before + bases);
    }
    (0, 0)
}

/// Returns the length that half of the reads do not exceed.
fn median(lengths: &Lengths, reads: u64) -> u64 {
    let mut seen = 0;
    let reaches_half = |(_, number, _): &(u64, u64, u64)| {
        seen += number;
        seen >= reads.div_ceil(2)
    };
    lengths.counts().find(reaches_half).map_or(0, |(len, _, _)| len)
}

fn position_quality(counts: &PositionCounts, positions: Positions, offset: u8) -> PositionQuality {
    let mut scores = [0; SCORES];
    for row in axis::rows_of(positions) {
        scores.iter_mut().zip(counts.quality(row)).for_each(|(sum, count)| *sum += count);
    }
    let (bases, sum) = total(&scores, offset);
    let quality =
        MeanQuality { mean: float(sum) / float(bases), mean_by_error: mean_by_error(&scores, offset) };
    PositionQuality { positions, bases, quality }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// More than 262 144 different lengths are rounded down to multiples of 500, and so is the result.
    #[test]
    fn very_many_lengths_are_rounded_down() {
        let lens: Vec<u64> = (0..300_000).map(|number| 4096 + number * 7).collect();
        let mut lengths = Lengths::default();
        lens.iter().for_each(|&len| lengths.add(len));
        let all: u64 = lens.iter().sum();
        for percent in [1, 50, 90, 100] {
            let (mut sum, mut number) = (0, 0);
            let reaches_share = |len: &&u64| {
                (sum, number) = (sum + **len, number + 1);
                sum * 100 >= all * percent
            };
            let exact = *lens.iter().rev().find(reaches_share).unwrap();
            let found = longest_with(&lengths, percent);
            assert_eq!(found.0, exact / 500 * 500, "{percent}");
            assert!(found.1.abs_diff(number) <= 1, "{percent}: {}, {number}", found.1);
        }
        assert_eq!(median(&lengths, 300_000), lens[149_999] / 500 * 500);
    }
}
