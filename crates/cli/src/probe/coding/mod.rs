//! Stream fields from coding headers, with ffprobe's names.

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

/// The locations of a stream's headers.
#[derive(Debug, Clone, Copy)]
struct Headers<'a> {
    /// The decoder data in the container: a decoder configuration record, a `DecoderSpecificInfo`, a `CodecPrivate`.
    configuration: &'a [u8],
    /// The first packet, or the first bytes of the stream.
    packet: &'a [u8],
    /// The packet has start codes, not lengths, before its NAL units, as in MPEG-TS.
    is_byte_stream: bool,
    /// Decode and presentation times of the first packets.
    times: &'a PacketTimes,
}

/// Adds the fields of its first packets to a stream whose container has no decoder data and no durations. `times` are presentation times in
/// packet order; only the first ones are used.
pub(crate) fn describe_first_packets(stream: &mut Stream, first: &[u8], times: impl Iterator<Item = i64>) {
    let mut times =
        PacketTimes { presentation: times.take(rates::PACKETS).collect(), ..PacketTimes::default() };
    times.order_decoding();
    describe(stream, &Headers { configuration: &[], packet: first, is_byte_stream: true, times: &times });
}

/// Adds the fields of its headers to a stream. Values of the container take precedence as in ffprobe.
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
