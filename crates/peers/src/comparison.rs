//! Compares rows with each other, with the fastest peer and with memory bandwidth.

use std::io;

use crate::legend::Legend;
use crate::measure::Measured;
use crate::row::{Count, Kind};
use crate::table::{Csv, Table, ratio};

/// The results of all rows on one file.
#[derive(Debug)]
pub(crate) struct Comparison {
    len: u64,
    measured: Vec<Measured>,
}

const HEADINGS: [&str; 7] = ["parser", "access", "threads", "GB/s", "of fastest peer", "of roofline", "work"];

pub(crate) const CSV_HEADINGS: [&str; 10] = [
    "parser",
    "access",
    "threads",
    "records",
    "bases",
    "seconds",
    "GB/s",
    "of fastest peer",
    "of roofline",
    "work",
];

impl Comparison {
    /// Creates the comparison for a file of `len` decompressed bytes.
    pub(crate) fn new(len: u64, measured: Vec<Measured>) -> Self {
        Self { len, measured }
    }

    pub(crate) fn rows(&self) -> &[Measured] {
        &self.measured
    }

    /// Returns the number of bytes that speeds refer to.
    pub(crate) fn len(&self) -> u64 {
        self.len
    }

    /// Returns the count that all rows agree on.
    pub(crate) fn count(&self) -> Count {
        self.measured.iter().find_map(|measured| measured.count).unwrap_or_default()
    }

    /// Returns the speed of a row in gigabytes per second.
    pub(crate) fn speed(&self, measured: &Measured) -> f64 {
        self.len as f64 / measured.time.as_secs_f64() / 1e9
    }

    /// Returns the fastest of the selected rows.
    pub(crate) fn fastest(&self, rows: impl Fn(&Measured) -> bool) -> Option<&Measured> {
        self.measured.iter().filter(|measured| rows(measured)).min_by_key(|measured| measured.time)
    }

    /// Returns the fastest peer with at most this number of threads: with two threads available, a parser with one may still be the
    /// fastest.
    pub(crate) fn fastest_peer(&self, threads: usize) -> Option<&Measured> {
        self.fastest(|other| other.row.kind == Kind::Peer && other.row.threads <= threads)
    }

    /// Returns the faster roofline with this number of threads, mapped or read.
    pub(crate) fn roofline(&self, threads: usize) -> Option<&Measured> {
        self.fastest(|other| other.row.kind == Kind::Roofline && other.row.threads == threads)
    }

    pub(crate) fn table(&self, legend: &Legend) -> Table {
        let mut table = Table::new(&HEADINGS, 2);
        for measured in &self.measured {
            let [parser, access, threads, _, _, _, speed, of_peer, of_roofline, work] = self.cells(measured);
            table.add(vec![parser, access, threads, speed, of_peer, of_roofline, legend.mark(&work)]);
        }
        table
    }

    /// Adds the rows, each after the columns of its input.
    pub(crate) fn add_to(&self, csv: &mut Csv, on: &[String]) -> io::Result<()> {
        self.measured.iter().try_for_each(|measured| csv.add(&[on, &self.cells(measured)].concat()))
    }

    /// Returns the cells of a row; cells of uncounted values are empty.
    fn cells(&self, measured: &Measured) -> [String; 10] {
        let Measured { row, count, time, .. } = measured;
        let counted =
            |number: fn(Count) -> u64| count.map_or_else(String::new, |count| number(count).to_string());
        [
            row.name.to_string(),
            row.access.to_string(),
            row.threads.to_string(),
            counted(|count| count.records),
            counted(|count| count.len),
            format!("{:.6}", time.as_secs_f64()),
            format!("{:.2}", self.speed(measured)),
            ratio(of(measured, self.fastest_peer(row.threads))),
            ratio(of(measured, self.roofline(row.threads))),
            row.work.to_string(),
        ]
    }
}

/// Returns the speed of a row relative to another one.
pub(crate) fn of(measured: &Measured, other: Option<&Measured>) -> Option<f64> {
    Some(other?.time.as_secs_f64() / measured.time.as_secs_f64())
}

#[cfg(test)]
pub(crate) mod tests {
    use std::time::Duration;

    use super::*;
    use crate::row::{Access, Row, Run};

    /// Creates a row that took `millis` milliseconds for a file of 1 GB with one record.
    pub(crate) fn measured(kind: Kind, access: Access, threads: usize, millis: u64) -> Measured {
        let row = Row {
            kind,
            name: "name",
            formats: &[],
            access,
            threads,
            work: "work",
            run: Run::Here(|_, _| Ok(None)),
        };
        let count = (kind != Kind::Roofline).then_some(Count { records: 1, len: 1 });
        Measured { row, count, time: Duration::from_millis(millis), faults: 0 }
    }

    #[test]
    fn rows_are_compared_with_peer_and_roofline() {
        let comparison = Comparison::new(
            1_000_000_000,
            vec![
                measured(Kind::Ours, Access::Mapped, 1, 200),
                measured(Kind::Peer, Access::Read, 1, 100),
                measured(Kind::Roofline, Access::Read, 1, 160),
                measured(Kind::Roofline, Access::Mapped, 1, 80),
                measured(Kind::Ours, Access::Mapped, 2, 50),
                measured(Kind::Peer, Access::Read, 2, 400),
                measured(Kind::Roofline, Access::Mapped, 2, 40),
            ],
        );
        let cells: Vec<_> = comparison.measured.iter().map(|measured| comparison.cells(measured)).collect();
        assert_eq!(cells[0][..6], ["name", "mapped", "1", "1", "1", "0.200000"]);
        assert_eq!(cells[0][6..], ["5.00", "0.50", "0.40", "work"]);
        assert_eq!(cells[2][3..5], ["", ""]);
        assert_eq!(cells[4][6..], ["20.00", "2.00", "0.80", "work"]);
        assert_eq!(cells[5][7], "0.25");
    }
}
