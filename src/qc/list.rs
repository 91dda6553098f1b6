//! Lists that a user can replace: text with one entry on each line, blank lines, and comments after `#`.

use std::io::BufRead;

use crate::error::{Error, ErrorKind, Result};

/// Maximum length of a line in bytes, so that a file of another kind does not fill the memory.
const MAX_LINE: u64 = 1 << 20;

/// Maximum number of bytes that an error quotes.
const EXCERPT_LEN: usize = 60;

/// A line with an entry, without its line end.
#[derive(Debug)]
pub(super) struct Line<'line> {
    /// The list, for errors.
    list: &'static str,
    /// Number of the line, from 1.
    number: u64,
    pub(super) text: &'line [u8],
}

impl Line<'_> {
    /// Returns the error of an invalid line.
    pub(super) fn error(&self, what: &str) -> Error {
        let excerpt = self.text[..self.text.len().min(EXCERPT_LEN)].escape_ascii();
        let Self { list, number, .. } = self;
        ErrorKind::Invalid(format!("{list}: line {number}: {what}: \"{excerpt}\"").into()).into()
    }

    /// Returns the two columns of a list of named sequences, separated by tabs. The sequence is in upper case.
    pub(super) fn named_sequence(&self) -> Result<(String, Vec<u8>)> {
        let mut columns = self
            .text
            .split(|&byte| byte == b'\t')
            .map(<[u8]>::trim_ascii)
            .filter(|column| !column.is_empty());
        match (columns.next(), columns.next(), columns.next()) {
            (Some(name), Some(sequence), None) => {
                Ok((String::from_utf8_lossy(name).into_owned(), sequence.to_ascii_uppercase()))
            }
            _ => Err(self.error("expected a name and a sequence, separated by tabs")),
        }
    }
}

/// Calls `parse` for each line with an entry.
///
/// # Errors
///
/// Those of `parse`, [`ErrorKind::Io`] if the input cannot be read, and [`ErrorKind::Invalid`] for a line above 1 MiB.
pub(super) fn read(
    list: &'static str,
    mut input: impl BufRead,
    mut parse: impl FnMut(&Line<'_>) -> Result<()>,
) -> Result<()> {
    let mut bytes = Vec::new();
    for number in 1.. {
        bytes.clear();
        if std::io::Read::take(&mut input, MAX_LINE).read_until(b'\n', &mut bytes)? == 0 {
            break;
        }
        let line = Line { list, number, text: bytes.trim_ascii_end() };
        if bytes.len() as u64 == MAX_LINE && !bytes.ends_with(b"\n") {
            return Err(line.error("the line is longer than 1 MiB"));
        }
        if !line.text.is_empty() && !line.text.starts_with(b"#") {
            parse(&line)?;
        }
    }
    Ok(())
}
