//! Headers in Matroska: elements of the track, and the first frame.

use std::borrow::Cow;

use pagecut::media::matroska::{Element, ElementId, Segment, Track, Video};

use super::super::START_LEN;
use super::super::picture::Picture;
use super::super::report::{Ratio, Stream};
use super::{Headers, color, describe};

/// What precedes the extradata in the `CodecPrivate` of Video for Windows: a `BITMAPINFOHEADER`.
const VFW_HEADER_LEN: usize = 40;

/// Adds to the streams, of which those of the tracks come first, what their headers tell.
pub(crate) fn describe_segment(segment: &Segment<'_>, streams: &mut [Stream]) {
    let frames = first_frames(segment);
    for ((track, frame), stream) in segment.tracks().iter().zip(&frames).zip(streams) {
        if let (Some(video), Some(picture)) = (&track.video, &mut stream.picture) {
            read_video(video, picture);
        }
        let private = track.codec_private.unwrap_or_default();
        let configuration = match track.codec_id {
            b"V_MS/VFW/FOURCC" => private.get(VFW_HEADER_LEN..).unwrap_or_default(),
            _ => private,
        };
        let packet = frame.as_deref().unwrap_or_default();
        describe(stream, &Headers { configuration, packet, is_byte_stream: false });
    }
}

/// Adds to the stream of an attached picture what its header tells.
pub(crate) fn describe_attachment(stream: &mut Stream, picture: &[u8]) {
    stream.picture.get_or_insert_default();
    describe(stream, &Headers { configuration: &[], packet: picture, is_byte_stream: false });
}

/// The first frame of each track, as far as it is near the start and not encrypted or compressed.
fn first_frames<'data>(segment: &Segment<'data>) -> Vec<Option<Cow<'data, [u8]>>> {
    let tracks = segment.tracks();
    let mut frames = vec![None; tracks.len()];
    let needs_frame =
        |track: &Track<'_>| (track.video.is_some() || track.audio.is_some()) && !track.has_encoded_frames();
    let mut missing = tracks.iter().filter(|track| needs_frame(track)).count();
    let mut first_offset = None;
    for packet in segment.packets().filter_map(Result::ok) {
        let start = *first_offset.get_or_insert(packet.offset);
        if missing == 0 || packet.offset.saturating_sub(start) > START_LEN {
            break;
        }
        let (Some(track), Some(frame)) = (tracks.get(packet.track), frames.get_mut(packet.track)) else {
            continue;
        };
        if frame.is_none() && needs_frame(track) {
            let (prefix, data) = (packet.payload.prefix, packet.payload.data);
            *frame = Some(match prefix {
                [] => Cow::Borrowed(data),
                _ => Cow::Owned([prefix, data].concat()),
            });
            missing -= 1;
        }
    }
    frames
}

fn unsigned(element: Element<'_>, id: ElementId) -> Option<u64> {
    element.child(id).ok().flatten()?.unsigned().ok()
}

fn read_video(video: &Video<'_>, picture: &mut Picture) {
    const LIMIT: u64 = 255;
    /// `DisplayUnit`: pixels, centimeters, inches or an aspect ratio.
    const KNOWN_UNITS: u64 = 3;
    let (width, height) = (video.pixel_width, video.pixel_height);
    let (shown_width, shown_height) = video.display.unwrap_or((width, height));
    if unsigned(video.element, ElementId::DISPLAY_UNIT).unwrap_or(0) <= KNOWN_UNITS {
        // Each eye has half of the picture (StereoMode).
        let (wide, high) = match unsigned(video.element, ElementId::STEREO_MODE) {
            Some(1 | 8 | 9 | 11) => (2, 1),
            Some(2 | 3 | 6 | 7) => (1, 2),
            _ => (1, 1),
        };
        let wide = height.checked_mul(shown_width).and_then(|side| side.checked_mul(wide));
        let high = width.checked_mul(shown_height).and_then(|side| side.checked_mul(high));
        let sides = wide.zip(high);
        picture.container_aspect_ratio = sides.and_then(|(wide, high)| Ratio::nearest(wide, high, LIMIT));
    }
    picture.field_order = match (video.interlaced, unsigned(video.element, ElementId::FIELD_ORDER)) {
        (2, _) => Some("progressive"),
        (1, Some(0)) => Some("progressive"),
        (1, Some(1)) => Some("tt"),
        (1, Some(6)) => Some("bb"),
        (1, Some(9)) => Some("tb"),
        (1, Some(14)) => Some("bt"),
        _ => None,
    };
    let Some(described) = video.element.child(ElementId::COLOUR).ok().flatten() else { return };
    let field = |id| unsigned(described, id);
    picture.color_range = match field(ElementId::RANGE) {
        Some(1) => Some("tv"),
        Some(2) => Some("pc"),
        _ => None,
    };
    picture.color_space = field(ElementId::MATRIX_COEFFICIENTS).and_then(color::space);
    picture.color_transfer = field(ElementId::TRANSFER_CHARACTERISTICS).and_then(color::transfer);
    picture.color_primaries = field(ElementId::PRIMARIES).and_then(color::primaries);
    // 1 is with the sample of luma at the left or top, 2 is in the middle.
    picture.chroma_location =
        match (field(ElementId::CHROMA_SITING_HORZ), field(ElementId::CHROMA_SITING_VERT)) {
            (Some(1), Some(2)) => Some("left"),
            (Some(2), Some(2)) => Some("center"),
            (Some(1), Some(1)) => Some("topleft"),
            (Some(2), Some(1)) => Some("top"),
            _ => None,
        };
}
