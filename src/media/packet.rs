//! A packet of any container.

use std::borrow::Cow;
use std::iter::FusedIterator;
use std::ops::Range;

use super::mpegts::{PesPacket, PesPieces};
use super::{FrameEncoding, TimeBase};
use crate::allocation;
use crate::error::Result;

/// A packet of a [`Container`](super::Container), borrowed from the input: the data that a decoder receives at once.
///
/// It is a sample of MP4 (or several of PCM), a frame of Matroska, a PES packet of MPEG-TS, or an attached picture. Times are in units of
/// [`time_base`](Packet::time_base), and those that ffprobe prints.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct Packet<'data> {
    /// The index of its track in [`Packets::tracks`](super::Packets::tracks).
    pub track: usize,
    /// The unit of its times: that of its track. A later segment of a Matroska file can have another one than the first.
    pub time_base: TimeBase,
    /// Presentation time; `None` if the container does not state it, or if the packet is not presented.
    pub pts: Option<i64>,
    /// Decode time; `None` if the container does not state it.
    pub dts: Option<i64>,
    /// Duration; `None` if it is unknown.
    pub duration: Option<i64>,
    /// Whether decoding can start here. As in ffprobe, only the first frame of a block of Matroska can be a key frame, and every packet of a data
    /// stream of MPEG-TS is one.
    pub is_key: bool,
    /// Whether it is decoded but not presented, because it lies outside of the edit list of MP4.
    pub is_discarded: bool,
    /// Start of the packet in the container, in bytes from the start of the input: of its first sample (MP4), of the body of its block
    /// (Matroska), of its first transport packet (MPEG-TS). `None` for an attached file of Matroska.
    pub offset: Option<u64>,
    /// The encoding of its stored bytes. Only Matroska has other encodings than [`FrameEncoding::Plain`]; [`slices`](Packet::slices) then gives the
    /// stored bytes, which are not decompressed.
    pub encoding: FrameEncoding,
    pub(super) data: Data<'data>,
}

/// The location of the bytes of a packet.
#[derive(Debug, Clone, Copy)]
pub(super) enum Data<'data> {
    /// In one place of the input, after a prefix that all frames of the track have in common.
    Frame { prefix: &'data [u8], bytes: &'data [u8], offset: u64 },
    /// In the payloads of transport packets.
    Pes(PesPacket<'data>),
}

impl<'data> Packet<'data> {
    /// The packet of an attached picture, which has no times and lies at `data_offset`.
    pub(super) fn picture(track: usize, bytes: &'data [u8], data_offset: u64, offset: Option<u64>) -> Self {
        Self {
            track,
            time_base: TimeBase::NINETY_KILOHERTZ,
            pts: None,
            dts: None,
            duration: None,
            is_key: true,
            is_discarded: false,
            offset,
            encoding: FrameEncoding::Plain,
            data: Data::Frame { prefix: &[], bytes, offset: data_offset },
        }
    }

    /// The number of bytes of its data.
    #[must_use]
    pub fn len(&self) -> u64 {
        match &self.data {
            Data::Frame { prefix, bytes, .. } => (prefix.len() + bytes.len()) as u64,
            Data::Pes(packet) => packet.len(),
        }
    }

    /// Whether it has no data.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Its data as borrowed slices, in their order and without empty ones. Nothing is copied.
    ///
    /// MP4 has one slice, Matroska one or two (the first is the prefix that header stripping removed from all frames), and MPEG-TS one per
    /// transport packet. Each call reads the transport packets of a PES packet [again](PesPacket::pieces).
    #[must_use]
    pub fn slices(&self) -> Slices<'data> {
        Slices(match self.data {
            Data::Frame { prefix, bytes, .. } => Pieces::Frame([prefix, bytes].into_iter()),
            Data::Pes(packet) => Pieces::Pes(packet.pieces()),
        })
    }

    /// Its data as one slice: borrowed if it is contiguous in the input, otherwise a copy.
    ///
    /// # Errors
    ///
    /// There is no memory for a copy.
    pub fn to_contiguous(&self) -> Result<Cow<'data, [u8]>> {
        match self.data {
            Data::Frame { prefix: [], bytes, .. } => Ok(Cow::Borrowed(bytes)),
            Data::Frame { prefix, bytes: [], .. } => Ok(Cow::Borrowed(prefix)),
            Data::Frame { prefix, bytes, .. } => {
                let mut all = Vec::new();
                allocation::reserve_exact(&mut all, prefix.len() + bytes.len())?;
                all.extend_from_slice(prefix);
                all.extend_from_slice(bytes);
                Ok(Cow::Owned(all))
            }
            Data::Pes(packet) => packet.to_contiguous(),
        }
    }

    /// Where its data begins, in bytes from the start of the input; `None` for a PES packet without data.
    #[must_use]
    pub fn data_offset(&self) -> Option<u64> {
        match &self.data {
            Data::Frame { offset, .. } => Some(*offset),
            Data::Pes(packet) => packet.payload_offset(),
        }
    }

    /// The range of the input that has exactly its data; `None` if the data is not contiguous in the input.
    #[must_use]
    pub fn range(&self) -> Option<Range<u64>> {
        match &self.data {
            Data::Frame { prefix: [], bytes, offset } => Some(*offset..*offset + bytes.len() as u64),
            Data::Frame { .. } => None,
            Data::Pes(packet) => {
                let first = packet.pieces().next()?;
                let start = packet.payload_offset().filter(|_| first.len() as u64 == packet.len())?;
                Some(start..start + packet.len())
            }
        }
    }
}

/// The data of a [`Packet`] in slices; see [`Packet::slices`].
#[derive(Debug)]
pub struct Slices<'data>(Pieces<'data>);

#[derive(Debug)]
#[expect(clippy::large_enum_variant, reason = "a box would be an allocation for each packet")]
enum Pieces<'data> {
    Frame(std::array::IntoIter<&'data [u8], 2>),
    Pes(PesPieces<'data>),
}

impl<'data> Iterator for Slices<'data> {
    type Item = &'data [u8];

    fn next(&mut self) -> Option<&'data [u8]> {
        match &mut self.0 {
            Pieces::Frame(slices) => slices.find(|slice| !slice.is_empty()),
            Pieces::Pes(pieces) => pieces.next(),
        }
    }
}

impl FusedIterator for Slices<'_> {}
