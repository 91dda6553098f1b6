//! A table of sequences.

/// Sequences, numbered in the order of their first occurrence.
#[derive(Debug, Default)]
pub(super) struct KeyTable {
    /// Upper half of the hash and number plus one of a sequence; 0 if free.
    slots: Vec<(u32, u32)>,
    hashes: Vec<u64>,
    bytes: Vec<u8>,
    /// End of each sequence in `bytes`.
    ends: Vec<usize>,
}

/// Returns a hash of bytes: the products of 8 bytes each, as in wyhash.
#[inline]
pub(super) fn hash(bytes: &[u8]) -> u64 {
    const FACTOR: u64 = 0x9e37_79b9_7f4a_7c15;
    let mix = |hash: u64, word: u64| {
        let product = u128::from(hash ^ word) * u128::from(FACTOR);
        #[expect(clippy::cast_possible_truncation, reason = "both halves are used")]
        let halves = (product as u64, (product >> 64) as u64);
        halves.0 ^ halves.1
    };
    let (words, rest) = bytes.as_chunks::<8>();
    let start = FACTOR ^ bytes.len() as u64;
    let hash = words.iter().fold(start, |hash, word| mix(hash, u64::from_le_bytes(*word)));
    let mut last = [0; 8];
    last[..rest.len()].copy_from_slice(rest);
    mix(hash, u64::from_le_bytes(last) ^ FACTOR.rotate_left(32))
}

impl KeyTable {
    /// Returns the number of sequences.
    pub(super) fn len(&self) -> usize {
        self.ends.len()
    }

    /// Returns a sequence by its number.
    pub(super) fn get(&self, number: usize) -> &[u8] {
        let start = number.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.bytes[start..self.ends[number]]
    }

    /// Returns the number of a sequence.
    #[inline]
    pub(super) fn find(&self, hash: u64, key: &[u8]) -> Option<usize> {
        if self.slots.is_empty() {
            return None;
        }
        let mask = self.slots.len() - 1;
        let mut slot = index(hash) & mask;
        loop {
            match self.slots[slot] {
                (_, 0) => return None,
                (tag, number) if tag == tag_of(hash) && self.get(number as usize - 1) == key => {
                    return Some(number as usize - 1);
                }
                _ => slot = (slot + 1) & mask,
            }
        }
    }

    /// Adds a sequence that the table does not have.
    pub(super) fn push(&mut self, hash: u64, key: &[u8]) {
        self.bytes.extend_from_slice(key);
        self.ends.push(self.bytes.len());
        self.hashes.push(hash);
        if self.len() * 2 > self.slots.len() {
            self.slots = vec![(0, 0); (self.slots.len() * 2).max(1024)];
            for number in 0..self.len() {
                self.enter(number);
            }
        } else {
            self.enter(self.len() - 1);
        }
    }

    fn enter(&mut self, number: usize) {
        let hash = self.hashes[number];
        let mask = self.slots.len() - 1;
        let mut slot = index(hash) & mask;
        while self.slots[slot].1 != 0 {
            slot = (slot + 1) & mask;
        }
        self.slots[slot] = (tag_of(hash), u32::try_from(number + 1).unwrap_or(u32::MAX));
    }
}

#[expect(clippy::cast_possible_truncation, reason = "the lower half")]
fn index(hash: u64) -> usize {
    hash as u32 as usize
}

fn tag_of(hash: u64) -> u32 {
    (hash >> 32) as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sequences_are_found_by_number() {
        let mut table = KeyTable::default();
        let keys: Vec<String> = (0..5000).map(|number| format!("{number:b}")).collect();
        for (number, key) in keys.iter().enumerate() {
            let hash = hash(key.as_bytes());
            assert_eq!(table.find(hash, key.as_bytes()), None);
            table.push(hash, key.as_bytes());
            assert_eq!(table.len(), number + 1);
        }
        for (number, key) in keys.iter().enumerate() {
            assert_eq!(table.find(hash(key.as_bytes()), key.as_bytes()), Some(number));
            assert_eq!(table.get(number), key.as_bytes());
        }
        assert_eq!(table.find(hash(b"2"), b"2"), None);
    }
}
