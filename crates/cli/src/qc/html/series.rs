//! Series of values over the horizontal axis: as lines, as steps, or as bars.

use std::fmt::Write as _;
use std::io::{self, Write};

use pagecut::qc::report::Status;

use super::markup::{Escaped, Name, Symbol};
use super::numbers::px;
use super::plot::Plot;
use super::sample::Sample;
use super::table::{Column, Row, Table};

/// Share of the width of a range that its bars cover.
const BAR: f64 = 0.86;

/// Maximum number of bars or steps. More of them are drawn as a line, which can be thinned.
const MAX_SHAPES: usize = 2000;

/// Number of colours, and of patterns of dashes, in the style sheet.
const COLOURS: usize = 8;
const DASHES: usize = 4;

/// How values are drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    /// A line through the middle of the ranges.
    Line,
    /// A line over the whole of each range, from zero to zero.
    Steps,
    /// A bar from zero over each range. Bars of several series stand side by side.
    Bars,
}

/// The value of a range.
#[derive(Debug, Clone, Copy)]
pub(super) struct Point {
    /// Start of the range.
    pub(super) from: f64,
    /// End of the range.
    pub(super) to: f64,
    /// The value. NaN leaves a gap.
    pub(super) value: f64,
}

/// Values of ascending ranges.
#[derive(Debug, Clone)]
pub(super) struct Series {
    /// The name in the legend and in the table.
    pub(super) name: String,
    /// Number of the entry of the legend that shows and hides the series.
    pub(super) key: usize,
    /// Classes of the style sheet: colour and dashes.
    pub(super) style: String,
    /// How it is drawn.
    pub(super) shape: Shape,
    /// The values.
    pub(super) points: Vec<Point>,
}

/// Returns the colour and the dashes of a sample.
pub(super) fn style(number: usize) -> String {
    format!("c{} d{}", number % COLOURS, number / COLOURS % DASHES)
}

/// Returns the largest value, or `least` if that is larger.
pub(super) fn largest<'s>(series: impl IntoIterator<Item = &'s Series>, least: f64) -> f64 {
    let values = series.into_iter().flat_map(|series| &series.points).map(|point| point.value);
    values.filter(|value| value.is_finite()).fold(least, f64::max)
}

/// Returns two lines of a sample. If there are other samples, they share its colour, and the second one is faint.
pub(super) fn two_lines(sample: &Sample<'_>, lines: [(&str, Vec<Point>); 2]) -> [Series; 2] {
    let (key, own) = (sample.number, style(sample.number));
    let (other_key, other) = if sample.is_only { (1, style(1)) } else { (key, format!("{own} faint")) };
    let line = |key, style, (name, points): (&str, Vec<Point>)| Series {
        name: sample.named(name),
        key,
        style,
        shape: Shape::Line,
        points,
    };
    let [first, second] = lines;
    [line(key, own, first), line(other_key, other, second)]
}

/// Draws series.
pub(super) fn draw(plot: &Plot, series: &[Series]) -> String {
    let bars: Vec<_> =
        series.iter().filter(|series| series.shape == Shape::Bars).map(|series| series.key).collect();
    let mut marks = String::new();
    for Series { key, style, shape, points, .. } in series {
        let (kind, path) = match shape {
            _ if points.len() > MAX_SHAPES => ("line", line_path(plot, points)),
            Shape::Line => ("line", line_path(plot, points)),
            Shape::Steps => ("line", step_path(plot, points)),
            Shape::Bars => {
                let place = bars.iter().position(|bar| bar == key).unwrap_or(0);
                ("bar", bar_path(plot, points, place, bars.len()))
            }
        };
        if !path.is_empty() {
            let _ = write!(marks, r#"<path class="{kind} {style}" data-series="{key}" d="{path}"/>"#);
        }
    }
    marks
}

/// Returns a path through points on the drawing; `None` interrupts it. A point alone is a dot.
pub(super) fn path(points: impl IntoIterator<Item = Option<(f64, f64)>>) -> String {
    let mut path = String::new();
    let mut run = Vec::new();
    let mut close = |run: &mut Vec<(f64, f64)>| {
        for (at, (x, y)) in thinned(run).into_iter().enumerate() {
            let _ = write!(path, "{}{} {}", if at == 0 { 'M' } else { 'L' }, px(x), px(y));
        }
        if run.len() == 1 {
            path.push_str("h0");
        }
        run.clear();
    };
    for point in points {
        match point {
            Some(point) => run.push(point),
            None => close(&mut run),
        }
    }
    close(&mut run);
    path
}

/// Leaves the lowest and the highest of the points that share a unit of the drawing.
fn thinned(points: &[(f64, f64)]) -> Vec<(f64, f64)> {
    let mut kept = Vec::new();
    for unit in points.chunk_by(|one, next| one.0.floor() == next.0.floor()) {
        if unit.len() <= 2 {
            kept.extend_from_slice(unit);
            continue;
        }
        let by_height =
            |one: &(usize, &(f64, f64)), other: &(usize, &(f64, f64))| one.1.1.total_cmp(&other.1.1);
        let lowest = unit.iter().enumerate().min_by(by_height).map_or(0, |(at, _)| at);
        let highest = unit.iter().enumerate().max_by(by_height).map_or(0, |(at, _)| at);
        kept.push(unit[lowest.min(highest)]);
        if lowest != highest {
            kept.push(unit[lowest.max(highest)]);
        }
    }
    kept
}

fn line_path(plot: &Plot, points: &[Point]) -> String {
    path(points.iter().map(|point| {
        let (left, right) = plot.span(point.from, point.to);
        point.value.is_finite().then(|| ((left + right) / 2.0, plot.y(point.value)))
    }))
}

/// Returns steps that begin and end at zero, so that a range alone is a column.
fn step_path(plot: &Plot, points: &[Point]) -> String {
    let mut path = String::new();
    let bottom = px(plot.y(0.0));
    let is_next =
        |one: &Point, next: &Point| one.value.is_finite() && next.value.is_finite() && one.to == next.from;
    for run in points.chunk_by(is_next).filter(|run| run[0].value.is_finite()) {
        let _ = write!(path, "M{} {bottom}", px(plot.span(run[0].from, run[0].to).0));
        for point in run {
            let _ = write!(path, "V{}H{}", px(plot.y(point.value)), px(plot.span(point.from, point.to).1));
        }
        let _ = write!(path, "V{bottom}");
    }
    path
}

fn bar_path(plot: &Plot, points: &[Point], place: usize, bars: usize) -> String {
    let mut path = String::new();
    let bottom = plot.y(0.0);
    for point in points.iter().filter(|point| point.value.is_finite() && point.value > 0.0) {
        let (left, right) = plot.span(point.from, point.to);
        let width = (right - left) * BAR / bars.max(1) as f64;
        let x = left + (right - left) * (1.0 - BAR) / 2.0 + width * place as f64;
        let (top, shown) = (plot.y(point.value), px(width));
        let _ = write!(path, "M{} {}h{shown}V{}h-{shown}z", px(x), px(top), px(bottom));
    }
    path
}

/// Returns the table of series: a row for each range of any of them.
pub(super) fn tabulate(
    plot: &Plot,
    series: &[Series],
    head: &'static str,
    label: &dyn Fn(f64, f64) -> String,
    text: &dyn Fn(usize, f64) -> String,
) -> Table {
    let columns = series.iter().map(|series| Column {
        name: series.name.clone(),
        series: Some((series.key, series.style.clone())),
        span: None,
    });
    let mut values: Vec<_> = series
        .iter()
        .enumerate()
        .flat_map(|(column, series)| series.points.iter().map(move |point| (column, point)))
        .collect();
    let range = |point: &Point| (point.from, point.to);
    values.sort_by(|(_, one), (_, other)| {
        one.from.total_cmp(&other.from).then_with(|| one.to.total_cmp(&other.to))
    });
    let rows = values.chunk_by(|(_, one), (_, next)| range(one) == range(next)).map(|row| {
        let (from, to) = range(row[0].1);
        let mut cells = vec![None; series.len()];
        for (column, point) in row {
            cells[*column] = Some(text(*column, point.value));
        }
        Row { label: label(from, to), span: plot.span(from, to), cells }
    });
    Table { head, columns: columns.collect(), rows: rows.collect() }
}

/// An entry of a legend.
#[derive(Debug)]
pub(super) struct Entry<'n> {
    /// The number of the series.
    pub(super) key: usize,
    /// Classes of the style sheet.
    pub(super) style: String,
    /// The name.
    pub(super) name: &'n str,
    /// The verdict on it.
    pub(super) status: Option<Status>,
    /// A number of it.
    pub(super) note: Option<String>,
}

impl<'n> Entry<'n> {
    /// Returns the entry of a series that is not of one sample.
    pub(super) fn new(key: usize, style: &str, name: &'n str) -> Self {
        Self { key, style: style.into(), name, status: None, note: None }
    }

    /// Returns the entry of a sample.
    pub(super) fn of(sample: &'n Sample<'n>, status: Option<Status>) -> Self {
        Self { key: sample.number, style: style(sample.number), name: &sample.label, status, note: None }
    }
}

/// Writes the legend of a section. The script of the page makes its entries show and hide series.
pub(super) fn write_legend(entries: &[Entry<'_>], out: &mut dyn Write) -> io::Result<()> {
    if entries.is_empty() {
        return Ok(());
    }
    writeln!(out, r#"<ul class="legend">"#)?;
    for Entry { key, style, name, status, note } in entries {
        write!(
            out,
            r#"<li data-series="{key}"><svg class="swatch" viewBox="0 0 28 10" aria-hidden="true">"#
        )?;
        write!(out, r#"<path class="line {style}" d="M2 5H26"/></svg> {}"#, Name(name))?;
        if let Some(status) = status {
            write!(out, r#" <span class="{status}">{} {status}</span>"#, Symbol(*status))?;
        }
        if let Some(note) = note {
            write!(out, r#" <span class="note">{}</span>"#, Escaped(note))?;
        }
        writeln!(out, "</li>")?;
    }
    writeln!(out, "</ul>")
}

#[cfg(test)]
mod tests {
    use super::super::axis::{XAxis, YAxis};
    use super::super::plot::WIDE;
    use super::*;

    fn plot() -> Plot {
        Plot::new(WIDE, XAxis::integers("x", 0, 9), YAxis::numbers("y", 0.0, 10.0, 300.0))
    }

    fn series(shape: Shape, values: &[f64]) -> Series {
        let points = (0_u32..).map(f64::from).zip(values);
        let point = |(at, value): (f64, &f64)| Point { from: at - 0.5, to: at + 0.5, value: *value };
        Series { name: "s".into(), key: 0, style: style(9), shape, points: points.map(point).collect() }
    }

    #[test]
    fn not_a_number_leaves_a_gap() {
        let gap = [1.0, 2.0, f64::NAN, 3.0, f64::NAN, 4.0, 5.0];
        let marks = draw(&plot(), &[series(Shape::Line, &gap)]);
        assert_eq!(marks.matches('M').count(), 3, "{marks}");
        assert_eq!(marks.matches('L').count(), 2, "{marks}");
        assert_eq!(marks.matches("h0").count(), 1, "a point alone is a dot: {marks}");
        let marks = draw(&plot(), &[series(Shape::Steps, &gap)]);
        assert_eq!((marks.matches('M').count(), marks.matches('V').count()), (3, 5 + 3), "{marks}");
        assert!(!marks.contains("NaN"), "{marks}");
    }

    #[test]
    fn bars_of_two_series_stand_side_by_side() {
        let mut other = series(Shape::Bars, &[5.0]);
        other.key = 1;
        let marks = draw(&plot(), &[series(Shape::Bars, &[5.0]), other]);
        let starts: Vec<f64> = marks
            .split("d=\"M")
            .skip(1)
            .map(|path| path.split(' ').next().unwrap().parse().unwrap())
            .collect();
        assert_eq!(starts.len(), 2);
        assert!(starts[1] > starts[0] + 10.0, "{marks}");
    }

    #[test]
    fn nothing_is_drawn_without_values() {
        assert_eq!(draw(&plot(), &[series(Shape::Line, &[f64::NAN]), series(Shape::Bars, &[])]), "");
    }

    #[test]
    fn long_lines_keep_their_extremes() {
        let points = (0_u32..100_000).map(|at| (f64::from(at) / 100.0, if at == 777 { 9.0 } else { 1.0 }));
        let kept = thinned(&points.collect::<Vec<_>>());
        assert!(kept.len() <= 2000, "{}", kept.len());
        assert!(kept.contains(&(7.77, 9.0)));
    }

    #[test]
    fn rows_of_samples_with_different_ranges_are_merged() {
        let (one, mut other) = (series(Shape::Line, &[1.0, 2.0]), series(Shape::Line, &[3.0]));
        other.points.push(Point { from: 0.5, to: 2.5, value: f64::NAN });
        let label = |from: f64, to: f64| format!("{}-{}", from + 0.5, to - 0.5);
        let table = tabulate(&plot(), &[one, other], "X", &label, &|_, value| value.to_string());
        let rows: Vec<_> = table.rows.iter().map(|row| (row.label.as_str(), row.cells.clone())).collect();
        let text = |text: &str| Some(text.to_owned());
        assert_eq!(rows[0], ("0-0", vec![text("1"), text("3")]));
        assert_eq!(rows[1], ("1-1", vec![text("2"), None]));
        assert_eq!(rows[2], ("1-2", vec![None, text("NaN")]));
    }

    #[test]
    fn styles_repeat_late() {
        assert_eq!(style(0), "c0 d0");
        assert_eq!(style(9), "c1 d1");
        assert_eq!(style(32), "c0 d0");
    }
}
