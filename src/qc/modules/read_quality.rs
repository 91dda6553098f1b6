//! Mean quality of reads.

use super::judged;
use crate::qc::Limits;
use crate::qc::report::Module;

/// Number of reads for each mean of the characters of their quality scores.
#[derive(Debug)]
pub(in crate::qc) struct ReadQuality([u64; 256]);

impl Default for ReadQuality {
    fn default() -> Self {
        Self([0; 256])
    }
}

impl ReadQuality {
    pub(in crate::qc) fn add(&mut self, mean: u8) {
        self.0[usize::from(mean)] += 1;
    }

    /// Returns the number of reads of each score from the lowest to the highest; `None` without any.
    pub(in crate::qc) fn results(&self, offset: u8, limits: &Limits) -> Option<Module<Vec<(i64, u64)>>> {
        let first = self.0.iter().position(|&count| count > 0)?;
        let last = self.0.iter().rposition(|&count| count > 0)?;
        let scores = (0_u8..=u8::MAX).map(|mean| i64::from(mean) - i64::from(offset));
        let rows: Vec<_> = scores.zip(self.0).take(last + 1).skip(first).collect();
        let most = rows.iter().fold(rows[0], |most, row| if row.1 > most.1 { *row } else { most });
        #[expect(clippy::cast_precision_loss, reason = "at most 255")]
        let score = most.0 as f64;
        let (fails, warns) = (score <= limits.read_quality.error, score <= limits.read_quality.warn);
        Some(judged(rows, fails, warns))
    }
}
