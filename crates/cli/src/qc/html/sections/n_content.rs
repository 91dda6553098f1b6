//! Share of N by position.

use std::io::{self, Write};

use pagecut::qc::report::Positions;

use crate::qc::html::axis::{XAxis, YAxis};
use crate::qc::html::numbers::share;
use crate::qc::html::plot::{Drawing, Plot, WIDE};
use crate::qc::html::positions::{point, text};
use crate::qc::html::sample::{Sample, having};
use crate::qc::html::section::{Section, status, write_nothing};
use crate::qc::html::series::{self, Entry, Series, Shape};

pub(super) const SECTION: Section = Section {
    id: "n-content",
    title: "Per base N content",
    short: "N content",
    text: "Share of bases that the sequencer did not call, at each position of the reads.",
    is_by_sample: false,
    has: |sample| sample.report.n_content.is_some(),
    status: |report| status(&report.n_content),
    write,
};

/// The vertical axis reaches at least this share, at which FastQC warns, so that a few N are not drawn as many.
const LEAST: f64 = 5.0;

fn write(samples: &[Sample<'_>], out: &mut dyn Write) -> io::Result<()> {
    let samples = having(samples, |report| &report.n_content);
    let id = "n-content-plot";
    if samples.iter().all(|(_, module)| module.results.is_empty()) {
        return write_nothing(id, "There are no bases.", out);
    }
    let series = samples.iter().map(|(sample, module)| Series {
        name: if sample.is_only { "N (%)".into() } else { sample.label.clone() },
        key: sample.number,
        style: series::style(sample.number),
        shape: Shape::Line,
        points: module.results.iter().map(|(positions, share)| point(*positions, *share)).collect(),
    });
    let series: Vec<_> = series.collect();
    if !samples.iter().all(|(sample, _)| sample.is_only) {
        let entries = samples.iter().map(|(sample, module)| Entry::of(sample, Some(module.status)));
        series::write_legend(&entries.collect::<Vec<_>>(), out)?;
    }
    let groups: Vec<Vec<Positions>> = samples
        .iter()
        .map(|(_, module)| module.results.iter().map(|(positions, _)| *positions).collect())
        .collect();
    let y = YAxis::numbers("N (% of the bases)", 0.0, series::largest(&series, LEAST), WIDE.height);
    let plot = Plot::new(WIDE, XAxis::positions(groups.iter().map(Vec::as_slice)), y);
    let table = series::tabulate(&plot, &series, "Position", &text, &|_, value| share(value));
    let drawing = Drawing { background: String::new(), marks: series::draw(&plot, &series) };
    plot.write(id, "Share of N by position", None, &drawing, &table, out)
}
