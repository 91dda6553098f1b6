//! What MPEG transport streams tell without being decoded.

mod descriptors;
mod times;

use pagecut::Result;
use pagecut::media::mpegts::{Coding, ListedStream, Packets, Program as MappedProgram, Programs};

use super::report::{Format, Program, Report, Stream, Times};
use super::{START_LEN, codec_names, coding};
use crate::packets::Clocks;
use crate::streams::Kind;
use crate::time_base::TimeBase;
use times::{Extent, extents_at_end};

/// Reads the tables and the PES packets near the start of a stream, and those near its end for the durations.
pub(super) fn report(format: Packets, data: &[u8], errors: &mut Vec<String>) -> Result<Report> {
    let mut pes_packets = format.pes_packets(data).with_programs();
    let mut clocks = Clocks::default();
    let mut extents: Vec<Extent> = Vec::new();
    let mut is_whole = true;
    while let Some(packet) = pes_packets.next() {
        let packet = match packet {
            Ok(packet) => packet,
            Err(error) => {
                errors.push(error.to_string());
                continue;
            }
        };
        if let Some(programs) = pes_packets.programs() {
            Extent::add(&mut extents, programs, &mut clocks, &packet);
        }
        if packet.range().start > START_LEN {
            is_whole = false;
            break;
        }
    }
    let none = Programs::default();
    let programs = pes_packets.programs().unwrap_or(&none);
    errors.extend(programs.errors().iter().map(ToString::to_string));
    extents.resize_with(programs.streams().len(), Extent::default);
    if !is_whole {
        extents_at_end(format, data, programs, &mut clocks, &mut extents);
    }
    let mut streams: Vec<_> = programs.streams().iter().map(stream).collect();
    coding::describe_transport(format, data, &mut streams);
    for (stream, extent) in streams.iter().zip(&mut extents) {
        extent.last_duration = last_duration(stream);
    }
    Ok(told(programs, streams, data.len() as u64, &extents))
}

/// The report of programs and streams of these extents.
fn told(programs: &Programs, mut streams: Vec<Stream>, len: u64, extents: &[Extent]) -> Report {
    let time_base = TimeBase::per_second(90_000);
    let whole = Extent::of_all(extents);
    for (index, (stream, extent)) in streams.iter_mut().zip(extents).enumerate() {
        stream.index = index;
        // As ffprobe does, a stream without times has those of the input.
        let extent = if extent.start.is_some() { extent } else { &whole };
        stream.times = Times::new(time_base, extent.start, extent.duration());
    }
    let micros = |time: Option<i64>| time.map(|time| time_base.micros(time));
    let mut format = Format::new("mpegts", len, micros(whole.start), micros(whole.duration()));
    format.nb_programs = programs.iter().len();
    Report {
        programs: programs.iter().map(|of| program(of, programs)).collect(),
        streams,
        chapters: Vec::new(),
        format,
    }
}

/// How long the last packet of a stream lasts, in units of 90 kHz: a picture, or a frame of sound. 0 of other streams, as ffprobe has it;
/// `None` if it is not known.
fn last_duration(stream: &Stream) -> Option<i64> {
    let period = match stream.kind {
        Kind::Video => stream.r_frame_rate?.period(90_000),
        Kind::Audio => {
            let samples = match stream.codec_name? {
                "aac" | "aac_latm" => 1024,
                "mp2" | "mp3" => 1152,
                "mp1" => 384,
                "ac3" => 1536,
                _ => return None,
            };
            let rate = stream.sound.as_ref()?.sample_rate?;
            (samples * 90_000_u64).checked_div(rate)
        }
        // Of one whose coding is not known, nobody knows.
        _ => stream.codec_name.map(|_| 0),
    };
    i64::try_from(period?).ok()
}

fn program(of: &MappedProgram, programs: &Programs) -> Program {
    let mut streams: Vec<usize> =
        of.streams().filter_map(|stream| programs.stream_of(stream.pid())).collect();
    let mut seen = std::collections::HashSet::new();
    streams.retain(|&stream| seen.insert(stream));
    let mut tags = Vec::new();
    if let Some(service) = of.service() {
        tags.push(("service_name", service.name().into_owned()));
        tags.push(("service_provider", service.provider().into_owned()));
    }
    Program { number: of.number(), map_pid: of.map_pid(), pcr_pid: of.pcr_pid(), streams, tags }
}

fn stream(of: &ListedStream) -> Stream {
    /// `stream_type` of sections of MPEG-4.
    const MPEG4_SECTIONS: u8 = 0x13;
    let kind = Kind::of_listed(of);
    let mut stream = Stream::bare(0, kind, TimeBase::per_second(90_000));
    let stream_type = of.stream_type().map_or(0, |stream_type| stream_type.0);
    stream.codec_name = of.coding().and_then(codec_names::of_coding);
    let is_in_sections = matches!(of.coding(), Some(Coding::Scte35 | Coding::EventInformation));
    let tag = match descriptors::registered_tag(of) {
        // Sections, to which ffprobe gives no tag.
        _ if is_in_sections || stream_type == MPEG4_SECTIONS => [0; 4],
        Some(tag) => tag,
        None => [stream_type, 0, 0, 0],
    };
    stream.codec_tag_string = super::tag_string(tag);
    stream.codec_tag = super::tag_number(tag);
    stream.id = Some(format!("{:#x}", of.pid()));
    if kind == Kind::Video {
        (stream.r_frame_rate, stream.avg_frame_rate) = (None, None);
    }
    descriptors::describe(of, &mut stream);
    stream
}
