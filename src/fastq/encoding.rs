//! How quality scores are written, as far as they tell.

use std::fmt;

/// How a byte of a quality line encodes a score (Cock et al. 2010, table 1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Encoding {
    /// Phred + 33: Sanger, and nearly everybody since 2011. From `!`.
    Phred33,
    /// Phred + 64: Illumina 1.3 to 1.7. From `@`.
    Phred64,
    /// Solexa + 64: Solexa, and Illumina before 1.3. From `;`, which is a score of -5.
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

/// How sure a guess is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Confidence {
    /// The scores that were seen can be written another way as well as this one.
    Open,
    /// Another way could write these scores, but no machine does.
    Likely,
    /// No other way can write these scores.
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

/// What the bytes of quality lines say of their encoding. The file does not tell it itself.
///
/// | lowest | highest | encoding | confidence |
/// |---|---|---|---|
/// | `!` to `:` | any | Phred+33 | certain: the others begin at `;` |
/// | `;` to `?` | up to `J` | Phred+33 | likely: reads of scores 26 to 41 |
/// | `;` to `?` | `K` and more | Solexa+64 | likely up to `h` (40), else open |
/// | `@` and more | up to `J` | Phred+33 | open: scores 31 to 41, or 0 to 10 in Phred+64 |
/// | `@` and more | `K` and more | Phred+64 | likely up to `i` (41), else open |
///
/// ```
/// use pagecut::fastq::{Confidence, Encoding, EncodingGuess};
///
/// let guess = EncodingGuess::of([b"IIII#".as_slice(), b"!~"]).unwrap();
/// assert_eq!((guess.encoding, guess.confidence), (Encoding::Phred33, Confidence::Certain));
/// assert_eq!(guess.to_string(), "Phred+33 (certain, bytes 33 to 126)");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct EncodingGuess {
    /// The way in which the scores are most probably written.
    pub encoding: Encoding,
    /// How sure that is.
    pub confidence: Confidence,
    /// The lowest byte that was seen.
    pub lowest: u8,
    /// The highest byte that was seen.
    pub highest: u8,
}

impl EncodingGuess {
    /// What these quality lines say; `None` if there is no byte in them.
    pub fn of<'data>(quality_lines: impl IntoIterator<Item = &'data [u8]>) -> Option<Self> {
        let bounds = |(lowest, highest): (u8, u8), &byte: &u8| (lowest.min(byte), highest.max(byte));
        let (lowest, highest) = quality_lines.into_iter().flatten().fold((u8::MAX, u8::MIN), bounds);
        (lowest <= highest).then(|| Self::of_range(lowest, highest))
    }

    /// What it says that bytes from `lowest` to `highest` were seen.
    #[must_use]
    pub fn of_range(lowest: u8, highest: u8) -> Self {
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
    fn nothing_says_nothing() {
        assert_eq!(EncodingGuess::of([]), None);
        assert_eq!(EncodingGuess::of([b"".as_slice()]), None);
    }

    /// What can be written in an encoding is never said to be another one for certain.
    #[test]
    fn what_is_certain_is_right() {
        for lowest in b'!'..=b'~' {
            for highest in lowest..=b'~' {
                let guess = EncodingGuess::of_range(lowest, highest);
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
