//! Stream fields from coding headers, with ffprobe's names.

mod audio;
pub(crate) mod color;
mod headers;
mod image;
mod long_names;
mod mpeg_video;
mod nal_video;
mod pixel_format;
mod rates;
mod subtitle;
mod video;

use super::report::Stream;
use crate::streams::Kind;
pub(crate) use audio::{aac_sound, ac3_layout, mpeg4_layout, vorbis_layout};
pub(crate) use headers::Headers;
pub(crate) use long_names::long_name;
pub(crate) use nal_video::{h264_field_order, h264_tells_delay};
pub(crate) use rates::{PACKETS, PacketTimes};

/// Adds the fields of its first packets to a stream whose container has no decoder data and no durations. `times` are presentation times in
/// packet order; only the first ones are used.
pub(crate) fn describe_first_packets(stream: &mut Stream, first: &[u8], times: impl Iterator<Item = i64>) {
    let mut times = PacketTimes { presentation: times.take(PACKETS).collect(), ..PacketTimes::default() };
    times.order_decoding();
    describe(stream, &Headers { configuration: &[], packet: first, is_byte_stream: true, times: &times });
}

/// Adds the fields of its header to the stream of an attached picture.
pub(crate) fn describe_attachment(stream: &mut Stream, picture: &[u8]) {
    stream.picture.get_or_insert_default();
    // The rate is that of the time base.
    (stream.r_frame_rate, stream.avg_frame_rate) = (None, None);
    describe_first_packets(stream, picture, std::iter::empty());
}

/// Adds the fields of its headers to a stream. Values of the container take precedence as in ffprobe.
pub(crate) fn describe(stream: &mut Stream, headers: &Headers<'_>) {
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
