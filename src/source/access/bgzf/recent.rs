//! Cache of recently inflated blocks.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Maximum number of cached blocks, 1 MiB in total.
const MAX_BLOCKS: usize = 16;

/// Recently inflated blocks, by their offsets in the compressed file.
#[derive(Default)]
pub(super) struct Recent {
    /// The most recently used block first.
    blocks: Mutex<VecDeque<(u64, Arc<[u8]>)>>,
}

impl Recent {
    /// Returns the bytes of a block, if they are cached.
    pub(super) fn get(&self, block_offset: u64) -> Option<Arc<[u8]>> {
        let mut blocks = self.lock();
        let place = blocks.iter().position(|(offset, _)| *offset == block_offset)?;
        let found = blocks.remove(place)?;
        let bytes = Arc::clone(&found.1);
        blocks.push_front(found);
        Some(bytes)
    }

    /// Caches the bytes of a block, and drops the least recently used block if the cache is full.
    pub(super) fn put(&self, block_offset: u64, bytes: Arc<[u8]>) {
        let mut blocks = self.lock();
        // Another thread may have inflated it in the meantime.
        blocks.retain(|(offset, _)| *offset != block_offset);
        blocks.truncate(MAX_BLOCKS - 1);
        blocks.push_front((block_offset, bytes));
    }

    fn lock(&self) -> MutexGuard<'_, VecDeque<(u64, Arc<[u8]>)>> {
        self.blocks.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_least_recently_used_block_is_dropped() {
        let recent = Recent::default();
        let most = MAX_BLOCKS as u64;
        for block in 0..most {
            recent.put(block, Arc::from([0]));
        }
        // Block 0 was used after block 1.
        assert!(recent.get(0).is_some());
        recent.put(most, Arc::from([0]));
        assert_eq!((recent.get(0).is_some(), recent.get(1).is_some()), (true, false));
        recent.put(0, Arc::from([1]));
        assert_eq!(recent.get(0).as_deref(), Some(&[1][..]));
        assert_eq!(recent.lock().len(), MAX_BLOCKS);
    }
}
