//! Tables: aligned for people, or separated by tabs for programs.

use std::io::{self, Write};

use serde::{Serialize, Serializer};

/// A cell.
#[derive(Debug, Clone)]
pub(crate) enum Cell {
    Text(String),
    Count(u64),
    /// A number and its decimals.
    Decimal(f64, usize),
    /// A percentage: two decimals for a person, none in a table for programs, as seqkit prints it.
    Percentage(f64),
}

impl Cell {
    fn is_number(&self) -> bool {
        !matches!(self, Self::Text(_))
    }

    /// For a program.
    fn plain(&self) -> String {
        match self {
            Self::Text(text) => text.clone(),
            Self::Count(count) => count.to_string(),
            Self::Decimal(number, digits) => format!("{number:.digits$}"),
            Self::Percentage(number) => format!("{number:.0}"),
        }
    }

    /// For a person: with commas between thousands.
    fn pretty(&self) -> String {
        match self {
            Self::Text(text) => text.clone(),
            Self::Percentage(number) => format!("{number:.2}"),
            Self::Count(_) | Self::Decimal(..) => with_commas(&self.plain()),
        }
    }
}

impl Serialize for Cell {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Text(text) => serializer.serialize_str(text),
            Self::Count(count) => serializer.serialize_u64(*count),
            Self::Decimal(number, _) | Self::Percentage(number) => serializer.serialize_f64(*number),
        }
    }
}

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        Self::Text(text.into())
    }
}

impl From<u64> for Cell {
    fn from(count: u64) -> Self {
        Self::Count(count)
    }
}

/// Rows of as many cells as there are columns.
#[derive(Debug)]
pub(crate) struct Table {
    columns: Vec<&'static str>,
    rows: Vec<Vec<Cell>>,
}

impl Table {
    pub(crate) fn new(columns: Vec<&'static str>) -> Self {
        Self { columns, rows: Vec::new() }
    }

    pub(crate) fn push(&mut self, row: Vec<Cell>) {
        debug_assert_eq!(row.len(), self.columns.len());
        self.rows.push(row);
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Writes the table with tabs between its columns.
    pub(crate) fn write_tabular(&self, out: &mut dyn Write) -> io::Result<()> {
        writeln!(out, "{}", self.columns.join("\t"))?;
        for row in &self.rows {
            let cells: Vec<String> = row.iter().map(Cell::plain).collect();
            writeln!(out, "{}", cells.join("\t"))?;
        }
        Ok(())
    }

    /// Writes the table with aligned columns: text to the left, numbers to the right.
    pub(crate) fn write_aligned(&self, out: &mut dyn Write) -> io::Result<()> {
        let head: Vec<String> = self.columns.iter().map(ToString::to_string).collect();
        let body = self.rows.iter().map(|row| row.iter().map(Cell::pretty).collect());
        let lines: Vec<Vec<String>> = std::iter::once(head).chain(body).collect();
        let widths: Vec<usize> = (0..self.columns.len())
            .map(|column| lines.iter().map(|line| line[column].chars().count()).max().unwrap_or(0))
            .collect();
        let are_numbers: Vec<bool> = (0..self.columns.len())
            .map(|column| self.rows.first().is_some_and(|row| row[column].is_number()))
            .collect();
        for line in &lines {
            let mut written = String::new();
            for ((text, &width), &is_number) in line.iter().zip(&widths).zip(&are_numbers) {
                written += &if is_number { format!("{text:>width$}  ") } else { format!("{text:<width$}  ") };
            }
            writeln!(out, "{}", written.trim_end())?;
        }
        Ok(())
    }
}

/// Puts commas between thousands.
pub(crate) fn with_commas(number: &str) -> String {
    let (whole, rest) = number.split_at(number.find('.').unwrap_or(number.len()));
    let mut text = String::new();
    for (at, digit) in whole.char_indices() {
        if at > 0 && (whole.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commas_stand_between_thousands() {
        for (number, expected) in [
            ("0", "0"),
            ("999", "999"),
            ("1000", "1,000"),
            ("1234567.89", "1,234,567.89"),
            ("123456", "123,456"),
        ] {
            assert_eq!(with_commas(number), expected);
        }
    }

    #[test]
    fn numbers_are_aligned_to_the_right() {
        let mut table = Table::new(vec!["file", "n"]);
        table.push(vec!["a".into(), 1000.into()]);
        table.push(vec!["long".into(), 1.into()]);
        let mut out = Vec::new();
        table.write_aligned(&mut out).unwrap();
        assert_eq!(String::from_utf8(out).unwrap(), "file      n\na     1,000\nlong      1\n");
    }
}
