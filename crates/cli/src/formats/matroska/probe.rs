//! The report of Matroska and WebM.

mod chapters;
mod codec;
mod headers;
mod later;
mod side_data;
mod tags;

use pagecut::media::AudioSpecificConfig;
use pagecut::media::matroska::{AttachedFile, ElementId, Info, Segment, Streams, Tag, Track};
use pagecut::{Error, Result};

use crate::probe::codec_tag;
use crate::probe::coding::{aac_sound, describe_attachment, mpeg4_layout};
use crate::probe::picture::Picture;
use crate::probe::ratio::Ratio;
use crate::probe::report::{Format, Report, Sound, Stream, Times};
use crate::probe::whole::{START_LEN, Whole};
use crate::streams::Kind;
use crate::time_base::TimeBase;
use codec::Codec;
use headers::describe_segment;
use tags::Tags;

/// Reads the metadata, and packets until the start times of all streams are known; all packets, in all segments, if they are
/// counted. Errors of packets are added to `errors`.
pub(super) fn report(data: &[u8], count_packets: bool, errors: &mut Vec<String>) -> Result<Report> {
    let segment = Segment::read(data)?;
    errors.extend(segment.faults().iter().map(ToString::to_string));
    let (totals, next) = totals(&segment, count_packets, errors);
    let mut tell = |error: Error| errors.push(error.to_string());
    let tags = tags_of(&segment, &mut tell);
    let mut numbering = Streams::new(&segment);
    let mut numbered = streams(&segment, &numbering, &totals, &tags, &mut tell);
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

fn tags_of(segment: &Segment<'_>, tell: &mut dyn FnMut(Error)) -> Tags {
    let tags = segment.listed_entries(ElementId::TAGS, ElementId::TAG, Tag::read, tell);
    Tags::of(segment.info(), &tags, tell)
}

/// Returns the streams of the tracks of a segment, in the order of the tracks.
fn streams(
    segment: &Segment<'_>,
    numbering: &Streams<'_>,
    totals: &[Totals],
    tags: &Tags,
    tell: &mut dyn FnMut(Error),
) -> Vec<Stream> {
    let mut streams = Vec::new();
    for ((track, &index), totals) in segment.tracks().iter().zip(numbering.of_tracks()).zip(totals) {
        streams.push(stream(segment, index, track, totals, tags, tell));
    }
    describe_segment(segment, &mut streams);
    streams
}

fn attachment(index: usize, file: &AttachedFile<'_>, tags: &Tags) -> Stream {
    let picture = file.picture_codec();
    let mut stream = Stream::bare(index, file.kind(), TimeBase::per_second(90_000));
    stream.codec_name = picture.or_else(|| codec::of_font(file.media_type));
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

/// Sums of the packets of a track.
#[derive(Debug, Clone, Default)]
struct Totals {
    start: Option<i64>,
    /// Number of packets, if they were counted.
    packets: Option<u64>,
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

fn stream(
    segment: &Segment<'_>,
    index: usize,
    track: &Track<'_>,
    totals: &Totals,
    tags: &Tags,
    tell: &mut dyn FnMut(Error),
) -> Stream {
    let kind = track.kind();
    let time_base = TimeBase::nanoseconds(track.tick(segment.info().timestamp_scale));
    let Codec { name: codec_name, tag, extradata, bit_rate } = Codec::of(track);
    let aac = AudioSpecificConfig::read(extradata).filter(|_| codec_name == Some("aac"));
    let mut stream = Stream::bare(index, kind, time_base);
    stream.codec_name = codec_name;
    stream.codec_tag_string = codec_tag::string(tag);
    stream.codec_tag = codec_tag::number(tag);
    stream.picture = track.video.map(|video| Picture::of_size(video.pixel_width, video.pixel_height));
    stream.sound = sound(track, codec_name, aac.as_ref());
    if kind == Kind::Video {
        stream.avg_frame_rate = track.default_duration.and_then(frame_rate);
        stream.r_frame_rate = stream.avg_frame_rate;
    }
    stream.times = Times::new(time_base, totals.start, None);
    stream.bit_rate = stream.sound.as_ref().and_then(plain_bit_rate).or(bit_rate);
    stream.nb_read_packets = totals.packets;
    stream.extradata_size = extradata_size(codec_name, extradata);
    stream.disposition = dispositions(track, tell);
    stream.tags = tags.of_track(track, tell).into_vec();
    stream
}

fn sound(track: &Track<'_>, codec_name: Option<&str>, aac: Option<&AudioSpecificConfig>) -> Option<Sound> {
    let audio = track.audio?;
    if let Some(aac) = aac {
        return Some(aac_sound(aac));
    }
    let rate = audio.output_sampling_frequency.unwrap_or(audio.sampling_frequency);
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "no rate is beyond, and `as` saturates"
    )]
    let rate = rate as u64;
    let is_opus = codec_name == Some("opus");
    Some(Sound {
        // Opus is always decoded to this rate.
        sample_rate: Some(if is_opus { 48_000 } else { rate }),
        channels: Some(audio.channels),
        channel_layout: mpeg4_layout(audio.channels).filter(|_| is_opus && audio.channels <= 2),
        bits_per_sample: codec_name.map_or(0, codec::bits_per_sample),
        ..Sound::default()
    })
}

/// Returns the bit rate of PCM in bits per second.
fn plain_bit_rate(sound: &Sound) -> Option<u64> {
    sound
        .sample_rate?
        .checked_mul(sound.channels?)?
        .checked_mul(sound.bits_per_sample)
        .filter(|&rate| rate > 0)
}

/// Returns the rate of frames with a duration in nanoseconds: the nearest ratio of numbers up to 30,000.
fn frame_rate(duration: u64) -> Option<Ratio> {
    Ratio::nearest(1_000_000_000, duration, 30_000)
}

/// Returns the length of ffprobe's extradata.
fn extradata_size(codec_name: Option<&str>, extradata: &[u8]) -> Option<usize> {
    let size = match codec_name {
        // FFmpeg keeps a part of these, or generates them.
        Some("flac" | "tta" | "wavpack" | "alac") => return None,
        _ => extradata.len(),
    };
    Some(size).filter(|&size| size > 0)
}

fn dispositions(track: &Track<'_>, tell: &mut dyn FnMut(Error)) -> Vec<(&'static str, u8)> {
    let mut dispositions = vec![("default", track.is_default.into()), ("forced", track.is_forced.into())];
    for (name, id) in [
        ("hearing_impaired", ElementId::FLAG_HEARING_IMPAIRED),
        ("visual_impaired", ElementId::FLAG_VISUAL_IMPAIRED),
        ("descriptions", ElementId::FLAG_TEXT_DESCRIPTIONS),
        ("original", ElementId::FLAG_ORIGINAL),
        ("comment", ElementId::FLAG_COMMENTARY),
    ] {
        let flag = track.element.child(id).and_then(|flag| flag.map_or(Ok(0), |flag| flag.unsigned()));
        dispositions.push((name, u8::from(flag.map_err(&mut *tell).is_ok_and(|flag| flag != 0))));
    }
    // The purpose of WebVTT.
    let of_codec = match track.codec_id {
        b"D_WEBVTT/CAPTIONS" => Some("captions"),
        b"D_WEBVTT/DESCRIPTIONS" => Some("descriptions"),
        b"D_WEBVTT/METADATA" => Some("metadata"),
        _ => None,
    };
    if let Some(name) = of_codec {
        dispositions.retain(|&(other, _)| other != name);
        dispositions.push((name, 1));
    }
    dispositions
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frame_rates_are_those_that_were_meant() {
        let rate = |duration| frame_rate(duration).map(|rate| rate.to_string());
        assert_eq!(rate(40_000_000).as_deref(), Some("25/1"));
        assert_eq!(rate(41_708_333).as_deref(), Some("24000/1001"));
        assert_eq!(rate(33_366_666).as_deref(), Some("30000/1001"));
        assert_eq!(rate(16_683_333).as_deref(), Some("19001/317"));
        assert_eq!(rate(1).as_deref(), Some("30000/1"));
    }
}
