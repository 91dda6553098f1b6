//! Shares of bases by position.

use std::io::{self, Write};

use pagecut::qc::report::{BaseContent, Positions};

use crate::qc::html::axis::{XAxis, YAxis};
use crate::qc::html::numbers::share;
use crate::qc::html::plot::{Drawing, Plot, Size};
use crate::qc::html::positions::{point, text};
use crate::qc::html::sample::{Sample, having};
use crate::qc::html::section::{Section, status, write_nothing};
use crate::qc::html::series::{self, Entry, Series, Shape};

pub(super) const SECTION: Section = Section {
    id: "base-content",
    title: "Per base sequence content",
    short: "Base content",
    text: "Share of each base among A, C, G and T, at each position of the reads. In a random library the lines are parallel, and A is as \
           frequent as T, and G as C.",
    is_by_sample: true,
    has: |sample| sample.report.base_content.is_some(),
    status: |report| status(&report.base_content),
    write,
};

/// Name, class of the style sheet and share of a base.
type Base = (&'static str, &'static str, fn(&BaseContent) -> f64);

/// The bases in the order of FastQC.
const BASES: [Base; 4] = [
    ("G", "base-g", |row| row.g),
    ("A", "base-a", |row| row.a),
    ("T", "base-t", |row| row.t),
    ("C", "base-c", |row| row.c),
];

/// The vertical axis reaches at least this share.
const LEAST: f64 = 50.0;

fn write(samples: &[Sample<'_>], out: &mut dyn Write) -> io::Result<()> {
    let samples = having(samples, |report| &report.base_content);
    let entries = BASES.iter().enumerate().map(|(key, (name, style, _))| Entry::new(key, style, name));
    series::write_legend(&entries.collect::<Vec<_>>(), out)?;
    writeln!(out, r#"<div class="plots">"#)?;
    for (sample, module) in &samples {
        let rows = &module.results;
        let id = sample.id(SECTION.id);
        if rows.is_empty() {
            write_nothing(&id, &sample.named("There are no bases."), out)?;
            continue;
        }
        let series = BASES.iter().enumerate().map(|(key, (name, style, share))| Series {
            name: format!("{name} (%)"),
            key,
            style: (*style).into(),
            shape: Shape::Line,
            points: rows.iter().map(|row| point(row.positions, share(row))).collect(),
        });
        let series: Vec<_> = series.collect();
        let size = Size::of(samples.len());
        let groups: Vec<Positions> = rows.iter().map(|row| row.positions).collect();
        let y = YAxis::numbers("Share of the bases (%)", 0.0, series::largest(&series, LEAST), size.height);
        let plot = Plot::new(size, XAxis::positions([&groups[..]].into_iter()), y);
        let table = series::tabulate(&plot, &series, "Position", &text, &|_, value| share(value));
        let drawing = Drawing { background: String::new(), marks: series::draw(&plot, &series) };
        let caption = (!sample.is_only).then_some((*sample, Some(module.status)));
        plot.write(&id, "Shares of bases by position", caption, &drawing, &table, out)?;
    }
    writeln!(out, "</div>")
}
