//! K-mers that are frequent at some positions.

use std::collections::HashMap;

use super::judged;
use crate::qc::binomial;
use crate::qc::java_order::string_hash;
use crate::qc::report::{Kmer, Module, Positions};
use crate::qc::{Grouping, Limits};

/// Every fiftieth read counts.
pub(in crate::qc) const STEP: u64 = 50;

/// A count in the report stands for this many in the sample. FastQC 0.11.9 samples 2 per cent, but has the factor of 20 per cent.
const FACTOR: u64 = 5;

/// Maximum number of k-mers in the report.
const MAX_ROWS: usize = 20;

/// Maximum number of k-mers that are counted: as many as the longest ones of four letters.
const MAX_WORDS: usize = 1 << 20;

/// Number of buckets of FastQC's table at first. FastQC takes the default length of k-mers for it, since it sets another length later.
const BUCKETS: usize = 1 << (2 * 7);

/// Letters of a k-mer, padded with zeros.
type Word = [u8; 16];

/// Counts of the k-mers in every fiftieth read, by position.
#[derive(Debug)]
pub(in crate::qc) struct KmerCounts {
    len: usize,
    numbers: HashMap<Word, usize>,
    /// In the order of first occurrence.
    words: Vec<WordCounts>,
    /// Number of all k-mers without N at each position.
    totals: Vec<u64>,
    longest: usize,
}

#[derive(Debug)]
struct WordCounts {
    word: Word,
    count: u64,
    /// Number at each position; as many positions as the first read with the k-mer has, or more.
    positions: Vec<u32>,
}

/// The groups in which a k-mer is frequent.
#[derive(Debug, Default)]
struct Frequent {
    p_value: Option<f32>,
    max_ratio: f32,
    max_group: usize,
}

impl KmerCounts {
    /// Creates empty counts of k-mers of this length, at most 10.
    pub(in crate::qc) fn new(len: usize) -> Self {
        Self { len, numbers: HashMap::new(), words: Vec::new(), totals: Vec::new(), longest: 0 }
    }

    /// Adds the first bases of a read, in upper case.
    pub(in crate::qc) fn add(&mut self, bases: &[u8]) {
        let len = self.len;
        self.longest = self.longest.max(bases.len());
        let positions = (bases.len() + 1).saturating_sub(len);
        if positions > self.totals.len() {
            self.totals.resize(positions, 0);
        }
        for (position, letters) in bases.windows(len).enumerate() {
            if letters.contains(&b'N') {
                continue;
            }
            self.totals[position] += 1;
            let mut word = Word::default();
            word[..len].copy_from_slice(letters);
            let next = self.words.len();
            let number = match self.numbers.get(&word) {
                Some(&number) => number,
                None if next < MAX_WORDS => {
                    self.numbers.insert(word, next);
                    self.words.push(WordCounts { word, count: 0, positions: vec![0; positions] });
                    next
                }
                None => continue,
            };
            let counts = &mut self.words[number];
            counts.count += 1;
            if position >= counts.positions.len() {
                counts.positions.resize(position + 1, 0);
            }
            counts.positions[position] = counts.positions[position].saturating_add(1);
        }
    }

    pub(in crate::qc) fn results(&self, grouping: Grouping, limits: &Limits) -> Module<Vec<Kmer>> {
        let positions = (self.longest + 1).saturating_sub(self.len);
        let groups = if self.longest == 0 { Vec::new() } else { grouping.groups(positions as u64) };
        let total: u64 = self.totals.iter().sum();
        let mut found: Vec<(&WordCounts, Frequent)> = self
            .table_order()
            .into_iter()
            .map(|number| &self.words[number])
            .map(|word| (word, self.frequent(word, total, &groups)))
            .filter(|(_, frequent)| frequent.p_value.is_some())
            .collect();
        found.sort_by(|(_, a), (_, b)| b.max_ratio.total_cmp(&a.max_ratio));
        let rows: Vec<_> = found
            .into_iter()
            .take(MAX_ROWS)
            .map(|(word, frequent)| Kmer {
                sequence: word.word[..self.len].to_vec(),
                count: word.count * FACTOR,
                p_value: frequent.p_value.unwrap_or(1.0),
                max_ratio: frequent.max_ratio,
                max_positions: groups[frequent.max_group],
            })
            .collect();
        let magnitude = rows.first().map(|row| -f64::from(row.p_value).log10());
        let above = |limit: f64| magnitude.is_some_and(|magnitude| magnitude > limit);
        let (fails, warns) = (above(limits.kmers.error), above(limits.kmers.warn));
        judged(rows, fails, warns)
    }

    /// Compares the counts of a k-mer in groups of positions with those expected if all positions were alike, in the precision of FastQC.
    #[expect(clippy::cast_precision_loss, reason = "FastQC computes with 32 bits")]
    fn frequent(&self, word: &WordCounts, total: u64, groups: &[Positions]) -> Frequent {
        let share = word.count as f32 / total as f32;
        let mut found = Frequent::default();
        for (number, group) in groups.iter().enumerate() {
            let index =
                |position: u64| usize::try_from(position).unwrap_or(usize::MAX).min(word.positions.len());
            let positions = index(group.first - 1)..index(group.last);
            let all: u64 = self.totals[positions.clone()].iter().sum();
            let observed: u64 = word.positions[positions].iter().map(|&count| u64::from(count)).sum();
            let predicted = share * all as f32;
            let ratio = observed as f32 / predicted;
            if ratio > found.max_ratio {
                (found.max_ratio, found.max_group) = (ratio, number);
            }
            let p_value = if observed as f32 > predicted {
                let above = 1.0 - binomial::cumulative(observed, all, f64::from(share));
                #[expect(clippy::cast_possible_truncation, reason = "FastQC keeps 32 bits")]
                let p_value = (above * 4_f64.powf(self.len as f64)) as f32;
                p_value
            } else {
                1.0
            };
            if f64::from(p_value) < 0.01 && ratio > 5.0 && found.p_value.is_none_or(|lowest| p_value < lowest)
            {
                found.p_value = Some(p_value);
            }
        }
        found
    }

    /// Returns the words in the order of a Java `Hashtable`, which decides among equal ratios.
    fn table_order(&self) -> Vec<usize> {
        const NONE: usize = usize::MAX;
        let hash = |number: usize| (string_hash(&self.words[number].word[..self.len]) & 0x7fff_ffff) as usize;
        let mut first = vec![NONE; BUCKETS];
        let mut next = vec![NONE; self.words.len()];
        let iterate = |first: &[usize], next: &[usize]| {
            let mut order = Vec::new();
            for &start in first.iter().rev() {
                order.extend(
                    std::iter::successors(Some(start), |&at| next.get(at).copied())
                        .take_while(|&at| at != NONE),
                );
            }
            order
        };
        for number in 0..self.words.len() {
            if number >= first.len() / 4 * 3 + first.len() % 4 * 3 / 4 {
                let order = iterate(&first, &next);
                first = vec![NONE; 2 * first.len() + 1];
                for number in order {
                    let bucket = hash(number) % first.len();
                    next[number] = std::mem::replace(&mut first[bucket], number);
                }
            }
            let bucket = hash(number) % first.len();
            next[number] = std::mem::replace(&mut first[bucket], number);
        }
        iterate(&first, &next)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Another number of buckets at first gives another order.
    #[test]
    fn short_words_are_in_the_order_of_fastqc() {
        let mut counts = KmerCounts::new(4);
        counts.add(b"CGAA");
        counts.add(b"AAAA");
        assert_eq!(counts.table_order(), [1, 0]);
    }
}
