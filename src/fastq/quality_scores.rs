//! Distribution of quality scores.

use crate::scan::Histogram;

/// The byte for a quality score of 0: Phred + 33.
const PHRED_OFFSET: u8 = 33;

/// Counts of each quality score, for scores encoded as Phred + 33.
#[derive(Debug, Clone, Default)]
pub struct QualityScores(Histogram);

impl QualityScores {
    #[inline]
    pub(super) fn add(&mut self, quality_scores: &[u8]) {
        self.0.add(quality_scores);
    }

    pub(super) fn merge(&mut self, other: &Self) {
        self.0.merge(&other.0);
    }

    /// Returns the number of letters with a quality score of `least` or more.
    #[must_use]
    pub fn at_least(&self, least: u8) -> u64 {
        self.0.counts()[usize::from(PHRED_OFFSET.saturating_add(least))..].iter().sum()
    }

    /// Returns the mean error probability of the letters as a Phred score, or 0 if there are no letters. (This is not the mean of
    /// the scores.)
    #[must_use]
    pub fn mean(&self) -> f64 {
        let error = |score: f64| 10f64.powf(score / -10.0);
        let (mut count, mut errors) = (0.0, 0.0);
        for (score, occurs) in (0..=u8::MAX).zip(self.0.counts()) {
            let occurs = occurs as f64;
            count += occurs;
            errors += occurs * error(f64::from(score) - f64::from(PHRED_OFFSET));
        }
        if count == 0.0 { 0.0 } else { -10.0 * (errors / count).log10() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mean_quality_is_the_mean_error_probability() {
        let mut scores = QualityScores::default();
        assert_eq!(scores.mean(), 0.0);
        // One certain error in ten thousand letters, nearly no errors in the others: Phred 40.
        scores.add(&[b"!".as_slice(), &[b'~'; 9_999]].concat());
        assert!((scores.mean() - 40.0).abs() < 1e-3, "{}", scores.mean());
        assert_eq!(scores.at_least(0), 10_000);
        assert_eq!(scores.at_least(93), 9_999);
        assert_eq!(scores.at_least(94), 0);
    }
}
