//! Adapters by position.

use std::io::{self, Write};

use pagecut::qc::report::{AdapterContent, Positions};

use crate::qc::html::axis::{XAxis, YAxis};
use crate::qc::html::markup::Name;
use crate::qc::html::numbers::share;
use crate::qc::html::plot::{Drawing, Plot, Size};
use crate::qc::html::positions::{point, text};
use crate::qc::html::sample::{Sample, having};
use crate::qc::html::section::{Section, status, write_nothing};
use crate::qc::html::series::{self, Entry, Series, Shape};

pub(super) const SECTION: Section = Section {
    id: "adapters",
    title: "Adapter Content",
    short: "Adapters",
    text: "Share of the reads in which an adapter starts at or before each position.",
    is_by_sample: true,
    has: |sample| sample.report.adapters.is_some(),
    status: |report| status(&report.adapters),
    write,
};

/// The vertical axis reaches at least this share, at which FastQC fails, so that a few adapters are not drawn as many.
const LEAST: f64 = 10.0;

fn write(samples: &[Sample<'_>], out: &mut dyn Write) -> io::Result<()> {
    let samples = having(samples, |report| &report.adapters);
    // The adapters of all samples are the same.
    let names = samples.first().map_or(&[][..], |(_, module)| &module.results.names);
    let (found, missing): (Vec<_>, Vec<_>) = names
        .iter()
        .enumerate()
        .partition(|(adapter, _)| samples.iter().any(|(_, module)| is_found(&module.results, *adapter)));
    let entries = found.iter().enumerate().map(|(key, (_, name))| Entry::new(key, &series::style(key), name));
    series::write_legend(&entries.collect::<Vec<_>>(), out)?;
    if !missing.is_empty() {
        let names: Vec<_> = missing.iter().map(|(_, name)| Name(name).to_string()).collect();
        writeln!(out, r#"<p class="absent">Not found: {}.</p>"#, names.join(", "))?;
    }
    writeln!(out, r#"<div class="plots">"#)?;
    for (sample, module) in &samples {
        let AdapterContent { rows, .. } = &module.results;
        let id = sample.id(SECTION.id);
        let text_of_none = if rows.is_empty() {
            Some("The reads are shorter than the adapters.")
        } else {
            found
                .iter()
                .all(|(adapter, _)| !is_found(&module.results, *adapter))
                .then_some("No adapter was found.")
        };
        if let Some(text) = text_of_none {
            write_nothing(&id, &sample.named(text), out)?;
            continue;
        }
        let series = found.iter().enumerate().map(|(key, (adapter, name))| Series {
            name: (*name).clone(),
            key,
            style: series::style(key),
            shape: Shape::Line,
            points: rows.iter().map(|(positions, shares)| point(*positions, shares[*adapter])).collect(),
        });
        let series: Vec<_> = series.collect();
        let size = Size::of(samples.len());
        let groups: Vec<Positions> = rows.iter().map(|(positions, _)| *positions).collect();
        let y =
            YAxis::numbers("Reads with the adapter (%)", 0.0, series::largest(&series, LEAST), size.height);
        let plot = Plot::new(size, XAxis::positions([&groups[..]].into_iter()), y);
        let table = series::tabulate(&plot, &series, "Position", &text, &|_, value| share(value));
        let drawing = Drawing { background: String::new(), marks: series::draw(&plot, &series) };
        let caption = (!sample.is_only).then_some((*sample, Some(module.status)));
        plot.write(&id, "Adapters by position", caption, &drawing, &table, out)?;
    }
    writeln!(out, "</div>")
}

/// Returns whether a read has an adapter.
fn is_found(content: &AdapterContent, adapter: usize) -> bool {
    content.rows.iter().any(|(_, shares)| shares[adapter] > 0.0)
}
