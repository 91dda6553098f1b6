//! Text of floating-point numbers as OpenJDK 17 prints it.
//!
//! Java before version 19 does not always print the shortest text that reads back as the number (JDK-4511638): 2^-44 is
//! `5.6843418860808015E-14`, with a digit more than needed. So the digits have to be found with its method: digit after digit by exact
//! division, until the rest is below half a unit in the last place.

use std::fmt;

use super::natural::Natural;

/// A number with the text of Java's `Double.toString`.
pub(super) struct Double(pub(super) f64);

/// A number with the text of Java's `Float.toString`.
pub(super) struct Float(pub(super) f32);

impl fmt::Display for Double {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bits = self.0.to_bits();
        let fraction = bits & ((1 << 52) - 1);
        let exponent = ((bits >> 52) & 0x7ff) as i32;
        let finite = self.0.is_finite().then(|| Finite::new(fraction, exponent - 1023, 52));
        write(f, self.0.is_sign_negative(), self.0.is_nan(), finite)
    }
}

impl fmt::Display for Float {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bits = self.0.to_bits();
        let fraction = bits & ((1 << 23) - 1);
        let exponent = ((bits >> 23) & 0xff) as i32;
        let finite = self.0.is_finite().then(|| Finite::new(fraction.into(), exponent - 127, 23));
        write(f, self.0.is_sign_negative(), self.0.is_nan(), finite)
    }
}

/// Writes a number. `finite` is its absolute value, unless it is NaN or infinite.
fn write(
    f: &mut fmt::Formatter<'_>,
    is_negative: bool,
    is_nan: bool,
    finite: Option<Option<Finite>>,
) -> fmt::Result {
    if is_nan {
        return f.write_str("NaN");
    }
    if is_negative {
        f.write_str("-")?;
    }
    match finite {
        None => f.write_str("Infinity"),
        Some(None) => f.write_str("0.0"),
        Some(Some(number)) => number.decimal().write(f),
    }
}

/// A positive number: `significand` / 2^52 × 2^`exponent`, where the significand has 53 bits.
struct Finite {
    significand: u64,
    exponent: i32,
    /// Number of bits that the type has for the significand of such a number: fewer if it is subnormal.
    precision: i32,
}

/// A decimal number: 0.`digits` × 10^`exponent`.
#[derive(Debug, PartialEq, Eq)]
struct Decimal {
    digits: Vec<u8>,
    exponent: i32,
}

impl Finite {
    /// Returns a number from the parts of a floating-point number, with `bits` bits of fraction; `None` for zero.
    fn new(fraction: u64, exponent: i32, bits: i32) -> Option<Self> {
        let implicit = 1_u64 << bits;
        // The lowest exponent marks subnormal numbers.
        let is_subnormal = exponent == 1 - (1 << (if bits == 52 { 10 } else { 7 }));
        let (significand, exponent) =
            if is_subnormal { (fraction, exponent + 1) } else { (fraction | implicit, exponent) };
        if significand == 0 {
            return None;
        }
        let len = 64 - significand.leading_zeros() as i32;
        Some(Self {
            significand: significand << (53 - len),
            exponent: exponent - (bits + 1 - len),
            precision: len,
        })
    }

    /// Returns the number in decimal.
    fn decimal(&self) -> Decimal {
        let trailing = self.significand.trailing_zeros() as i32;
        let len = 53 - trailing;
        // Number of bits after the point.
        let places = (len - self.exponent - 1).max(0);
        if (-21..=62).contains(&self.exponent) && places == 0 {
            self.integer()
        } else {
            self.division(trailing, len, places)
        }
    }

    /// Returns an integer in decimal. Digits below its precision are rounded away.
    #[expect(clippy::cast_possible_truncation, reason = "an integer below 2^63 has at most 19 digits")]
    fn integer(&self) -> Decimal {
        let Self { significand, exponent, precision } = *self;
        let mut number =
            if exponent >= 52 { significand << (exponent - 52) } else { significand >> (52 - exponent) };
        let surplus = exponent - precision - 1;
        let dropped = if surplus > 1 { (f64::from(surplus) * std::f64::consts::LOG10_2) as u32 } else { 0 };
        let unit = 10_u64.pow(dropped);
        let rest = number % unit;
        number = number / unit + u64::from(dropped > 0 && rest >= unit / 2);
        let text = number.to_string();
        let digits = text.trim_end_matches('0').bytes().map(|digit| digit - b'0').collect();
        Decimal { digits, exponent: text.len() as i32 + dropped as i32 }
    }

    /// Returns the shortest decimal number within half a unit in the last place, with the deviations of Java.
    fn division(&self, trailing: i32, len: i32, places: i32) -> Decimal {
        let Self { significand, exponent, precision } = *self;
        let mut power = self.estimated_power();
        // The number is `number` / `divisor` × 10^`power`, and half a unit in the last place is `half` / `divisor` × 10^`power`.
        let (fives, divisor_fives) = ((-power).max(0), power.max(0));
        let mut number_twos = fives + places + exponent - (len - 1);
        let mut divisor_twos = divisor_fives + places;
        let mut half_twos = fives + places + exponent - precision;
        let common = number_twos.min(divisor_twos);
        number_twos -= common;
        divisor_twos -= common;
        half_twos -= common;
        if len == 1 {
            half_twos -= 1;
        }
        if half_twos < 0 {
            number_twos -= half_twos;
            divisor_twos -= half_twos;
            half_twos = 0;
        }
        let number_bits = len + number_twos + bits_of_power(fives);
        let limit_bits = divisor_twos + 1 + bits_of_power(divisor_fives + 1);
        let arithmetic = Arithmetic::of(number_bits, limit_bits);
        let natural = |number: u64, fives: i32, twos: i32| {
            Natural::from(number).scaled(fives.unsigned_abs(), twos.unsigned_abs())
        };
        let divisor = natural(1, divisor_fives, divisor_twos);
        let limit = divisor.clone().times(10);
        let mut number = natural(significand >> trailing, fives, number_twos);
        let mut half = natural(1, fives, half_twos);

        let mut digits = Vec::new();
        let mut digit = || {
            let digit = number.divide(&divisor);
            number = std::mem::replace(&mut number, Natural::from(0)).times(10);
            half = std::mem::replace(&mut half, Natural::from(0)).times(10);
            (digit, number.clone(), half.clone())
        };
        let is_high = |number: &Natural, half: &Natural| match arithmetic {
            Arithmetic::Any => number.plus(half) >= limit,
            Arithmetic::Int | Arithmetic::Long => number.plus(half) > limit,
        };
        let (first, mut rest, half_unit) = digit();
        let (mut is_below, mut is_above) = (rest < half_unit, is_high(&rest, &half_unit));
        if first == 0 && !is_above {
            power -= 1;
        } else {
            digits.push(first);
        }
        if !(-3..8).contains(&power) {
            // The scientific form has two digits at least.
            (is_below, is_above) = (false, false);
        }
        while !is_below && !is_above {
            let (next, number, half_unit) = digit();
            digits.push(next);
            let is_overflow = arithmetic.width().is_some_and(|width| half_unit >= Natural::from(1 << width));
            (is_below, is_above) =
                if is_overflow { (true, true) } else { (number < half_unit, is_high(&number, &half_unit)) };
            rest = number;
        }
        let mut decimal = Decimal { digits, exponent: power + 1 };
        let last_is_odd = decimal.digits.last().is_some_and(|digit| digit % 2 == 1);
        let doubled = rest.times(2);
        if is_above && (!is_below || doubled > limit || (doubled == limit && last_is_odd)) {
            decimal.round_up();
        }
        decimal
    }

    /// Estimates the power of ten of the first digit, with the arithmetic of Java. It is exact or one too high.
    #[expect(clippy::cast_possible_truncation, reason = "exponents are small")]
    #[expect(clippy::approx_constant, reason = "Java has the logarithm of 2 to 15 digits")]
    fn estimated_power(&self) -> i32 {
        let significand = self.significand as f64 / (1_u64 << 52) as f64;
        let estimate = (significand - 1.5) * 0.289_529_654
            + 0.176_091_259
            + f64::from(self.exponent) * 0.301_029_995_663_981;
        estimate.floor() as i32
    }
}

/// Integers with which Java divides. Narrow ones overflow, and their comparison of ends of the interval differs.
#[derive(Clone, Copy)]
enum Arithmetic {
    Int,
    Long,
    Any,
}

impl Arithmetic {
    fn of(number_bits: i32, limit_bits: i32) -> Self {
        match number_bits.max(limit_bits) {
            ..32 => Self::Int,
            32..64 => Self::Long,
            _ => Self::Any,
        }
    }

    /// Returns the number of bits of a positive number.
    fn width(self) -> Option<u32> {
        match self {
            Self::Int => Some(31),
            Self::Long => Some(63),
            Self::Any => None,
        }
    }
}

/// Returns the number of bits of 5^`exponent`: an estimate for large ones.
fn bits_of_power(exponent: i32) -> i32 {
    match u32::try_from(exponent) {
        Ok(small @ ..27) => 64 - 5_u64.pow(small).leading_zeros() as i32,
        _ => exponent * 3,
    }
}

impl Decimal {
    /// Adds one to the last digit.
    fn round_up(&mut self) {
        for digit in self.digits.iter_mut().rev() {
            if *digit < 9 {
                *digit += 1;
                return;
            }
            *digit = 0;
        }
        if let Some(first) = self.digits.first_mut() {
            *first = 1;
            self.exponent += 1;
        }
    }

    fn write(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text: String = self.digits.iter().map(|digit| char::from(b'0' + digit)).collect();
        let exponent = self.exponent;
        match usize::try_from(exponent) {
            Ok(0) => write!(f, "0.{text}"),
            Ok(point @ 1..=7) if point >= text.len() => write!(f, "{text:0<point$}.0"),
            Ok(point @ 1..=7) => write!(f, "{}.{}", &text[..point], &text[point..]),
            Err(_) if exponent > -3 => write!(f, "0.{}{text}", "0".repeat(exponent.unsigned_abs() as usize)),
            _ => {
                let (first, others) = text.split_at(1);
                let others = if others.is_empty() { "0" } else { others };
                write!(f, "{first}.{others}E{}", exponent - 1)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn doubles_are_printed_as_by_java() {
        for (number, text) in [
            (0.0, "0.0"),
            (-0.0, "-0.0"),
            (1.0, "1.0"),
            (-2.5, "-2.5"),
            (0.1, "0.1"),
            (100.0, "100.0"),
            (0.002, "0.002"),
            (0.001, "0.001"),
            (0.0001, "1.0E-4"),
            (9_999_999.0, "9999999.0"),
            (1e7, "1.0E7"),
            (123_456_789.0, "1.23456789E8"),
            (100.0 / 3.0, "33.333333333333336"),
            (20.128_712_871_287_128, "20.128712871287128"),
            (0.5_f64.powi(21), "4.76837158203125E-7"),
            (2_f64.powi(63), "9.223372036854776E18"),
            (1e22, "1.0E22"),
            (f64::MAX, "1.7976931348623157E308"),
            (f64::MIN_POSITIVE, "2.2250738585072014E-308"),
            (f64::NAN, "NaN"),
            (-f64::NAN, "NaN"),
            (f64::INFINITY, "Infinity"),
            (f64::NEG_INFINITY, "-Infinity"),
        ] {
            assert_eq!(Double(number).to_string(), text);
        }
    }

    #[test]
    fn texts_of_java_can_be_longer_than_needed() {
        for (number, text) in [
            (0.5_f64.powi(44), "5.6843418860808015E-14"),
            (f64::from_bits(1), "4.9E-324"),
            (2e23, "1.9999999999999998E23"),
            (2_f64.powi(54), "1.8014398509481984E16"),
        ] {
            assert_eq!(Double(number).to_string(), text);
            assert_eq!(text.parse(), Ok(number));
        }
    }

    #[test]
    fn floats_are_printed_as_by_java() {
        for (number, text) in [
            (0.0, "0.0"),
            (65.00001, "65.00001"),
            (65.0, "65.0"),
            (0.002_942_002_6, "0.0029420026"),
            (4.254_785_4e-6, "4.2547854E-6"),
            (0.5_f32.powi(44), "5.684342E-14"),
            (2_f32.powi(30), "1.07374182E9"),
            (16_777_216.0, "1.6777216E7"),
            (f32::MAX, "3.4028235E38"),
            (f32::MIN_POSITIVE, "1.17549435E-38"),
            (f32::from_bits(1), "1.4E-45"),
            (-f32::INFINITY, "-Infinity"),
            (f32::NAN, "NaN"),
        ] {
            assert_eq!(Float(number).to_string(), text);
        }
    }

    #[test]
    fn every_text_reads_back_as_its_number() {
        // A sequence of all kinds of bits (a linear congruential generator of Knuth).
        let mut bits = 1_u64;
        for _ in 0..20_000 {
            bits = bits.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let number = f64::from_bits(bits);
            let share = (bits >> 11) as f64 / (1_u64 << 53) as f64 * 100.0;
            for number in [number, share].into_iter().filter(|number| number.is_finite()) {
                let text = Double(number).to_string();
                let read: f64 = text.parse().unwrap();
                assert!((read - number).abs() <= number.abs() * f64::EPSILON, "{text} is not {number}");
            }
        }
    }
}
