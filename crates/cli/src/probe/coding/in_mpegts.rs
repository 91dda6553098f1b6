//! Headers in MPEG-TS: the first PES packets of each stream.

use pagecut::media::codec::{Mpeg4Visual, MpegVideoSequence, h264, h265};
use pagecut::media::mpegts::Packets;

use super::super::START_LEN;
use super::super::report::{Ratio, Stream};
use super::{Headers, describe};
use crate::streams::Kind;

/// Adds to the streams what the first headers of each tell, which is known by its `id`, the PID.
pub(crate) fn describe_transport(format: Packets, data: &[u8], streams: &mut [Stream]) {
    let is_coded = |stream: &Stream| matches!(stream.kind, Kind::Video | Kind::Audio);
    let pid = |stream: &Stream| u16::from_str_radix(stream.id.as_deref()?.strip_prefix("0x")?, 16).ok();
    let mut missing: Vec<_> = (0..streams.len()).filter(|&index| is_coded(&streams[index])).collect();
    for packet in format.pes_packets(data).filter_map(Result::ok) {
        if missing.is_empty() || packet.range().start > START_LEN {
            break;
        }
        let Some(place) = missing.iter().position(|&index| pid(&streams[index]) == Some(packet.pid())) else {
            continue;
        };
        let bytes = packet.to_contiguous();
        let stream = &mut streams[missing[place]];
        if has_headers(stream, &bytes) {
            add(stream, &bytes);
            missing.swap_remove(place);
        }
    }
    for index in missing {
        add(&mut streams[index], &[]);
    }
}

fn add(stream: &mut Stream, packet: &[u8]) {
    if stream.kind == Kind::Video {
        stream.picture.get_or_insert_default();
        set_rate(stream, packet);
    }
    describe(stream, &Headers { configuration: &[], packet, is_byte_stream: true });
}

/// Whether decoding can begin with a packet.
fn has_headers(stream: &Stream, packet: &[u8]) -> bool {
    match stream.codec_name {
        Some("h264") => h264::SequenceParameterSet::of_byte_stream(packet).is_some(),
        Some("hevc") => h265::SequenceParameterSet::of_byte_stream(packet).is_some(),
        Some("mpeg1video" | "mpeg2video") => MpegVideoSequence::read(packet).is_some(),
        Some("mpeg4") => Mpeg4Visual::read(packet).is_some(),
        _ => true,
    }
}

/// Sets the rate of pictures to that of the headers.
fn set_rate(stream: &mut Stream, packet: &[u8]) {
    let rate = match stream.codec_name {
        Some("h264") => h264::SequenceParameterSet::of_byte_stream(packet)
            .and_then(|sps| sps.vui?.timing)
            // Two ticks for each frame, since a field has one.
            .and_then(|(units, scale)| Ratio::new(scale.into(), 2 * u64::from(units))),
        Some("hevc") => h265::timing_of_byte_stream(packet)
            .or_else(|| h265::SequenceParameterSet::of_byte_stream(packet)?.vui?.timing)
            .and_then(|(units, scale)| Ratio::new(scale.into(), units.into())),
        Some("mpeg1video" | "mpeg2video") => MpegVideoSequence::read(packet)
            .and_then(|sequence| sequence.frame_rate)
            .and_then(|(frames, seconds)| Ratio::new(frames.into(), seconds.into())),
        Some("mpeg4") => Mpeg4Visual::read(packet)
            .and_then(|layer| Ratio::new(layer.time_resolution.into(), layer.fixed_time_increment?.into())),
        _ => None,
    };
    stream.r_frame_rate = stream.r_frame_rate.or(rate);
    stream.avg_frame_rate = stream.avg_frame_rate.or(rate);
}
