//! Natural numbers of any size, for exact division.

use std::cmp::Ordering;

/// A natural number, with the lowest 32 bits first and without leading zeros.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Natural(Vec<u32>);

impl From<u64> for Natural {
    fn from(number: u64) -> Self {
        let mut natural = Self(vec![low(number), low(number >> 32)]);
        natural.trim();
        natural
    }
}

/// Returns the lowest 32 bits.
#[expect(clippy::cast_possible_truncation, reason = "the other bits are carried")]
fn low(number: u64) -> u32 {
    number as u32
}

impl Natural {
    fn trim(&mut self) {
        while self.0.last() == Some(&0) {
            self.0.pop();
        }
    }

    /// Returns the number times `factor`.
    pub(super) fn times(mut self, factor: u32) -> Self {
        let mut carry = 0;
        for part in &mut self.0 {
            let product = u64::from(*part) * u64::from(factor) + carry;
            *part = low(product);
            carry = product >> 32;
        }
        self.0.push(low(carry));
        self.trim();
        self
    }

    /// Returns the number times 5^`exponent` times 2^`shift`.
    pub(super) fn scaled(self, exponent: u32, shift: u32) -> Self {
        let shifted = (0..exponent).fold(self, |number, _| number.times(5));
        let mut shifted = shifted.times(1 << (shift % 32));
        shifted.0.splice(0..0, std::iter::repeat_n(0, (shift / 32) as usize));
        shifted.trim();
        shifted
    }

    /// Returns the sum of two numbers.
    pub(super) fn plus(&self, other: &Self) -> Self {
        let mut carry = 0;
        let part = |number: &Self, at: usize| u64::from(number.0.get(at).copied().unwrap_or(0));
        let parts = (0..=self.0.len().max(other.0.len())).map(|at| {
            let sum = part(self, at) + part(other, at) + carry;
            carry = sum >> 32;
            low(sum)
        });
        let mut sum = Self(parts.collect());
        sum.trim();
        sum
    }

    /// Subtracts a number that is not greater.
    fn subtract(&mut self, other: &Self) {
        let mut borrow = 0;
        for (at, part) in self.0.iter_mut().enumerate() {
            let taken = u64::from(other.0.get(at).copied().unwrap_or(0)) + borrow;
            borrow = u64::from(u64::from(*part) < taken);
            *part = low((borrow << 32) + u64::from(*part) - taken);
        }
        self.trim();
    }

    /// Divides by a number whose quotient is a digit: leaves the remainder and returns the quotient.
    pub(super) fn divide(&mut self, divisor: &Self) -> u8 {
        let mut digit = 0;
        while *self >= *divisor && digit < 9 {
            self.subtract(divisor);
            digit += 1;
        }
        digit
    }
}

impl PartialOrd for Natural {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Natural {
    fn cmp(&self, other: &Self) -> Ordering {
        let by_length = self.0.len().cmp(&other.0.len());
        by_length.then_with(|| self.0.iter().rev().cmp(other.0.iter().rev()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arithmetic_is_exact() {
        // 5^30 is below 2^70.
        let power = 5_u128.pow(30);
        let number = Natural::from(3).scaled(30, 40);
        let parts = number.0.iter().rev().fold(0_u128, |sum, part| (sum << 32) + u128::from(*part));
        assert_eq!(parts, (3 * power) << 40);
        let mut sum = number.plus(&Natural::from(u64::MAX)).plus(&number);
        assert!(sum > number);
        assert_eq!(sum.divide(&number), 2);
        assert_eq!(sum, Natural::from(u64::MAX));
        let mut all = number.clone().times(9);
        assert_eq!((all.divide(&number), all), (9, Natural::from(0)));
    }
}
