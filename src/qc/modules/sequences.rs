//! Frequent sequences, and the duplication of sequences.

use std::collections::HashMap;
use std::sync::atomic::Ordering;

use super::duplication_levels::Levels;
use super::sequence_sample::SequenceSample;
use super::{float, judged};
use crate::qc::java_order::{order, string_hash};
use crate::qc::key_table::KeyTable;
use crate::qc::part_counts::PartCounts;
use crate::qc::report::{Duplication, DuplicationEstimate, Module, Overrepresented};
use crate::qc::shared::Shared;
use crate::qc::{Contaminants, Limits};

/// Number of sequences that are followed: the first different ones of the input.
const MAX_SEQUENCES: usize = 100_000;

/// Counts of the first sequences, and of a sample of the others.
#[derive(Debug, Default)]
pub(in crate::qc) struct SequenceCounts {
    /// The table, until it is full.
    table: KeyTable,
    counts: Vec<u64>,
    /// Number of reads.
    reads: u64,
    /// Number of reads up to the one that filled the table.
    reads_until_full: Option<u64>,
    sample: SequenceSample,
}

impl SequenceCounts {
    /// Adds the reads of a part, and passes the table to the workers when it is full.
    pub(in crate::qc) fn add(&mut self, part: &PartCounts, shared: &Shared) {
        for &number in &part.known {
            self.counts[number] += 1;
        }
        let mut keys = &part.keys[..];
        for (read, &(hash, len)) in (self.reads + 1..).zip(&part.key_facts) {
            let (key, rest) = keys.split_at(len);
            keys = rest;
            let table = shared.full_table.get().unwrap_or(&self.table);
            match table.find(hash, key) {
                Some(number) => self.counts[number] += 1,
                None if self.reads_until_full.is_none() => {
                    self.table.push(hash, key);
                    self.counts.push(1);
                    if self.counts.len() == MAX_SEQUENCES {
                        self.reads_until_full = Some(read);
                        // Only this method sets it, and only once.
                        let _ = shared.full_table.set(std::mem::take(&mut self.table));
                    }
                }
                None => self.sample.add(hash),
            }
        }
        part.sampled.iter().for_each(|&hash| self.sample.add(hash));
        shared.halvings.store(self.sample.halvings(), Ordering::Relaxed);
        self.reads += part.reads.len() as u64;
    }

    /// Returns the duplication and the frequent sequences.
    pub(in crate::qc) fn results(
        &self,
        full_table: Option<&KeyTable>,
        limits: &Limits,
        contaminants: &Contaminants,
    ) -> (Module<Duplication>, Module<Vec<Overrepresented>>) {
        let table = full_table.unwrap_or(&self.table);
        let order = order((0..table.len()).map(|number| string_hash(table.get(number))));
        (self.duplication(&order, limits), self.overrepresented(table, &order, limits, contaminants))
    }

    /// Estimates the duplication in the whole input. `None` without reads.
    pub(in crate::qc) fn estimate(&self) -> Option<DuplicationEstimate> {
        self.sample.estimate(&self.counts, self.reads)
    }

    fn overrepresented(
        &self,
        table: &KeyTable,
        order: &[usize],
        limits: &Limits,
        contaminants: &Contaminants,
    ) -> Module<Vec<Overrepresented>> {
        let share = |count: u64| float(count) / float(self.reads) * 100.0;
        let mut frequent: Vec<_> = order
            .iter()
            .map(|&number| (number, self.counts[number]))
            .filter(|(_, count)| share(*count) > limits.overrepresented.warn)
            .collect();
        frequent.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
        let rows: Vec<_> = frequent
            .into_iter()
            .map(|(number, count)| {
                let sequence = table.get(number).to_vec();
                Overrepresented {
                    source: contaminants.find(&sequence),
                    sequence,
                    count,
                    percentage: share(count),
                }
            })
            .collect();
        let fails = rows.first().is_some_and(|row| row.percentage > limits.overrepresented.error);
        let warns = !rows.is_empty();
        judged(rows, fails, warns)
    }

    fn duplication(&self, order: &[usize], limits: &Limits) -> Module<Duplication> {
        // Sums are rounded, so counts are added in the order of FastQC: as they first occur in its table, in a second table.
        let mut numbers: Vec<(u64, u64)> = Vec::new();
        let mut places = HashMap::new();
        for &number in order {
            let count = self.counts[number];
            let place = *places.entry(count).or_insert_with(|| {
                numbers.push((count, 0));
                numbers.len() - 1
            });
            numbers[place].1 += 1;
        }
        #[expect(clippy::cast_possible_truncation, reason = "as Java's hash of a 32-bit number")]
        let in_java_order = |numbers: &[(u64, u64)]| -> Vec<(u64, u64)> {
            self::order(numbers.iter().map(|(count, _)| *count as u32))
                .iter()
                .map(|&at| numbers[at])
                .collect()
        };
        let numbers = in_java_order(&in_java_order(&numbers));

        let (mut sequences, mut reads) = (0.0, 0.0);
        let mut levels = Levels::default();
        for (count, number) in numbers {
            let corrected = self.corrected(count, number);
            sequences += corrected;
            reads += corrected * float(count);
            levels.add(count, corrected);
        }
        let deduplicated = if reads == 0.0 { 100.0 } else { sequences / reads * 100.0 };
        let results = Duplication { deduplicated, levels: levels.shares(sequences, reads) };
        judged(results, deduplicated < limits.duplication.error, deduplicated < limits.duplication.warn)
    }

    /// Estimates the number of sequences with this count in the whole input, where `number` of the followed ones have it: by the
    /// probability that none of `count` copies is among the reads until the table was full.
    fn corrected(&self, count: u64, number: u64) -> f64 {
        let until_full = self.reads_until_full.unwrap_or(self.reads);
        if until_full == self.reads || self.reads - number < until_full {
            return float(number);
        }
        let number = float(number);
        let negligible = 1.0 - number / (number + 0.01);
        let mut missed = 1.0;
        for read in 0..until_full {
            let left = float(self.reads - read);
            missed *= (left - float(count)) / left;
            if missed < negligible {
                missed = 0.0;
                break;
            }
        }
        number / (1.0 - missed)
    }
}
