//! Tables with the data of plots.

use std::io::{self, Write};

use super::markup::{Escaped, Name};
use super::numbers::{count, px};

/// Maximum number of rows of a table.
const MAX_ROWS: usize = 1000;

/// Maximum number of cells of a table, if it has more than [`MIN_ROWS`] rows.
const MAX_CELLS: usize = 100_000;

const MIN_ROWS: usize = 50;

/// A column of values.
#[derive(Debug, Clone)]
pub(super) struct Column {
    /// The header.
    pub(super) name: String,
    /// The number of the series in the plot that has these values, and its colours.
    pub(super) series: Option<(usize, String)>,
    /// Top and bottom of the values in the plot, if each column has its own place there.
    pub(super) span: Option<(f64, f64)>,
}

/// A row of values.
#[derive(Debug, Clone)]
pub(super) struct Row {
    /// The header.
    pub(super) label: String,
    /// Left and right end of the values in the plot.
    pub(super) span: (f64, f64),
    /// The value of each column, if it has one.
    pub(super) cells: Vec<Option<String>>,
}

/// A table. The script of the page reads the values at a place of the plot from it.
#[derive(Debug, Clone)]
pub(super) struct Table {
    /// The header of the column of row headers.
    pub(super) head: &'static str,
    /// The columns after that.
    pub(super) columns: Vec<Column>,
    /// The rows.
    pub(super) rows: Vec<Row>,
}

impl Table {
    /// Writes the table in an element that can be opened. `title` names it.
    pub(super) fn write(&self, title: &str, out: &mut dyn Write) -> io::Result<()> {
        let most = MAX_ROWS.min((MAX_CELLS / self.columns.len().max(1)).max(MIN_ROWS));
        let step = self.rows.len().div_ceil(most).max(1);
        write!(out, r#"<details class="data"><summary>Data table"#)?;
        if step > 1 {
            let (shown, all) = (count(self.rows.len().div_ceil(step) as u64), count(self.rows.len() as u64));
            write!(out, " ({shown} of {all} rows)")?;
        }
        write!(
            out,
            "</summary>\n<div class=\"scroll\" tabindex=\"0\"><table><caption>{}</caption>",
            Escaped(title)
        )?;
        write!(out, "\n<thead><tr><th scope=\"col\">{}</th>", Escaped(self.head))?;
        for Column { name, series, span } in &self.columns {
            write!(out, r#"<th scope="col""#)?;
            if let Some((number, style)) = series {
                write!(out, r#" data-series="{number}" data-style="{style}""#)?;
            }
            if let Some((top, bottom)) = span {
                write!(out, r#" data-y="{} {}""#, px(*top), px(*bottom))?;
            }
            write!(out, ">{}</th>", Name(name))?;
        }
        writeln!(out, "</tr></thead>\n<tbody>")?;
        for Row { label, span: (left, right), cells } in self.rows.iter().step_by(step) {
            write!(
                out,
                r#"<tr data-x="{} {}"><th scope="row">{}</th>"#,
                px(*left),
                px(*right),
                Escaped(label)
            )?;
            for cell in cells {
                write!(out, "<td>{}</td>", Escaped(cell.as_deref().unwrap_or_default()))?;
            }
            writeln!(out, "</tr>")?;
        }
        writeln!(out, "</tbody></table></div></details>")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(rows: usize, columns: usize) -> String {
        let column = Column { name: "A & B".into(), series: Some((3, "c1".into())), span: None };
        let row = Row { label: "1-2".into(), span: (0.0, 2.5), cells: vec![Some("7".into()); columns] };
        let table = Table { head: "Position", columns: vec![column; columns], rows: vec![row; rows] };
        let mut out = Vec::new();
        table.write("T", &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn tables_have_headers_and_places() {
        let text = table(1, 1);
        assert!(
            text.contains(r#"<th scope="col" data-series="3" data-style="c1"><bdi>A &amp; B</bdi></th>"#),
            "{text}"
        );
        let row = r#"<tr data-x="0 2.5"><th scope="row">1-2</th><td>7</td></tr>"#;
        assert!(text.contains(row), "{text}");
    }

    #[test]
    fn long_tables_are_thinned_and_say_so() {
        let text = table(2500, 1);
        assert!(text.contains("(834 of 2,500 rows)"), "{text}");
        assert_eq!(text.matches("<tr data-x").count(), 834);
        assert_eq!(table(1000, 1).matches("<tr data-x").count(), 1000);
        assert_eq!(table(500, 500).matches("<tr data-x").count(), 167);
    }
}
