//! Regions of sequences in samtools notation.

use std::ops::Range;

use super::{Entry, Fai, Letters, fit};
use crate::error::{Error, ErrorKind};
use crate::source::ReadAt;

/// A region of an indexed sequence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Region<'fai> {
    entry: &'fai Entry,
    range: Range<u64>,
    is_truncated: bool,
}

/// The reason for refusing a region of an unknown name.
const NO_SEQUENCE: &str = "no sequence has this name";

impl Fai {
    /// Parses a region in one of these forms; positions count from 1 and include the last:
    ///
    /// | | |
    /// |---|---|
    /// | `NAME`, `NAME:` | the whole sequence |
    /// | `NAME:START`, `NAME:START-` | from a position to the end |
    /// | `NAME:-END` | from the start to a position |
    /// | `NAME:START-END` | from one position to another |
    ///
    /// A number may contain commas between digits. A name may be enclosed in braces, and must be if the text is ambiguous:
    /// `{chr1:1-2}`, or `{chr1}:1-2`. The last possible brace closes the name. A name that itself contains braces needs no others
    /// unless another sequence has the name between its braces. Positions after the end of the sequence are dropped.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Region`] if the text has none of these forms, is ambiguous, or names no sequence of the index.
    pub fn region(&self, text: &[u8]) -> Result<Region<'_>, Error> {
        let refuse = |why| Error::from(ErrorKind::Region { region: text.to_vec(), why });
        let (entry, positions) = self.split(text).map_err(refuse)?;
        let asked = positions.map_or(Ok(0..u64::MAX), parse_positions).map_err(refuse)?;
        Ok(Region::new(entry, asked))
    }

    /// Returns the region of the sequence with exactly this name, whatever characters it contains. `range` counts letters from 0;
    /// letters after the end of the sequence are dropped.
    ///
    /// ```
    /// use pagecut::{Source, index::Fai};
    ///
    /// let fai = Fai::from_fasta(&Source::open("testdata/no_final_newline.fasta")?)?;
    /// assert_eq!(fai.region_of(b"s1", 2..5)?, fai.region(b"s1:3-5")?);
    /// # Ok::<(), pagecut::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Region`] if the index has no sequence of this name, or the range ends before it begins.
    pub fn region_of(&self, name: &[u8], range: Range<u64>) -> Result<Region<'_>, Error> {
        let refuse = |why| Error::from(ErrorKind::Region { region: name.to_vec(), why });
        if range.start > range.end {
            return Err(refuse("the region ends before it begins"));
        }
        let entry = self.get(name).ok_or_else(|| refuse(NO_SEQUENCE))?;
        Ok(Region::new(entry, range))
    }

    /// Splits a region into the entry of its name, and its positions if it has some.
    fn split<'text>(&self, text: &'text [u8]) -> Result<(&Entry, Option<&'text [u8]>), &'static str> {
        if let Some(braced) = text.strip_prefix(b"{") {
            // A name may contain braces, so the last possible brace closes it.
            let closed = match braced {
                [name @ .., b'}'] => Some((name, None)),
                _ => {
                    memchr::memmem::rfind(braced, b"}:").map(|end| (&braced[..end], Some(&braced[end + 2..])))
                }
            };
            return match (
                closed.and_then(|(name, positions)| Some((self.get(name)?, positions))),
                self.get(text),
            ) {
                (Some(found), _) => Ok(found),
                (None, Some(entry)) => Ok((entry, None)),
                _ if closed.is_some() => Err(NO_SEQUENCE),
                _ if braced.contains(&b'}') => Err("expected a colon after the brace"),
                _ => Err("a brace is not closed"),
            };
        }
        let named = |name| self.get(name).ok_or(NO_SEQUENCE);
        let Some(colon) = memchr::memrchr(b':', text) else { return Ok((named(text)?, None)) };
        let (before, positions) = (&text[..colon], &text[colon + 1..]);
        match (self.get(text), self.get(before)) {
            (Some(_), Some(_)) => {
                Err("ambiguous: it is a name, and a region of another name; enclose the name in braces")
            }
            (Some(entry), None) => Ok((entry, None)),
            (None, Some(entry)) => Ok((entry, Some(positions))),
            (None, None) => Err(NO_SEQUENCE),
        }
    }
}

/// Parses positions into a range of letters, counted from 0.
fn parse_positions(text: &[u8]) -> Result<Range<u64>, &'static str> {
    let (start, end) = match memchr::memchr(b'-', text) {
        _ if text.is_empty() => (1, u64::MAX),
        None => (parse_position(text)?, u64::MAX),
        Some(0) => (1, parse_position(&text[1..])?),
        Some(at) if at + 1 == text.len() => (parse_position(&text[..at])?, u64::MAX),
        Some(at) => (parse_position(&text[..at])?, parse_position(&text[at + 1..])?),
    };
    if start <= end { Ok(start - 1..end) } else { Err("the region ends before it begins") }
}

/// Parses a position, at least 1. A position beyond `u64::MAX` is after the end of every sequence.
fn parse_position(text: &[u8]) -> Result<u64, &'static str> {
    let mut position = None;
    for &byte in text {
        match byte {
            b'0'..=b'9' => {
                let before: u64 = position.unwrap_or(0);
                position = Some(before.saturating_mul(10).saturating_add(u64::from(byte - b'0')));
            }
            b',' if position.is_some() => {}
            _ => return Err("expected a position, or two separated by a hyphen"),
        }
    }
    match position {
        Some(0) => Err("positions count from 1"),
        Some(position) => Ok(position),
        None => Err("expected a position, or two separated by a hyphen"),
    }
}

impl<'fai> Region<'fai> {
    /// Creates the region of a range of letters, shortened to the length of the sequence.
    fn new(entry: &'fai Entry, asked: Range<u64>) -> Self {
        let range = asked.start.min(entry.length)..asked.end.min(entry.length);
        // A range that extends to the end of the sequence is not truncated.
        let is_truncated = asked.end != u64::MAX && range.end < asked.end;
        Self { entry, range, is_truncated }
    }

    /// Returns the entry of the region's sequence.
    #[must_use]
    pub fn entry(&self) -> &'fai Entry {
        self.entry
    }

    /// Returns the range of letters in the sequence, counted from 0.
    #[must_use]
    pub fn range(&self) -> Range<u64> {
        self.range.clone()
    }

    /// Whether the sequence ends before the requested region.
    #[must_use]
    pub fn is_truncated(&self) -> bool {
        self.is_truncated
    }

    /// Returns a reader of the letters.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::StaleIndex`] if the header, the first line or the end of the sequence, or for FASTQ the plus line or the end of
    /// the quality scores, is not where the index has it; [`ErrorKind::DamagedIndex`] if the entry describes impossible lines;
    /// those of [`ReadAt::bytes_at`].
    pub fn letters<'content>(&self, content: &'content dyn ReadAt) -> Result<Letters<'content>, Error> {
        fit::check(self.entry, content)?;
        Letters::from_sequence(self.entry, self.range(), content)
    }

    /// Returns a reader of the quality scores; `None` if the index is of FASTA.
    ///
    /// # Errors
    ///
    /// Those of [`letters`](Region::letters).
    pub fn quality_scores<'content>(
        &self,
        content: &'content dyn ReadAt,
    ) -> Result<Option<Letters<'content>>, Error> {
        let Some(offset) = self.entry.quality_offset else { return Ok(None) };
        fit::check(self.entry, content)?;
        Letters::from_quality_scores(self.entry, offset, self.range(), content).map(Some)
    }
}
