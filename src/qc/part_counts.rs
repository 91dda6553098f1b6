//! Counts of the reads of a part.

use super::adapter_search::AdapterHits;
use super::axis::DENSE;
use super::error_sums;
use super::fields::Read;
use super::key_table::hash;
use super::length_classes;
use super::letters::{COLUMNS, LETTERS, gc, in_upper_case, sum};
use super::read_ends::{END, EndSums};
use super::read_facts::{ReadFacts, cut_len};
use super::shared::{Shared, Work};
use super::tails::Tail;

/// Number of columns for the characters of quality scores in the tables of parts.
pub(super) const CHARACTERS: usize = 128;

/// Number of bases of a read whose k-mers are counted.
const KMER_BASES: usize = 500;

/// Copies of the fields of a read: ends in [`PartCounts::copies`].
#[derive(Debug, Clone, Copy)]
pub(super) struct Copied {
    pub(super) definition: usize,
    pub(super) quality: usize,
    pub(super) bases: usize,
}

/// Counts of the reads of a part, and what has to be done in the order of the reads.
#[derive(Debug, Default)]
pub(super) struct PartCounts {
    /// Number of reads that are left out, since the sequencer marked them.
    pub(super) filtered: u64,
    /// Number of rows in use.
    pub(super) rows: usize,
    /// Counts of the characters of quality scores at each position.
    pub(super) quality: Vec<[u32; CHARACTERS]>,
    /// Counts of the letters at each position.
    pub(super) bases: Vec<[u32; LETTERS]>,
    pub(super) tail: Tail,
    pub(super) reads: Vec<ReadFacts>,
    pub(super) ends: EndSums,
    /// Keys of the reads, for the table of sequences, with hash and length.
    pub(super) keys: Vec<u8>,
    pub(super) key_facts: Vec<(u64, usize)>,
    /// Numbers of the sequences in the full table that are the keys of reads.
    pub(super) known: Vec<usize>,
    /// Hashes of the other keys that are in the sample, as it is at the start of the part.
    pub(super) sampled: Vec<u64>,
    pub(super) adapters: AdapterHits,
    pub(super) copies: Vec<u8>,
    pub(super) copied: Vec<Copied>,
    upper: Vec<u8>,
}

impl PartCounts {
    /// Empties the counts, and keeps their memory.
    pub(super) fn clear(&mut self, shared: &Shared) {
        self.filtered = 0;
        self.quality[..self.rows].fill([0; CHARACTERS]);
        self.bases[..self.rows].fill([0; LETTERS]);
        self.rows = 0;
        self.tail.clear();
        self.reads.clear();
        self.ends = EndSums::default();
        self.keys.clear();
        self.key_facts.clear();
        self.known.clear();
        self.sampled.clear();
        self.adapters.clear(shared.adapters.count());
        self.copies.clear();
        self.copied.clear();
    }

    /// Counts a read.
    pub(super) fn add(&mut self, shared: &Shared, work: Work, read: Read<'_>) {
        if shared.leaves_out(read) {
            self.filtered += 1;
            return;
        }
        let mut upper = std::mem::take(&mut self.upper);
        let sequence = in_upper_case(read.sequence, &mut upper);
        let errors = self.count(sequence, read.quality);
        let cut = cut_len(sequence.len());
        let len = sequence.len() as u64;
        self.reads.push(ReadFacts {
            len,
            gc: gc(&sequence[..cut]),
            // The mean of bytes is a byte.
            mean: u8::try_from(sum(read.quality).checked_div(read.quality.len() as u64).unwrap_or(0))
                .unwrap_or(u8::MAX),
            mean_by_error: error_sums::mean_character(errors, len),
            class: self.class(len),
        });
        if work.adapters {
            self.adapters.add(&shared.adapters, sequence);
        }
        let key = key(sequence);
        let hash = hash(key);
        match shared.full_table.get() {
            Some(table) if work.table_is_full => match table.find(hash, key) {
                Some(number) => self.known.push(number),
                None if work.sampling.takes(hash) => self.sampled.push(hash),
                None => {}
            },
            _ => {
                self.keys.extend_from_slice(key);
                self.key_facts.push((hash, key.len()));
            }
        }
        if work.tiles || work.kmers {
            if work.tiles {
                self.copies.extend_from_slice(read.definition);
            }
            let definition = self.copies.len();
            if work.tiles {
                self.copies.extend_from_slice(read.quality);
            }
            let quality = self.copies.len();
            if work.kmers {
                self.copies.extend_from_slice(&sequence[..sequence.len().min(KMER_BASES)]);
            }
            self.copied.push(Copied { definition, quality, bases: self.copies.len() });
        }
        self.upper = upper;
    }

    /// Returns the class of a length. Most reads are as long as the one before.
    fn class(&self, len: u64) -> u8 {
        match self.reads.last() {
            Some(read) if read.len == len => read.class,
            _ => length_classes::class(len),
        }
    }

    /// Counts letters and quality scores by position. Returns the sum of the error probabilities.
    #[inline]
    fn count(&mut self, sequence: &[u8], quality: &[u8]) -> u128 {
        let rows = sequence.len().min(DENSE);
        if rows > self.rows {
            self.rows = rows;
            if rows > self.quality.len() {
                self.quality.resize(rows, [0; CHARACTERS]);
                self.bases.resize(rows, [0; LETTERS]);
            }
        }
        for (row, &letter) in self.bases[..rows].iter_mut().zip(sequence) {
            row[usize::from(COLUMNS[usize::from(letter)]) % LETTERS] += 1;
        }
        if sequence.len() > DENSE {
            self.tail.push(&sequence[DENSE..], &quality[DENSE..]);
        }
        if quality.len() < 2 * END {
            return self.count_scores(0, quality);
        }
        let (start, rest) = quality.split_at(END);
        let (middle, end) = rest.split_at(rest.len() - END);
        let in_start = self.count_scores(0, start);
        let in_middle = self.count_scores(END, middle);
        let in_end = self.count_scores(END + middle.len(), end);
        self.ends.add((start, in_start), (end, in_end));
        in_start + in_middle + in_end
    }

    /// Counts scores from a position on. Returns the sum of the error probabilities.
    #[inline]
    fn count_scores(&mut self, position: usize, scores: &[u8]) -> u128 {
        let first = position.min(self.rows);
        let (counted, others) = scores.split_at(scores.len().min(DENSE - first));
        let mut errors = 0;
        for (row, &score) in self.quality[first..].iter_mut().zip(counted) {
            row[usize::from(score) % CHARACTERS] += 1;
            errors += error_sums::probability(score);
        }
        u128::from(errors) + error_sums::sum(others)
    }
}

/// Returns the bases by which reads are compared: all, or the first 50 of more than 75.
fn key(sequence: &[u8]) -> &[u8] {
    if sequence.len() > 75 { &sequence[..50] } else { sequence }
}
