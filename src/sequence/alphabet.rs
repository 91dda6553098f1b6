//! Alphabets of sequences.

/// The alphabet of a sequence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Alphabet {
    /// IUPAC nucleotide codes with T, and gaps.
    Dna,
    /// IUPAC nucleotide codes with U, and gaps.
    Rna,
    /// Other letters, and `*` for a translation stop.
    Protein,
}

impl Alphabet {
    /// Number of bytes at the start of a sequence that decide its alphabet.
    const SAMPLE_LEN: usize = 10_000;

    /// Guesses the alphabet of a sequence from its first 10,000 bytes: DNA if they fit both nucleic acids, `None` if there are none
    /// or one fits no alphabet (a digit, for instance).
    ///
    /// ```
    /// use pagecut::fasta::Alphabet;
    ///
    /// assert_eq!(Alphabet::from_sequence(b"ACGTN"), Some(Alphabet::Dna));
    /// assert_eq!(Alphabet::from_sequence(b"ACGT*"), Some(Alphabet::Protein));
    /// assert_eq!(Alphabet::from_sequence(b"40 40 38"), None);
    /// ```
    #[must_use]
    pub fn from_sequence(sequence: &[u8]) -> Option<Self> {
        Self::from_lines([sequence])
    }

    /// Guesses the alphabet of a sequence in several lines.
    pub(super) fn from_lines<'data>(lines: impl IntoIterator<Item = &'data [u8]>) -> Option<Self> {
        let (mut any, mut t, mut u, mut amino_acid) = (false, false, false, false);
        for letter in lines.into_iter().flatten().take(Self::SAMPLE_LEN) {
            any = true;
            match letter.to_ascii_uppercase() {
                b'T' => t = true,
                b'U' => u = true,
                b'A' | b'C' | b'G' | b'N' | b'R' | b'Y' | b'S' | b'W' | b'K' | b'M' | b'B' | b'D' | b'H'
                | b'V' | b'-' | b'.' | b' ' => {}
                b'A'..=b'Z' | b'*' | b'_' => amino_acid = true,
                _ => return None,
            }
        }
        match (any, amino_acid, t, u) {
            (false, ..) => None,
            (_, false, _, false) => Some(Self::Dna),
            (_, false, false, true) => Some(Self::Rna),
            _ => Some(Self::Protein),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn alphabets() {
        for (sequence, expected) in [
            ("", None),
            ("ACGN", Some(Alphabet::Dna)),
            ("acgt-.", Some(Alphabet::Dna)),
            ("ACGU", Some(Alphabet::Rna)),
            ("ACGUT", Some(Alphabet::Protein)),
            ("MKV", Some(Alphabet::Dna)),
            ("MKVL", Some(Alphabet::Protein)),
            ("ACGT*", Some(Alphabet::Protein)),
            ("MKV*", Some(Alphabet::Protein)),
            ("40 40 38", None),
            ("ACGT1", None),
            ("AC\u{e9}", None),
        ] {
            assert_eq!(Alphabet::from_sequence(sequence.as_bytes()), expected, "{sequence}");
        }
    }

    #[test]
    fn the_first_letters_decide_for_every_line_length() {
        let mut letters = vec![b'A'; Alphabet::SAMPLE_LEN];
        letters.push(b'L');
        for len in [1, 7, 60, letters.len()] {
            assert_eq!(Alphabet::from_lines(letters.chunks(len)), Some(Alphabet::Dna), "{len}");
        }
        letters.remove(0);
        for len in [1, 7, 60, letters.len()] {
            assert_eq!(Alphabet::from_lines(letters.chunks(len)), Some(Alphabet::Protein), "{len}");
        }
    }
}
