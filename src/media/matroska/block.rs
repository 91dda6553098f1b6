//! Blocks: a header and frames of one track.

use super::header::vint;
use super::lacing::{Frames, Lacing};
use super::{Element, ElementId, Track};
use crate::error::Result;

/// A `SimpleBlock`, or a `BlockGroup` with its `Block` (RFC 9559, sections 10.1 and 10.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Block<'data> {
    /// The `SimpleBlock` or the `Block`.
    element: Element<'data>,
    group: Option<Element<'data>>,
    /// Whether the group has a `ReferenceBlock`.
    has_reference: bool,
    duration: Option<u64>,
    discard_padding: Option<i64>,
    cluster_timestamp: Option<u64>,
    track_number: u64,
    relative_timestamp: i16,
    flags: u8,
    /// The bytes after the flags.
    frames: &'data [u8],
}

impl<'data> Block<'data> {
    #[inline]
    pub(super) fn simple(element: Element<'data>, cluster_timestamp: Option<u64>) -> Result<Self> {
        let fault = || element.damaged("the header of the block is truncated");
        let (track_number, len) = vint(element.body()).ok_or_else(fault)?;
        let Some(&[high, low, flags]) = element.body().get(len..).and_then(<[u8]>::first_chunk) else {
            return Err(fault());
        };
        Ok(Self {
            element,
            group: None,
            has_reference: false,
            duration: None,
            discard_padding: None,
            cluster_timestamp,
            track_number,
            relative_timestamp: i16::from_be_bytes([high, low]),
            flags,
            frames: &element.body()[len + 3..],
        })
    }

    pub(super) fn of_group(group: Element<'data>, cluster_timestamp: Option<u64>) -> Result<Self> {
        let (mut block, mut has_reference, mut duration, mut discard_padding) = (None, false, None, None);
        for child in group.children() {
            let child = child?;
            match child.id() {
                ElementId::BLOCK => block = Some(child),
                ElementId::REFERENCE_BLOCK => has_reference = true,
                ElementId::BLOCK_DURATION => duration = Some(child.unsigned()?),
                ElementId::DISCARD_PADDING => discard_padding = Some(child.signed()?),
                _ => {}
            }
        }
        let element = block.ok_or_else(|| group.damaged("it has no Block"))?;
        let block = Self::simple(element, cluster_timestamp)?;
        Ok(Self { group: Some(group), has_reference, duration, discard_padding, ..block })
    }

    /// Returns the `SimpleBlock`, or the `Block` of the group.
    #[must_use]
    pub fn element(&self) -> Element<'data> {
        self.element
    }

    /// Returns the `BlockGroup`, which has more elements than this view reads; `None` for a `SimpleBlock`.
    #[must_use]
    pub fn group(&self) -> Option<Element<'data>> {
        self.group
    }

    /// Returns the `TrackNumber` of its track.
    #[must_use]
    pub fn track_number(&self) -> u64 {
        self.track_number
    }

    /// Returns the timestamp of the first frame relative to the cluster, in ticks.
    #[must_use]
    pub fn relative_timestamp(&self) -> i16 {
        self.relative_timestamp
    }

    /// Returns the timestamp of the first frame in ticks; `None` if its cluster has no timestamp.
    #[must_use]
    #[inline]
    pub fn timestamp(&self) -> Option<i64> {
        i64::try_from(self.cluster_timestamp?).ok()?.checked_add(self.relative_timestamp.into())
    }

    /// Returns the timestamp of the first frame in ticks of its track; `None` if it is negative or the cluster has no
    /// timestamp.
    #[inline]
    #[expect(clippy::cast_possible_truncation, reason = "no time is beyond, and `as` saturates")]
    pub(super) fn timestamp_of(&self, track: &Track<'_>) -> Option<i64> {
        self.timestamp().filter(|&time| time >= 0).and_then(|time| match track.scale() {
            None => Some(time),
            Some(scale) => {
                let of_cluster = (self.cluster_timestamp? as f64 / scale) as i64;
                of_cluster.checked_add(self.relative_timestamp.into())
            }
        })
    }

    /// Whether its frames can be decoded independently: the keyframe flag of a `SimpleBlock`, or the absence of a
    /// `ReferenceBlock` in a `BlockGroup`.
    #[must_use]
    pub fn is_key(&self) -> bool {
        if self.group.is_some() { !self.has_reference } else { self.flags & 0x80 != 0 }
    }

    /// Whether its frames are decoded but not shown.
    #[must_use]
    pub fn is_invisible(&self) -> bool {
        self.flags & 0x08 != 0
    }

    /// Whether a decoder may skip its frames (the discardable flag of a `SimpleBlock`).
    #[must_use]
    pub fn is_discardable(&self) -> bool {
        self.group.is_none() && self.flags & 0x01 != 0
    }

    /// `BlockDuration` of the group: the duration of all its frames, in ticks.
    #[must_use]
    pub fn duration(&self) -> Option<u64> {
        self.duration
    }

    /// `DiscardPadding` of the group in nanoseconds, dropped at the end, or at the start if negative.
    #[must_use]
    pub fn discard_padding(&self) -> Option<i64> {
        self.discard_padding
    }

    /// Returns the lacing of its frames.
    #[must_use]
    #[inline]
    pub fn lacing(&self) -> Lacing {
        Lacing::of_flags(self.flags)
    }

    /// Returns the frames.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::DamagedElement`](crate::ErrorKind::DamagedElement) if the frame sizes do not match the block.
    #[inline]
    pub fn frames(&self) -> Result<Frames<'data>> {
        let offset = self.element.range().end - self.frames.len() as u64;
        Frames::read(self.lacing(), self.frames, offset).map_err(|why| self.element.damaged(why))
    }
}
