//! Tables: aligned, or separated by tabs for programs.

use std::io::{self, Write};

use serde::{Serialize, Serializer};

/// A cell.
#[derive(Debug, Clone)]
pub(crate) enum Cell {
    Text(String),
    Count(u64),
    /// A number and its decimals.
    Decimal(f64, usize),
    /// A percentage: two decimals in an aligned table, none in a table for programs, as seqkit prints it.
    Percentage(f64),
    /// A value that is not known: `-`, and null in JSON.
    Unknown,
}

impl Cell {
    fn is_number(&self) -> bool {
        !matches!(self, Self::Text(_) | Self::Unknown)
    }

    /// Formats it for programs.
    fn plain(&self) -> String {
        match self {
            Self::Text(text) => text.clone(),
            Self::Count(count) => count.to_string(),
            Self::Decimal(number, digits) => format!("{number:.digits$}"),
            Self::Percentage(number) => format!("{number:.0}"),
            Self::Unknown => "-".to_owned(),
        }
    }

    /// Formats it for an aligned table: with commas between thousands.
    fn pretty(&self) -> String {
        match self {
            Self::Text(text) => text.clone(),
            Self::Percentage(number) => format!("{number:.2}"),
            Self::Count(_) | Self::Decimal(..) => with_commas(&self.plain()),
            Self::Unknown => self.plain(),
        }
    }
}

impl Serialize for Cell {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Text(text) => serializer.serialize_str(text),
            Self::Count(count) => serializer.serialize_u64(*count),
            Self::Decimal(number, _) | Self::Percentage(number) => serializer.serialize_f64(*number),
            Self::Unknown => serializer.serialize_none(),
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

/// Rows with one cell per column.
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

    /// Returns the number of columns.
    pub(crate) fn columns(&self) -> usize {
        self.columns.len()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Writes the names of the columns with tabs between them.
    pub(crate) fn write_tabular_header(&self, out: &mut dyn Write) -> io::Result<()> {
        writeln!(out, "{}", self.columns.join("\t"))
    }

    /// Writes a row of the table with tabs between its cells.
    pub(crate) fn write_tabular(row: &[Cell], out: &mut dyn Write) -> io::Result<()> {
        let cells: Vec<String> = row.iter().map(Cell::plain).collect();
        writeln!(out, "{}", cells.join("\t"))
    }

    /// Writes the table with aligned columns: text to the left, numbers to the right. On a terminal that is too narrow for it, rows
    /// become columns, in as many blocks as are needed.
    pub(crate) fn write_aligned(&self, out: &mut dyn Write) -> io::Result<()> {
        let terminal = terminal_size::terminal_size_of(io::stdout());
        self.write_within(terminal.map(|(width, _)| width.0.into()), out)
    }

    /// Writes the table, transposed if it is wider than `width` characters.
    fn write_within(&self, width: Option<usize>, out: &mut dyn Write) -> io::Result<()> {
        let are_numbers: Vec<bool> = (0..self.columns.len())
            .map(|column| self.rows.iter().any(|row| row[column].is_number()))
            .collect();
        let head: Vec<String> = self.columns.iter().map(ToString::to_string).collect();
        let body = self.rows.iter().map(|row| row.iter().map(Cell::pretty).collect());
        let lines: Vec<Vec<String>> = std::iter::once(head).chain(body).collect();
        if width.is_some_and(|width| total(&widths(&lines)) > width) {
            return write_transposed(&lines, width.unwrap_or(usize::MAX), out);
        }
        write_lines(&lines, |_, column| are_numbers[column], out)
    }
}

/// Returns the length of the longest cell of each column in characters.
fn widths(lines: &[Vec<String>]) -> Vec<usize> {
    let columns = lines.first().map_or(0, Vec::len);
    let longest = |column: usize| lines.iter().map(|line| line[column].chars().count()).max().unwrap_or(0);
    (0..columns).map(longest).collect()
}

/// Returns the length of a line of columns with these widths.
fn total(widths: &[usize]) -> usize {
    (widths.iter().sum::<usize>() + GAP.len() * widths.len()).saturating_sub(GAP.len())
}

/// Writes lines with aligned cells.
fn write_lines(
    lines: &[Vec<String>],
    is_right: impl Fn(usize, usize) -> bool,
    out: &mut dyn Write,
) -> io::Result<()> {
    let widths = widths(lines);
    for (number, line) in lines.iter().enumerate() {
        let mut written = String::new();
        for (column, (text, &width)) in line.iter().zip(&widths).enumerate() {
            written +=
                &if is_right(number, column) { format!("{text:>width$}") } else { format!("{text:<width$}") };
            written += GAP;
        }
        writeln!(out, "{}", written.trim_end())?;
    }
    Ok(())
}

/// Writes each line as a column next to the first line. A block has as many columns as fit, and at least one.
fn write_transposed(lines: &[Vec<String>], width: usize, out: &mut dyn Write) -> io::Result<()> {
    let [head, rows @ ..] = lines else { return Ok(()) };
    let longest = |cells: &Vec<String>| cells.iter().map(|cell| cell.chars().count()).max().unwrap_or(0);
    let mut start = 0;
    while start < rows.len() {
        let mut end = start + 1;
        let mut filled = longest(head) + GAP.len() + longest(&rows[start]);
        while end < rows.len() && filled + GAP.len() + longest(&rows[end]) <= width {
            filled += GAP.len() + longest(&rows[end]);
            end += 1;
        }
        let block: Vec<Vec<String>> = (0..head.len())
            .map(|field| {
                [head].into_iter().chain(&rows[start..end]).map(|cells| cells[field].clone()).collect()
            })
            .collect();
        if start > 0 {
            writeln!(out)?;
        }
        write_lines(&block, |_, column| column > 0, out)?;
        start = end;
    }
    Ok(())
}

/// Between two columns.
const GAP: &str = "  ";

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
        table.write_within(None, &mut out).unwrap();
        assert_eq!(String::from_utf8(out).unwrap(), "file      n\na     1,000\nlong      1\n");
    }
    #[test]
    fn a_table_that_is_too_wide_is_transposed() {
        let mut table = Table::new(vec!["file", "count"]);
        table.push(vec!["a".into(), 1000.into()]);
        table.push(vec!["long name".into(), 1.into()]);
        table.push(vec!["bad".into(), Cell::Unknown]);
        let written = |width| {
            let mut out = Vec::new();
            table.write_within(Some(width), &mut out).unwrap();
            String::from_utf8(out).unwrap()
        };
        let aligned = "file       count\na          1,000\nlong name      1\nbad            -\n";
        assert_eq!(written(16), aligned);
        assert_eq!(
            written(15),
            "file       a\ncount  1,000\n\nfile   long name\ncount          1\n\nfile   bad\ncount    -\n"
        );
        let mut wide = Table::new(vec!["file", "a wide column", "another wide column"]);
        for file in ["a", "b", "c"] {
            wide.push(vec![file.into(), 1.into(), 2.into()]);
        }
        let mut out = Vec::new();
        wide.write_within(Some(25), &mut out).unwrap();
        assert_eq!(
            String::from_utf8(out).unwrap(),
            "file                 a  b\na wide column        1  1\nanother wide column  2  2\n\n\
             file                 c\na wide column        1\nanother wide column  2\n"
        );
    }
}
