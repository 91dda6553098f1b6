//! Output of rows, one by one.

use std::io::{self, Write};

use clap::ValueEnum;

use super::row::{Field, Object, Row};

/// Output format of `packets`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum PacketsFormat {
    /// One line per packet, with commas between the fields
    Csv,
    /// One object per file, with one line per packet
    Json,
}

/// The output of the packets of one file.
pub(super) struct List<'a> {
    out: &'a mut dyn Write,
    format: PacketsFormat,
    fields: &'a [Field],
    /// The name of the file in each row, if there are several files.
    name: Option<&'a str>,
    rows: u64,
}

impl<'a> List<'a> {
    pub(super) fn begin(
        out: &'a mut dyn Write,
        format: PacketsFormat,
        fields: &'a [Field],
        name: Option<&'a str>,
    ) -> io::Result<Self> {
        if format == PacketsFormat::Json {
            write!(out, "{{")?;
            if let Some(name) = name {
                write!(out, "\"filename\":{},", serde_json::to_string(name)?)?;
            }
            write!(out, "\"packets\":[")?;
        }
        Ok(Self { out, format, fields, name, rows: 0 })
    }

    pub(super) fn push(&mut self, row: &Row) -> io::Result<()> {
        self.rows += 1;
        match self.format {
            PacketsFormat::Csv => self.push_line(row),
            PacketsFormat::Json => {
                self.out.write_all(if self.rows == 1 { b"\n" } else { b",\n" })?;
                Ok(serde_json::to_writer(&mut *self.out, &Object { row, fields: self.fields })?)
            }
        }
    }

    fn push_line(&mut self, row: &Row) -> io::Result<()> {
        let mut comma = "";
        if let Some(name) = self.name {
            write_name(self.out, name)?;
            comma = ",";
        }
        for &field in self.fields {
            match row.get(field) {
                Some(value) => write!(self.out, "{comma}{value}")?,
                None => write!(self.out, "{comma}N/A")?,
            }
            comma = ",";
        }
        writeln!(self.out)
    }

    /// Writes the buffered rows, so that messages follow them.
    pub(super) fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }

    pub(super) fn end(self) -> io::Result<()> {
        match self.format {
            PacketsFormat::Csv => Ok(()),
            PacketsFormat::Json => writeln!(self.out, "\n]}}"),
        }
    }
}

/// Writes a name as a field of CSV: between quotes if it contains a separator, a quote or a line end.
fn write_name(out: &mut dyn Write, name: &str) -> io::Result<()> {
    if name.contains([',', '"', '\n', '\r']) {
        write!(out, "\"{}\"", name.replace('"', "\"\""))
    } else {
        write!(out, "{name}")
    }
}
