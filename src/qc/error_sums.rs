//! Sums of error probabilities. They are sums of integers, so their order does not matter.

/// Binary digits after the point.
const DIGITS: u32 = 46;

/// Number of scores whose sum surely fits 64 bits.
const CHUNK: usize = 1 << 16;

/// The character of score 0.
const FIRST: usize = b'!' as usize;

/// Number of scores that are characters.
const SCORES: usize = 94;

/// The error probability of each character of Phred + 33, in units of 2^-46; 0 for bytes that are no scores.
static PROBABILITIES: [u64; 128] = {
    // 10^(-score / 10) for scores 0 to 9.
    let digits = [
        1.0,
        0.794_328_234_724_281_5,
        0.630_957_344_480_193_2,
        0.501_187_233_627_272_2,
        0.398_107_170_553_497_25,
        0.316_227_766_016_837_94,
        0.251_188_643_150_958,
        0.199_526_231_496_887_96,
        0.158_489_319_246_111_34,
        0.125_892_541_179_416_73,
    ];
    let mut probabilities = [0; 128];
    let (mut score, mut power) = (0, 1.0);
    while score < SCORES {
        let units = digits[score % 10] / power * (1_u64 << DIGITS) as f64;
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0 to 2^46")]
        let rounded = (units + 0.5) as u64;
        probabilities[FIRST + score] = rounded;
        score += 1;
        if score.is_multiple_of(10) {
            power *= 10.0;
        }
    }
    probabilities
};

/// Returns the error probability of a score in Phred + 33, in units of 2^-46. Sums of up to 2^16 of them fit 64 bits.
#[inline]
pub(super) fn probability(score: u8) -> u64 {
    PROBABILITIES[usize::from(score) % PROBABILITIES.len()]
}

/// Returns the sum of the error probabilities of scores in Phred + 33, in units of 2^-46.
pub(super) fn sum(scores: &[u8]) -> u128 {
    let sum = |chunk: &[u8]| chunk.iter().map(|&score| probability(score)).sum::<u64>();
    match scores.len() {
        ..=CHUNK => sum(scores).into(),
        _ => scores.chunks(CHUNK).map(|chunk| u128::from(sum(chunk))).sum(),
    }
}

/// Returns the character of the mean error probability of `number` scores, rounded down to a whole score; `!` without scores.
#[inline]
pub(super) fn mean_character(sum: u128, number: u64) -> u8 {
    // A mean is at most a limit if it is so after rounding up to an integer.
    let mean = match u64::try_from(sum) {
        Ok(sum) => sum.checked_div(number).map(|mean| mean + u64::from(mean * number < sum)),
        Err(_) => u64::try_from(sum.div_ceil(number.into())).ok(),
    };
    let limits = &PROBABILITIES[FIRST + 1..FIRST + SCORES];
    let score = mean.map_or(0, |mean| limits.partition_point(|&limit| mean <= limit));
    u8::try_from(FIRST + score).unwrap_or(u8::MAX)
}

/// Returns the score in Phred + 33 of the mean error probability of `number` scores; NaN without scores.
pub(super) fn mean_score(sum: u128, number: u64) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "rounded to the nearest")]
    let mean = sum as f64 / number as f64 / (1_u64 << DIGITS) as f64;
    // Not a negative zero.
    0.0 - 10.0 * mean.log10()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn probabilities_are_those_of_the_scores() {
        for score in 0..=93_u8 {
            let exact = 10_f64.powf(f64::from(score) / -10.0);
            let found = PROBABILITIES[usize::from(b'!' + score)] as f64 / (1_u64 << DIGITS) as f64;
            assert!((found - exact).abs() < 0.51 / (1_u64 << DIGITS) as f64, "{score}");
        }
        assert_eq!(PROBABILITIES.iter().filter(|&&probability| probability > 0).count(), 94);
    }

    #[test]
    fn the_mean_of_equal_scores_is_their_score() {
        for character in b'!'..=b'~' {
            for number in [1, 2, 3, 150, CHUNK, 3 * CHUNK + 1] {
                let sum = sum(&vec![character; number]);
                assert_eq!(mean_character(sum, number as u64), character, "{number}");
                let score = f64::from(character - b'!');
                assert!((mean_score(sum, number as u64) - score).abs() < 1e-3, "{character}, {number}");
            }
        }
        assert_eq!(mean_character(0, 0), b'!');
    }

    #[test]
    fn means_are_rounded_down() {
        // (0.1 + 0.001) / 2 is score 12.97, and (0.1 + 0.0001) / 2 is 13.006.
        for (scores, character) in [(&b"+?"[..], b'-'), (b"+I", b'.'), (b"!~", b'$'), (b"II!", b'%')] {
            assert_eq!(mean_character(sum(scores), scores.len() as u64), character, "{scores:?}");
        }
    }
}
