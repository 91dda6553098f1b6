//! Quality scores by the length of reads.

use std::io::{self, Write};

use pagecut::qc::report::{LengthClass, LongReads};

use crate::qc::html::axis::YAxis;
use crate::qc::html::long::{having_long, lengths};
use crate::qc::html::numbers::decimal;
use crate::qc::html::plot::{Drawing, Plot, WIDE};
use crate::qc::html::positions::{point, text};
use crate::qc::html::sample::Sample;
use crate::qc::html::section::Section;
use crate::qc::html::series::{self, Entry, Series, Shape};
use crate::qc::long::long_reads;

pub(super) const SECTION: Section = Section {
    id: "quality-by-length",
    title: "Quality by length",
    short: "Quality by length",
    text: "Scores of the mean error probability of reads, rounded down, by the length of the reads: the median, and the scores that 10 % and 90 % of \
           the reads do not exceed. Not a module of FastQC.",
    is_by_sample: false,
    has: |sample| long_reads(sample.report).is_some(),
    status: |_| None,
    write,
};

/// Names of the series of a sample, and the shares of its reads in per cent that do not exceed them.
const SHARES: [(&str, u64); 3] = [("Median", 50), ("10th percentile", 10), ("90th percentile", 90)];

fn write(samples: &[Sample<'_>], out: &mut dyn Write) -> io::Result<()> {
    let samples = having_long(samples);
    let is_only = samples.iter().all(|(sample, _)| sample.is_only);
    if is_only {
        let entries =
            SHARES.iter().enumerate().map(|(key, (name, _))| Entry::new(key, &series::style(key), name));
        series::write_legend(&entries.collect::<Vec<_>>(), out)?;
    } else {
        let entries = samples.iter().map(|(sample, _)| Entry::of(sample, None));
        series::write_legend(&entries.collect::<Vec<_>>(), out)?;
    }
    let series: Vec<_> = samples.iter().flat_map(|(sample, reads)| series_of(sample, reads)).collect();
    let y = YAxis::numbers("Quality score (Phred)", 0.0, series::largest(&series, 40.0), WIDE.height);
    let plot = Plot::new(WIDE, lengths(&samples), y);
    let table = series::tabulate(&plot, &series, "Length", &text, &|_, value| decimal(value, 0));
    let drawing = Drawing { background: String::new(), marks: series::draw(&plot, &series) };
    plot.write("quality-by-length-plot", "Quality by the length of reads", None, &drawing, &table, out)
}

/// Returns the series of a sample: all if it is the only one, else the median.
fn series_of(sample: &Sample<'_>, reads: &LongReads) -> Vec<Series> {
    let shown = if sample.is_only { &SHARES[..] } else { &SHARES[..1] };
    let series = |(number, (name, percent)): (usize, &(&str, u64))| {
        let key = if sample.is_only { number } else { sample.number };
        let points = reads.classes.iter().map(|class| point(class.lengths, percentile(class, *percent)));
        Series {
            name: sample.named(name),
            key,
            style: series::style(key),
            shape: Shape::Line,
            points: points.collect(),
        }
    };
    shown.iter().enumerate().map(series).collect()
}

/// Returns the score that a share of the reads of a class, in per cent, does not exceed. NaN without reads.
fn percentile(class: &LengthClass, percent: u64) -> f64 {
    let reads: u64 = class.qualities.iter().map(|(_, reads)| reads).sum();
    let wanted = u128::from(reads) * u128::from(percent);
    let mut seen = 0;
    let found = class.qualities.iter().find(|(_, reads)| {
        seen += u128::from(*reads);
        seen * 100 >= wanted
    });
    found.map_or(f64::NAN, |(score, _)| f64::from(*score))
}

#[cfg(test)]
mod tests {
    use pagecut::qc::report::Positions;

    use super::*;

    #[test]
    fn percentiles_are_scores_that_occur() {
        let mut class = LengthClass {
            lengths: Positions { first: 1000, last: 1258 },
            reads: 10,
            bases: 11_000,
            reads_at_least: 10,
            bases_at_least: 11_000,
            qualities: vec![(7, 1), (12, 5), (20, 4)],
        };
        assert_eq!(
            [10, 50, 60, 61, 90].map(|percent| percentile(&class, percent)),
            [7.0, 12.0, 12.0, 20.0, 20.0]
        );
        class.qualities.clear();
        assert!(percentile(&class, 50).is_nan());
    }
}
