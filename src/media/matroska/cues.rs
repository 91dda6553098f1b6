//! Indexes of the file: `SeekHead` and `Cues`.

use super::element::Each;
use super::{Element, ElementId};
use crate::error::Result;

/// `Seek` (RFC 9559, section 5.1.1.1): the position of a top-level element.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Seek {
    /// `SeekID`.
    pub id: ElementId,
    /// `SeekPosition`, relative to the body of the `Segment`.
    pub position: u64,
}

impl Seek {
    pub(super) fn read(element: Element<'_>) -> Result<Self> {
        let (mut id, mut position) = (None, None);
        for child in element.children() {
            let child = child?;
            match child.id() {
                ElementId::SEEK_ID => id = Some(child.unsigned()?),
                ElementId::SEEK_POSITION => position = Some(child.unsigned()?),
                _ => {}
            }
        }
        let id = id.and_then(|id| u32::try_from(id).ok()).map(ElementId);
        id.zip(position)
            .map(|(id, position)| Self { id, position })
            .ok_or_else(|| element.damaged("it has no ID or no position"))
    }
}

/// `CuePoint` (RFC 9559, section 5.1.5.1): positions of a time to seek to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct CuePoint<'data> {
    /// The element.
    pub element: Element<'data>,
    /// `CueTime` in ticks.
    pub time: u64,
}

impl<'data> CuePoint<'data> {
    pub(super) fn read(element: Element<'data>) -> Result<Self> {
        let time = element.child(ElementId::CUE_TIME)?;
        let time = time.ok_or_else(|| element.damaged("it has no time"))?.unsigned()?;
        Ok(Self { element, time })
    }

    /// Returns the positions for each track.
    #[must_use]
    pub fn positions(&self) -> Each<'data, CueTrackPositions> {
        self.element.children().each(ElementId::CUE_TRACK_POSITIONS, CueTrackPositions::read)
    }
}

/// `CueTrackPositions` (RFC 9559, section 5.1.5.1.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct CueTrackPositions {
    /// `CueTrack`, the number of the track.
    pub track: u64,
    /// `CueClusterPosition`: start of the cluster, relative to the body of the `Segment`.
    pub cluster_position: u64,
    /// `CueRelativePosition`: start of the block, relative to the body of the cluster.
    pub relative_position: Option<u64>,
    /// `CueDuration` in ticks.
    pub duration: Option<u64>,
}

impl CueTrackPositions {
    fn read(element: Element<'_>) -> Result<Self> {
        let (mut track, mut cluster_position, mut relative_position, mut duration) = (None, None, None, None);
        for child in element.children() {
            let child = child?;
            match child.id() {
                ElementId::CUE_TRACK => track = Some(child.unsigned()?),
                ElementId::CUE_CLUSTER_POSITION => cluster_position = Some(child.unsigned()?),
                ElementId::CUE_RELATIVE_POSITION => relative_position = Some(child.unsigned()?),
                ElementId::CUE_DURATION => duration = Some(child.unsigned()?),
                _ => {}
            }
        }
        let (Some(track), Some(cluster_position)) = (track, cluster_position) else {
            return Err(element.damaged("it has no track or no position"));
        };
        Ok(Self { track, cluster_position, relative_position, duration })
    }
}
