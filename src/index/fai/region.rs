//! Regions of sequences, as samtools writes them.

use std::ops::Range;

use super::{Entry, Fai, Letters, fit};
use crate::error::{Error, ErrorKind};
use crate::source::ReadAt;

/// A region of a sequence of an index.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Region<'fai> {
    entry: &'fai Entry,
    range: Range<u64>,
    is_truncated: bool,
}

/// Why a region of an unknown name is refused.
const NO_SEQUENCE: &str = "there is no sequence of this name";

impl Fai {
    /// The region that is written as one of these, with positions that count from 1 and include the last:
    ///
    /// | | |
    /// |---|---|
    /// | `NAME`, `NAME:` | the whole sequence |
    /// | `NAME:START`, `NAME:START-` | from a letter to the end |
    /// | `NAME:-END` | from the start to a letter |
    /// | `NAME:START-END` | from one letter to another |
    ///
    /// A number may have commas between its digits. A name may stand in braces, and has to where the text can be read two ways:
    /// `{chr1:1-2}`, or `{chr1}:1-2`. The last brace that can close it does, and a name that has braces itself needs none where no
    /// other sequence has the name within them. What lies behind the end of the sequence is left out.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Region`] if it is none of these, can be read two ways, or is of no sequence that the index has.
    pub fn region(&self, text: &[u8]) -> Result<Region<'_>, Error> {
        let refuse = |why| Error::from(ErrorKind::Region { region: text.to_vec(), why });
        let (entry, positions) = self.split(text).map_err(refuse)?;
        let asked = positions.map_or(Ok(0..u64::MAX), parse_positions).map_err(refuse)?;
        Ok(Region::new(entry, asked))
    }

    /// Returns the region of the sequence with exactly this name, whatever characters the name has. `range` counts letters from 0;
    /// what lies after the end of the sequence is left out.
    ///
    /// ```
    /// use pagecut::{Source, index::Fai};
    ///
    /// let fai = Fai::of_fasta(&Source::open("testdata/no_final_newline.fasta")?)?;
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
            return Err(refuse("it ends before it begins"));
        }
        let entry = self.get(name).ok_or_else(|| refuse(NO_SEQUENCE))?;
        Ok(Region::new(entry, range))
    }

    /// The entry that a region is of, and its positions if it has some.
    fn split<'text>(&self, text: &'text [u8]) -> Result<(&Entry, Option<&'text [u8]>), &'static str> {
        if let Some(braced) = text.strip_prefix(b"{") {
            // The last brace that can be the end, since a name may have braces itself.
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
                Err("it is a name, and a region of another one: put braces around the name")
            }
            (Some(entry), None) => Ok((entry, None)),
            (None, Some(entry)) => Ok((entry, Some(positions))),
            (None, None) => Err(NO_SEQUENCE),
        }
    }
}

/// Letters from 0 on, from one up to another, of positions as they are written.
fn parse_positions(text: &[u8]) -> Result<Range<u64>, &'static str> {
    let (start, end) = match memchr::memchr(b'-', text) {
        _ if text.is_empty() => (1, u64::MAX),
        None => (parse_position(text)?, u64::MAX),
        Some(0) => (1, parse_position(&text[1..])?),
        Some(at) if at + 1 == text.len() => (parse_position(&text[..at])?, u64::MAX),
        Some(at) => (parse_position(&text[..at])?, parse_position(&text[at + 1..])?),
    };
    if start <= end { Ok(start - 1..end) } else { Err("it ends before it begins") }
}

/// A position, 1 or more; one that cannot be counted lies behind every sequence.
fn parse_position(text: &[u8]) -> Result<u64, &'static str> {
    let mut position = None;
    for &byte in text {
        match byte {
            b'0'..=b'9' => {
                let before: u64 = position.unwrap_or(0);
                position = Some(before.saturating_mul(10).saturating_add(u64::from(byte - b'0')));
            }
            b',' if position.is_some() => {}
            _ => return Err("expected a position, or two with a hyphen between"),
        }
    }
    match position {
        Some(0) => Err("positions count from 1"),
        Some(position) => Ok(position),
        None => Err("expected a position, or two with a hyphen between"),
    }
}

impl<'fai> Region<'fai> {
    /// The letters of a sequence in a range, as far as there are any.
    fn new(entry: &'fai Entry, asked: Range<u64>) -> Self {
        let range = asked.start.min(entry.length)..asked.end.min(entry.length);
        // A range to the end, wherever that is, is not truncated.
        let is_truncated = asked.end != u64::MAX && range.end < asked.end;
        Self { entry, range, is_truncated }
    }

    /// The entry of the sequence that it is a region of.
    #[must_use]
    pub fn entry(&self) -> &'fai Entry {
        self.entry
    }

    /// Which letters of the sequence it has, counted from 0.
    #[must_use]
    pub fn range(&self) -> Range<u64> {
        self.range.clone()
    }

    /// Whether the sequence ends before the region does that was asked for.
    #[must_use]
    pub fn is_truncated(&self) -> bool {
        self.is_truncated
    }

    /// Its letters.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::StaleIndex`] if the header, the first line or the end of the sequence, or for FASTQ the plus line or the end of the
    /// quality scores, is not where the index has it; [`ErrorKind::DamagedIndex`] if the lines of the sequence cannot be what they are by the index; those of
    /// [`ReadAt::bytes_at`].
    pub fn letters<'content>(&self, content: &'content dyn ReadAt) -> Result<Letters<'content>, Error> {
        fit::check(self.entry, content)?;
        Letters::of_sequence(self.entry, self.range(), content)
    }

    /// Its quality scores; `None` if the index is of FASTA.
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
        Letters::of_quality(self.entry, offset, self.range(), content).map(Some)
    }
}
