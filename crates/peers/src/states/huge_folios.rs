//! Cached in huge pages: evicted, and read again through a mapping that requests them.

use super::{Seen, State, leave};
use crate::cache;

pub(super) const STATE: State = State {
    name: "huge",
    description: "cached in folios of 2 MiB",
    prepare: |path| {
        // Dirty pages cannot be evicted.
        cache::rewrite(path, 1 << 20)?;
        Ok(cache::read_in_huge_folios(path)?)
    },
    restore: leave,
    // The last part of a file is shorter than a huge page.
    is_reached: |Seen { cached, huge }| cached > 0.99 && huge.is_some_and(|huge| huge > 0.7),
};
