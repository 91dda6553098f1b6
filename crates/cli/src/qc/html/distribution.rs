//! Distributions: the number of reads, or of pairs, with each value. Several samples are drawn as shares, so that their sizes do not
//! matter.

use std::io::{self, Write};

use pagecut::qc::report::Status;

use super::axis::{XAxis, YAxis};
use super::numbers::{reads, share};
use super::plot::{Drawing, Plot, WIDE};
use super::sample::Sample;
use super::series::{self, Entry, Point, Series, Shape};

/// The reads of a sample.
#[derive(Debug)]
pub(super) struct Counts<'s> {
    pub(super) sample: &'s Sample<'s>,
    pub(super) status: Option<Status>,
    /// The number of reads for each range of values.
    pub(super) points: Vec<Point>,
    /// The numbers that a model expects, if there is one.
    pub(super) model: Vec<Point>,
}

/// A plot of distributions.
pub(super) struct Distribution {
    /// The id of the figure.
    pub(super) id: &'static str,
    /// The title of the figure.
    pub(super) title: &'static str,
    /// The things that are counted.
    pub(super) counted: &'static str,
    /// The quantity, above the values in the table.
    pub(super) head: &'static str,
    /// The name of the model.
    pub(super) model: &'static str,
    /// How several samples are drawn. One sample has bars.
    pub(super) shape: Shape,
    /// Returns the text of a range of values.
    pub(super) text: fn(f64, f64) -> String,
}

impl Distribution {
    /// Writes the legend and the plot.
    pub(super) fn write(&self, samples: &[Counts<'_>], x: XAxis, out: &mut dyn Write) -> io::Result<()> {
        let is_only = samples.iter().all(|counts| counts.sample.is_only);
        series::write_legend(&self.entries(samples, is_only), out)?;
        let (counts, totals): (Vec<_>, Vec<_>) =
            samples.iter().flat_map(|counts| self.series(counts)).unzip();
        let drawn = if is_only { counts.clone() } else { shares(&counts, &totals) };
        let label = if is_only { self.counted.into() } else { format!("{} (% of the sample)", self.counted) };
        let least = if is_only { 1.0 } else { 0.1 };
        let y = YAxis::numbers(label, 0.0, series::largest(&drawn, least), WIDE.height);
        let plot = Plot::new(WIDE, x, y);
        let text = |column: usize, value: f64| {
            if is_only {
                reads(value)
            } else {
                format!("{} ({}%)", reads(value), share(value * 100.0 / totals[column]))
            }
        };
        let table = series::tabulate(&plot, &counts, self.head, &self.text, &text);
        let drawing = Drawing { background: String::new(), marks: series::draw(&plot, &drawn) };
        plot.write(self.id, self.title, None, &drawing, &table, out)
    }

    /// Returns the series of a sample, each with the number of its reads.
    fn series(&self, counts: &Counts<'_>) -> Vec<(Series, f64)> {
        let Counts { sample, points, model, .. } = counts;
        let total: f64 = points.iter().map(|point| point.value).sum();
        let style = series::style(sample.number);
        let mut all = vec![Series {
            name: if sample.is_only { self.counted.into() } else { sample.label.clone() },
            key: sample.number,
            style: style.clone(),
            shape: if sample.is_only { Shape::Bars } else { self.shape },
            points: points.clone(),
        }];
        if !model.is_empty() {
            all.push(Series {
                name: sample.named(self.model),
                key: if sample.is_only { 1 } else { sample.number },
                style: if sample.is_only { "model".into() } else { format!("{style} faint") },
                shape: Shape::Line,
                points: model.clone(),
            });
        }
        all.into_iter().map(|series| (series, total)).collect()
    }

    /// Returns the entries of the legend. A single series needs none.
    fn entries<'c>(&'c self, samples: &'c [Counts<'c>], is_only: bool) -> Vec<Entry<'c>> {
        if !is_only {
            return samples.iter().map(|counts| Entry::of(counts.sample, counts.status)).collect();
        }
        if samples.iter().all(|counts| counts.model.is_empty()) {
            return Vec::new();
        }
        vec![Entry::new(0, &series::style(0), self.counted), Entry::new(1, "model", self.model)]
    }
}

/// Returns the series as per cent of their totals.
fn shares(counts: &[Series], totals: &[f64]) -> Vec<Series> {
    let of_total = |(series, total): (&Series, &f64)| {
        let share = |point: &Point| Point { value: point.value * 100.0 / total, ..*point };
        Series { points: series.points.iter().map(share).collect(), ..series.clone() }
    };
    counts.iter().zip(totals).map(of_total).collect()
}
