//! Media of any container.

use std::iter::FusedIterator;

use super::demux::{Demux, TrackPackets};
use super::{Packet, Times, Track, ivf, matroska, mp4, mpegts};
use crate::error::Result;

/// Generates [`ContainerKind`], and the dispatch to the modules of the containers, from one line per container.
///
/// The module of a container has a `Demuxer`, whose function `read` takes the layout of the format, if the kind has one, and the input;
/// and an iterator over packets, `DemuxedPackets`. They implement [`Demux`] and [`TrackPackets`]. The dispatch is a `match`, so that no
/// packet costs a virtual call.
macro_rules! containers {
    ($($(#[$doc:meta])+ $kind:ident $(($layout:ident: $layout_type:ty))? => $module:ident,)+) => {
        /// The containers whose packets are read. A `match` without a wildcard handles all of them.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum ContainerKind {
            $($(#[$doc])+ $kind $(($layout_type))?,)+
        }

        #[derive(Debug)]
        enum Demuxer<'data> {
            $($kind($module::Demuxer<'data>),)+
        }

        impl<'data> Demuxer<'data> {
            fn read(kind: ContainerKind, data: &'data [u8]) -> Result<Self> {
                match kind {
                    $(ContainerKind::$kind $(($layout))? => $module::Demuxer::read($($layout,)? data).map(Self::$kind),)+
                }
            }

            fn tracks(&self) -> &[Track<'data>] {
                match self {
                    $(Self::$kind(demuxer) => demuxer.tracks(),)+
                }
            }

            fn packets(&self, times: Times) -> DemuxedPackets<'data> {
                match self {
                    $(Self::$kind(demuxer) => DemuxedPackets::$kind(demuxer.packets(times)),)+
                }
            }
        }

        #[derive(Debug)]
        #[expect(clippy::large_enum_variant, reason = "a caller has one iterator, not many")]
        enum DemuxedPackets<'data> {
            $($kind($module::DemuxedPackets<'data>),)+
        }

        impl<'data> DemuxedPackets<'data> {
            fn tracks(&self) -> &[Track<'data>] {
                match self {
                    $(Self::$kind(packets) => packets.tracks(),)+
                }
            }

            #[inline]
            fn next(&mut self) -> Option<Result<Packet<'data>>> {
                match self {
                    $(Self::$kind(packets) => packets.next(),)+
                }
            }
        }
    };
}

containers! {
    /// MP4, QuickTime or a related format: [`mp4`].
    Mp4 => mp4,
    /// Matroska or WebM: [`matroska`].
    Matroska => matroska,
    /// MPEG-2 transport stream, and the layout of its packets: [`mpegts`].
    MpegTs(packets: mpegts::Packets) => mpegts,
    /// IVF: [`ivf`].
    Ivf => ivf,
}

/// A media file of any container: its tracks, and the packets of all tracks.
///
/// ```
/// use pagecut::{Source, media::Container};
///
/// let source = Source::open("testdata/media/mp4/faststart.mp4")?;
/// let data = source.read_all()?;
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
/// The types of each container have more details: [`mp4::Movie`], [`matroska::Segment`], [`mpegts::Packets`].
#[derive(Debug)]
pub struct Container<'data> {
    kind: ContainerKind,
    demuxer: Demuxer<'data>,
}

impl<'data> Container<'data> {
    /// Reads the head of a whole input that is of this kind. [`read`](Container::read) detects the kind.
    ///
    /// # Errors
    ///
    /// Those of [`mp4::Movie::read`] and [`matroska::Segment::read`]. There is no memory for the tracks.
    pub fn read_as(kind: ContainerKind, data: &'data [u8]) -> Result<Self> {
        let demuxer = Demuxer::read(kind, data)?;
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
        self.demuxer.tracks()
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
        Packets(self.demuxer.packets(times))
    }
}

/// The packets of a [`Container`].
///
/// Damage is an item, and the packets after it follow. In MP4, it ends the packets of one track, and is an item after those of all tracks.
/// Packets without data are left out in MPEG-TS.
#[derive(Debug)]
pub struct Packets<'data>(DemuxedPackets<'data>);

impl<'data> Packets<'data> {
    /// The tracks so far: those that the head of the input describes, and those that the packets so far have added. A later program map of
    /// MPEG-TS can change the description of a track; the index stays.
    #[must_use]
    pub fn tracks(&self) -> &[Track<'data>] {
        self.0.tracks()
    }
}

impl<'data> Iterator for Packets<'data> {
    type Item = Result<Packet<'data>>;

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        self.0.next()
    }
}

impl FusedIterator for Packets<'_> {}
