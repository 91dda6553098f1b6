//! The columns of `seqkit stats`.

use pagecut::fasta::{self, Fasta};
use pagecut::fastq::{self, Alphabet, Fastq, Lengths, Letters, QualityScores, Variant};
use pagecut::{Error, Result, Source};
use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

use super::fault::Fault;
use crate::table::Cell;

const COLUMNS: [&str; 8] = ["file", "format", "type", "num_seqs", "sum_len", "min_len", "avg_len", "max_len"];

const MORE_COLUMNS: [&str; 11] =
    ["Q1", "Q2", "Q3", "sum_gap", "N50", "N50_num", "Q20(%)", "Q30(%)", "AvgQual", "GC(%)", "sum_n"];

/// The results for a file of reads or sequences.
pub(crate) struct ReadCounts {
    file: String,
    format: &'static str,
    alphabet: Option<Alphabet>,
    lengths: Lengths,
    letters: Letters,
    /// Zero for FASTA.
    scores: QualityScores,
}

pub(super) fn columns(all: bool) -> Vec<&'static str> {
    let more: &[&str] = if all { &MORE_COLUMNS } else { &[] };
    [&COLUMNS, more].concat()
}

fn reads(source: &Source, all: bool) -> Result<fastq::Summary> {
    let new = if all { fastq::Summary::with_letters } else { fastq::Summary::new };
    source.fold_into(&Fastq::new(), new, |summary, record| summary.add(&record), fastq::Summary::merge)
}

fn wrapped_reads(source: &Source, all: bool) -> Result<fastq::Summary> {
    let new = if all { fastq::Summary::with_letters } else { fastq::Summary::new };
    source.fold_into(
        &Fastq::new().wrapped(),
        new,
        |summary, record| summary.add_wrapped(&record),
        fastq::Summary::merge,
    )
}

fn sequences(source: &Source, all: bool) -> Result<fasta::Summary> {
    let new = if all { fasta::Summary::with_letters } else { fasta::Summary::new };
    source.fold_into(&Fasta::new(), new, |summary, record| summary.add(&record), fasta::Summary::merge)
}

/// The numbers of a summary. Those that need every letter may be left out.
type Numbers<'summary> = (&'summary Lengths, Option<&'summary Letters>, Option<&'summary QualityScores>);

impl ReadCounts {
    /// Counts the sequences of FASTA.
    pub(crate) fn of_fasta(source: &Source, file: &str, all: bool) -> Result<Self> {
        let summary = sequences(source, all)?;
        let numbers = (summary.lengths(), summary.letters(), None);
        Ok(Self::of(file, "FASTA", summary.alphabet(), numbers))
    }

    /// Counts the reads of FASTQ. `format` is the name in the output, `guess` the variant that the first bytes suggest.
    pub(crate) fn of_fastq(
        source: &Source,
        file: &str,
        format: &'static str,
        guess: Variant,
        all: bool,
    ) -> Result<Self> {
        let summary = source.in_variant(guess, || reads(source, all), || wrapped_reads(source, all))?;
        Ok(Self::of_summary(file, format, &summary))
    }

    /// The counts of reads that were summed up.
    pub(crate) fn of_summary(file: &str, format: &'static str, summary: &fastq::Summary) -> Self {
        let numbers = (summary.lengths(), summary.letters(), summary.quality_scores());
        Self::of(file, format, summary.alphabet(), numbers)
    }

    fn of(file: &str, format: &'static str, alphabet: Option<Alphabet>, numbers: Numbers<'_>) -> Self {
        let (lengths, letters, scores) = numbers;
        Self {
            file: file.to_owned(),
            format,
            alphabet,
            lengths: lengths.clone(),
            letters: letters.cloned().unwrap_or_default(),
            scores: scores.cloned().unwrap_or_default(),
        }
    }

    pub(super) fn cells(&self, all: bool) -> Vec<Cell> {
        let lengths = &self.lengths;
        let mut cells = vec![
            self.file.as_str().into(),
            self.format.into(),
            match self.alphabet {
                Some(Alphabet::Rna) => "RNA",
                Some(Alphabet::Protein) => "Protein",
                Some(_) => "DNA",
                None => "",
            }
            .into(),
            lengths.count().into(),
            lengths.sum().into(),
            lengths.min().into(),
            Cell::Decimal(rounded(lengths.mean(), 1), 1),
            lengths.max().into(),
        ];
        if all {
            cells.extend(self.more_cells());
        }
        cells
    }

    fn more_cells(&self) -> [Cell; 11] {
        let Self { lengths, letters, scores, .. } = self;
        let [q1, q2, q3] = lengths.quartiles().map(|quartile| Cell::Decimal(quartile, 0));
        let (n50, l50) = lengths.n50();
        // G and C are also amino acids, and X is an unknown amino acid.
        let (gc, unknown) = match self.alphabet {
            Some(Alphabet::Protein) => (0, letters.x()),
            _ => (letters.gc(), letters.n()),
        };
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
            Cell::Percentage(rounded(percent(scores.at_least(20)), 2)),
            Cell::Percentage(rounded(percent(scores.at_least(30)), 2)),
            Cell::Decimal(rounded(scores.mean(), 2), 2),
            Cell::Decimal(rounded(percent(gc), 2), 2),
            unknown.into(),
        ]
    }

    /// Returns the row as an object with the columns as its keys.
    pub(super) fn json(&self, all: bool, is_closed: bool) -> impl Serialize {
        let error = (!is_closed).then(Fault::of_unclosed);
        Object { columns: columns(all), cells: self.cells(all), error }
    }
}

/// Returns the object of a file that could not be counted: only the name and the error are known.
pub(super) fn json_of_failure(file: &str, error: &Error, all: bool) -> impl Serialize {
    let columns = columns(all);
    let mut cells = vec![Cell::Unknown; columns.len()];
    cells[0] = file.into();
    Object { columns, cells, error: Some(Fault::new(error)) }
}

/// A row with the columns as keys, in their order, and its error.
struct Object {
    columns: Vec<&'static str>,
    cells: Vec<Cell>,
    error: Option<Fault>,
}

impl Serialize for Object {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.columns.len() + 1))?;
        for (column, cell) in self.columns.iter().zip(&self.cells) {
            map.serialize_entry(column, cell)?;
        }
        map.serialize_entry("error", &self.error)?;
        map.end()
    }
}

/// Rounds a number to `decimals`, halves away from zero as seqkit does.
fn rounded(number: f64, decimals: i32) -> f64 {
    let unit = 10f64.powi(decimals);
    // Adding zero turns a negative zero into a positive one.
    (number * unit).round() / unit + 0.0
}
