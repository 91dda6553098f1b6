//! Search of all adapters in one pass over a read.

use super::Adapters;

/// Maximum number of bases that are looked up.
const MAX_WIDTH: usize = 8;

/// Adapters, prepared for the search: the first bases of each, as numbers of two bits per base.
#[derive(Debug)]
pub(super) struct AdapterSearch {
    adapters: Vec<Vec<u8>>,
    longest: usize,
    /// Number of bases that are looked up: those that all adapters have.
    width: usize,
    /// A bit for each number that an adapter begins with.
    starts: Box<[u64; 1 << (2 * MAX_WIDTH - 6)]>,
}

/// Returns two bits that differ for A, C, G and T.
fn bits(letter: u8) -> u32 {
    u32::from(letter >> 1 & 3)
}

impl AdapterSearch {
    pub(super) fn new(adapters: &Adapters) -> Self {
        let adapters: Vec<Vec<u8>> =
            adapters.as_slice().iter().map(|adapter| adapter.sequence.clone()).collect();
        let longest = adapters.iter().map(Vec::len).max().unwrap_or(0);
        let width = adapters.iter().map(Vec::len).min().unwrap_or(0).min(MAX_WIDTH);
        let mut starts = Box::new([0; 1 << (2 * MAX_WIDTH - 6)]);
        for adapter in &adapters {
            let code = adapter[..width].iter().fold(0, |code, &letter| code << 2 | bits(letter));
            starts[code as usize >> 6] |= 1 << (code & 63);
        }
        Self { adapters, longest, width, starts }
    }

    /// Returns the number of adapters.
    pub(super) fn count(&self) -> usize {
        self.adapters.len()
    }

    /// Returns the length of the longest adapter.
    pub(super) fn longest(&self) -> usize {
        self.longest
    }

    /// Calls `found` with the number and the position of each occurrence, in order of position.
    #[inline]
    pub(super) fn search(&self, sequence: &[u8], mut found: impl FnMut(usize, usize)) {
        if self.adapters.is_empty() || sequence.len() < self.width {
            return;
        }
        // The last bits are those of the longest width, so `starts` needs no check of bounds.
        let mask = ((1_u32 << (2 * self.width)) - 1) & 0xffff;
        let (first, rest) = sequence.split_at(self.width.saturating_sub(1));
        let mut code = first.iter().fold(0, |code, &letter| code << 2 | bits(letter));
        for (at, &letter) in rest.iter().enumerate() {
            code = code << 2 | bits(letter);
            let number = (code & mask) as usize;
            if self.starts[number >> 6] >> (number & 63) & 1 == 1 {
                self.compare(sequence, at, &mut found);
            }
        }
    }

    #[cold]
    fn compare(&self, sequence: &[u8], at: usize, found: &mut impl FnMut(usize, usize)) {
        for (number, adapter) in self.adapters.iter().enumerate() {
            if sequence[at..].starts_with(adapter) {
                found(number, at);
            }
        }
    }
}

/// Places of adapters in the reads of a part.
#[derive(Debug, Default)]
pub(super) struct AdapterHits {
    /// Number of the adapter and its first position in a read.
    pub(super) hits: Vec<(u32, u64)>,
    /// Places that count only if an earlier part has a long enough read.
    pub(super) late: Vec<(u32, u64)>,
    /// Length of the longest read that is longer than every adapter.
    pub(super) longest: u64,
    /// The last read with each adapter.
    last_read: Vec<u64>,
    reads: u64,
}

impl AdapterHits {
    pub(super) fn clear(&mut self, adapters: usize) {
        self.hits.clear();
        self.late.clear();
        self.last_read.clear();
        self.last_read.resize(adapters, 0);
        (self.longest, self.reads) = (0, 0);
    }

    #[inline]
    pub(super) fn add(&mut self, search: &AdapterSearch, sequence: &[u8]) {
        self.reads += 1;
        if sequence.len() > search.longest() {
            self.longest = self.longest.max(sequence.len() as u64);
        }
        let Self { hits, late, longest, last_read, reads } = self;
        search.search(sequence, |adapter, at| {
            if std::mem::replace(&mut last_read[adapter], *reads) != *reads {
                let (hit, at) = (u32::try_from(adapter).unwrap_or(u32::MAX), at as u64);
                let counts = *longest > 0 && at + search.longest() as u64 <= *longest;
                if counts { hits.push((hit, at)) } else { late.push((hit, at)) }
            }
        });
    }
}
