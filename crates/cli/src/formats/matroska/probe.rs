//! The report of Matroska and WebM.

mod chapters;
mod headers;
mod later;
mod sample_bits;
mod side_data;
mod tags;
mod tracks;

use pagecut::media::matroska::{AttachedFile, Info, Segment, Streams};
use pagecut::{Error, Result};

use crate::probe::coding::describe_attachment;
use crate::probe::report::{Format, Report, Stream};
use crate::probe::whole::{START_LEN, Whole};
use crate::time_base::TimeBase;
use tags::Tags;
use tracks::{Totals, streams_of_tracks, tags_of};

/// Reads the metadata, and packets until the start times of all streams are known; all packets, in all segments, if they are
/// counted. Errors of packets are added to `errors`.
pub(super) fn report(data: &[u8], count_packets: bool, errors: &mut Vec<String>) -> Result<Report> {
    let segment = Segment::read(data)?;
    errors.extend(segment.faults().iter().map(ToString::to_string));
    let (totals, next) = totals(&segment, count_packets, errors);
    let mut tell = |error: Error| errors.push(error.to_string());
    let tags = tags_of(&segment, &mut tell);
    let mut numbering = Streams::new(&segment);
    let mut numbered = streams_of_tracks(&segment, &numbering, &totals, &tags, &mut tell);
    let starts = numbered.iter().filter_map(|stream| Some(stream.time_base.micros(stream.times.start_pts?)));
    let whole = Whole { start: starts.min(), duration: duration(segment.info()) };
    let attachments = segment.attached_streams(&mut tell);
    let attachments = attachments.iter().zip(numbering.attachments());
    numbered.extend(attachments.map(|(file, index)| attachment(index, file, &tags)));
    numbered.sort_by_key(|stream| stream.index);
    if let Some(next) = next {
        later::add(next, &mut numbering, &mut numbered, &mut tell);
    }
    whole.give_to(&mut numbered);
    let end = whole.duration.map(|duration| duration.saturating_add(whole.start.unwrap_or(0)));
    let chapters = chapters::of_segment(&segment, &tags, end, &mut tell);
    let mut format =
        Format::new(("matroska,webm", "Matroska / WebM"), data.len() as u64, whole.start, whole.duration);
    format.tags = tags.format.into_vec();
    Ok(Report { programs: Vec::new(), streams: numbered, chapters, format })
}

fn attachment(index: usize, file: &AttachedFile<'_>, tags: &Tags) -> Stream {
    let picture = file.picture_codec();
    let mut stream = Stream::bare(index, file.kind(), TimeBase::per_second(90_000));
    stream.codec_name = file.codec_name();
    stream.extradata_size = picture.is_none().then_some(file.data.len());
    if picture.is_some() {
        stream.disposition.push(("attached_pic", 1));
        describe_attachment(&mut stream, file.data);
    }
    stream.tags = tags.of_attachment(file).into_vec();
    stream
}

/// Returns `Duration` in whole microseconds.
#[expect(clippy::cast_possible_truncation, reason = "no duration is beyond, and `as` saturates")]
fn duration(info: &Info<'_>) -> Option<i64> {
    let micros = (info.duration? * info.timestamp_scale as f64 / 1000.0) as i64;
    Some(micros).filter(|&micros| micros > 0)
}

/// Returns the sums for each track, and the next segment if all packets were counted.
fn totals<'data>(
    segment: &Segment<'data>,
    count_packets: bool,
    errors: &mut Vec<String>,
) -> (Vec<Totals>, Option<Segment<'data>>) {
    let unknown = Totals { start: None, packets: count_packets.then_some(0) };
    let mut totals = vec![unknown; segment.tracks().len()];
    let mut without_start = totals.len();
    let mut first_offset = None;
    let mut packets = segment.packets();
    for packet in packets.by_ref() {
        let packet = match packet {
            Ok(packet) => packet,
            Err(error) => {
                errors.push(error.to_string());
                continue;
            }
        };
        let of_track = &mut totals[packet.track];
        if of_track.start.is_none() {
            of_track.start = packet.pts.or(packet.dts);
            without_start -= usize::from(of_track.start.is_some());
        }
        if let Some(packets) = &mut of_track.packets {
            *packets += 1;
        }
        let first = *first_offset.get_or_insert(packet.offset);
        if !count_packets && (without_start == 0 || packet.offset.saturating_sub(first) > START_LEN) {
            break;
        }
    }
    (totals, if count_packets { packets.next_segment() } else { None })
}
