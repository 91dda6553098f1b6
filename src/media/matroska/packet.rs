//! Packets: the frames of all tracks with their times, in file order.

use std::iter::FusedIterator;

use super::lacing::Frames;
use super::{Block, Blocks, Cluster, Element, ElementId, Matroska, Payload, Segment, TopLevel, Track};
use crate::error::Result;
use crate::record::{Piece, Pieces};

/// A frame with its time.
///
/// Times are in [`tick`](Track::tick)s of its track, which almost always equal the segment's
/// [`timestamp_scale`](super::Info::timestamp_scale).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Packet<'data> {
    /// The index of its track in [`Segment::tracks`].
    pub track: usize,
    /// Presentation time minus the `CodecDelay`. Unknown if the block has a negative timestamp, for all frames of a block
    /// after the first one if their duration is unknown, and for tracks of `V_MS/VFW/FOURCC`, whose times are `dts`.
    pub pts: Option<i64>,
    /// Decoding time; only tracks of `V_MS/VFW/FOURCC` have it.
    pub dts: Option<i64>,
    /// Duration: its share of the `BlockDuration`, or else the `DefaultDuration` of its track.
    pub duration: Option<i64>,
    /// Whether its block is marked as independently decodable.
    pub is_key: bool,
    /// Whether it is decoded but not shown.
    pub is_invisible: bool,
    /// Whether a decoder may skip it.
    pub is_discardable: bool,
    /// Index of the frame in its block.
    pub lace: usize,
    /// Offset of the body of its block from the start of the input.
    pub block_offset: u64,
    /// Offset of its bytes from the start of the input.
    pub offset: u64,
    /// Its bytes.
    pub payload: Payload<'data>,
}

/// The packets of one cluster.
///
/// After a damaged block, the iterator continues.
#[derive(Debug, Clone)]
pub struct PacketsOf<'segment, 'data> {
    segment: &'segment Segment<'data>,
    walk: ClusterWalk<'data>,
}

impl<'data> Segment<'data> {
    /// Returns all packets in file order. The iterator continues after damage.
    #[must_use]
    pub fn packets(&self) -> Packets<'_, 'data> {
        Packets::new(self)
    }

    /// Returns the packets of one cluster, for workers that process clusters in parallel.
    #[must_use]
    pub fn packets_of(&self, cluster: &Cluster<'data>) -> PacketsOf<'_, 'data> {
        PacketsOf::new(self, cluster.blocks())
    }
}

impl<'segment, 'data> PacketsOf<'segment, 'data> {
    fn new(segment: &'segment Segment<'data>, blocks: Blocks<'data>) -> Self {
        Self { segment, walk: ClusterWalk { blocks, current: None } }
    }
}

impl<'data> Iterator for PacketsOf<'_, 'data> {
    type Item = Result<Packet<'data>>;

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        self.walk.next(self.segment)
    }
}

impl FusedIterator for PacketsOf<'_, '_> {}

/// A walk over the packets of one cluster of a segment, which each step receives.
#[derive(Debug, Clone)]
struct ClusterWalk<'data> {
    blocks: Blocks<'data>,
    current: Option<Laces<'data>>,
}

impl<'data> ClusterWalk<'data> {
    #[inline]
    fn next(&mut self, segment: &Segment<'data>) -> Option<Result<Packet<'data>>> {
        loop {
            if let Some(packet) = self.current.as_mut().and_then(Laces::next) {
                return Some(Ok(packet));
            }
            match self.blocks.next()?.and_then(|block| Laces::open(block, segment)) {
                Ok(laces) => self.current = laces,
                Err(error) => return Some(Err(error)),
            }
        }
    }
}

/// The packets of one block.
#[derive(Debug, Clone)]
struct Laces<'data> {
    block: Block<'data>,
    index: usize,
    /// The times are those of decoding.
    is_dts: bool,
    /// The bytes that all frames of the track have in common.
    prefix: &'data [u8],
    frames: Frames<'data>,
    count: usize,
    /// Duration of all frames together, in ticks.
    duration: Option<u64>,
    time: Option<i64>,
}

impl<'data> Laces<'data> {
    /// `None` for a block of a track whose damage is known.
    #[inline]
    fn open(block: Block<'data>, segment: &Segment<'data>) -> Result<Option<Self>> {
        let index = segment.track_index(block.track_number());
        let Some((index, track)) = index.and_then(|index| Some((index, segment.tracks().get(index)?))) else {
            return if segment.is_left_out(block.track_number()) {
                Ok(None)
            } else {
                Err(block.element().damaged("no track has its number"))
            };
        };
        Self::new(block, index, track, segment.info().timestamp_scale).map(Some)
    }

    #[inline]
    fn new(block: Block<'data>, index: usize, track: &Track<'data>, scale: u64) -> Result<Self> {
        let frames = block.frames()?;
        let count = frames.len();
        let default = || Some(track.default_duration?.saturating_mul(count as u64) / scale);
        let duration = block.duration().or_else(default).filter(|&duration| duration > 0);
        let time = block.timestamp_of(track).and_then(|time| time.checked_sub(track.delay(scale)));
        let is_dts = track.codec_id == b"V_MS/VFW/FOURCC";
        Ok(Self { block, index, is_dts, prefix: track.prefix(), frames, count, duration, time })
    }

    /// Returns the share of a frame in the duration; all shares add up to the duration.
    #[inline]
    fn share(&self, lace: usize) -> Option<i64> {
        let duration = self.duration?;
        if self.count == 1 {
            return i64::try_from(duration).ok();
        }
        let until = |lace: usize| u128::from(duration) * lace as u128 / self.count as u128;
        i64::try_from(until(lace + 1) - until(lace)).ok()
    }

    #[inline]
    fn next(&mut self) -> Option<Packet<'data>> {
        let lace = self.count - self.frames.len();
        let frame = self.frames.next()?;
        let duration = self.share(lace);
        let time = self.time;
        self.time = time.zip(duration).and_then(|(time, duration)| time.checked_add(duration));
        Some(Packet {
            track: self.index,
            pts: time.filter(|_| !self.is_dts),
            dts: time.filter(|_| self.is_dts),
            duration,
            is_key: self.block.is_key(),
            is_invisible: self.block.is_invisible(),
            is_discardable: self.block.is_discardable(),
            lace,
            block_offset: self.block.element().body_offset(),
            offset: frame.offset,
            payload: Payload { prefix: self.prefix, data: frame.data },
        })
    }
}

/// All packets of a segment.
///
/// Damage is an item, and the iterator then continues, as [`Pieces`] does. It ends at the next segment.
#[derive(Debug)]
pub struct Packets<'segment, 'data> {
    segment: &'segment Segment<'data>,
    walk: SegmentWalk<'data>,
}

impl<'segment, 'data> Packets<'segment, 'data> {
    fn new(segment: &'segment Segment<'data>) -> Self {
        Self { segment, walk: SegmentWalk::new(segment) }
    }

    /// Returns the next segment, if there is one: files may be joined, and a live stream may restart. Skips the rest of this
    /// segment.
    #[must_use]
    pub fn next_segment(mut self) -> Option<Segment<'data>> {
        self.walk.next_segment(self.segment)
    }
}

impl<'data> Iterator for Packets<'_, 'data> {
    type Item = Result<Packet<'data>>;

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        self.walk.next(self.segment)
    }
}

impl FusedIterator for Packets<'_, '_> {}

/// A walk over the packets of a segment, which each step receives. It ends where the next segment begins.
#[derive(Debug)]
pub(super) struct SegmentWalk<'data> {
    pieces: Pieces<'data, Matroska>,
    current: Option<ClusterWalk<'data>>,
    /// The last EBML header.
    header: Option<Element<'data>>,
    /// The next segment.
    next: Option<Element<'data>>,
}

impl<'data> SegmentWalk<'data> {
    pub(super) fn new(segment: &Segment<'data>) -> Self {
        Self { pieces: segment.pieces(), current: None, header: None, next: None }
    }

    #[inline]
    pub(super) fn next(&mut self, segment: &Segment<'data>) -> Option<Result<Packet<'data>>> {
        while self.next.is_none() {
            if let Some(packet) = self.current.as_mut().and_then(|cluster| cluster.next(segment)) {
                return Some(packet);
            }
            match self.pieces.next()? {
                Piece::Record(TopLevel::Cluster(cluster)) => {
                    self.current = Some(ClusterWalk { blocks: cluster.blocks(), current: None });
                }
                Piece::Record(TopLevel::Segment(element)) => self.next = Some(element),
                // An EBML header without a segment after it is ignored.
                Piece::Record(TopLevel::Element(element)) if element.id() == ElementId::EBML => {
                    self.header = Some(element);
                }
                Piece::Record(TopLevel::Element(_)) => {}
                Piece::Gap(gap) => return Some(Err(gap.error)),
            }
        }
        None
    }

    /// Steps over the rest of the segment, and reads the head of the one that follows.
    pub(super) fn next_segment(&mut self, segment: &Segment<'data>) -> Option<Segment<'data>> {
        while self.next(segment).is_some() {}
        self.next.map(|next| segment.following(next, self.header))
    }
}
