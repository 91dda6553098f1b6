//! How rows compare with each other, with the fastest peer and with what memory allows.

use std::io;

use crate::legend::Legend;
use crate::measure::Measured;
use crate::row::{Count, Kind};
use crate::table::{Csv, Table, ratio};

/// Rows that went through one file.
#[derive(Debug)]
pub(crate) struct Comparison {
    len: u64,
    measured: Vec<Measured>,
}

const HEADINGS: [&str; 7] = ["parser", "way", "threads", "GB/s", "of fastest peer", "of roofline", "work"];

pub(crate) const CSV_HEADINGS: [&str; 10] = [
    "parser",
    "way",
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
    /// Of a file that holds `len` bytes, decompressed.
    pub(crate) fn new(len: u64, measured: Vec<Measured>) -> Self {
        Self { len, measured }
    }

    pub(crate) fn rows(&self) -> &[Measured] {
        &self.measured
    }

    /// How many bytes the speeds are of.
    pub(crate) fn len(&self) -> u64 {
        self.len
    }

    /// What all rows agree on.
    pub(crate) fn count(&self) -> Count {
        self.measured.iter().find_map(|measured| measured.count).unwrap_or_default()
    }

    /// Gigabytes per second.
    pub(crate) fn speed(&self, measured: &Measured) -> f64 {
        self.len as f64 / measured.time.as_secs_f64() / 1e9
    }

    /// The fastest of some rows.
    pub(crate) fn fastest(&self, rows: impl Fn(&Measured) -> bool) -> Option<&Measured> {
        self.measured.iter().filter(|measured| rows(measured)).min_by_key(|measured| measured.time)
    }

    /// The fastest peer that takes no more threads: who has two may well do best with a parser that takes one.
    pub(crate) fn fastest_peer(&self, threads: usize) -> Option<&Measured> {
        self.fastest(|other| other.row.kind == Kind::Peer && other.row.threads <= threads)
    }

    /// What memory allows with so many threads: mapped or read, what is faster.
    pub(crate) fn roofline(&self, threads: usize) -> Option<&Measured> {
        self.fastest(|other| other.row.kind == Kind::Roofline && other.row.threads == threads)
    }

    pub(crate) fn table(&self, legend: &Legend) -> Table {
        let mut table = Table::new(&HEADINGS, 2);
        for measured in &self.measured {
            let [parser, way, threads, _, _, _, speed, of_peer, of_roofline, work] = self.cells(measured);
            table.add(vec![parser, way, threads, speed, of_peer, of_roofline, legend.mark(&work)]);
        }
        table
    }

    /// Adds the rows, each behind what they were measured on.
    pub(crate) fn add_to(&self, csv: &mut Csv, on: &[String]) -> io::Result<()> {
        self.measured.iter().try_for_each(|measured| csv.add(&[on, &self.cells(measured)].concat()))
    }

    /// What there is to say of a row. What it does not count is left empty.
    fn cells(&self, measured: &Measured) -> [String; 10] {
        let Measured { row, count, time, .. } = measured;
        let counted =
            |number: fn(Count) -> u64| count.map_or_else(String::new, |count| number(count).to_string());
        [
            row.name.to_string(),
            row.way.to_string(),
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

/// How fast a row is, where another one is 1.
pub(crate) fn of(measured: &Measured, other: Option<&Measured>) -> Option<f64> {
    Some(other?.time.as_secs_f64() / measured.time.as_secs_f64())
}

#[cfg(test)]
pub(crate) mod tests {
    use std::time::Duration;

    use super::*;
    use crate::row::{Row, Run, Way};

    /// A row that took so many milliseconds, of a file of 1 GB with a record.
    pub(crate) fn measured(kind: Kind, way: Way, threads: usize, millis: u64) -> Measured {
        let row = Row {
            kind,
            name: "name",
            formats: &[],
            way,
            threads,
            work: "work",
            run: Run::Here(|_, _| Ok(None)),
        };
        let count = (kind != Kind::Roofline).then_some(Count { records: 1, len: 1 });
        Measured { row, count, time: Duration::from_millis(millis), faults: 0 }
    }

    #[test]
    fn a_row_is_compared_with_peers_that_take_no_more_threads_and_with_the_better_roofline_of_as_many() {
        let comparison = Comparison::new(
            1_000_000_000,
            vec![
                measured(Kind::Ours, Way::Mapped, 1, 200),
                measured(Kind::Peer, Way::Read, 1, 100),
                measured(Kind::Roofline, Way::Read, 1, 160),
                measured(Kind::Roofline, Way::Mapped, 1, 80),
                measured(Kind::Ours, Way::Mapped, 2, 50),
                measured(Kind::Peer, Way::Read, 2, 400),
                measured(Kind::Roofline, Way::Mapped, 2, 40),
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
