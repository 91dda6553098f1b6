//! What MPEG transport streams tell without being decoded.

use pagecut::Result;
use pagecut::media::mpegts::{Coding, ElementaryStream, Packets, Program};

use super::report::{Format, Report, Stream, Times};
use super::{START_LEN, codec_names, coding};
use crate::packets::Clock;
use crate::streams::{Kind, of_mpegts};
use crate::time_base::TimeBase;

/// Reads the program maps, and as many PES packets as it takes to know when the streams start.
pub(super) fn report(format: Packets, data: &[u8], errors: &mut Vec<String>) -> Result<Report> {
    let programs = format.programs(data);
    errors.extend(programs.errors().iter().map(ToString::to_string));
    let mut streams: Vec<_> = of_mpegts(&programs).map(|(program, of)| stream(program, &of)).collect();
    for (index, stream) in streams.iter_mut().enumerate() {
        stream.index = index;
    }
    coding::describe_transport(format, data, &mut streams);
    let pids: Vec<_> = of_mpegts(&programs).map(|(_, stream)| stream.pid()).collect();
    let time_base = TimeBase::per_second(90_000);
    let starts = starts(format, data, &pids, errors);
    for (stream, &start) in streams.iter_mut().zip(&starts) {
        stream.times = Times::new(time_base, start, None);
    }
    let start = starts.iter().flatten().map(|&start| time_base.micros(start)).min();
    let mut whole = Format::new("mpegts", data.len() as u64, start, None);
    whole.nb_programs = programs.iter().count();
    Ok(Report { streams, format: whole })
}

/// When each of these streams is shown first.
fn starts(format: Packets, data: &[u8], pids: &[u16], errors: &mut Vec<String>) -> Vec<Option<i64>> {
    let mut starts = vec![None; pids.len()];
    let mut clock = Clock::default();
    for packet in format.pes_packets(data) {
        let packet = match packet {
            Ok(packet) => packet,
            Err(error) => {
                errors.push(error.to_string());
                continue;
            }
        };
        // What is decoded first is nearest to what comes before.
        let _ = packet.dts().map(|dts| clock.time(dts));
        let pts = packet.pts().map(|pts| clock.time(pts));
        for (start, _) in starts.iter_mut().zip(pids).filter(|&(_, &pid)| pid == packet.pid()) {
            *start = start.or(pts);
        }
        if starts.iter().all(Option::is_some) || packet.range().start > START_LEN {
            break;
        }
    }
    starts
}

fn stream(program: &Program, of: &ElementaryStream<'_>) -> Stream {
    let kind = Kind::of_mpegts(program, of);
    let mut stream = Stream::bare(0, kind, TimeBase::per_second(90_000));
    let coding = of.coding(program.registration());
    stream.codec_name = coding.and_then(codec_names::of_coding);
    let registration = of.descriptors().find_map(|descriptor| descriptor.registration());
    let tag = match coding {
        // Sections, which ffprobe gives no tag.
        Some(Coding::Scte35) => [0; 4],
        _ => registration.unwrap_or([of.stream_type().0, 0, 0, 0]),
    };
    stream.codec_tag_string = super::tag_string(tag);
    stream.codec_tag = super::tag_number(tag);
    stream.id = Some(format!("{:#x}", of.pid()));
    if kind == Kind::Video {
        (stream.r_frame_rate, stream.avg_frame_rate) = (None, None);
    }
    let language = of.descriptors().find_map(|descriptor| descriptor.language());
    let language =
        language.map(|language| ("language".to_owned(), String::from_utf8_lossy(&language).into_owned()));
    stream.tags.extend(language);
    stream
}
