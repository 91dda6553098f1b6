//! Headers in MPEG-TS: the first PES packets of each stream.

use std::borrow::Cow;
use std::collections::HashMap;

use pagecut::media::codec::{Mpeg4Visual, MpegVideoSequence, h264, h265};
use pagecut::media::mpegts::{Packets, PesPacket, Timeline};

use super::adts_rate::AdtsRate;
use crate::probe::coding::{Headers, PacketTimes, describe, h264_field_order, h264_tells_delay};
use crate::probe::report::Stream;
use crate::probe::whole::START_LEN;
use crate::streams::Kind;

/// The headers in the first PES packets of a stream.
#[derive(Debug, Default)]
struct Start<'data> {
    /// The first packet with headers.
    packet: Option<Cow<'data, [u8]>>,
    /// That packet and the next one, if the first does not give the field order: the next may hold the other field.
    fields: Option<Vec<u8>>,
    lacks_field: bool,
    /// The stream has a packet.
    has_packet: bool,
    times: PacketTimes,
    timeline: Timeline,
    /// For AAC.
    rate: AdtsRate,
}

/// Adds the fields of the first coding headers to each stream. Streams are identified by their `id`, the PID.
pub(super) fn describe_transport(format: Packets, data: &[u8], streams: &mut [Stream]) {
    let is_coded = |stream: &Stream| matches!(stream.kind, Kind::Video | Kind::Audio);
    let pid = |stream: &Stream| u16::from_str_radix(stream.id.as_deref()?.strip_prefix("0x")?, 16).ok();
    let coded = streams.iter().enumerate().filter(|(_, stream)| is_coded(stream));
    let pids: HashMap<u16, usize> =
        coded.filter_map(|(index, stream)| pid(stream).map(|pid| (pid, index))).collect();
    let mut starts: Vec<_> = streams.iter().map(|_| Start::default()).collect();
    let mut missing = pids.len();
    for packet in format.pes_packets(data).filter_map(Result::ok) {
        if missing == 0 || packet.range().start > START_LEN {
            break;
        }
        let Some(&index) = pids.get(&packet.pid()) else { continue };
        let (stream, start) = (&streams[index], &mut starts[index]);
        let is_complete = |start: &Start<'_>| {
            let has_enough = match stream.codec_name {
                Some("aac") => start.rate.is_full(),
                _ => stream.kind == Kind::Audio || start.times.is_full(),
            };
            let waits_for_field = start.lacks_field && start.fields.is_none();
            start.packet.is_some() && has_enough && !waits_for_field
        };
        if is_complete(start) {
            continue;
        }
        start.has_packet = true;
        if stream.codec_name == Some("aac") {
            packet.pieces().for_each(|piece| start.rate.add(piece));
        }
        if start.packet.is_none() {
            start.packet = Some(head(&packet)).filter(|bytes| has_headers(stream, bytes));
            start.lacks_field = start.packet.as_ref().is_some_and(|bytes| lacks_field(stream, bytes));
        } else if start.lacks_field && start.fields.is_none() {
            start.fields = start.packet.as_ref().map(|bytes| [&bytes[..], &head(&packet)].concat());
        }
        let mut time = |time: Option<u64>| time.map(|time| start.timeline.unwrap(time));
        start.times.decode.extend(time(packet.dts()));
        start.times.presentation.extend(time(packet.pts()));
        missing -= usize::from(is_complete(start));
    }
    for (stream, start) in streams.iter_mut().zip(&starts).filter(|(stream, _)| is_coded(stream)) {
        if stream.kind == Kind::Video && stream.codec_name.is_some() {
            stream.picture.get_or_insert_default();
        }
        let packet = start.packet.as_deref().unwrap_or_default();
        describe(stream, &Headers { configuration: &[], packet, is_byte_stream: true, times: &start.times });
        if let (Some(picture), Some(fields)) = (&mut stream.picture, &start.fields) {
            picture.field_order = picture.field_order.or_else(|| h264_field_order(fields));
            if !h264_tells_delay(fields) {
                // Each packet is a field.
                picture.has_b_frames = picture.has_b_frames.div_ceil(2);
            }
        }
        stream.bit_rate = stream.bit_rate.or(start.rate.bits_per_second());
        if let Some(sound) = &mut stream.sound {
            sound.sample_rate.get_or_insert(0);
            sound.channels.get_or_insert(0);
            if !start.has_packet {
                sound.sample_fmt = None;
            }
        }
    }
}

/// Returns the start of a packet as one slice: enough for all headers.
fn head<'data>(packet: &PesPacket<'data>) -> Cow<'data, [u8]> {
    const LEN: usize = 4 << 20;
    let mut pieces = packet.pieces();
    let first = pieces.next().unwrap_or_default();
    if first.len() as u64 == packet.len() {
        return Cow::Borrowed(first);
    }
    let mut bytes = first.to_vec();
    for piece in pieces {
        bytes.extend_from_slice(&piece[..piece.len().min(LEN - bytes.len())]);
        if bytes.len() == LEN {
            break;
        }
    }
    Cow::Owned(bytes)
}

/// Returns whether a packet with parameter sets of H.264 does not give the field order.
fn lacks_field(stream: &Stream, packet: &[u8]) -> bool {
    stream.codec_name == Some("h264") && h264_field_order(packet).is_none()
}

/// Returns whether a decoder can start at a packet.
fn has_headers(stream: &Stream, packet: &[u8]) -> bool {
    match stream.codec_name {
        Some("h264") => h264::SequenceParameterSet::from_byte_stream(packet).is_some(),
        Some("hevc") => h265::SequenceParameterSet::from_byte_stream(packet).is_some(),
        Some("mpeg1video" | "mpeg2video") => MpegVideoSequence::read(packet).is_some(),
        Some("mpeg4") => Mpeg4Visual::read(packet).is_some(),
        _ => true,
    }
}
