//! The report of MPEG transport streams.

mod adts_rate;
mod descriptors;
mod headers;
mod times;

use pagecut::Result;
use pagecut::media::mpegts::{Coding, ListedStream, Packets, Program as MappedProgram, Programs};

use crate::probe::codec_tag;
use crate::probe::report::{Format, Program, Report, Stream, Times};
use crate::probe::whole::{self, START_LEN, Whole};
use crate::streams::Kind;
use crate::time_base::TimeBase;
use headers::describe_transport;
use times::{Extent, Extents};

/// Reads the tables and the PES packets near the start of a stream, and those near its end for the durations.
pub(super) fn report(format: Packets, data: &[u8], errors: &mut Vec<String>) -> Result<Report> {
    let mut pes_packets = format.pes_packets(data).with_programs();
    let mut extents = Extents::default();
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
            extents.add(programs, &packet);
        }
        if packet.range().start > START_LEN {
            is_whole = false;
            break;
        }
    }
    let none = Programs::default();
    let programs = pes_packets.programs().unwrap_or(&none);
    errors.extend(programs.errors().iter().map(ToString::to_string));
    let mut streams: Vec<_> = programs.streams().iter().map(|of| stream(of, programs)).collect();
    describe_transport(format, data, &mut streams);
    let extents = extents.finish(format, data, programs, &streams, is_whole);
    Ok(report_of(programs, streams, data.len() as u64, &extents))
}

/// Builds the report. `extents` has the times of each stream, and `len` is the length of the input.
fn report_of(programs: &Programs, mut streams: Vec<Stream>, len: u64, extents: &[Extent]) -> Report {
    for (index, (stream, extent)) in streams.iter_mut().zip(extents).enumerate() {
        stream.index = index;
        stream.times = Times::new(stream.time_base, extent.start, extent.duration);
    }
    let programs: Vec<_> = programs.iter().map(|of| program(of, programs)).collect();
    let whole = Whole::complete(&mut streams, &programs, is_subtitle_or_data, None);
    let mut format =
        Format::new(("mpegts", "MPEG-TS (MPEG-2 Transport Stream)"), len, whole.start, whole.duration);
    format.nb_programs = programs.len();
    Report { programs, streams, chapters: Vec::new(), format }
}

/// Returns whether a stream is subtitles or data. A stream of an unknown coding may be audio or video.
fn is_subtitle_or_data(stream: &Stream) -> bool {
    stream.codec_name.is_some() && whole::is_subtitle_or_data(stream)
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

fn stream(of: &ListedStream, programs: &Programs) -> Stream {
    /// `stream_type` of ISO/IEC 14496-1 data in sections.
    const MPEG4_SECTIONS: u8 = 0x13;
    let kind = of.kind();
    let mut stream = Stream::bare(0, kind, TimeBase::per_second(90_000));
    let stream_type = of.stream_type().map_or(0, |stream_type| stream_type.0);
    stream.codec_name = of.coding().map(Coding::name);
    let is_in_sections = match of.coding() {
        Some(Coding::EventInformation) => true,
        // The program's registration gives the stream type its meaning (SCTE 35, 8.1).
        Some(Coding::Scte35) => {
            programs.programs_of(of).any(|program| program.registration() == Some(*b"CUEI"))
        }
        _ => false,
    };
    let tag = match descriptors::registered_tag(of) {
        // Sections, for which ffprobe shows no tag.
        _ if is_in_sections || stream_type == MPEG4_SECTIONS => [0; 4],
        Some(tag) => tag,
        None => [stream_type, 0, 0, 0],
    };
    stream.codec_tag_string = codec_tag::string(tag);
    stream.codec_tag = codec_tag::number(tag);
    stream.id = Some(format!("{:#x}", of.pid()));
    if kind == Kind::Video {
        (stream.r_frame_rate, stream.avg_frame_rate) = (None, None);
    }
    descriptors::describe(of, &mut stream);
    stream
}
