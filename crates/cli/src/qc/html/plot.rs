//! Plots: axes around marks, as SVG.

use std::fmt::Write as _;
use std::io::{self, Write};

use pagecut::qc::report::Status;

use super::axis::{CHARACTER, XAxis, YAxis, visible};
use super::markup::{Badge, Escaped, Name};
use super::numbers::px;
use super::sample::Sample;
use super::scale::Tick;
use super::table::Table;

/// Size of a plot, in units of the drawing.
#[derive(Debug, Clone, Copy)]
pub(super) struct Size {
    pub(super) width: f64,
    pub(super) height: f64,
}

/// A plot over the width of the page.
pub(super) const WIDE: Size = Size { width: 1080.0, height: 350.0 };

/// A plot over half of the width of the page.
pub(super) const HALF: Size = Size { width: 530.0, height: 270.0 };

impl Size {
    /// Returns the size of one of these plots of a module.
    pub(super) fn of(plots: usize) -> Self {
        if plots > 1 { HALF } else { WIDE }
    }
}

/// Space right of the marks, for half of the label of a tick.
const RIGHT: f64 = 24.0;

const TOP: f64 = 10.0;

/// Space below the marks, for the labels of ticks and of the axis.
const BOTTOM: f64 = 46.0;

/// Height of a line of text.
const LINE: f64 = 14.0;

/// Maximum number of characters of the label of a row.
const MAX_NAME: usize = 24;

/// Axes and their places.
#[derive(Debug)]
pub(super) struct Plot {
    size: Size,
    x: XAxis,
    y: YAxis,
    /// Left end of the marks.
    left: f64,
}

/// The shapes of a plot. Zooming moves the marks, and leaves the background in place.
#[derive(Debug, Default)]
pub(super) struct Drawing {
    pub(super) background: String,
    pub(super) marks: String,
}

impl Plot {
    /// Lays out a plot.
    pub(super) fn new(size: Size, x: XAxis, y: YAxis) -> Self {
        let letters = |text: &str| text.chars().count().min(MAX_NAME);
        let longest = match &y {
            YAxis::Numbers { ticks, .. } => ticks.iter().map(|tick| letters(&tick.text)).max(),
            YAxis::Rows { names, .. } => names.iter().map(|name| letters(name)).max(),
        };
        let left = 32.0 + longest.unwrap_or(0) as f64 * CHARACTER;
        Self { size, x, y, left }
    }

    /// Returns the left and the right end of the marks.
    pub(super) fn sides(&self) -> (f64, f64) {
        (self.left, self.size.width - RIGHT)
    }

    /// Returns the top and the bottom of the marks.
    pub(super) fn ends(&self) -> (f64, f64) {
        (TOP, self.size.height - BOTTOM)
    }

    /// Returns the horizontal place of a value.
    pub(super) fn x(&self, value: f64) -> f64 {
        let (left, right) = self.sides();
        left + self.x.scale.place(value) * (right - left)
    }

    /// Returns the horizontal places of a range.
    pub(super) fn span(&self, from: f64, to: f64) -> (f64, f64) {
        (self.x(from), self.x(to))
    }

    /// Returns the vertical place of a number, or of the top of a row.
    pub(super) fn y(&self, value: f64) -> f64 {
        let (top, bottom) = self.ends();
        match &self.y {
            YAxis::Numbers { scale, .. } => bottom - scale.place(value) * (bottom - top),
            YAxis::Rows { names, .. } => top + value / names.len().max(1) as f64 * (bottom - top),
        }
    }

    /// Writes the figure: the plot, and its data in a table. `id` is unique in the page, `title` says what the plot is of.
    pub(super) fn write(
        &self,
        id: &str,
        title: &str,
        caption: Option<(&Sample<'_>, Option<Status>)>,
        drawing: &Drawing,
        table: &Table,
        out: &mut dyn Write,
    ) -> io::Result<()> {
        writeln!(out, r#"<figure class="plot" id="{id}">"#)?;
        let mut full = title.to_owned();
        if let Some((sample, status)) = caption {
            write!(out, "<figcaption>{}", Name(&sample.label))?;
            if let Some(status) = status {
                write!(out, " {}", Badge(status))?;
            }
            writeln!(out, "</figcaption>")?;
            full = format!("{title}: {}", sample.label);
        }
        self.svg(id, &full, drawing, out)?;
        table.write(&full, out)?;
        writeln!(out, "</figure>")
    }

    fn svg(&self, id: &str, title: &str, drawing: &Drawing, out: &mut dyn Write) -> io::Result<()> {
        let Size { width, height } = self.size;
        let ((left, right), (top, bottom)) = (self.sides(), self.ends());
        let (plot_width, plot_height) = (px(right - left), px(bottom - top));
        let (left_text, right_text, top_text) = (px(left), px(right), px(top));
        let y_label = match &self.y {
            YAxis::Numbers { label, .. } => label.as_str(),
            YAxis::Rows { label, .. } => label,
        };
        write!(
            out,
            r#"<div class="chart"><svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" "#
        )?;
        let label = format!(
            "{title}. Horizontal: {}. Vertical: {y_label}. The data table has the values.",
            self.x.label
        );
        write!(
            out,
            r#"role="img" aria-label="{}" data-box="{left_text} {right_text} {top_text} "#,
            Escaped(&label)
        )?;
        writeln!(out, r#"{}" data-ticks="{}">"#, px(bottom), self.levels())?;
        let rect = format!(r#"x="{left_text}" y="{top_text}" width="{plot_width}" height="{plot_height}""#);
        writeln!(out, r#"<clipPath id="{id}-clip"><rect {rect}/></clipPath>"#)?;
        writeln!(out, r#"<rect class="paper" {rect}/>{}"#, drawing.background)?;
        self.y_ticks(out)?;
        writeln!(out, r##"<g clip-path="url(#{id}-clip)"><g class="marks">{}</g></g>"##, drawing.marks)?;
        writeln!(out, r#"<rect class="frame" {rect}/>"#)?;
        self.x_ticks(out)?;
        let (middle, below) = (px((left + right) / 2.0), px(height - 8.0));
        writeln!(
            out,
            r#"<text class="label" x="{middle}" y="{below}" text-anchor="middle">{}</text>"#,
            self.x.label
        )?;
        let middle = px((top + bottom) / 2.0);
        write!(
            out,
            r#"<text class="label" transform="translate(13 {middle}) rotate(-90)" text-anchor="middle">"#
        )?;
        writeln!(out, "{}</text>\n</svg></div>", Escaped(y_label))
    }

    fn y_ticks(&self, out: &mut dyn Write) -> io::Result<()> {
        let ((left, right), label_x) = (self.sides(), px(self.left - 8.0));
        let mut lines = String::new();
        let mut texts = String::new();
        match &self.y {
            YAxis::Numbers { ticks, .. } => {
                for Tick { value, text } in ticks {
                    let y = self.y(*value);
                    let _ = write!(lines, "M{} {}H{}", px(left), px(y), px(right));
                    let _ =
                        write!(texts, r#"<text x="{label_x}" y="{}">{}</text>"#, px(y + 4.0), Escaped(text));
                }
            }
            YAxis::Rows { names, .. } => {
                let (top, bottom) = self.ends();
                let fitting = (bottom - top) / LINE;
                let step = (0..names.len())
                    .map(|step| step + 1)
                    .find(|step| names.len().div_ceil(*step) as f64 <= fitting);
                for (row, name) in names.iter().enumerate().step_by(step.unwrap_or(names.len().max(1))) {
                    let y = self.y(row as f64 + 0.5) + 4.0;
                    let short = shortened(name);
                    let title = if short == *name {
                        String::new()
                    } else {
                        format!("<title>{}</title>", Escaped(name))
                    };
                    let _ = write!(
                        texts,
                        r#"<text x="{label_x}" y="{}">{title}{}</text>"#,
                        px(y),
                        Escaped(&short)
                    );
                }
            }
        }
        if !lines.is_empty() {
            write!(out, r#"<path class="grid" d="{lines}"/>"#)?;
        }
        writeln!(out, r#"<g class="y" text-anchor="end">{texts}</g>"#)
    }

    fn x_ticks(&self, out: &mut dyn Write) -> io::Result<()> {
        let (_, bottom) = self.ends();
        write!(out, r#"<g class="x" text-anchor="middle">"#)?;
        for (x, text) in visible(&self.x.levels, |value| self.x(value)) {
            let (x, text_y) = (px(x), px(bottom + 19.0));
            write!(
                out,
                r#"<path d="M{x} {}v5"/><text x="{x}" y="{text_y}">{}</text>"#,
                px(bottom),
                Escaped(text)
            )?;
        }
        writeln!(out, "</g>")
    }

    /// Returns the levels of ticks for the script, which draws the ticks after zooming: `place=text` separated by `;`, levels by `|`.
    fn levels(&self) -> String {
        let tick = |tick: &Tick| format!("{}={}", px(self.x(tick.value)), Escaped(&tick.text));
        let level = |ticks: &Vec<Tick>| ticks.iter().map(tick).collect::<Vec<_>>().join(";");
        self.x.levels.iter().map(level).collect::<Vec<_>>().join("|")
    }
}

/// Returns the start and the end of a name that is too long for a label.
fn shortened(name: &str) -> String {
    let letters: Vec<_> = name.chars().collect();
    if letters.len() <= MAX_NAME {
        return name.into();
    }
    let end = MAX_NAME / 2 - 1;
    let (start, rest) = (&letters[..MAX_NAME - end - 1], &letters[letters.len() - end..]);
    start.iter().chain(['…'].iter()).chain(rest).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_have_places_between_the_axes() {
        let plot = Plot::new(WIDE, XAxis::integers("x", 0, 100), YAxis::numbers("y", 0.0, 40.0, 300.0));
        let ((left, right), (top, bottom)) = (plot.sides(), plot.ends());
        assert_eq!(plot.span(-0.5, 100.5), (left, right));
        assert_eq!((plot.y(0.0), plot.y(40.0)), (bottom, top));
        assert_eq!(plot.x(50.0), (left + right) / 2.0);
    }

    #[test]
    fn rows_begin_at_the_top() {
        let names = vec!["a".to_owned(), "b".to_owned()];
        let plot = Plot::new(HALF, XAxis::integers("x", 0, 1), YAxis::Rows { label: "y", names });
        let (top, bottom) = plot.ends();
        assert_eq!([0.0, 1.0, 2.0].map(|row| plot.y(row)), [top, (top + bottom) / 2.0, bottom]);
    }

    #[test]
    fn long_names_keep_both_ends() {
        let name = "a_long_name_of_a_sample_S12_L001_R1_001.fastq.gz";
        let short = shortened(name);
        assert_eq!(short.chars().count(), MAX_NAME);
        assert!(short.starts_with("a_long_name_") && short.ends_with(".fastq.gz"), "{short}");
        assert_eq!(shortened("short"), "short");
    }
}
