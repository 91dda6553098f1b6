//! What Matroska and WebM tell without being decoded.

use pagecut::Result;
use pagecut::media::AudioSpecificConfig;
use pagecut::media::matroska::{AttachedFile, Element, ElementId, Info, Segment, SimpleTag, Tag, Track};
use pagecut::media::mp4::CodecConfiguration;

use super::report::{Format, Picture, Ratio, Report, Sound, Stream, Times};
use super::{START_LEN, codec_names, profile};
use crate::streams::Kind;
use crate::time_base::TimeBase;

/// What comes before the frames in the `CodecPrivate` of Video for Windows: a `BITMAPINFOHEADER`.
const VFW_HEADER_LEN: usize = 40;

/// Reads what is said of the whole, and as many packets as it takes to know when the streams start; all of them, if they are to be
/// counted. Errors of packets are put among `errors`.
pub(super) fn report(data: &[u8], count_packets: bool, errors: &mut Vec<String>) -> Result<Report> {
    let segment = Segment::read(data)?;
    let totals = totals(&segment, count_packets, errors);
    let tags = listed(&segment, ElementId::TAGS, ElementId::TAG, Tag::read, errors);
    let tracks = segment.tracks().iter().zip(&totals).enumerate();
    let mut streams: Vec<_> = tracks
        .map(|(index, (track, totals))| stream(&segment, index, track, totals, &tags))
        .collect::<Result<_>>()?;
    let start =
        streams.iter().filter_map(|stream| Some(stream.time_base.micros(stream.times.start_pts?))).min();
    for attachment in
        listed(&segment, ElementId::ATTACHMENTS, ElementId::ATTACHED_FILE, AttachedFile::read, errors)
    {
        let mut stream = Stream::bare(streams.len(), Kind::Attachment, TimeBase::per_second(90_000));
        stream.extradata_size = Some(attachment.data.len());
        stream.tags = vec![
            ("filename".to_owned(), String::from_utf8_lossy(attachment.name).into_owned()),
            ("mimetype".to_owned(), String::from_utf8_lossy(attachment.media_type).into_owned()),
        ];
        if let Some(description) = attachment.description {
            stream.tags.push(("title".to_owned(), String::from_utf8_lossy(description).into_owned()));
        }
        streams.push(stream);
    }
    let mut format = Format::new("matroska,webm", data.len() as u64, start, duration(segment.info()));
    format.tags = format_tags(segment.info(), &tags)?;
    Ok(Report { streams, format })
}

/// What is in a top-level element, as far as that is found without going over the clusters.
fn listed<'data, T>(
    segment: &Segment<'data>,
    list: ElementId,
    entry: ElementId,
    read: impl Fn(Element<'data>) -> Result<T>,
    errors: &mut Vec<String>,
) -> Vec<T> {
    let children = segment.find_listed(list).into_iter().flat_map(|list| list.children());
    let entries = children.filter(|child| child.as_ref().map_or(true, |child| child.id() == entry));
    let read = entries.map(|child| child.and_then(&read));
    read.filter_map(|entry| entry.map_err(|error| errors.push(error.to_string())).ok()).collect()
}

/// `Duration` in microseconds; what is less than one is left out.
#[expect(clippy::cast_possible_truncation, reason = "no duration is beyond, and `as` saturates")]
fn duration(info: &Info<'_>) -> Option<i64> {
    let micros = (info.duration? * info.timestamp_scale as f64 / 1000.0) as i64;
    Some(micros).filter(|&micros| micros > 0)
}

/// What is known of the packets of a track.
#[derive(Debug, Clone, Default)]
struct Totals {
    start: Option<i64>,
    /// If they were counted.
    packets: Option<u64>,
}

fn totals(segment: &Segment<'_>, count_packets: bool, errors: &mut Vec<String>) -> Vec<Totals> {
    let unknown = Totals { start: None, packets: count_packets.then_some(0) };
    let mut totals = vec![unknown; segment.tracks().len()];
    let mut without_start = totals.len();
    let mut first_offset = None;
    for packet in segment.packets() {
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
    totals
}

fn stream(
    segment: &Segment<'_>,
    index: usize,
    track: &Track<'_>,
    totals: &Totals,
    tags: &[Tag<'_>],
) -> Result<Stream> {
    let kind = Kind::of_matroska(track);
    let time_base = TimeBase::nanoseconds(segment.info().timestamp_scale);
    let private = track.codec_private.unwrap_or_default();
    let bit_depth = track.audio.and_then(|audio| audio.bit_depth);
    let codec_name = codec_names::of_codec_id(track.codec_id, bit_depth, private);
    let is_vfw = track.codec_id == b"V_MS/VFW/FOURCC";
    let configuration = match codec_name {
        Some("h264") if !is_vfw => CodecConfiguration::of_avc(private),
        Some("hevc") => CodecConfiguration::of_hevc(private),
        Some("av1") => CodecConfiguration::of_av1(private),
        _ => None,
    };
    let aac = AudioSpecificConfig::read(private).filter(|_| codec_name == Some("aac"));
    let (video_profile, level) = configuration.map_or((None, None), profile::of_video);
    let tag = codec_names::vfw_four_cc(private).filter(|_| is_vfw).unwrap_or_default();
    let mut stream = Stream::bare(index, kind, time_base);
    stream.codec_name = codec_name;
    stream.profile = aac.as_ref().and_then(profile::of_aac).or(video_profile);
    stream.codec_tag_string = super::tag_string(tag);
    stream.codec_tag = super::tag_number(tag);
    stream.picture = track.video.map(|video| {
        let nal_length_size = match configuration {
            Some(CodecConfiguration::Avc { nal_length_size, .. }) => Some(nal_length_size.to_string()),
            _ => None,
        };
        let is_avc = nal_length_size.as_ref().map(|_| "true");
        Picture { width: video.pixel_width, height: video.pixel_height, is_avc, nal_length_size }
    });
    stream.sound = sound(track, codec_name, aac.as_ref());
    stream.level = level;
    if kind == Kind::Video {
        stream.avg_frame_rate = track.default_duration.and_then(frame_rate);
        stream.r_frame_rate = stream.avg_frame_rate;
    }
    stream.times = Times::new(time_base, totals.start, None);
    stream.bit_rate = stream.sound.as_ref().and_then(plain_bit_rate);
    stream.nb_read_packets = totals.packets;
    stream.extradata_size = extradata_size(codec_name, is_vfw, private);
    stream.disposition = dispositions(track)?;
    stream.tags = stream_tags(track, tags)?;
    Ok(stream)
}

fn sound(track: &Track<'_>, codec_name: Option<&str>, aac: Option<&AudioSpecificConfig>) -> Option<Sound> {
    let audio = track.audio?;
    if let Some(aac) = aac {
        return Some(super::aac_sound(aac));
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
        channel_layout: super::channel_layout(audio.channels).filter(|_| is_opus && audio.channels <= 2),
        bits_per_sample: codec_name.map_or(0, codec_names::bits_per_sample),
    })
}

/// Bits in a second of plain sound.
fn plain_bit_rate(sound: &Sound) -> Option<u64> {
    sound
        .sample_rate?
        .checked_mul(sound.channels?)?
        .checked_mul(sound.bits_per_sample)
        .filter(|&rate| rate > 0)
}

/// The rate of frames that last so many nanoseconds: the nearest of which neither number is above 30,000.
fn frame_rate(duration: u64) -> Option<Ratio> {
    const LIMIT: u64 = 30_000;
    const SECOND: u64 = 1_000_000_000;
    let distance = |(numerator, denominator): (u64, u64)| {
        let crosswise = (i128::from(SECOND) * i128::from(denominator)
            - i128::from(duration) * i128::from(numerator))
        .abs();
        // Distances are compared by what they are times all denominators.
        move |other: u64| crosswise * i128::from(other)
    };
    let (mut rest, mut divisor) = (SECOND, duration);
    // Convergents of the continued fraction, up to the last within the limit.
    let (mut before, mut last) = ((0, 1), (1, 0));
    while divisor != 0 {
        let part = rest / divisor;
        // As much of the part as the limit allows.
        let limit = |last: u64, before: u64| (LIMIT - before).checked_div(last).unwrap_or(u64::MAX);
        let allowed = part.min(limit(last.0, before.0)).min(limit(last.1, before.1));
        let next = (allowed * last.0 + before.0, allowed * last.1 + before.1);
        if allowed < part {
            if distance(next)(last.1) < distance(last)(next.1) {
                last = next;
            }
            break;
        }
        (before, last) = (last, next);
        (rest, divisor) = (divisor, rest % divisor);
    }
    Ratio::new(last.0, last.1)
}

/// Bytes of what ffprobe calls extradata.
fn extradata_size(codec_name: Option<&str>, is_vfw: bool, private: &[u8]) -> Option<usize> {
    let size = match codec_name {
        // It keeps a part of these, or makes them itself.
        Some("flac" | "tta" | "wavpack" | "prores" | "alac") => return None,
        _ if is_vfw => private.len().saturating_sub(VFW_HEADER_LEN),
        _ => private.len(),
    };
    Some(size).filter(|&size| size > 0)
}

fn dispositions(track: &Track<'_>) -> Result<Vec<(&'static str, u8)>> {
    let mut dispositions = vec![("default", track.is_default.into()), ("forced", track.is_forced.into())];
    for (name, id) in [
        ("hearing_impaired", ElementId::FLAG_HEARING_IMPAIRED),
        ("visual_impaired", ElementId::FLAG_VISUAL_IMPAIRED),
        ("descriptions", ElementId::FLAG_TEXT_DESCRIPTIONS),
        ("original", ElementId::FLAG_ORIGINAL),
        ("comment", ElementId::FLAG_COMMENTARY),
    ] {
        let flag = track.element.child(id)?.map_or(Ok(0), |flag| flag.unsigned())?;
        dispositions.push((name, u8::from(flag != 0)));
    }
    Ok(dispositions)
}

fn stream_tags(track: &Track<'_>, tags: &[Tag<'_>]) -> Result<Vec<(String, String)>> {
    let mut pairs = Vec::new();
    // ffprobe shows the code of three letters, though there may be another one.
    let language =
        track.element.child(ElementId::LANGUAGE)?.map_or(b"eng".as_slice(), |language| language.text());
    if language != b"und" {
        pairs.push(("language".to_owned(), String::from_utf8_lossy(language).into_owned()));
    }
    if let Some(name) = track.name {
        pairs.push(("title".to_owned(), String::from_utf8_lossy(name).into_owned()));
    }
    for tag in tags {
        let uids: Vec<_> = tag.uids(ElementId::TAG_TRACK_UID).collect::<Result<_>>()?;
        if track.uid != 0 && uids.contains(&track.uid) {
            add_tag(tag, &mut pairs)?;
        }
    }
    Ok(pairs)
}

fn format_tags(info: &Info<'_>, tags: &[Tag<'_>]) -> Result<Vec<(String, String)>> {
    let mut pairs = Vec::new();
    let said = [("title", info.title), ("encoder", info.muxing_app)];
    for (name, value) in said {
        pairs.extend(value.map(|value| (name.to_owned(), String::from_utf8_lossy(value).into_owned())));
    }
    for tag in tags {
        let mut is_of_whole = true;
        for kind in [
            ElementId::TAG_TRACK_UID,
            ElementId::TAG_ATTACHMENT_UID,
            ElementId::TAG_CHAPTER_UID,
            ElementId::TAG_EDITION_UID,
        ] {
            is_of_whole &= tag.uids(kind).next().is_none();
        }
        if is_of_whole {
            add_tag(tag, &mut pairs)?;
        }
    }
    Ok(pairs)
}

/// Adds what a tag says, by names that begin with what it is about.
fn add_tag(tag: &Tag<'_>, pairs: &mut Vec<(String, String)>) -> Result<()> {
    let target = tag.targets.map(|targets| targets.child(ElementId::TARGET_TYPE)).transpose()?.flatten();
    let prefix = target.map(|target| String::from_utf8_lossy(target.text()).into_owned());
    for simple in tag.simple_tags() {
        add_simple_tag(&simple?, prefix.as_deref(), pairs)?;
    }
    Ok(())
}

fn add_simple_tag(
    tag: &SimpleTag<'_>,
    prefix: Option<&str>,
    pairs: &mut Vec<(String, String)>,
) -> Result<()> {
    // What stands in each other deeper is not of use to anybody, and could be as deep as the file is long.
    const DEPTH: usize = 8;
    let name = String::from_utf8_lossy(tag.name);
    let name = prefix.map_or_else(|| name.to_string(), |prefix| format!("{prefix}/{name}"));
    if name.matches('/').count() > DEPTH {
        return Ok(());
    }
    if let Some(value) = tag.string {
        pairs.retain(|(other, _)| *other != name);
        pairs.push((name.clone(), String::from_utf8_lossy(value).into_owned()));
    }
    for inner in tag.simple_tags() {
        add_simple_tag(&inner?, Some(&name), pairs)?;
    }
    Ok(())
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
