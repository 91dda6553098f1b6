//! Number of reads by length.

use std::io::{self, Write};

use crate::qc::html::axis::XAxis;
use crate::qc::html::distribution::{Counts, Distribution};
use crate::qc::html::positions::{point, text};
use crate::qc::html::sample::{Sample, having};
use crate::qc::html::section::{Section, status, write_nothing};
use crate::qc::html::series::Shape;

pub(super) const SECTION: Section = Section {
    id: "lengths",
    title: "Sequence Length Distribution",
    short: "Lengths",
    text: "Number of reads of each length, or range of lengths.",
    is_by_sample: false,
    has: |sample| sample.report.lengths.is_some(),
    status: |report| status(&report.lengths),
    write,
};

const PLOT: Distribution = Distribution {
    id: "lengths-plot",
    title: "Reads by length",
    counted: "Reads",
    head: "Length",
    model: "",
    shape: Shape::Steps,
    text,
};

fn write(samples: &[Sample<'_>], out: &mut dyn Write) -> io::Result<()> {
    let samples = having(samples, |report| &report.lengths);
    if samples.iter().all(|(_, module)| module.results.is_empty()) {
        return write_nothing(PLOT.id, "There are no reads.", out);
    }
    let lengths: Vec<Vec<_>> = samples
        .iter()
        .map(|(_, module)| module.results.iter().map(|(lengths, _)| *lengths).collect())
        .collect();
    let counts = samples.iter().map(|(sample, module)| Counts {
        sample,
        status: Some(module.status),
        points: module.results.iter().map(|(lengths, reads)| point(*lengths, *reads as f64)).collect(),
        model: Vec::new(),
    });
    let x = XAxis::lengths(lengths.iter().map(Vec::as_slice));
    PLOT.write(&counts.collect::<Vec<_>>(), x, out)
}
