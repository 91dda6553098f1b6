//! Counts of any kind.

use pagecut::Error;

use super::packets::PacketCounts;
use super::reads::ReadCounts;
use super::tracks::Tracks;

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
