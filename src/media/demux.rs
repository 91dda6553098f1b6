//! The interface of the containers.

use super::{Packet, Times, Track};
use crate::error::Result;

/// A container whose packets belong to tracks.
pub(super) trait Demux<'data> {
    /// The packets of all tracks.
    type Packets: TrackPackets<'data>;

    /// The tracks that the head or the start of the input describes.
    fn tracks(&self) -> &[Track<'data>];

    /// The packets in the order of ffprobe.
    fn packets(&self, times: Times) -> Self::Packets;
}

/// The packets of a container. An error is an item, and does not end the iteration.
pub(super) trait TrackPackets<'data>: Iterator<Item = Result<Packet<'data>>> {
    /// The tracks so far. Each has the index that it has in the container.
    fn tracks(&self) -> &[Track<'data>];
}
