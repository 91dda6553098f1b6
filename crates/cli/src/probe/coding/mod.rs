//! Fields of streams that the headers of their coding give, in the words of ffprobe.

mod audio;
mod color;
mod in_matroska;
mod in_mp4;
mod in_mpegts;
mod long_names;
mod mpeg_video;
mod nal_video;
mod pixel_format;
mod video;

pub(super) use in_matroska::{describe_attachment, describe_segment};
pub(super) use in_mp4::describe_movie;
pub(super) use in_mpegts::describe_transport;
pub(super) use long_names::long_name;

use super::report::Stream;
use crate::streams::Kind;

/// Where a stream's headers are.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Headers<'a> {
    /// What the container has for the decoder: a decoder configuration record, a `DecoderSpecificInfo`, a `CodecPrivate`.
    pub(super) configuration: &'a [u8],
    /// The first packet, or the first bytes of the stream.
    pub(super) packet: &'a [u8],
    /// The packet is of a stream without lengths before its NAL units, such as that of MPEG-TS.
    pub(super) is_byte_stream: bool,
}

/// Adds to a stream what its headers tell. What the container tells stays where ffprobe prefers it.
pub(super) fn describe(stream: &mut Stream, headers: &Headers<'_>) {
    let Some(name) = stream.codec_name else { return };
    match stream.kind {
        Kind::Video => {
            video::describe(stream, name, headers);
            if let Some(picture) = &mut stream.picture {
                picture.complete(name);
            }
        }
        Kind::Audio => audio::describe(stream, name, headers),
        _ => {}
    }
}
