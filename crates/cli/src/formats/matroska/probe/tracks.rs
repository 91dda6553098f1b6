//! Streams of tracks.

use pagecut::Error;
use pagecut::media::AudioSpecificConfig;
use pagecut::media::matroska::{ElementId, Segment, Streams, Tag, Track, TrackCodec};

use super::headers::describe_segment;
use super::sample_bits::bits_per_sample;
use super::tags::Tags;
use crate::probe::codec_tag;
use crate::probe::coding::{aac_sound, mpeg4_layout};
use crate::probe::picture::Picture;
use crate::probe::ratio::Ratio;
use crate::probe::report::{Sound, Stream, Times};
use crate::streams::Kind;
use crate::time_base::TimeBase;

/// Sums of the packets of a track.
#[derive(Debug, Clone, Default)]
pub(super) struct Totals {
    pub(super) start: Option<i64>,
    /// Number of packets, if they were counted.
    pub(super) packets: Option<u64>,
}

/// Returns the tags of a segment.
pub(super) fn tags_of(segment: &Segment<'_>, tell: &mut dyn FnMut(Error)) -> Tags {
    let tags = segment.listed_entries(ElementId::TAGS, ElementId::TAG, Tag::read, tell);
    Tags::of(segment.info(), &tags, tell)
}

/// Returns the streams of the tracks of a segment, in the order of the tracks.
pub(super) fn streams_of_tracks(
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
    let TrackCodec { name: codec_name, tag, extradata, bit_rate, .. } = track.codec();
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
        bits_per_sample: codec_name.map_or(0, bits_per_sample),
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
