//! Values by position, for the modules that draw lines over positions.

use pagecut::qc::report::Positions;

use super::axis::end;
use super::numbers;
use super::series::Point;

/// Returns the point of a group of positions.
pub(super) fn point(positions: Positions, value: f64) -> Point {
    Point { from: positions.first as f64, to: end(positions.last), value }
}

/// Returns the text of the positions of a point.
pub(super) fn text(from: f64, to: f64) -> String {
    if to - from == 1.0 {
        return numbers::decimal(from, 0);
    }
    format!("{}–{}", numbers::decimal(from, 0), numbers::decimal(to - 1.0, 0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_those_of_the_positions() {
        for (first, last, expected) in [(1, 1, "1"), (10, 14, "10–14"), (1000, 1499, "1,000–1,499")] {
            let point = point(Positions { first, last }, 0.0);
            assert_eq!(text(point.from, point.to), expected);
        }
    }
}
