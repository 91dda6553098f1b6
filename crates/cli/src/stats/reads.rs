//! The columns of `seqkit stats`.

use pagecut::fastq::{Alphabet, Fastq, Letters, QualityScores, Summary};
use pagecut::{FileKind, Source};
use serde::{Serialize, Serializer};

use crate::table::{Cell, Table};

const COLUMNS: [&str; 8] = ["file", "format", "type", "num_seqs", "sum_len", "min_len", "avg_len", "max_len"];

const MORE_COLUMNS: [&str; 11] =
    ["Q1", "Q2", "Q3", "sum_gap", "N50", "N50_num", "Q20(%)", "Q30(%)", "AvgQual", "GC(%)", "sum_n"];

/// What a file of reads came to.
pub(super) struct Row {
    file: String,
    kind: FileKind,
    summary: Summary,
}

pub(super) fn table(all: bool) -> Table {
    Table::new(columns(all))
}

fn columns(all: bool) -> Vec<&'static str> {
    let more: &[&str] = if all { &MORE_COLUMNS } else { &[] };
    [&COLUMNS, more].concat()
}

/// Counts the reads of a source.
pub(super) fn count(source: &Source, file: &str, kind: FileKind, all: bool) -> pagecut::Result<Row> {
    let new = if all { Summary::with_letters } else { Summary::new };
    let summary = source.fold_parts(
        &Fastq::new(),
        new,
        |summary, records| records.try_for_each(|record| record.map(|record| summary.add(&record))),
        Summary::merge,
    )?;
    Ok(Row { file: file.to_owned(), kind, summary })
}

impl Row {
    pub(super) fn cells(&self, all: bool) -> Vec<Cell> {
        let lengths = self.summary.lengths();
        let mut cells = vec![
            self.file.as_str().into(),
            if self.kind == FileKind::Empty { "" } else { "FASTQ" }.into(),
            match self.summary.alphabet() {
                Some(Alphabet::Rna) => "RNA",
                Some(Alphabet::Protein) => "Protein",
                _ if self.kind == FileKind::Empty => "",
                _ => "DNA",
            }
            .into(),
            lengths.count().into(),
            lengths.sum().into(),
            lengths.min().into(),
            rounded(lengths.mean(), 1, 1),
            lengths.max().into(),
        ];
        if all {
            let letters = self.summary.letters().cloned().unwrap_or_default();
            let scores = self.summary.quality_scores().cloned().unwrap_or_default();
            cells.extend(self.more_cells(&letters, &scores));
        }
        cells
    }

    fn more_cells(&self, letters: &Letters, scores: &QualityScores) -> [Cell; 11] {
        let lengths = self.summary.lengths();
        let [q1, q2, q3] = lengths.quartiles().map(|quartile| Cell::Decimal(quartile, 0));
        let (n50, l50) = lengths.n50();
        let percent = |count: u64| {
            if lengths.sum() == 0 { 0.0 } else { 100.0 * count as f64 / lengths.sum() as f64 }
        };
        [
            q1,
            q2,
            q3,
            letters.gaps().into(),
            n50.into(),
            l50.into(),
            rounded(percent(scores.at_least(20)), 2, 0),
            rounded(percent(scores.at_least(30)), 2, 0),
            rounded(scores.mean(), 2, 2),
            rounded(percent(letters.gc()), 2, 2),
            letters.n().into(),
        ]
    }

    /// The same as an object with the columns as its keys.
    pub(super) fn json(&self, all: bool) -> impl Serialize {
        Object { columns: columns(all), cells: self.cells(all) }
    }
}

/// A row with the columns as keys, in their order.
struct Object {
    columns: Vec<&'static str>,
    cells: Vec<Cell>,
}

impl Serialize for Object {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.columns.iter().zip(&self.cells))
    }
}

/// A number as seqkit has it: rounded, halves away from zero, and then shown with as many digits or fewer.
fn rounded(number: f64, to: i32, shown: usize) -> Cell {
    let unit = 10f64.powi(to);
    Cell::Decimal((number * unit).round() / unit, shown)
}
