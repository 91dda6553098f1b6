//! Duplication levels.

use std::io::{self, Write};

use pagecut::qc::report::Duplication;

use crate::qc::html::axis::{XAxis, YAxis};
use crate::qc::html::numbers::share;
use crate::qc::html::plot::{Drawing, Plot, WIDE};
use crate::qc::html::sample::{Sample, having};
use crate::qc::html::section::{Section, status};
use crate::qc::html::series::{self, Entry, Point, Series, two_lines};

pub(super) const SECTION: Section = Section {
    id: "duplication",
    title: "Sequence Duplication Levels",
    short: "Duplication",
    text: "Share of the reads whose sequence occurs once, twice, and so on, and the same share after each sequence is left once. As in \
           FastQC, only sequences among the first 100,000 different ones count, and of reads of more than 75 bases the first 50.",
    is_by_sample: false,
    has: |sample| sample.report.duplication.is_some(),
    status: |report| status(&report.duplication),
    write,
};

/// Names of the two series of a sample.
const ALL: &str = "All reads (%)";
const DEDUPLICATED: &str = "After deduplication (%)";

fn write(samples: &[Sample<'_>], out: &mut dyn Write) -> io::Result<()> {
    let samples = having(samples, |report| &report.duplication);
    let is_only = samples.iter().all(|(sample, _)| sample.is_only);
    if is_only {
        for (_, module) in &samples {
            let left = share(module.results.deduplicated);
            let text = "of the reads are left after deduplication, by the first 100,000 sequences";
            writeln!(out, r#"<p class="fact"><strong>{left}%</strong> {text}.</p>"#)?;
        }
        for estimate in samples.iter().filter_map(|(sample, _)| sample.report.duplication_estimate.as_ref()) {
            let left = share(estimate.deduplicated);
            let error = match estimate.standard_error {
                0.0 => String::new(),
                error => format!(" ± {}", share(error)),
            };
            writeln!(out, r#"<p class="fact"><strong>{left}%</strong>{error} are left, by all reads.</p>"#)?;
        }
        let entry = |key, name| Entry::new(key, &series::style(key), name);
        series::write_legend(&[entry(0, ALL), entry(1, DEDUPLICATED)], out)?;
    } else {
        let entries = samples.iter().map(|(sample, module)| {
            let mut note = format!("{}% left after deduplication", share(module.results.deduplicated));
            if let Some(estimate) = &sample.report.duplication_estimate {
                note += &format!(", {}% by all reads", share(estimate.deduplicated));
            }
            Entry { note: Some(note), ..Entry::of(sample, Some(module.status)) }
        });
        series::write_legend(&entries.collect::<Vec<_>>(), out)?;
    }
    let series: Vec<_> =
        samples.iter().flat_map(|(sample, module)| series_of(sample, &module.results)).collect();
    // The levels of all samples are the same.
    let names: Vec<_> = samples
        .iter()
        .flat_map(|(_, module)| &module.results.levels)
        .map(|(level, _, _)| *level)
        .take(samples.iter().map(|(_, module)| module.results.levels.len()).max().unwrap_or(0))
        .collect();
    let x = XAxis::names("Number of reads with the same sequence", names.iter().copied());
    let y = YAxis::numbers("Share (%)", 0.0, 100.0, WIDE.height);
    let plot = Plot::new(WIDE, x, y);
    let level = |from: f64, _: f64| {
        let place = names.iter().zip(0_u32..).find(|(_, number)| f64::from(*number) == from + 0.5);
        place.map_or_else(String::new, |(name, _)| (*name).to_owned())
    };
    let table = series::tabulate(&plot, &series, "Level", &level, &|_, value| share(value));
    let drawing = Drawing { background: String::new(), marks: series::draw(&plot, &series) };
    plot.write("duplication-plot", "Reads by duplication level", None, &drawing, &table, out)
}

/// Returns both series of a sample.
fn series_of(sample: &Sample<'_>, duplication: &Duplication) -> [Series; 2] {
    let points = |value: fn(&(&'static str, f64, f64)) -> f64| {
        let levels = (0_u32..).map(f64::from).zip(&duplication.levels);
        levels.map(|(at, level)| Point { from: at - 0.5, to: at + 0.5, value: value(level) }).collect()
    };
    let deduplicated = points(|(_, deduplicated, _)| *deduplicated);
    two_lines(sample, [(ALL, points(|(_, _, all)| *all)), (DEDUPLICATED, deduplicated)])
}
