//! The text form of an index of names: one line per record with tab-separated columns (`faidx(5)`).

use std::io::{BufRead, Write};

use super::{Entry, Fai};
use crate::error::{ErrorKind, Result};

impl Fai {
    /// Reads an index. Omits entries whose name occurred before.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::DamagedIndex`] if a line does not have five or six columns with numbers in all but the first, or differs from
    /// the previous line in their number, if the last line has no line feed, or if the lines of a sequence have more letters than
    /// bytes; [`ErrorKind::Io`] if the index cannot be read.
    pub fn read(mut input: impl BufRead) -> Result<Self> {
        let mut entries: Vec<Entry> = Vec::new();
        let mut line = Vec::new();
        while input.read_until(b'\n', &mut line)? > 0 {
            let text = line.strip_suffix(b"\n");
            let entry = text.and_then(parse_line);
            let has_same_columns =
                |entry: &Entry| entry.quality_offset.is_some() == entries[0].quality_offset.is_some();
            let what = match entry {
                None if text.is_none() => "the index is truncated: the line has no line end",
                Some(entry) if !has_lines(&entry) => "a line has more letters than bytes",
                Some(entry) if entries.is_empty() || has_same_columns(&entry) => {
                    entries.push(entry);
                    line.clear();
                    continue;
                }
                Some(_) => "the number of columns differs from that of earlier lines",
                None => "expected a name and four or five numbers, separated by tabs",
            };
            let why = format!("line {}: {what}", entries.len() + 1);
            return Err(ErrorKind::DamagedIndex { why }.into());
        }
        Ok(Self::from_entries(entries))
    }

    /// Writes the index in the format of samtools.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Io`] if the writer fails.
    pub fn write(&self, mut out: impl Write) -> Result<()> {
        for entry in self.entries() {
            let Entry { length, offset, line_bases, line_width, .. } = entry;
            out.write_all(&entry.name)?;
            write!(out, "\t{length}\t{offset}\t{line_bases}\t{line_width}")?;
            match entry.quality_offset {
                Some(quality_offset) => writeln!(out, "\t{quality_offset}")?,
                None => writeln!(out)?,
            }
        }
        Ok(())
    }
}

/// Whether the letters of a sequence fit in its lines, all of which except the last have a line end.
fn has_lines(entry: &Entry) -> bool {
    let Entry { length, line_bases, line_width, .. } = *entry;
    length == 0
        || (line_bases > 0 && line_bases < line_width)
        || (line_bases == line_width && length <= line_bases)
}

/// Parses a line.
fn parse_line(line: &[u8]) -> Option<Entry> {
    let mut columns = line.split(|&byte| byte == b'\t');
    let name = columns.next()?.into();
    let mut number = || columns.next().map(parse_number);
    let (length, offset) = (number()??, number()??);
    let (line_bases, line_width) = (number()??, number()??);
    let quality_offset = match number() {
        Some(number) => Some(number?),
        None => None,
    };
    let entry = Entry { name, length, offset, line_bases, line_width, quality_offset };
    number().is_none().then_some(entry)
}

/// Parses a number of digits only.
fn parse_number(text: &[u8]) -> Option<u64> {
    let digits = text.iter().all(u8::is_ascii_digit);
    std::str::from_utf8(text).ok().filter(|_| digits)?.parse().ok()
}
