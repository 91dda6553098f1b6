//! Texts of numbers.

use crate::table::with_commas;

/// Text of a value that is not a number.
const NOT_A_NUMBER: &str = "–";

/// Returns an integer with commas.
pub(super) fn count(number: u64) -> String {
    with_commas(&number.to_string())
}

/// Returns an integer with commas and its sign.
pub(super) fn integer(number: i64) -> String {
    let sign = if number < 0 { "−" } else { "" };
    sign.to_owned() + &count(number.unsigned_abs())
}

/// Returns a number with this many decimals.
pub(super) fn decimal(number: f64, decimals: usize) -> String {
    if number.is_nan() {
        return NOT_A_NUMBER.into();
    }
    let text = with_commas(&format!("{:.decimals$}", number.abs()));
    let is_zero = text.bytes().all(|byte| matches!(byte, b'0' | b'.'));
    if number < 0.0 && !is_zero { format!("−{text}") } else { text }
}

/// Returns a quality score: two decimals.
pub(super) fn score(number: f64) -> String {
    decimal(number, 2)
}

/// Returns a share in per cent, without the sign: two decimals, or two digits if it is small.
pub(super) fn share(number: f64) -> String {
    if number != 0.0 && number.abs() < 1e-4 {
        return format!("{number:.1e}");
    }
    decimal(number, if number != 0.0 && number.abs() < 0.1 { 4 } else { 2 })
}

/// Returns a number of reads that need not be an integer.
pub(super) fn reads(number: f64) -> String {
    decimal(number, if number.fract() == 0.0 || number >= 1000.0 { 0 } else { 2 })
}

/// Returns a range of integers, both included.
pub(super) fn range(first: u64, last: u64) -> String {
    if first == last { count(first) } else { format!("{}–{}", count(first), count(last)) }
}

/// Returns a length in the units of a drawing: at most one decimal.
pub(super) fn px(length: f64) -> String {
    let text = format!("{length:.1}");
    let text = text.strip_suffix(".0").unwrap_or(&text);
    if text == "-0" { "0".into() } else { text.into() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_have_commas() {
        assert_eq!(count(0), "0");
        assert_eq!(count(1_234_567), "1,234,567");
        assert_eq!(integer(-1234), "−1,234");
        assert_eq!(integer(i64::MIN), "−9,223,372,036,854,775,808");
    }

    #[test]
    fn decimals_have_no_negative_zero() {
        assert_eq!(decimal(-0.001, 2), "0.00");
        assert_eq!(decimal(-1234.567, 2), "−1,234.57");
        assert_eq!(decimal(f64::NAN, 2), "–");
        assert_eq!(decimal(f64::INFINITY, 1), "inf");
    }

    #[test]
    fn small_shares_keep_their_digits() {
        let texts = [0.0, 12.345, 0.1, 0.012_34, 0.000_012_3, 100.0].map(share);
        assert_eq!(texts, ["0.00", "12.35", "0.10", "0.0123", "1.2e-5", "100.00"]);
    }

    #[test]
    fn ranges_of_one_integer_are_short() {
        assert_eq!(range(7, 7), "7");
        assert_eq!(range(1000, 1499), "1,000–1,499");
    }

    #[test]
    fn fractions_of_reads_are_shown() {
        assert_eq!([3.0, 3.5, 12345.5].map(reads), ["3", "3.50", "12,346"]);
    }

    #[test]
    fn lengths_of_drawings_are_short() {
        assert_eq!([1.0, 1.26, -0.01, 200.0].map(px), ["1", "1.3", "0", "200"]);
    }
}
