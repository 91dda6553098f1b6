//! Lists of names, and of regions in BED.

use std::borrow::Cow;
use std::io::{self, BufRead, Read};
use std::ops::Range;
use std::path::Path;

use pagecut::Result;

use crate::input;

/// The longest line of a list in bytes. A longer one is not from a list.
const MAX_LINE_LEN: u64 = 1 << 20;

/// The lines of a list.
pub(super) struct List {
    input: Box<dyn BufRead>,
    line: Vec<u8>,
    number: u64,
}

impl List {
    /// Opens a file, or standard input for `-`.
    pub(super) fn open(path: &Path) -> Result<Self> {
        Ok(Self { input: input::open_list(path)?, line: Vec::new(), number: 0 })
    }

    /// Reads the next line that is not blank. Returns it without its end, which may be CR LF, without blanks before the end, and without
    /// the byte order mark of UTF-8 at the start of the list.
    ///
    /// # Errors
    ///
    /// Those of reading; [`InvalidData`](io::ErrorKind::InvalidData) for a line above 1 MiB.
    pub(super) fn next_line(&mut self) -> io::Result<Option<&[u8]>> {
        loop {
            self.line.clear();
            self.number += 1;
            let read = self.input.by_ref().take(MAX_LINE_LEN).read_until(b'\n', &mut self.line)?;
            if read == 0 {
                return Ok(None);
            }
            if self.line.pop_if(|last| *last == b'\n').is_none() && read as u64 == MAX_LINE_LEN {
                return Err(self.fault("it is longer than 1 MiB"));
            }
            while self.line.pop_if(|last| matches!(last, b'\r' | b' ')).is_some() {}
            let mark = if self.number == 1 { &b"\xef\xbb\xbf"[..] } else { b"" };
            let start = if self.line.starts_with(mark) { mark.len() } else { 0 };
            if !self.line[start..].trim_ascii().is_empty() {
                return Ok(Some(&self.line[start..]));
            }
        }
    }

    /// Reads the next feature of BED, whose comments, `track` and `browser` lines are left out.
    ///
    /// # Errors
    ///
    /// Those of [`next_line`](List::next_line); [`InvalidData`](io::ErrorKind::InvalidData) for a line that is not BED.
    pub(super) fn next_feature(&mut self) -> io::Result<Option<Feature>> {
        loop {
            let Some(line) = self.next_line()? else { return Ok(None) };
            let is_comment = line.starts_with(b"#")
                || [&b"track"[..], b"browser"].iter().any(|word| {
                    line.strip_prefix(*word).is_some_and(|rest| {
                        rest.first().is_none_or(|byte| matches!(byte, b' ' | b'\t' | b'='))
                    })
                });
            if !is_comment {
                let feature = Feature::parse(line);
                return feature.map(Some).map_err(|why| self.fault(why));
            }
        }
    }

    /// Creates an error of the current line.
    fn fault(&self, why: &str) -> io::Error {
        io::Error::new(io::ErrorKind::InvalidData, format!("line {}: {why}", self.number))
    }
}

/// A line of BED (UCSC Genome Browser, "BED format").
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Feature {
    /// Name of the sequence (column 1).
    pub(super) sequence: Vec<u8>,
    /// Letters, counted from 0 (columns 2 and 3).
    pub(super) range: Range<u64>,
    /// Name of the feature (column 4); empty if there is none.
    pub(super) name: Vec<u8>,
    /// Strand (column 6): `+`, `-`, or `.` for none and for a line without this column.
    pub(super) strand: u8,
}

impl Feature {
    fn parse(line: &[u8]) -> std::result::Result<Self, &'static str> {
        // Columns may be separated by blanks if no tab is in the line.
        let columns: Vec<&[u8]> = if line.contains(&b'\t') {
            line.split(|&byte| byte == b'\t').collect()
        } else {
            line.split(|&byte| byte == b' ').filter(|column| !column.is_empty()).collect()
        };
        let [sequence, start, end, more @ ..] = &columns[..] else {
            return Err("expected the name of a sequence, a start and an end, separated by tabs");
        };
        let number = |text: &[u8]| {
            let digits = std::str::from_utf8(text).ok().filter(|_| text.iter().all(u8::is_ascii_digit));
            digits.and_then(|digits| digits.parse::<u64>().ok()).ok_or("start and end are numbers of letters")
        };
        let range = number(start)?..number(end)?;
        if range.start > range.end {
            return Err("the end is before the start");
        }
        let strand = match more.get(2) {
            None => b'.',
            Some([strand @ (b'+' | b'-' | b'.')]) => *strand,
            Some(_) => return Err("the strand is none of `+`, `-` and `.`"),
        };
        let name = more.first().filter(|&&name| name != b".").map_or_else(Vec::new, |name| name.to_vec());
        Ok(Self { sequence: sequence.to_vec(), range, name, strand })
    }

    /// Returns the region in the notation of `fetch`, with the name of the feature as description.
    pub(super) fn title(&self) -> Title<'_> {
        let mut region = self.sequence.clone();
        region.extend_from_slice(format!(":{}-{}", self.range.start + 1, self.range.end).as_bytes());
        Title { region: Cow::Owned(region), description: &self.name }
    }
}

/// The definition of a record that is printed.
pub(super) struct Title<'text> {
    pub(super) region: Cow<'text, [u8]>,
    /// Text after the name; may be empty.
    pub(super) description: &'text [u8],
}

impl<'text> Title<'text> {
    /// A title without a description.
    pub(super) fn new(region: &'text [u8]) -> Self {
        Self { region: Cow::Borrowed(region), description: b"" }
    }

    /// Writes the definition line, with a mark for reverse complements as samtools writes it.
    pub(super) fn write(&self, start: &[u8], is_reversed: bool, out: &mut dyn io::Write) -> Result<()> {
        out.write_all(start)?;
        out.write_all(&self.region)?;
        out.write_all(if is_reversed { b"/rc" } else { b"" })?;
        if !self.description.is_empty() {
            out.write_all(b" ")?;
            out.write_all(self.description)?;
        }
        Ok(out.write_all(b"\n")?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(text: &'static str) -> List {
        List { input: Box::new(text.as_bytes()), line: Vec::new(), number: 0 }
    }

    #[test]
    fn lines_have_no_ends_marks_or_blanks() {
        let mut list = list("\u{feff}a b \r\n\n \t\r\n\r\nc\n\nd  ");
        for expected in ["a b", "c", "d"] {
            assert_eq!(list.next_line().unwrap(), Some(expected.as_bytes()));
        }
        assert_eq!(list.next_line().unwrap(), None);
    }

    #[test]
    fn features_have_three_to_twelve_columns() {
        let mut list = list(
            "\u{feff}browser position chr7\ntrack name=x\n# c\nchr 1\t0\t5\ntracks 7  9 .\nchr1\t1\t2\tgene one\t0\t-\tx\ttracker\nchr1\t1\t5 \r\n",
        );
        let feature = |sequence: &str, range, name: &str, strand| Feature {
            sequence: sequence.into(),
            range,
            name: name.into(),
            strand,
        };
        assert_eq!(list.next_feature().unwrap(), Some(feature("chr 1", 0..5, "", b'.')));
        assert_eq!(list.next_feature().unwrap(), Some(feature("tracks", 7..9, "", b'.')));
        assert_eq!(list.next_feature().unwrap(), Some(feature("chr1", 1..2, "gene one", b'-')));
        assert_eq!(list.next_feature().unwrap(), Some(feature("chr1", 1..5, "", b'.')));
        assert_eq!(list.next_feature().unwrap(), None);
    }

    #[test]
    fn faults_of_bed_have_their_line() {
        for (text, why) in [
            ("chr1\t1", "expected the name"),
            ("chr1\t-1\t5", "numbers"),
            ("chr1\t1\t", "numbers"),
            ("chr1\t1\t18446744073709551616", "numbers"),
            ("chr1\t6\t5", "before the start"),
            ("chr1\t1\t5\tn\t0\tx", "strand"),
        ] {
            let mut list = List { input: Box::new(io::Cursor::new(format!("\n{text}\n"))), ..list("") };
            let message = list.next_feature().unwrap_err().to_string();
            assert!(message.starts_with("line 2: ") && message.contains(why), "{message}");
        }
    }
}
