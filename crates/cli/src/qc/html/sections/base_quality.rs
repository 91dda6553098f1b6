//! Quality scores by position: boxes and whiskers, and a heat strip of several samples.

use std::fmt::Write as _;
use std::io::{self, Write};

use pagecut::qc::report::{BaseQuality, Module, Positions};

use crate::qc::html::axis::{XAxis, YAxis};
use crate::qc::html::heat::Classes;
use crate::qc::html::numbers::{px, score};
use crate::qc::html::plot::{Drawing, Plot, Size, WIDE};
use crate::qc::html::positions::{point, text};
use crate::qc::html::sample::{Sample, having};
use crate::qc::html::section::{Section, status, write_nothing};
use crate::qc::html::series::{Point, Series, Shape, path, tabulate};
use crate::qc::html::table::{Column, Row, Table};

pub(super) const SECTION: Section = Section {
    id: "base-quality",
    title: "Per base sequence quality",
    short: "Base quality",
    text: "Quality scores at each position of the reads. A box reaches from the lower to the upper quartile, with a line at the median; \
           whiskers reach from the 10th to the 90th percentile. Groups of positions that at most 100 reads have show the mean only.",
    is_by_sample: true,
    has: |sample| sample.report.base_quality.is_some(),
    status: |report| status(&report.base_quality),
    write,
};

const TITLE: &str = "Quality scores by position";

/// Above this number of groups, boxes are too narrow, and areas show the quartiles and the percentiles.
const MAX_BOXES: usize = 250;

/// Maximum number of groups that areas are drawn of.
const MAX_GROUPS: usize = 1000;

/// Lowest scores of the bands of fair and of good quality.
const FAIR: f64 = 20.0;
const GOOD: f64 = 28.0;

const MEANS: Classes = Classes {
    style: "q",
    bounds: &[10.0, 15.0, 20.0, 24.0, 28.0, 32.0, 36.0],
    texts: &["below 10", "10–15", "15–20", "20–24", "24–28", "28–32", "32–36", "36 or more"],
};

fn write(samples: &[Sample<'_>], out: &mut dyn Write) -> io::Result<()> {
    let samples = having(samples, |report| &report.base_quality);
    if samples.len() > 1 {
        write_strip(&samples, out)?;
    }
    write_legend(out)?;
    writeln!(out, r#"<div class="plots">"#)?;
    for (sample, module) in &samples {
        let rows = &module.results;
        let id = sample.id(SECTION.id);
        if rows.is_empty() {
            write_nothing(&id, &sample.named("There are no quality scores."), out)?;
            continue;
        }
        let size = Size::of(samples.len());
        let groups = groups(rows);
        let top = rows.iter().flat_map(|row| [row.mean, row.upper_quartile, row.percentile_90]);
        let top = top.filter(|value| value.is_finite()).fold(40.0, f64::max);
        let y = YAxis::numbers("Quality score (Phred)", 0.0, top, size.height);
        let plot = Plot::new(size, XAxis::positions([&groups[..]].into_iter()), y);
        let drawing = Drawing { background: bands(&plot, top), marks: draw(&plot, rows) };
        let caption = (!sample.is_only).then_some((*sample, Some(module.status)));
        plot.write(&id, TITLE, caption, &drawing, &table(&plot, rows), out)?;
    }
    writeln!(out, "</div>")
}

fn groups(rows: &[BaseQuality]) -> Vec<Positions> {
    rows.iter().map(|row| row.positions).collect()
}

/// Writes the key of the boxes.
fn write_legend(out: &mut dyn Write) -> io::Result<()> {
    write!(
        out,
        r#"<p class="key"><span><svg class="swatch" viewBox="0 0 28 16" aria-hidden="true"><path class="whisker" d="M1 8H27"/>"#
    )?;
    write!(
        out,
        r#"<rect class="box" x="7" y="3" width="14" height="10"/><path class="median" d="M14 3V13"/></svg> "#
    )?;
    write!(
        out,
        r#"10th percentile, lower quartile, median, upper quartile, 90th percentile</span><span><svg class="swatch" "#
    )?;
    writeln!(
        out,
        r#"viewBox="0 0 28 10" aria-hidden="true"><path class="mean" d="M2 5H26"/></svg> mean</span>"#
    )?;
    for (style, text) in [("good", "28 or more"), ("fair", "20 to 28"), ("poor", "below 20")] {
        write!(out, r#"<span><svg class="swatch" viewBox="0 0 14 10" aria-hidden="true">"#)?;
        writeln!(out, r#"<rect class="band {style}" width="14" height="10"/></svg> {text}</span>"#)?;
    }
    writeln!(out, "</p>")
}

/// Draws the bands of poor, fair and good quality.
fn bands(plot: &Plot, top: f64) -> String {
    let ((left, right), (highest, _)) = (plot.sides(), plot.ends());
    let bands = [("poor", 0.0, FAIR), ("fair", FAIR, GOOD), ("good", GOOD, top)];
    let band = |(style, from, to): (&str, f64, f64)| {
        let above = if style == "good" { highest } else { plot.y(to) };
        let (width, height) = (px(right - left), px(plot.y(from) - above));
        format!(
            r#"<rect class="band {style}" x="{}" y="{}" width="{width}" height="{height}"/>"#,
            px(left),
            px(above)
        )
    };
    bands.map(band).concat()
}

fn draw(plot: &Plot, rows: &[BaseQuality]) -> String {
    let means = path(rows.iter().map(|row| {
        let Point { from, to, .. } = point(row.positions, row.mean);
        let (left, right) = plot.span(from, to);
        row.mean.is_finite().then(|| ((left + right) / 2.0, plot.y(row.mean)))
    }));
    let spread = if rows.len() > MAX_BOXES { draw_areas(plot, rows) } else { draw_boxes(plot, rows) };
    format!(r#"{spread}<path class="mean" d="{means}"/>"#)
}

fn draw_boxes(plot: &Plot, rows: &[BaseQuality]) -> String {
    let (mut boxes, mut whiskers, mut medians) = (String::new(), String::new(), String::new());
    for row in rows {
        let Point { from, to, .. } = point(row.positions, row.mean);
        let (left, right) = plot.span(from, to);
        let (x, width) = (left + (right - left) * 0.15, (right - left) * 0.7);
        let (middle, y) = (px((left + right) / 2.0), |value: f64| px(plot.y(value)));
        let (start, end, shown) = (px(x), px(x + width), px(width));
        let (low, high) = (row.lower_quartile, row.upper_quartile);
        if low.is_finite() && high.is_finite() {
            let _ = write!(boxes, "M{start} {}h{shown}V{}h-{shown}z", y(high), y(low));
        }
        for (quartile, percentile) in [(low, row.percentile_10), (high, row.percentile_90)] {
            if quartile.is_finite() && percentile.is_finite() {
                let _ = write!(whiskers, "M{middle} {}V{1}M{start} {1}H{end}", y(quartile), y(percentile));
            }
        }
        if row.median.is_finite() {
            let _ = write!(medians, "M{start} {}H{end}", y(row.median));
        }
    }
    format!(
        r#"<path class="whisker" d="{whiskers}"/><path class="box" d="{boxes}"/><path class="median" d="{medians}"/>"#
    )
}

fn draw_areas(plot: &Plot, rows: &[BaseQuality]) -> String {
    let step = rows.len().div_ceil(MAX_GROUPS);
    let rows: Vec<_> = rows.iter().step_by(step).collect();
    let middle = |row: &BaseQuality| {
        let Point { from, to, .. } = point(row.positions, 0.0);
        let (left, right) = plot.span(from, to);
        (left + right) / 2.0
    };
    let area = |low: fn(&BaseQuality) -> f64, high: fn(&BaseQuality) -> f64| {
        let mut area = String::new();
        let is_known = |row: &BaseQuality| low(row).is_finite() && high(row).is_finite();
        for run in rows.chunk_by(|one, next| is_known(one) == is_known(next)).filter(|run| is_known(run[0])) {
            let above = run.iter().map(|row| (middle(row), plot.y(high(row))));
            let below = run.iter().rev().map(|row| (middle(row), plot.y(low(row))));
            for (at, (x, y)) in above.chain(below).enumerate() {
                let _ = write!(area, "{}{} {}", if at == 0 { 'M' } else { 'L' }, px(x), px(y));
            }
            area.push('z');
        }
        area
    };
    let wide = area(|row| row.percentile_10, |row| row.percentile_90);
    let narrow = area(|row| row.lower_quartile, |row| row.upper_quartile);
    let medians =
        path(rows.iter().map(|row| row.median.is_finite().then(|| (middle(row), plot.y(row.median)))));
    format!(
        r#"<path class="spread" d="{wide}"/><path class="area" d="{narrow}"/><path class="median" d="{medians}"/>"#
    )
}

fn table(plot: &Plot, rows: &[BaseQuality]) -> Table {
    let names = [
        "Mean",
        "Mean by error probability",
        "Median",
        "Lower quartile",
        "Upper quartile",
        "10th percentile",
        "90th percentile",
    ];
    let column = |name: &str| Column { name: name.into(), series: None, span: None };
    let row = |row: &BaseQuality| {
        let Point { from, to, .. } = point(row.positions, row.mean);
        let values = [
            row.mean,
            row.mean_by_error,
            row.median,
            row.lower_quartile,
            row.upper_quartile,
            row.percentile_10,
            row.percentile_90,
        ];
        let cells = values.into_iter().map(|value| Some(score(value))).collect();
        Row { label: text(from, to), span: plot.span(from, to), cells }
    };
    Table {
        head: "Position",
        columns: names.into_iter().map(column).collect(),
        rows: rows.iter().map(row).collect(),
    }
}

/// Writes the means of several samples as a row of colours each.
fn write_strip(samples: &[(&Sample<'_>, &Module<Vec<BaseQuality>>)], out: &mut dyn Write) -> io::Result<()> {
    let groups: Vec<_> = samples.iter().map(|(_, module)| groups(&module.results)).collect();
    let names: Vec<_> = samples.iter().map(|(sample, _)| sample.label.clone()).collect();
    let row_height = if samples.len() > 24 { 14.0 } else { 22.0 };
    let size = Size { width: WIDE.width, height: 60.0 + samples.len() as f64 * row_height };
    let y = YAxis::Rows { label: "Sample", names };
    let plot = Plot::new(size, XAxis::positions(groups.iter().map(Vec::as_slice)), y);
    let series: Vec<_> = samples
        .iter()
        .map(|(sample, module)| Series {
            name: sample.label.clone(),
            key: sample.number,
            style: String::new(),
            shape: Shape::Line,
            points: module.results.iter().map(|row| point(row.positions, row.mean)).collect(),
        })
        .collect();
    let places = |row: usize| (plot.y(row as f64), plot.y(row as f64 + 1.0));
    let cells = series.iter().enumerate().flat_map(|(row, series)| {
        let (plot, rows) = (&plot, places(row));
        series.points.iter().map(move |point| (plot.span(point.from, point.to), rows, point.value))
    });
    let marks = MEANS.draw(cells);
    let mut table = tabulate(&plot, &series, "Position", &text, &|_, value| score(value));
    for (row, column) in table.columns.iter_mut().enumerate() {
        column.series = None;
        column.span = Some(places(row));
    }
    MEANS.write_key("Mean quality score", out)?;
    let drawing = Drawing { background: String::new(), marks };
    plot.write("base-quality-means", "Mean quality score by position", None, &drawing, &table, out)
}
