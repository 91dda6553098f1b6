//! Buffers, positioned and asynchronous reads, writers, and transfers between descriptors; the choice of the backend.
//!
//! The crate `pagecut-io` has the types that move bytes; its items are exported here. `pagecut` adds the choice of the backend:
//!
//! | type | purpose |
//! |---|---|
//! | [`ZeroCopyConfig`] | selects the backend of [`open_reader`](crate::open_reader) and [`Source`](crate::Source) |
//! | [`ZeroCopyStats`] | bytes read and transferred, per backend |

mod config;
mod stats;

#[doc(inline)]
pub use pagecut_io::*;

pub use config::{Backend, Strategy, ZeroCopyConfig};
pub(crate) use stats::Counters;
pub use stats::{Refusal, ZeroCopyStats};
