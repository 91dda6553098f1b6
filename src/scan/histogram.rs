//! How often bytes occur.

/// How many tables a histogram has.
const WAYS: usize = 8;

/// Counts in a table: those of all bytes, and some that stay zero. With 256 counts, a byte would be counted at addresses that are the
/// same modulo 4 KiB in every other table, and such are taken for the same until the addition is done.
const TABLE: usize = 256 + 8;

/// How often each byte occurs.
///
/// Neighbours are counted in different tables, since a byte often equals the one before it, and an addition to the same
/// place would have to wait for the last one.
#[derive(Debug, Clone)]
pub(crate) struct Histogram([[u64; TABLE]; WAYS]);

impl Default for Histogram {
    fn default() -> Self {
        Self([[0; TABLE]; WAYS])
    }
}

impl Histogram {
    pub(crate) fn add(&mut self, bytes: &[u8]) {
        let (groups, tail) = bytes.as_chunks::<WAYS>();
        for group in groups {
            for (table, &byte) in self.0.iter_mut().zip(group) {
                table[usize::from(byte)] += 1;
            }
        }
        for (table, &byte) in self.0.iter_mut().zip(tail) {
            table[usize::from(byte)] += 1;
        }
    }

    pub(crate) fn merge(&mut self, other: &Self) {
        for (count, others) in self.0.as_flattened_mut().iter_mut().zip(other.0.as_flattened()) {
            *count += others;
        }
    }

    /// Adds what was counted otherwise.
    #[inline]
    pub(super) fn add_count(&mut self, byte: u8, count: u64) {
        self.0[0][usize::from(byte)] += count;
    }

    /// How often the byte occurs.
    pub(crate) fn of(&self, byte: u8) -> u64 {
        self.0.iter().map(|table| table[usize::from(byte)]).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_histogram_of_every_length_counts_every_byte() {
        let bytes: Vec<u8> = (0..300u32).map(|at| (at * at % 251) as u8).collect();
        for len in 0..bytes.len() {
            let mut histogram = Histogram::default();
            histogram.add(&bytes[..len]);
            for byte in 0..=255 {
                let naive = bytes[..len].iter().filter(|&&other| other == byte).count() as u64;
                assert_eq!(histogram.of(byte), naive, "{byte} in {len}");
            }
        }
    }
}
