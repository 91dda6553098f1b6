//! Counts of any kind.

use pagecut::{Error, Result};

use super::packets::PacketCounts;
use super::reads::ReadCounts;
use super::tracks::Tracks;

/// An input, and its counts.
pub(crate) struct Counted {
    pub(crate) name: String,
    pub(crate) outcome: Result<Outcome>,
    /// Whether the input ends as expected: BGZF with an end-of-file block.
    pub(crate) is_closed: bool,
}

impl Counted {
    /// An input without counts.
    pub(crate) fn failed(name: String, error: Error) -> Self {
        Self { name, outcome: Err(error), is_closed: true }
    }
}

/// The counts of an input.
pub(crate) enum Outcome {
    Reads(Box<ReadCounts>),
    Packets(PacketCounts),
    Tracks(Tracks),
}

impl Outcome {
    /// Errors after which counts exist.
    pub(super) fn errors(&self) -> &[Error] {
        match self {
            Self::Reads(_) => &[],
            Self::Packets(counts) => counts.error.as_slice(),
            Self::Tracks(tracks) => &tracks.errors,
        }
    }
}
