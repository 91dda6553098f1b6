//! GC content of reads.

use std::collections::HashMap;
use std::f64::consts::{E, PI};

use super::{float, judged};
use crate::qc::Limits;
use crate::qc::read_facts::{ReadFacts, cut_len};
use crate::qc::report::{GcContent, Module};

/// Number of values: 0 to 100 per cent.
const VALUES: usize = 101;

/// Maximum number of lengths whose models are kept.
const MAX_MODELS: usize = 4096;

/// Number of reads for each per cent. A number of G and C stands for several values in short reads, and several numbers for one value in
/// long ones. The sums are rounded, so reads are added in the order of the input.
#[derive(Debug)]
pub(in crate::qc) struct GcCounts {
    counts: [f64; VALUES],
    models: HashMap<u64, Box<[f64; VALUES]>>,
}

impl Default for GcCounts {
    fn default() -> Self {
        Self { counts: [0.0; VALUES], models: HashMap::new() }
    }
}

/// Returns the first and the last value that stand for `gc` of `len` bases.
fn values(gc: u64, len: f64) -> (usize, usize) {
    let value = |bases: f64| {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0 to 100, rounded down")]
        let value = (bases.clamp(0.0, len) * 100.0 / len + 0.5) as usize;
        value.min(VALUES - 1)
    };
    (value(float(gc) - 0.5), value(float(gc) + 0.5))
}

/// Returns how much a read of `len` bases adds to each value: 1 by the number of counts of G and C that stand for the value.
fn model(len: u64) -> Box<[f64; VALUES]> {
    let mut claims = [0_u64; VALUES];
    for gc in 0..=len {
        let (first, last) = values(gc, float(len));
        claims[first..=last].iter_mut().for_each(|claims| *claims += 1);
    }
    Box::new(claims.map(|claims| 1.0 / float(claims)))
}

impl GcCounts {
    /// Adds reads.
    pub(in crate::qc) fn add(&mut self, reads: &[ReadFacts]) {
        let mut rest = reads;
        while let Some(first) = rest.first() {
            let cut = |read: &ReadFacts| cut_len(usize::try_from(read.len).unwrap_or(usize::MAX)) as u64;
            let len = cut(first);
            let same = rest.iter().position(|read| cut(read) != len).unwrap_or(rest.len());
            let (run, others) = rest.split_at(same);
            rest = others;
            if len > 0 {
                if self.models.len() == MAX_MODELS && !self.models.contains_key(&len) {
                    self.models.clear();
                }
                let model = self.models.entry(len).or_insert_with(|| model(len));
                for read in run {
                    let (first, last) = values(read.gc, float(len));
                    for (count, share) in self.counts[first..=last].iter_mut().zip(&model[first..=last]) {
                        *count += share;
                    }
                }
            }
        }
    }

    pub(in crate::qc) fn results(&self, limits: &Limits) -> Module<GcContent> {
        let counts = &self.counts;
        let total = counts.iter().fold(0.0, |sum, count| sum + count);
        let theoretical = normal(counts, total);
        let difference =
            theoretical.iter().zip(counts).fold(0.0, |sum, (theory, count)| sum + (theory - count).abs());
        let deviation = difference / total * 100.0;
        let (fails, warns) = (deviation > limits.gc_content.error, deviation > limits.gc_content.warn);
        judged(GcContent { counts: counts.to_vec(), theoretical }, fails, warns)
    }
}

/// Returns the normal distribution with the mode and the standard deviation of the counts.
fn normal(counts: &[f64; VALUES], total: f64) -> Vec<f64> {
    let mode = mode(counts);
    let squares =
        (0_u8..).zip(counts).fold(0.0, |sum, (value, count)| sum + (f64::from(value) - mode).powi(2) * count);
    let deviation = (squares / (total - 1.0)).sqrt();
    let density = |value: f64| {
        let at_mode = 1.0 / (2.0 * PI * deviation * deviation).sqrt();
        at_mode * E.powf(-((value - mode).powi(2) / (2.0 * deviation * deviation)))
    };
    (0_u8..).take(VALUES).map(|value| total * density(f64::from(value))).collect()
}

/// Returns the mean of the values around the highest count whose counts exceed 90 per cent of it. If these reach 0 or 100 per cent, the
/// value of the highest count.
fn mode(counts: &[f64; VALUES]) -> f64 {
    let highest = (1..VALUES).fold(0, |best, value| if counts[value] > counts[best] { value } else { best });
    let threshold = counts[highest] - counts[highest] / 10.0;
    let up = counts[highest..].iter().take_while(|&&count| count > threshold).count();
    let down = counts[..highest].iter().rev().take_while(|&&count| count > threshold).count();
    if highest + up == VALUES || down == highest {
        return float(highest as u64);
    }
    let values = highest - down..highest + up;
    float(values.clone().sum::<usize>() as u64) / float(values.len() as u64)
}
