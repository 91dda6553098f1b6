//! Encodings of quality scores, and how to guess them.

use std::fmt;

/// The encoding of a quality score as a byte (Cock et al. 2010, table 1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Encoding {
    /// Phred + 33: Sanger, and nearly all files since 2011. Starts at `!`.
    Phred33,
    /// Phred + 64: Illumina 1.3 to 1.7. Starts at `@`.
    Phred64,
    /// Solexa + 64: Solexa, and Illumina before 1.3. Starts at `;`, a score of -5.
    Solexa64,
}

impl fmt::Display for Encoding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Phred33 => "Phred+33",
            Self::Phred64 => "Phred+64",
            Self::Solexa64 => "Solexa+64",
        })
    }
}

/// The confidence of a guess.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Confidence {
    /// Another encoding fits the observed bytes as well.
    Open,
    /// Another encoding fits the observed bytes, but no known machine produces such scores.
    Likely,
    /// No other encoding fits the observed bytes.
    Certain,
}

impl fmt::Display for Confidence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Open => "open",
            Self::Likely => "likely",
            Self::Certain => "certain",
        })
    }
}

/// A guess of the encoding of quality lines from their bytes. A FASTQ file does not name its encoding.
///
/// | lowest | highest | encoding | confidence |
/// |---|---|---|---|
/// | `!` to `:` | any | Phred+33 | certain: the other encodings start at `;` |
/// | `;` to `?` | up to `J` | Phred+33 | likely: scores 26 to 41 |
/// | `;` to `?` | `K` and more | Solexa+64 | likely up to `h` (40), else open |
/// | `@` and more | up to `J` | Phred+33 | open: scores 31 to 41, or 0 to 10 in Phred+64 |
/// | `@` and more | `K` and more | Phred+64 | likely up to `i` (41), else open |
///
/// ```
/// use pagecut::fastq::{Confidence, Encoding, EncodingGuess};
///
/// let guess = EncodingGuess::from_quality_lines([b"IIII#".as_slice(), b"!~"]).unwrap();
/// assert_eq!((guess.encoding, guess.confidence), (Encoding::Phred33, Confidence::Certain));
/// assert_eq!(guess.to_string(), "Phred+33 (certain, bytes 33 to 126)");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct EncodingGuess {
    /// The most probable encoding.
    pub encoding: Encoding,
    /// The confidence of the guess.
    pub confidence: Confidence,
    /// The lowest observed byte.
    pub lowest: u8,
    /// The highest observed byte.
    pub highest: u8,
}

impl EncodingGuess {
    /// Guesses the encoding of these quality lines. Returns `None` if they contain no byte.
    pub fn from_quality_lines<'data>(quality_lines: impl IntoIterator<Item = &'data [u8]>) -> Option<Self> {
        let bounds = |(lowest, highest): (u8, u8), &byte: &u8| (lowest.min(byte), highest.max(byte));
        let (lowest, highest) = quality_lines.into_iter().flatten().fold((u8::MAX, u8::MIN), bounds);
        (lowest <= highest).then(|| Self::from_byte_range(lowest, highest))
    }

    /// Guesses the encoding from the lowest and the highest observed byte.
    #[must_use]
    pub fn from_byte_range(lowest: u8, highest: u8) -> Self {
        let (encoding, confidence) = match (lowest, highest) {
            (..b';', _) => (Encoding::Phred33, Confidence::Certain),
            (..b'@', ..=b'J') => (Encoding::Phred33, Confidence::Likely),
            (..b'@', ..=b'h') => (Encoding::Solexa64, Confidence::Likely),
            (..b'@', _) => (Encoding::Solexa64, Confidence::Open),
            (_, ..=b'J') => (Encoding::Phred33, Confidence::Open),
            (_, ..=b'i') => (Encoding::Phred64, Confidence::Likely),
            _ => (Encoding::Phred64, Confidence::Open),
        };
        Self { encoding, confidence, lowest, highest }
    }
}

impl fmt::Display for EncodingGuess {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { encoding, confidence, lowest, highest } = self;
        write!(f, "{encoding} ({confidence}, bytes {lowest} to {highest})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quality_lines_without_bytes_give_no_guess() {
        assert_eq!(EncodingGuess::from_quality_lines([]), None);
        assert_eq!(EncodingGuess::from_quality_lines([b"".as_slice()]), None);
    }

    /// Bytes that are possible in another encoding never give a certain guess.
    #[test]
    fn certain_guesses_are_right() {
        for lowest in b'!'..=b'~' {
            for highest in lowest..=b'~' {
                let guess = EncodingGuess::from_byte_range(lowest, highest);
                let others_can = lowest >= b';';
                assert_eq!(guess.confidence == Confidence::Certain, !others_can, "{guess}");
                let lowest_possible = match guess.encoding {
                    Encoding::Phred33 => b'!',
                    Encoding::Phred64 => b'@',
                    Encoding::Solexa64 => b';',
                };
                assert!(lowest >= lowest_possible, "{guess}");
            }
        }
    }
}
