//! The choice of records by their numbers.

use std::collections::BinaryHeap;
use std::io;
use std::str::FromStr;

/// The increment of SplitMix64: 2^64 divided by the golden ratio.
const INCREMENT: u64 = 0x9e37_79b9_7f4a_7c15;

/// Returns output `number`, counted from 0, of the generator SplitMix64 (Steele, Lea and Flood 2014) with this seed.
pub(super) fn key(seed: u64, number: u64) -> u64 {
    let state = seed.wrapping_add(number.wrapping_add(1).wrapping_mul(INCREMENT));
    let mixed = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

/// A fraction of the records, above 0 and at most 1.
#[derive(Debug, Clone, Copy)]
pub(super) struct Fraction(f64);

impl Fraction {
    /// Returns the number that the keys of chosen records are below.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "it is positive and at most 2^64"
    )]
    pub(super) fn threshold(self) -> u128 {
        (self.0 * 2_f64.powi(64)) as u128
    }
}

impl FromStr for Fraction {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let fraction = text.parse().ok().filter(|&fraction| fraction > 0.0 && fraction <= 1.0);
        fraction.map(Self).ok_or_else(|| "a fraction is a number above 0 and at most 1".to_owned())
    }
}

/// The records that are chosen.
#[derive(Debug)]
pub(super) enum Choice {
    /// All of them.
    All,
    /// None.
    None,
    /// Those whose key by this seed is below a number.
    Below(u128, u64),
    /// Those whose key by this seed, and number where keys are equal, is not above this one.
    UpTo((u64, u64), u64),
}

impl Choice {
    /// Chooses a number of records out of all.
    pub(super) fn of_number(number: u64, records: u64, seed: u64) -> io::Result<Self> {
        if number >= records {
            return Ok(Self::All);
        }
        let number = usize::try_from(number).map_err(|_| io::ErrorKind::OutOfMemory)?;
        let mut smallest = BinaryHeap::new();
        smallest.try_reserve_exact(number + 1).map_err(|_| io::ErrorKind::OutOfMemory)?;
        for record in 0..records {
            let candidate = (key(seed, record), record);
            if smallest.len() < number {
                smallest.push(candidate);
            } else if smallest.peek().is_some_and(|largest| candidate < *largest) {
                smallest.pop();
                smallest.push(candidate);
            }
        }
        Ok(smallest.peek().map_or(Self::None, |&largest| Self::UpTo(largest, seed)))
    }

    /// Returns whether a record is chosen.
    pub(super) fn takes(&self, record: u64) -> bool {
        match *self {
            Self::All => true,
            Self::None => false,
            Self::Below(threshold, seed) => u128::from(key(seed, record)) < threshold,
            Self::UpTo(largest, seed) => (key(seed, record), record) <= largest,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_the_published_outputs_of_splitmix64() {
        // The first outputs for the seed 1234567, as the reference implementation prints them.
        let expected = [
            6_457_827_717_110_365_317,
            3_203_168_211_198_807_973,
            9_817_491_932_198_370_423,
            4_593_380_528_125_082_431,
        ];
        assert_eq!([0, 1, 2, 3].map(|number| key(1_234_567, number)), expected);
    }

    #[test]
    fn a_number_of_records_is_chosen_exactly() {
        for records in 0..40 {
            for number in 0..45 {
                let choice = Choice::of_number(number, records, 7).unwrap();
                let chosen = (0..records).filter(|&record| choice.takes(record)).count() as u64;
                assert_eq!(chosen, number.min(records));
            }
        }
    }

    #[test]
    fn fractions_are_above_0_and_at_most_1() {
        for text in ["0", "-0.1", "1.01", "NaN", "inf", "", "x"] {
            assert!(text.parse::<Fraction>().is_err(), "{text}");
        }
        assert_eq!("1".parse::<Fraction>().unwrap().threshold(), 1 << 64);
        assert_eq!("0.25".parse::<Fraction>().unwrap().threshold(), 1 << 62);
    }
}
