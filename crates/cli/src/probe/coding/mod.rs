//! Fields of streams that the headers of their coding give, in the words of ffprobe.

mod adts_rate;
mod audio;
mod color;
mod image;
mod in_matroska;
mod in_mp4;
mod in_mpegts;
mod long_names;
mod mpeg_video;
mod nal_video;
mod pixel_format;
mod rates;
mod subtitle;
mod video;

pub(super) use audio::vorbis_layout;
pub(super) use in_matroska::{describe_attachment, describe_segment};
pub(super) use in_mp4::describe_movie;
pub(super) use in_mpegts::describe_transport;
pub(super) use long_names::long_name;

use super::report::Stream;
use crate::streams::Kind;
use rates::PacketTimes;

/// Where a stream's headers are.
#[derive(Debug, Clone, Copy)]
struct Headers<'a> {
    /// What the container has for the decoder: a decoder configuration record, a `DecoderSpecificInfo`, a `CodecPrivate`.
    configuration: &'a [u8],
    /// The first packet, or the first bytes of the stream.
    packet: &'a [u8],
    /// The packet is of a stream without lengths before its NAL units, such as that of MPEG-TS.
    is_byte_stream: bool,
    /// When the first packets are decoded and shown.
    times: &'a PacketTimes,
}

/// Adds to a stream what its first packets tell, where the container has nothing else for the decoder and no durations. `times` are those
/// of presentation, in order of the packets; of more than a few, the first ones count.
pub(crate) fn describe_first_packets(stream: &mut Stream, first: &[u8], times: impl Iterator<Item = i64>) {
    let mut times =
        PacketTimes { presentation: times.take(rates::PACKETS).collect(), ..PacketTimes::default() };
    times.order_decoding();
    describe(stream, &Headers { configuration: &[], packet: first, is_byte_stream: true, times: &times });
}

/// Adds to a stream what its headers tell. What the container tells stays where ffprobe prefers it.
fn describe(stream: &mut Stream, headers: &Headers<'_>) {
    let Some(name) = stream.codec_name else {
        if stream.kind == Kind::Video {
            video::complete_rates(stream, headers);
        }
        return;
    };
    match stream.kind {
        Kind::Video => {
            video::describe(stream, name, headers);
            video::complete_rates(stream, headers);
            if let Some(picture) = &mut stream.picture {
                picture.complete(name);
            }
        }
        Kind::Audio => audio::describe(stream, name, headers),
        Kind::Subtitle => stream.canvas = subtitle::canvas(name, headers),
        _ => {}
    }
}
