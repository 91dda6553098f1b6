//! The table of all rows, for people and for programs.

use std::io::{self, Write};

use crate::measure::Measured;
use crate::row::Kind;

const HEADINGS: [&str; 8] =
    ["parser", "way", "threads", "records", "bases", "GB/s", "of fastest peer", "of roofline"];

/// How many of the columns hold words; the others hold numbers.
const WORDS: usize = 2;

const ABOVE_ROOFLINE: &str = "\
More than 1 of the roofline: such a row does not look at every byte (helicase steps over long quality lines), or the file
is so small that starting threads takes most of the time.";

pub(crate) struct Table {
    len: u64,
    measured: Vec<Measured>,
}

impl Table {
    /// The table for a file that holds `len` bytes, decompressed.
    pub(crate) fn new(len: u64, measured: Vec<Measured>) -> Self {
        Self { len, measured }
    }

    pub(crate) fn write_text(&self, out: &mut impl Write, head: &str) -> io::Result<()> {
        let lines = self.lines();
        let widths: Vec<usize> = (0..lines[0].len())
            .map(|column| lines.iter().map(|cells| cells[column].len()).max().unwrap_or(0))
            .collect();

        writeln!(out, "{head}\n")?;
        for cells in &lines {
            let padded: Vec<_> = cells
                .iter()
                .zip(&widths)
                .enumerate()
                .map(|(column, (cell, width))| match column {
                    ..WORDS => format!("{cell:<width$}"),
                    _ => format!("{cell:>width$}"),
                })
                .collect();
            writeln!(out, "{}", padded.join("  "))?;
        }
        if self.measured.iter().any(|measured| self.of_roofline(measured).is_some_and(|ratio| ratio > 1.0)) {
            writeln!(out, "\n{ABOVE_ROOFLINE}")?;
        }
        Ok(())
    }

    /// The same with the head in comments; no cell has a comma or a quote.
    pub(crate) fn write_csv(&self, out: &mut impl Write, head: &str) -> io::Result<()> {
        for line in head.lines() {
            writeln!(out, "# {line}")?;
        }
        self.lines().iter().try_for_each(|cells| writeln!(out, "{}", cells.join(",")))
    }

    /// The headings and the cells below, without the roofline where no row is one.
    fn lines(&self) -> Vec<Vec<String>> {
        let has_roofline = self.measured.iter().any(|measured| measured.row.kind == Kind::Roofline);
        let columns = HEADINGS.len() - usize::from(!has_roofline);
        let lines = [HEADINGS.map(String::from)].into_iter().chain(self.cells());
        lines.map(|cells| cells.into_iter().take(columns).collect()).collect()
    }

    /// The cells of every line. Those for which there is nothing to say are empty.
    fn cells(&self) -> impl Iterator<Item = [String; 8]> {
        self.measured.iter().map(|measured| {
            let Measured { row, count, .. } = measured;
            let counted =
                |number: u64| if row.kind == Kind::Roofline { String::new() } else { number.to_string() };
            let ratio = |ratio: Option<f64>| ratio.map_or_else(String::new, |ratio| format!("{ratio:.2}"));
            [
                row.name.to_string(),
                row.way.to_string(),
                row.threads.to_string(),
                counted(count.records),
                counted(count.bases),
                format!("{:.2}", self.speed(measured)),
                ratio(self.of_fastest_peer(measured)),
                ratio(self.of_roofline(measured)),
            ]
        })
    }

    /// Gigabytes per second.
    fn speed(&self, measured: &Measured) -> f64 {
        self.len as f64 / measured.time.as_secs_f64() / 1e9
    }

    /// How a row compares with the fastest peer that has as many threads.
    fn of_fastest_peer(&self, measured: &Measured) -> Option<f64> {
        let rivals =
            |other: &&Measured| other.row.kind == Kind::Peer && other.row.threads == measured.row.threads;
        let fastest =
            self.measured.iter().filter(rivals).map(|other| self.speed(other)).max_by(f64::total_cmp)?;
        Some(self.speed(measured) / fastest)
    }

    /// How a row compares with what memory allows, got at in the same way with as many threads.
    fn of_roofline(&self, measured: &Measured) -> Option<f64> {
        let same = |other: &&Measured| {
            other.row.kind == Kind::Roofline
                && (other.row.way, other.row.threads) == (measured.row.way, measured.row.threads)
        };
        Some(self.speed(measured) / self.speed(self.measured.iter().find(same)?))
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::row::{Count, Row};
    use crate::{peers, roofline};

    /// The headings, and the cells of the first row.
    fn csv(rows: &[Row]) -> (String, String) {
        let measured = rows
            .iter()
            .map(|row| Measured { row: *row, count: Count::default(), time: Duration::from_secs(1) })
            .collect();
        let mut out = Vec::new();
        Table::new(2_000_000_000, measured).write_csv(&mut out, "head").unwrap();
        let text = String::from_utf8(out).unwrap();
        let mut lines = text.lines().skip(1).map(String::from);
        (lines.next().unwrap(), lines.next().unwrap())
    }

    #[test]
    fn a_column_for_the_roofline_is_there_where_one_is() {
        let (peer, roofline) = (peers::rows()[0], roofline::ROWS[0]);
        let (headings, cells) = csv(&[peer, roofline]);
        assert!(
            headings.ends_with("of fastest peer,of roofline") && cells.ends_with("2.00,1.00,1.00"),
            "{cells}"
        );
        let (headings, cells) = csv(&[peer]);
        assert!(headings.ends_with("GB/s,of fastest peer") && cells.ends_with("2.00,1.00"), "{cells}");
    }
}
