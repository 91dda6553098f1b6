//! Number of reads by mean quality score.

use std::io::{self, Write};

use crate::qc::html::axis::XAxis;
use crate::qc::html::distribution::{Counts, Distribution};
use crate::qc::html::numbers::decimal;
use crate::qc::html::sample::{Sample, having};
use crate::qc::html::section::{Section, status};
use crate::qc::html::series::{Point, Shape};

pub(super) const SECTION: Section = Section {
    id: "read-quality",
    title: "Per sequence quality scores",
    short: "Read quality",
    text: "Number of reads with each mean quality score, rounded down.",
    is_by_sample: false,
    has: |sample| sample.report.read_quality.is_some(),
    status: |report| status(&report.read_quality),
    write,
};

const PLOT: Distribution = Distribution {
    id: "read-quality-plot",
    title: "Reads by mean quality score",
    counted: "Reads",
    head: "Mean quality score",
    model: "",
    shape: Shape::Steps,
    text: |from, _| decimal(from + 0.5, 0),
};

fn write(samples: &[Sample<'_>], out: &mut dyn Write) -> io::Result<()> {
    let samples = having(samples, |report| &report.read_quality);
    let scores = samples.iter().flat_map(|(_, module)| &module.results).map(|(score, _)| *score);
    let (lowest, highest) = scores.fold((0, 40), |(low, high), score| (score.min(low), score.max(high)));
    let counts = samples.iter().map(|(sample, module)| {
        let point = |(score, reads): &(i64, u64)| {
            let score = *score as f64;
            Point { from: score - 0.5, to: score + 0.5, value: *reads as f64 }
        };
        let points = module.results.iter().map(point).collect();
        Counts { sample, status: Some(module.status), points, model: Vec::new() }
    });
    let x = XAxis::integers("Mean quality score of a read (Phred)", lowest, highest);
    PLOT.write(&counts.collect::<Vec<_>>(), x, out)
}
