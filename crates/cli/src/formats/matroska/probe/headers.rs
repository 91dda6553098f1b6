//! Headers in Matroska: elements of the track, and the first frame.

use std::borrow::Cow;

use pagecut::ErrorKind;
use pagecut::media::matroska::{ElementId, Packet, Segment, Track, Video};

use super::side_data::{of_video, unsigned};
use crate::media::frames::{self, Storage};
use crate::probe::coding::{Headers, PacketTimes, color, describe};
use crate::probe::picture::Picture;
use crate::probe::ratio::Ratio;
use crate::probe::report::Stream;
use crate::probe::whole::START_LEN;

/// Length of the `BITMAPINFOHEADER` before the extradata in the `CodecPrivate` of Video for Windows.
const VFW_HEADER_LEN: usize = 40;

/// Adds the fields of coding headers to the streams, the first of which are those of the tracks.
pub(super) fn describe_segment(segment: &Segment<'_>, streams: &mut [Stream]) {
    let starts = starts(segment);
    for ((track, start), stream) in segment.tracks().iter().zip(&starts).zip(streams) {
        if let (Some(video), Some(picture)) = (&track.video, &mut stream.picture) {
            read_video(video, picture);
            stream.side_data_list = of_video(video);
        }
        let private = track.codec_private.unwrap_or_default();
        let configuration = match track.codec_id {
            b"V_MS/VFW/FOURCC" => private.get(VFW_HEADER_LEN..).unwrap_or_default(),
            _ => private,
        };
        let packet = start.frame.as_deref().unwrap_or_default();
        let times = &start.times;
        describe(stream, &Headers { configuration, packet, is_byte_stream: false, times });
        if track.codec_id == b"A_MS/ACM" {
            read_channel_mask(private, stream);
        }
    }
}

/// The start of a track's frames.
#[derive(Debug, Clone, Default)]
struct Start<'data> {
    /// The first frame, unless it is encrypted or compressed.
    frame: Option<Cow<'data, [u8]>>,
    times: PacketTimes,
}

/// Reads packets near the start of the segment.
fn starts<'data>(segment: &Segment<'data>) -> Vec<Start<'data>> {
    let tracks = segment.tracks();
    let mut starts = vec![Start::default(); tracks.len()];
    let is_coded =
        |track: &Track<'_>| track.video.is_some() || track.audio.is_some() || track.codec_id == b"S_HDMV/PGS";
    let needs_times = |track: &Track<'_>| track.video.is_some();
    let mut missing = tracks.iter().filter(|track| is_coded(track)).count();
    let mut first_offset = None;
    for packet in segment.packets().filter_map(Result::ok) {
        let offset = *first_offset.get_or_insert(packet.offset);
        if missing == 0 || packet.offset.saturating_sub(offset) > START_LEN {
            break;
        }
        let (Some(track), Some(start)) = (tracks.get(packet.track), starts.get_mut(packet.track)) else {
            continue;
        };
        let is_complete =
            |start: &Start<'_>| start.frame.is_some() && (!needs_times(track) || start.times.is_full());
        if !is_coded(track) || is_complete(start) {
            continue;
        }
        if start.frame.is_none() {
            start.frame = Some(frame(track, &packet));
        }
        start.times.presentation.extend(packet.pts.or(packet.dts));
        start.times.durations.get_or_insert_default().push(packet.duration);
        missing -= usize::from(is_complete(start));
    }
    starts.iter_mut().for_each(|start| start.times.order_decoding());
    starts
}

/// Returns the original bytes of a frame, the first ones of a compressed one; empty if it is unreadable.
fn frame<'data>(track: &Track<'_>, packet: &Packet<'data>) -> Cow<'data, [u8]> {
    /// Maximum length of headers.
    const MAX_HEADER_LEN: usize = 1 << 20;
    let storage = Storage::of(track.frame_encoding());
    match (packet.payload.prefix, packet.payload.data) {
        _ if !storage.is_readable() => Cow::Borrowed(&[]),
        ([], data) if storage.is_plain() => Cow::Borrowed(data),
        (prefix, data) => {
            // Compressed frames have no prefix.
            let mut all = prefix[..prefix.len().min(MAX_HEADER_LEN)].to_vec();
            // The bytes before damage are used.
            let _ = frames::read(data, packet.offset, storage, &mut |piece| {
                let room = MAX_HEADER_LEN - all.len();
                all.extend_from_slice(&piece[..piece.len().min(room)]);
                if piece.len() < room {
                    Ok(())
                } else {
                    Err(ErrorKind::Incomplete { within: "after the headers" }.into())
                }
            });
            Cow::Owned(all)
        }
    }
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
    // 1 is cosited with the luma sample at the left or top, 2 is centered.
    picture.chroma_location =
        match (field(ElementId::CHROMA_SITING_HORZ), field(ElementId::CHROMA_SITING_VERT)) {
            (Some(1), Some(2)) => Some("left"),
            (Some(2), Some(2)) => Some("center"),
            (Some(1), Some(1)) => Some("topleft"),
            (Some(2), Some(1)) => Some("top"),
            _ => None,
        };
}

/// Reads the channel layout in an extensible `WAVEFORMATEX`, the `CodecPrivate` of the Audio Compression Manager.
fn read_channel_mask(private: &[u8], stream: &mut Stream) -> Option<()> {
    const MASK: usize = 20;
    let mask = u32::from_le_bytes(*private.get(MASK..)?.first_chunk()?);
    let sound = stream.sound.as_mut()?;
    sound.channel_layout = sound.channel_layout.or_else(|| channel_layout(mask));
    Some(())
}

/// Returns the layout of `dwChannelMask`.
fn channel_layout(mask: u32) -> Option<&'static str> {
    Some(match mask {
        0x4 => "mono",
        0x3 => "stereo",
        0xb => "2.1",
        0x7 => "3.0",
        0x33 => "quad",
        0x107 => "4.0",
        0x37 => "5.0",
        0x607 => "5.0(side)",
        0x3f => "5.1",
        0x60f => "5.1(side)",
        0x13f => "6.1(back)",
        0x70f => "6.1",
        0x63f => "7.1",
        0xff => "7.1(wide)",
        _ => return None,
    })
}
