//! Not cached: evicted before each pass. The memory for the pages is touched first.

use super::State;
use crate::cache;

pub(super) const STATE: State = State {
    name: "cold",
    description: "not cached, dropped before each pass",
    prepare: |path| Ok(cache::rewrite(path, 1 << 20)?),
    restore: |path| {
        cache::evict(path)?;
        Ok(cache::back_with_memory(path)?)
    },
    is_reached: |seen| seen.cached < 0.01,
};
