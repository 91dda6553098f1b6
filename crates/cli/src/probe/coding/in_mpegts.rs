//! Headers in MPEG-TS: the first PES packets of each stream.

use std::borrow::Cow;

use pagecut::media::codec::{Mpeg4Visual, MpegVideoSequence, h264, h265};
use pagecut::media::mpegts::Packets;

use super::super::START_LEN;
use super::super::report::Stream;
use super::adts_rate::AdtsRate;
use super::rates::PacketTimes;
use super::{Headers, describe};
use crate::streams::Kind;

/// What the first PES packets of a stream tell.
#[derive(Debug, Default)]
struct Start<'data> {
    /// The first packet with headers.
    packet: Option<Cow<'data, [u8]>>,
    times: PacketTimes,
    /// Of AAC.
    rate: AdtsRate,
}

/// Adds to the streams what the first headers of each tell. A stream is known by its `id`, the PID.
pub(crate) fn describe_transport(format: Packets, data: &[u8], streams: &mut [Stream]) {
    let is_coded = |stream: &Stream| matches!(stream.kind, Kind::Video | Kind::Audio);
    let pid = |stream: &Stream| u16::from_str_radix(stream.id.as_deref()?.strip_prefix("0x")?, 16).ok();
    let pids: Vec<_> = streams.iter().map(|stream| pid(stream).filter(|_| is_coded(stream))).collect();
    let mut starts: Vec<_> = streams.iter().map(|_| Start::default()).collect();
    let mut missing = pids.iter().flatten().count();
    for packet in format.pes_packets(data).filter_map(Result::ok) {
        if missing == 0 || packet.range().start > START_LEN {
            break;
        }
        let Some(index) = pids.iter().position(|&pid| pid == Some(packet.pid())) else { continue };
        let (stream, start) = (&streams[index], &mut starts[index]);
        let is_complete = |start: &Start<'_>| {
            let has_enough = match stream.codec_name {
                Some("aac") => start.rate.is_full(),
                _ => stream.kind == Kind::Audio || start.times.is_full(),
            };
            start.packet.is_some() && has_enough
        };
        if is_complete(start) {
            continue;
        }
        if stream.codec_name == Some("aac") {
            packet.pieces().for_each(|piece| start.rate.add(piece));
        }
        if start.packet.is_none() {
            start.packet = Some(packet.to_contiguous()).filter(|bytes| has_headers(stream, bytes));
        }
        let time = |time: Option<u64>| time.and_then(|time| i64::try_from(time).ok());
        start.times.presentation.extend(time(packet.pts()));
        start.times.decode.extend(time(packet.dts()));
        missing -= usize::from(is_complete(start));
    }
    for (stream, start) in streams.iter_mut().zip(&starts).filter(|(stream, _)| is_coded(stream)) {
        if stream.kind == Kind::Video && stream.codec_name.is_some() {
            stream.picture.get_or_insert_default();
        }
        let packet = start.packet.as_deref().unwrap_or_default();
        describe(stream, &Headers { configuration: &[], packet, is_byte_stream: true, times: &start.times });
        stream.bit_rate = stream.bit_rate.or(start.rate.bits_per_second());
        if let Some(sound) = &mut stream.sound {
            sound.sample_rate.get_or_insert(0);
            sound.channels.get_or_insert(0);
        }
    }
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
