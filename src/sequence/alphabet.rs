//! What letters stand for.

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
        Self::of_lines([sequence])
    }

    /// The alphabet of a sequence in several lines.
    pub(super) fn of_lines<'data>(lines: impl IntoIterator<Item = &'data [u8]>) -> Self {
        let (mut t, mut u) = (false, false);
        for letter in lines.into_iter().flatten().take(Self::LETTERS_SEEN) {
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

    #[test]
    fn an_alphabet_is_that_of_the_first_letters_in_whatever_lines() {
        let mut letters = vec![b'A'; Alphabet::LETTERS_SEEN];
        letters.push(b'L');
        for len in [1, 7, 60, letters.len()] {
            assert_eq!(Alphabet::of_lines(letters.chunks(len)), Alphabet::Dna, "{len}");
        }
        letters.remove(0);
        for len in [1, 7, 60, letters.len()] {
            assert_eq!(Alphabet::of_lines(letters.chunks(len)), Alphabet::Protein, "{len}");
        }
    }
}
