//! The binomial distribution.

use std::f64::consts::PI;

/// Fractions are evaluated until a step changes them by less than this.
const PRECISION: f64 = 1e-14;

/// Maximum number of steps; fractions converge in about the square root of the number of trials.
const MAX_STEPS: u32 = 10_000_000;

/// Stands for zero in divisors.
const TINY: f64 = 1e-50;

/// Returns the probability of at most `successes` in `trials`.
#[expect(clippy::cast_precision_loss, reason = "exact up to 2^53")]
pub(super) fn cumulative(successes: u64, trials: u64, probability: f64) -> f64 {
    if successes >= trials {
        return 1.0;
    }
    1.0 - regularized_beta(probability, successes as f64 + 1.0, (trials - successes) as f64)
}

/// Returns the regularized incomplete beta function I_x(a, b), from its continued fraction (DLMF 8.17.22) by the method of Lentz.
fn regularized_beta(x: f64, a: f64, b: f64) -> f64 {
    if x > (a + 1.0) / (a + b + 2.0) && 1.0 - x <= (b + 1.0) / (a + b + 2.0) {
        return 1.0 - regularized_beta(1.0 - x, b, a);
    }
    let coefficient = |step: u32| {
        let m = f64::from(step / 2);
        if step.is_multiple_of(2) {
            m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m))
        } else {
            -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0))
        }
    };
    let not_zero = |value: f64| if value.abs() <= TINY { TINY } else { value };
    let (mut c, mut d, mut fraction) = (1.0, 0.0, 1.0);
    for step in 1..MAX_STEPS {
        let coefficient = coefficient(step);
        d = 1.0 / not_zero(1.0 + coefficient * d);
        c = not_zero(1.0 + coefficient / c);
        fraction *= c * d;
        if (c * d - 1.0).abs() < PRECISION {
            break;
        }
    }
    (a * x.ln() + b * (-x).ln_1p() - a.ln() - ln_beta(a, b)).exp() / fraction
}

/// Returns the logarithm of the beta function, from the asymptotic series of the gamma function (DLMF 5.11.1).
fn ln_beta(a: f64, b: f64) -> f64 {
    let (mut a, mut b) = (a.min(b), a.max(b));
    // B(a, b) = B(a + 1, b) (a + b) / a. The series is precise for large arguments.
    let mut shift = 0.0;
    while a < 16.0 {
        shift += (b / a).ln_1p();
        a += 1.0;
    }
    while b < 16.0 {
        shift += (a / b).ln_1p();
        b += 1.0;
    }
    let (a, b) = (a.min(b), a.max(b));
    let ratio = a / b;
    let rest = correction(a) + correction(b) - correction(a + b);
    0.5 * (2.0 * PI / b).ln() + rest + (a - 0.5) * (ratio / (1.0 + ratio)).ln() - b * ratio.ln_1p() + shift
}

/// Returns the difference of the logarithm of the gamma function and the formula of Stirling.
fn correction(x: f64) -> f64 {
    const COEFFICIENTS: [f64; 6] =
        [1.0 / 12.0, -1.0 / 360.0, 1.0 / 1260.0, -1.0 / 1680.0, 1.0 / 1188.0, -691.0 / 360_360.0];
    let square = 1.0 / (x * x);
    COEFFICIENTS.iter().rev().fold(0.0, |sum, coefficient| sum * square + coefficient) / x
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Sums the terms of the distribution.
    fn sum(successes: u64, trials: u64, probability: f64) -> f64 {
        let term = |k: u64| {
            let ratio = |i: u64| (trials - i) as f64 / (i + 1) as f64 * probability / (1.0 - probability);
            (0..k).map(ratio).product::<f64>() * (1.0 - probability).powf(trials as f64)
        };
        (0..=successes).map(term).sum()
    }

    #[test]
    fn probabilities_are_sums_of_terms() {
        for trials in [1, 2, 7, 30, 200] {
            for probability in [1e-5, 0.01, 0.2, 0.5, 0.93] {
                for successes in 0..trials {
                    let (found, expected) =
                        (cumulative(successes, trials, probability), sum(successes, trials, probability));
                    assert!(
                        (found - expected).abs() < 1e-12,
                        "{successes} of {trials} at {probability}: {found}, {expected}"
                    );
                }
            }
        }
        assert!((cumulative(3, 3, 0.5) - 1.0).abs() < f64::EPSILON);
    }
}
