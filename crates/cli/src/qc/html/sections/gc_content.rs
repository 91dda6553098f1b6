//! Number of reads by GC content.

use std::io::{self, Write};

use crate::qc::html::axis::XAxis;
use crate::qc::html::distribution::{Counts, Distribution};
use crate::qc::html::numbers::decimal;
use crate::qc::html::sample::{Sample, having};
use crate::qc::html::section::{Section, status};
use crate::qc::html::series::{Point, Shape};

pub(super) const SECTION: Section = Section {
    id: "gc-content",
    title: "Per sequence GC content",
    short: "GC content",
    text: "Number of reads with each share of G and C, and the normal distribution with the mode and the standard deviation of the reads. A \
           second peak, or a wide one, can mean contamination.",
    is_by_sample: false,
    has: |sample| sample.report.gc_content.is_some(),
    status: |report| status(&report.gc_content),
    write,
};

const PLOT: Distribution = Distribution {
    id: "gc-content-plot",
    title: "Reads by GC content",
    counted: "Reads",
    head: "GC (%)",
    model: "Normal distribution",
    shape: Shape::Line,
    text: |from, _| decimal(from + 0.5, 0),
};

fn write(samples: &[Sample<'_>], out: &mut dyn Write) -> io::Result<()> {
    let samples = having(samples, |report| &report.gc_content);
    let counts = samples.iter().map(|(sample, module)| Counts {
        sample,
        status: Some(module.status),
        points: points(&module.results.counts),
        model: points(&module.results.theoretical),
    });
    PLOT.write(&counts.collect::<Vec<_>>(), XAxis::integers("GC content of a read (%)", 0, 100), out)
}

fn points(counts: &[f64]) -> Vec<Point> {
    let point =
        |(percent, value): (f64, &f64)| Point { from: percent - 0.5, to: percent + 0.5, value: *value };
    (0_u32..).map(f64::from).zip(counts).map(point).collect()
}
