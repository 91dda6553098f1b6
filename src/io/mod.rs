//! Ways to move bytes other than a mapping.
//!
//! | type | what it is for |
//! |---|---|
//! | [`AlignedBuffer`] | memory that begins at a multiple of its [`Alignment`]: for vectors, for direct reads, for huge pages |

mod aligned;
mod sys;

pub use aligned::{AlignedBuffer, Alignment};
