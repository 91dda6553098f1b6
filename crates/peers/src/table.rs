//! The table of all rows, for people and for programs.

use std::io::{self, Write};
use std::time::Duration;

use crate::machine;
use crate::row::{Count, Kind, Row};

const HEADINGS: [&str; 8] =
    ["parser", "way", "threads", "records", "bases", "GB/s", "of fastest peer", "of roofline"];

/// How many of the columns hold words; the others hold numbers.
const WORDS: usize = 2;

const ABOVE_ROOFLINE: &str = "\
More than 1 of the roofline: such a row does not look at every byte (helicase steps over long quality lines), or the file
is so small that starting threads takes most of the time.";

const WITHOUT_AVX2: &str = "\
Not built for AVX2: helicase picks its SIMD when it is compiled and falls back to SSE or, where that is not asked for
either, to scalar code. Build with RUSTFLAGS=\"-C target-cpu=native\" for what it can do.";

pub(crate) struct Measured {
    pub(crate) row: Row,
    /// What all rows agree on.
    pub(crate) count: Count,
    pub(crate) time: Duration,
}

pub(crate) struct Table {
    len: u64,
    measured: Vec<Measured>,
}

impl Table {
    /// The table for a file of `len` bytes.
    pub(crate) fn new(len: u64, measured: Vec<Measured>) -> Self {
        Self { len, measured }
    }

    pub(crate) fn write_text(&self, out: &mut impl Write, head: &str) -> io::Result<()> {
        let lines: Vec<_> = [HEADINGS.map(String::from)].into_iter().chain(self.cells()).collect();
        let widths: [usize; 8] =
            std::array::from_fn(|column| lines.iter().map(|cells| cells[column].len()).max().unwrap_or(0));

        writeln!(out, "{head}\n")?;
        for cells in &lines {
            let padded: Vec<_> = cells
                .iter()
                .zip(widths)
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
        if !machine::AVX2 {
            writeln!(out, "\n{WITHOUT_AVX2}")?;
        }
        Ok(())
    }

    /// The same with the head in comments; no cell has a comma or a quote.
    pub(crate) fn write_csv(&self, out: &mut impl Write, head: &str) -> io::Result<()> {
        for line in head.lines() {
            writeln!(out, "# {line}")?;
        }
        writeln!(out, "{}", HEADINGS.join(","))?;
        self.cells().try_for_each(|cells| writeln!(out, "{}", cells.join(",")))
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
