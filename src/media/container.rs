//! Media of any container.

use std::iter::FusedIterator;

use super::demux::{Demux, TrackPackets};
use super::{Packet, Times, Track, ivf, matroska, mp4, mpegts};
use crate::error::Result;

/// The containers whose packets are read. A `match` without a wildcard handles all of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ContainerKind {
    /// MP4, QuickTime or a relative: [`mp4`].
    Mp4,
    /// Matroska or WebM: [`matroska`].
    Matroska,
    /// MPEG-2 transport stream, and how its packets lie: [`mpegts`].
    MpegTs(mpegts::Packets),
    /// IVF: [`ivf`].
    Ivf,
}

/// A media file of any container: its tracks, and the packets of all tracks.
///
/// ```
/// use pagecut::{Source, media::Container};
///
/// let source = Source::open("testdata/media/mp4/faststart.mp4")?;
/// let data = source.whole()?;
/// let container = Container::read(&data)?;
/// for track in container.tracks() {
///     println!("{}: {}, {}, {}", track.index, track.kind.name(), track.codec.unwrap_or("unknown"), track.time_base);
/// }
/// let mut bytes = 0;
/// for packet in container.packets() {
///     let packet = packet?;
///     println!("{} {:?} {:?} {}", packet.track, packet.pts, packet.dts, packet.is_key);
///     bytes += packet.slices().map(<[u8]>::len).sum::<usize>();
/// }
/// source.check()?;
/// assert_eq!(bytes, 13_972);
/// # Ok::<(), pagecut::Error>(())
/// ```
///
/// The types of each container tell more: [`mp4::Movie`], [`matroska::Segment`], [`mpegts::Packets`].
#[derive(Debug)]
pub struct Container<'data> {
    kind: ContainerKind,
    demuxer: Demuxer<'data>,
}

#[derive(Debug)]
enum Demuxer<'data> {
    Mp4(mp4::Demuxer<'data>),
    Matroska(matroska::Demuxer<'data>),
    MpegTs(mpegts::Demuxer<'data>),
    Ivf(ivf::Demuxer<'data>),
}

impl<'data> Container<'data> {
    /// Reads the head of a whole input that is of this kind. [`read`](Container::read) detects the kind.
    ///
    /// # Errors
    ///
    /// Those of [`mp4::Movie::read`] and [`matroska::Segment::read`]. There is no memory for the tracks.
    pub fn read_as(kind: ContainerKind, data: &'data [u8]) -> Result<Self> {
        let demuxer = match kind {
            ContainerKind::Mp4 => Demuxer::Mp4(mp4::Demuxer::read(data)?),
            ContainerKind::Matroska => Demuxer::Matroska(matroska::Demuxer::read(data)?),
            ContainerKind::MpegTs(format) => Demuxer::MpegTs(mpegts::Demuxer::new(format, data)),
            ContainerKind::Ivf => Demuxer::Ivf(ivf::Demuxer::read(data)?),
        };
        Ok(Self { kind, demuxer })
    }

    /// The kind of the container.
    #[must_use]
    pub fn kind(&self) -> ContainerKind {
        self.kind
    }

    /// The tracks, in the order of ffprobe.
    ///
    /// MPEG-TS, and a Matroska file of several segments, can have further tracks later: [`Packets::tracks`] lists them. The first call
    /// reads up to 5 MB of an MPEG transport stream.
    #[must_use]
    pub fn tracks(&self) -> &[Track<'data>] {
        match &self.demuxer {
            Demuxer::Mp4(demuxer) => demuxer.tracks(),
            Demuxer::Matroska(demuxer) => demuxer.tracks(),
            Demuxer::MpegTs(demuxer) => demuxer.tracks(),
            Demuxer::Ivf(demuxer) => demuxer.tracks(),
        }
    }

    /// The packets of all tracks in the order of ffprobe: attached pictures, then those of the other tracks, in the order of the file, or,
    /// in MP4, in the [order in which the file is best read](mp4::Packets).
    #[must_use]
    pub fn packets(&self) -> Packets<'data> {
        self.packets_with(Times::Presentation)
    }

    /// The packets with these times. Only MP4 has edit lists; in other containers, the times of the media are those of the presentation.
    #[must_use]
    pub fn packets_with(&self, times: Times) -> Packets<'data> {
        Packets(match &self.demuxer {
            Demuxer::Mp4(demuxer) => Demuxing::Mp4(demuxer.packets(times)),
            Demuxer::Matroska(demuxer) => Demuxing::Matroska(demuxer.packets(times)),
            Demuxer::MpegTs(demuxer) => Demuxing::MpegTs(demuxer.packets(times)),
            Demuxer::Ivf(demuxer) => Demuxing::Ivf(demuxer.packets(times)),
        })
    }
}

/// The packets of a [`Container`].
///
/// Damage is an item, and the packets after it follow. In MP4, it ends the packets of one track, and is an item after those of all tracks.
/// Packets without data are left out in MPEG-TS.
#[derive(Debug)]
pub struct Packets<'data>(Demuxing<'data>);

#[derive(Debug)]
#[expect(clippy::large_enum_variant, reason = "a caller has one iterator, not many")]
enum Demuxing<'data> {
    Mp4(mp4::DemuxedPackets<'data>),
    Matroska(matroska::DemuxedPackets<'data>),
    MpegTs(mpegts::DemuxedPackets<'data>),
    Ivf(ivf::DemuxedPackets<'data>),
}

impl<'data> Packets<'data> {
    /// The tracks so far: those that the head of the input describes, and those that the packets so far have added. A later program map of
    /// MPEG-TS can change the description of a track; the index stays.
    #[must_use]
    pub fn tracks(&self) -> &[Track<'data>] {
        match &self.0 {
            Demuxing::Mp4(packets) => packets.tracks(),
            Demuxing::Matroska(packets) => packets.tracks(),
            Demuxing::MpegTs(packets) => packets.tracks(),
            Demuxing::Ivf(packets) => packets.tracks(),
        }
    }
}

impl<'data> Iterator for Packets<'data> {
    type Item = Result<Packet<'data>>;

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        match &mut self.0 {
            Demuxing::Mp4(packets) => packets.next(),
            Demuxing::Matroska(packets) => packets.next(),
            Demuxing::MpegTs(packets) => packets.next(),
            Demuxing::Ivf(packets) => packets.next(),
        }
    }
}

impl FusedIterator for Packets<'_> {}
