//! Tables for people, and comma-separated values for programs.

use std::borrow::Cow;
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;

/// Rows of cells below headings, aligned in the output.
#[derive(Debug)]
pub(crate) struct Table {
    lines: Vec<Vec<String>>,
    /// Number of columns that contain words; the others contain numbers.
    words: usize,
}

impl Table {
    pub(crate) fn new(headings: &[&str], words: usize) -> Self {
        Self { lines: vec![headings.iter().map(|&heading| heading.into()).collect()], words }
    }

    /// Adds a row with as many cells as there are headings.
    pub(crate) fn add(&mut self, cells: Vec<String>) {
        assert_eq!(cells.len(), self.lines[0].len(), "{cells:?}");
        self.lines.push(cells);
    }

    pub(crate) fn write(&self, out: &mut impl Write) -> io::Result<()> {
        let widths: Vec<usize> = (0..self.lines[0].len()).map(|column| self.width(column)).collect();
        for cells in &self.lines {
            let mut padded = Vec::new();
            for (column, (cell, &width)) in cells.iter().zip(&widths).enumerate() {
                match (column < self.words, width) {
                    (_, 0) => {}
                    (true, _) => padded.push(format!("{cell:<width$}")),
                    (false, _) => padded.push(format!("{cell:>width$}")),
                }
            }
            writeln!(out, "{}", padded.join("  ").trim_end())?;
        }
        Ok(())
    }

    /// Returns the width of a column, or 0 if all its cells are empty.
    fn width(&self, column: usize) -> usize {
        let width = |cells: &Vec<String>| cells[column].chars().count();
        let widest = self.lines[1..].iter().map(width).max().unwrap_or(0);
        if widest == 0 { 0 } else { widest.max(width(&self.lines[0])) }
    }
}

/// A file of comma-separated values, if one is requested.
pub(crate) struct Csv(Option<BufWriter<File>>);

impl Csv {
    /// Creates the file with the headings.
    pub(crate) fn create(path: Option<&Path>, headings: &[&str]) -> io::Result<Self> {
        let mut csv = Self(path.map(File::create).transpose()?.map(BufWriter::new));
        csv.add(&headings.iter().map(|&heading| heading.into()).collect::<Vec<_>>())?;
        Ok(csv)
    }

    pub(crate) fn add(&mut self, cells: &[String]) -> io::Result<()> {
        let Some(out) = &mut self.0 else { return Ok(()) };
        let cells: Vec<_> = cells.iter().map(|cell| quoted(cell)).collect();
        writeln!(out, "{}", cells.join(","))
    }

    /// Flushes the file.
    pub(crate) fn flush(&mut self) -> io::Result<()> {
        self.0.as_mut().map_or(Ok(()), Write::flush)
    }
}

/// Quotes a cell according to RFC 4180.
fn quoted(cell: &str) -> Cow<'_, str> {
    if cell.contains(['"', ',', '\n']) {
        format!("\"{}\"", cell.replace('"', "\"\"")).into()
    } else {
        cell.into()
    }
}

/// Formats a ratio; `None` gives an empty text.
pub(crate) fn ratio(ratio: Option<f64>) -> String {
    ratio.map_or_else(String::new, |ratio| format!("{ratio:.2}"))
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn columns_are_aligned_and_empty_ones_left_out() {
        let mut table = Table::new(&["name", "empty", "n"], 2);
        table.add(vec!["é".into(), String::new(), "10".into()]);
        let mut out = Vec::new();
        table.write(&mut out).unwrap();
        assert_eq!(String::from_utf8(out).unwrap(), "name   n\né     10\n");
    }

    #[test]
    fn cells_with_commas_or_quotes_are_quoted() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("rows.csv");
        let mut csv = Csv::create(Some(&path), &["a", "b"]).unwrap();
        csv.add(&["x, y".into(), "the \"b\"".into()]).unwrap();
        csv.flush().unwrap();
        assert_eq!(fs::read_to_string(path).unwrap(), "a,b\n\"x, y\",\"the \"\"b\"\"\"\n");
    }
}
