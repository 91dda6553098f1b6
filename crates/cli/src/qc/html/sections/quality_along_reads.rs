//! Quality scores by position on a logarithmic scale, and at both ends of reads.

use std::io::{self, Write};

use pagecut::qc::report::{EndQuality, LongReads, MeanQuality};

use crate::qc::html::axis::{XAxis, YAxis, end};
use crate::qc::html::long::having_long;
use crate::qc::html::numbers::{count, score};
use crate::qc::html::plot::{Drawing, Plot, WIDE};
use crate::qc::html::positions::{point, text};
use crate::qc::html::sample::Sample;
use crate::qc::html::section::Section;
use crate::qc::html::series::{self, Entry, Series, two_lines};
use crate::qc::html::statistics::Statistics;
use crate::qc::long::long_reads;

pub(super) const SECTION: Section = Section {
    id: "quality-along-reads",
    title: "Quality along long reads",
    short: "Quality along reads",
    text: "Mean quality at each position, and over the first and the last bases of the reads that are long enough: the score of the mean error \
           probability, and the mean of the scores, which is the faint line of several samples. Not a module of FastQC.",
    is_by_sample: false,
    has: |sample| long_reads(sample.report).is_some(),
    status: |_| None,
    write,
};

const ENDS: Statistics<'_> = Statistics {
    caption: "Quality at both ends",
    of: "Sample",
    heads: &[
        "Reads",
        "Bases at each end",
        "First bases, by error probability",
        "Last bases, by error probability",
        "First bases, mean of the scores",
        "Last bases, mean of the scores",
    ],
};

/// Names of the two series of a sample.
const BY_ERROR: &str = "By error probability";
const OF_SCORES: &str = "Mean of the scores";

fn write(samples: &[Sample<'_>], out: &mut dyn Write) -> io::Result<()> {
    let samples = having_long(samples);
    write_ends(&samples, out)?;
    if samples.iter().all(|(sample, _)| sample.is_only) {
        let entry = |key, name| Entry::new(key, &series::style(key), name);
        series::write_legend(&[entry(0, BY_ERROR), entry(1, OF_SCORES)], out)?;
    } else {
        let entries = samples.iter().map(|(sample, _)| Entry::of(sample, None));
        series::write_legend(&entries.collect::<Vec<_>>(), out)?;
    }
    let series: Vec<_> = samples.iter().flat_map(|(sample, reads)| series_of(sample, reads)).collect();
    let positions = samples.iter().flat_map(|(_, reads)| &reads.positions).map(|row| end(row.positions.last));
    let x = XAxis::logarithmic("Position in read (bases)", 1.0, positions.fold(2.0, f64::max));
    let y = YAxis::numbers("Quality score (Phred)", 0.0, series::largest(&series, 40.0), WIDE.height);
    let plot = Plot::new(WIDE, x, y);
    let table = series::tabulate(&plot, &series, "Position", &text, &|_, value| score(value));
    let drawing = Drawing { background: String::new(), marks: series::draw(&plot, &series) };
    plot.write("quality-along-reads-plot", "Quality by position, logarithmic", None, &drawing, &table, out)
}

/// Returns both series of a sample.
fn series_of(sample: &Sample<'_>, reads: &LongReads) -> [Series; 2] {
    let points = |value: fn(&MeanQuality) -> f64| {
        reads.positions.iter().map(|row| point(row.positions, value(&row.quality))).collect()
    };
    let by_error = points(|quality| quality.mean_by_error);
    two_lines(sample, [(BY_ERROR, by_error), (OF_SCORES, points(|quality| quality.mean))])
}

/// Writes the means at both ends of reads.
fn write_ends(samples: &[(&Sample<'_>, &LongReads)], out: &mut dyn Write) -> io::Result<()> {
    let cells = |EndQuality { bases, reads, start, end }: &EndQuality| {
        let mut cells = vec![count(*reads), count(*bases)];
        cells.extend([start.mean_by_error, end.mean_by_error, start.mean, end.mean].map(score));
        cells
    };
    let row = |(sample, reads): &(_, &LongReads)| Some((*sample, cells(reads.ends.as_ref()?)));
    let rows: Vec<_> = samples.iter().filter_map(row).collect();
    ENDS.write(&rows, out)
}
