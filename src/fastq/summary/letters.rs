//! Counts of letters and of quality scores.

/// What a quality score of 0 is written as: Phred + 33.
const PHRED_OFFSET: u8 = 33;

/// How often each letter and each quality score occurs.
#[derive(Debug, Clone, Default)]
pub struct Letters {
    letters: Histogram,
    scores: Histogram,
}

impl Letters {
    pub(super) fn add(&mut self, sequence: &[u8], quality_scores: &[u8]) {
        self.letters.add(sequence);
        self.scores.add(quality_scores);
    }

    pub(super) fn merge(&mut self, other: &Self) {
        self.letters.merge(&other.letters);
        self.scores.merge(&other.scores);
    }

    /// How often the letters of `set` occur, as they are written.
    #[must_use]
    pub fn of(&self, set: &[u8]) -> u64 {
        set.iter().map(|&letter| self.letters.of(letter)).sum()
    }

    /// G and C, in either case.
    #[must_use]
    pub fn gc(&self) -> u64 {
        self.of(b"GCgc")
    }

    /// N, in either case.
    #[must_use]
    pub fn n(&self) -> u64 {
        self.of(b"Nn")
    }

    /// Gaps: `-`, `.` and spaces.
    #[must_use]
    pub fn gaps(&self) -> u64 {
        self.of(b"- .")
    }

    /// How many letters have a quality score of at least `least`, if scores are written as Phred + 33.
    #[must_use]
    pub fn with_quality(&self, least: u8) -> u64 {
        (PHRED_OFFSET.saturating_add(least)..=u8::MAX).map(|score| self.scores.of(score)).sum()
    }

    /// The mean probability that a letter is wrong, as a Phred score, if scores are written as Phred + 33. 0 if there are no
    /// letters. (This is not the mean of the scores.)
    #[must_use]
    pub fn mean_quality(&self) -> f64 {
        let error = |score: f64| 10f64.powf(score / -10.0);
        let (mut count, mut errors) = (0.0, 0.0);
        for score in 0..=u8::MAX {
            let occurs = self.scores.of(score) as f64;
            count += occurs;
            errors += occurs * error(f64::from(score) - f64::from(PHRED_OFFSET));
        }
        if count == 0.0 { 0.0 } else { -10.0 * (errors / count).log10() }
    }
}

/// How many tables a histogram has.
const WAYS: usize = 4;

/// How often each byte occurs.
///
/// Neighbours are counted in different tables, since a byte often equals the one before it, and an addition to the same
/// place would have to wait for the last one.
#[derive(Debug, Clone)]
struct Histogram([[u64; 256]; WAYS]);

impl Default for Histogram {
    fn default() -> Self {
        Self([[0; 256]; WAYS])
    }
}

impl Histogram {
    fn add(&mut self, bytes: &[u8]) {
        let (groups, tail) = bytes.as_chunks::<WAYS>();
        for group in groups {
            for (table, &byte) in self.0.iter_mut().zip(group) {
                table[usize::from(byte)] += 1;
            }
        }
        for (table, &byte) in self.0.iter_mut().zip(tail) {
            table[usize::from(byte)] += 1;
        }
    }

    fn merge(&mut self, other: &Self) {
        for (count, others) in self.0.as_flattened_mut().iter_mut().zip(other.0.as_flattened()) {
            *count += others;
        }
    }

    fn of(&self, byte: u8) -> u64 {
        self.0.iter().map(|table| table[usize::from(byte)]).sum()
    }
}

/// What the letters of a sequence stand for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Alphabet {
    /// IUPAC nucleotide codes with T.
    Dna,
    /// IUPAC nucleotide codes with U.
    Rna,
    /// Other letters.
    Protein,
}

impl Alphabet {
    /// How many letters at the start of a sequence are looked at.
    const LETTERS_SEEN: usize = 10_000;

    /// The alphabet of a sequence, by its first 10,000 letters; DNA if they could be of both nucleic acids.
    #[must_use]
    pub fn of(sequence: &[u8]) -> Self {
        let start = &sequence[..sequence.len().min(Self::LETTERS_SEEN)];
        let (mut t, mut u) = (false, false);
        for letter in start {
            match letter.to_ascii_uppercase() {
                b'T' => t = true,
                b'U' => u = true,
                b'A' | b'C' | b'G' | b'N' | b'R' | b'Y' | b'S' | b'W' | b'K' | b'M' | b'B' | b'D' | b'H'
                | b'V' | b'-' | b'.' | b' ' | b'*' => {}
                _ => return Self::Protein,
            }
        }
        match (t, u) {
            (_, false) => Self::Dna,
            (false, true) => Self::Rna,
            (true, true) => Self::Protein,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_histogram_of_every_length_counts_every_byte() {
        let bytes: Vec<u8> = (0..300u32).map(|at| (at * at % 251) as u8).collect();
        for len in 0..bytes.len() {
            let mut histogram = Histogram::default();
            histogram.add(&bytes[..len]);
            for byte in 0..=255 {
                let naive = bytes[..len].iter().filter(|&&other| other == byte).count() as u64;
                assert_eq!(histogram.of(byte), naive, "{byte} in {len}");
            }
        }
    }

    #[test]
    fn the_mean_quality_is_that_of_the_errors() {
        let mut letters = Letters::default();
        assert_eq!(letters.mean_quality(), 0.0);
        // One certain error in ten thousand letters, the others as good as perfect: Phred 40.
        letters.add(&[b'A'; 10_000], &[b"!".as_slice(), &[b'~'; 9_999]].concat());
        assert!((letters.mean_quality() - 40.0).abs() < 1e-3, "{}", letters.mean_quality());
        assert_eq!(letters.with_quality(0), 10_000);
        assert_eq!(letters.with_quality(93), 9_999);
        assert_eq!(letters.with_quality(94), 0);
    }

    #[test]
    fn alphabets() {
        for (sequence, expected) in [
            ("", Alphabet::Dna),
            ("ACGN", Alphabet::Dna),
            ("acgt-.", Alphabet::Dna),
            ("ACGU", Alphabet::Rna),
            ("ACGUT", Alphabet::Protein),
            ("MKV", Alphabet::Dna),
            ("MKVL", Alphabet::Protein),
        ] {
            assert_eq!(Alphabet::of(sequence.as_bytes()), expected, "{sequence}");
        }
    }
}
