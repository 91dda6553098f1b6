//! Which sequences are in a sample.

/// A sample of the sequences, by their hashes: each halving leaves out half of them. So all copies of a sequence are in the sample, or
/// none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Sampling {
    /// Places up to this one are in the sample.
    last: u64,
}

impl Sampling {
    pub(super) fn new(halvings: u32) -> Self {
        Self { last: u64::MAX.checked_shr(halvings).unwrap_or(0) }
    }

    /// Returns whether the sequence with this hash is in the sample.
    #[inline]
    pub(super) fn takes(self, hash: u64) -> bool {
        // The bits that a table of the sample uses stay evenly distributed.
        hash.wrapping_mul(0xd6e8_feb8_6659_fd93) <= self.last
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::qc::key_table::hash;

    #[test]
    fn each_halving_leaves_out_half() {
        let sequence = |number: u32| -> Vec<u8> {
            (0..50).map(|place| b"ACGT"[(number.rotate_left(2 * place) & 3) as usize]).collect()
        };
        let hashes: Vec<u64> = (0..1 << 18).map(|number| hash(&sequence(number))).collect();
        let mut before = hashes.clone();
        for halvings in 0..10 {
            let sampling = Sampling::new(halvings);
            let taken: Vec<u64> = before.iter().copied().filter(|&hash| sampling.takes(hash)).collect();
            assert_eq!(taken.len(), hashes.iter().filter(|&&hash| sampling.takes(hash)).count());
            let expected = f64::from(1 << 18) / f64::from(1 << halvings);
            assert!(
                (taken.len() as f64 - expected).abs() < 4.5 * expected.sqrt(),
                "{halvings}: {}",
                taken.len()
            );
            before = taken;
        }
        assert!(!Sampling::new(64).takes(1));
    }
}
