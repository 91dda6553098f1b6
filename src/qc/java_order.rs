//! Order of the entries of a Java `HashMap`, which FastQC's file shows for equal counts.

/// Returns Java's hash of a string: bytes are its characters.
pub(super) fn string_hash(bytes: &[u8]) -> u32 {
    bytes.iter().fold(0_u32, |hash, &byte| hash.wrapping_mul(31).wrapping_add(u32::from(byte)))
}

/// Returns the positions of entries in the order of iteration, of hashes in the order of insertion. Buckets with 8 or more entries, which
/// Java orders in another manner, do not occur with hashes of real sequences.
pub(super) fn order(hashes: impl ExactSizeIterator<Item = u32>) -> Vec<usize> {
    let mut buckets = 16_u32;
    while hashes.len() > buckets as usize / 4 * 3 {
        buckets *= 2;
    }
    let bucket = |hash: u32| (hash ^ hash >> 16) & (buckets - 1);
    let mut entries: Vec<_> = hashes.map(bucket).zip(0..).collect();
    entries.sort_unstable();
    entries.into_iter().map(|(_, position)| position).collect()
}
