//! Number of reads by the score of their mean error probability.

use std::io::{self, Write};

use crate::qc::html::axis::XAxis;
use crate::qc::html::distribution::{Counts, Distribution};
use crate::qc::html::numbers::decimal;
use crate::qc::html::sample::Sample;
use crate::qc::html::section::Section;
use crate::qc::html::series::{Point, Shape};

pub(super) const SECTION: Section = Section {
    id: "read-quality-by-error",
    title: "Read quality by error probability",
    short: "Read quality by error",
    text: "Number of reads with each score of the mean error probability, rounded down. A few bad bases lower it more than the mean of the \
           scores. Not a module of FastQC.",
    is_by_sample: false,
    has: |sample| !sample.report.read_quality_by_error.is_empty(),
    status: |_| None,
    write,
};

const PLOT: Distribution = Distribution {
    id: "read-quality-by-error-plot",
    title: "Reads by the score of their mean error probability",
    counted: "Reads",
    head: "Score",
    model: "",
    shape: Shape::Steps,
    text: |from, _| decimal(from + 0.5, 0),
};

fn write(samples: &[Sample<'_>], out: &mut dyn Write) -> io::Result<()> {
    let samples = || samples.iter().filter(|sample| (SECTION.has)(sample));
    let scores = samples().flat_map(|sample| &sample.report.read_quality_by_error).map(|(score, _)| *score);
    let highest = scores.fold(40, u8::max);
    let counts = samples().map(|sample| {
        let point = |(score, reads): &(u8, u64)| {
            let score = f64::from(*score);
            Point { from: score - 0.5, to: score + 0.5, value: *reads as f64 }
        };
        let points = sample.report.read_quality_by_error.iter().map(point).collect();
        Counts { sample, status: None, points, model: Vec::new() }
    });
    let x = XAxis::integers("Score of the mean error probability (Phred)", 0, highest.into());
    PLOT.write(&counts.collect::<Vec<_>>(), x, out)
}
