//! Blocks that were inflated last.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// How many blocks are kept: a mebibyte.
const MOST: usize = 16;

/// Blocks that were inflated last, by where they begin in the compressed file.
#[derive(Default)]
pub(super) struct Recent {
    /// The last one first.
    blocks: Mutex<VecDeque<(u64, Arc<[u8]>)>>,
}

impl Recent {
    /// The bytes of a block, if they are kept.
    pub(super) fn get(&self, block_offset: u64) -> Option<Arc<[u8]>> {
        let mut blocks = self.lock();
        let place = blocks.iter().position(|(offset, _)| *offset == block_offset)?;
        let found = blocks.remove(place)?;
        let bytes = Arc::clone(&found.1);
        blocks.push_front(found);
        Some(bytes)
    }

    /// Keeps the bytes of a block, instead of those that were wanted longest ago.
    pub(super) fn put(&self, block_offset: u64, bytes: Arc<[u8]>) {
        let mut blocks = self.lock();
        // Others may have inflated it meanwhile.
        blocks.retain(|(offset, _)| *offset != block_offset);
        blocks.truncate(MOST - 1);
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
    fn those_that_were_wanted_last_are_kept() {
        let recent = Recent::default();
        let most = MOST as u64;
        for block in 0..most {
            recent.put(block, Arc::from([0]));
        }
        // 0 was wanted later than 1.
        assert!(recent.get(0).is_some());
        recent.put(most, Arc::from([0]));
        assert_eq!((recent.get(0).is_some(), recent.get(1).is_some()), (true, false));
        recent.put(0, Arc::from([1]));
        assert_eq!(recent.get(0).as_deref(), Some(&[1][..]));
        assert_eq!(recent.lock().len(), MOST);
    }
}
