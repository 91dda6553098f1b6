//! Cached in pages of 4 KiB: written in writes of that size, and synced.

use super::{Seen, State, leave};
use crate::cache;

pub(super) const STATE: State = State {
    name: "small",
    description: "cached in folios of 4 KiB",
    prepare: |path| Ok(cache::rewrite(path, 4 << 10)?),
    restore: leave,
    is_reached: Seen::is_on_small_pages,
};
