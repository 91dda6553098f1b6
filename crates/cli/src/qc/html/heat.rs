//! Heat maps: cells whose colour is a class of their value.

use std::fmt::Write as _;
use std::io::{self, Write};

use super::markup::Escaped;
use super::numbers::px;

/// Left and right end, top and bottom, and class.
type Cell = ((f64, f64), (f64, f64), usize);

/// Classes of values, from the lowest.
#[derive(Debug)]
pub(super) struct Classes {
    /// Start of the names of the classes in the style sheet; their number follows.
    pub(super) style: &'static str,
    /// The lowest value of each class after the first.
    pub(super) bounds: &'static [f64],
    /// The text of each class in the key.
    pub(super) texts: &'static [&'static str],
}

impl Classes {
    /// Returns the class of a value; `None` if it is not a number.
    fn of(&self, value: f64) -> Option<usize> {
        (!value.is_nan()).then(|| self.bounds.partition_point(|bound| *bound <= value))
    }

    /// Writes the key.
    pub(super) fn write_key(&self, title: &str, out: &mut dyn Write) -> io::Result<()> {
        writeln!(out, r#"<p class="key">{}:"#, Escaped(title))?;
        for (class, text) in self.texts.iter().enumerate() {
            let style = self.style;
            write!(out, r#"<span><svg class="swatch" viewBox="0 0 14 10" aria-hidden="true">"#)?;
            writeln!(
                out,
                r#"<rect class="{style}{class}" width="14" height="10"/></svg> {}</span>"#,
                Escaped(text)
            )?;
        }
        writeln!(out, "</p>")
    }

    /// Draws cells: left and right end, top and bottom, and value. Neighbours in a row with one class share a rectangle.
    pub(super) fn draw(&self, cells: impl Iterator<Item = ((f64, f64), (f64, f64), f64)>) -> String {
        let mut paths = vec![String::new(); self.texts.len()];
        let mut open: Option<Cell> = None;
        let mut close = |cell: Option<Cell>| {
            if let Some(((left, right), (top, bottom), class)) = cell
                && let Some(path) = paths.get_mut(class)
            {
                let width = px(right - left);
                let _ = write!(path, "M{} {}h{width}V{}h-{width}z", px(left), px(top), px(bottom));
            }
        };
        for ((left, right), rows, value) in cells {
            let class = self.of(value);
            if let (Some(cell), Some(class)) = (&mut open, class)
                && (cell.1, cell.2) == (rows, class)
                && cell.0.1 == left
            {
                cell.0.1 = right;
                continue;
            }
            close(open.take());
            open = class.map(|class| ((left, right), rows, class));
        }
        close(open);
        let style = self.style;
        let path =
            |(class, path): (usize, &String)| format!(r#"<path class="cell {style}{class}" d="{path}"/>"#);
        paths.iter().enumerate().filter(|(_, path)| !path.is_empty()).map(path).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CLASSES: Classes = Classes { style: "h", bounds: &[0.0, 10.0], texts: &["<0", "0-10", "≥10"] };

    #[test]
    fn values_have_classes() {
        assert_eq!(
            [-1.0, 0.0, 9.9, 10.0].map(|value| CLASSES.of(value)),
            [Some(0), Some(1), Some(1), Some(2)]
        );
        assert_eq!(CLASSES.of(f64::NAN), None);
    }

    #[test]
    fn neighbours_of_one_class_share_a_rectangle() {
        let cell = |at: u32, row: f64, value| ((f64::from(at), f64::from(at) + 1.0), (row, row + 1.0), value);
        let cells = [
            cell(0, 0.0, 1.0),
            cell(1, 0.0, 2.0),
            cell(2, 0.0, 11.0),
            cell(2, 1.0, 1.0),
            cell(3, 1.0, f64::NAN),
        ];
        let text = CLASSES.draw(cells.into_iter());
        assert_eq!(
            text,
            r#"<path class="cell h1" d="M0 0h2V1h-2zM2 1h1V2h-1z"/><path class="cell h2" d="M2 0h1V1h-1z"/>"#
        );
    }

    #[test]
    fn keys_name_every_class() {
        let mut out = Vec::new();
        CLASSES.write_key("Quality", &mut out).unwrap();
        let text = String::from_utf8(out).unwrap();
        assert!(text.contains("> &lt;0</span>") && text.contains("> ≥10</span>"), "{text}");
    }
}
