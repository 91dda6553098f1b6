//! The report of an input, in the form of `ffprobe -show_streams -show_format -of json`.

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

use super::codec_tag;
use super::picture::Picture;
use super::ratio::Ratio;
use super::side_data::SideData;
use crate::streams::Kind;
use crate::time_base::{Seconds, TimeBase};

/// An input. Unknown values are `None` and are not printed.
#[derive(Debug)]
pub(crate) struct Report {
    /// Of MPEG-TS.
    pub(crate) programs: Vec<Program>,
    pub(crate) streams: Vec<Stream>,
    pub(crate) chapters: Vec<Chapter>,
    pub(crate) format: Format,
}

/// A chapter.
#[derive(Debug, Serialize)]
pub(crate) struct Chapter {
    id: i64,
    #[serde(serialize_with = "text")]
    time_base: TimeBase,
    start: i64,
    start_time: String,
    end: i64,
    end_time: String,
    #[serde(skip_serializing_if = "Vec::is_empty", serialize_with = "map")]
    tags: Vec<(String, String)>,
}

impl Chapter {
    pub(crate) fn new(
        id: i64,
        time_base: TimeBase,
        (start, end): (i64, i64),
        tags: Vec<(String, String)>,
    ) -> Self {
        let seconds = |time| Seconds::new(time_base, time).to_string();
        Self { id, time_base, start, start_time: seconds(start), end, end_time: seconds(end), tags }
    }
}

impl Serialize for Report {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self { programs, streams, chapters, format } = self;
        let mut map = serializer.serialize_map(None)?;
        if !programs.is_empty() {
            let programs = programs.iter().map(|program| ProgramWithStreams::of(program, streams));
            map.serialize_entry("programs", &programs.collect::<Vec<_>>())?;
        }
        map.serialize_entry("streams", streams)?;
        if !chapters.is_empty() {
            map.serialize_entry("chapters", chapters)?;
        }
        map.serialize_entry("format", format)?;
        map.end()
    }
}

/// A program of MPEG-TS.
#[derive(Debug)]
pub(crate) struct Program {
    pub(crate) number: u16,
    pub(crate) map_pid: u16,
    pub(crate) pcr_pid: Option<u16>,
    /// The indexes of its streams.
    pub(crate) streams: Vec<usize>,
    pub(crate) tags: Vec<(&'static str, String)>,
}

/// A program in the form of `ffprobe -show_programs`, which repeats its streams.
#[derive(Serialize)]
struct ProgramWithStreams<'report> {
    program_id: u16,
    program_num: u16,
    nb_streams: usize,
    pmt_pid: u16,
    #[serde(skip_serializing_if = "Option::is_none")]
    pcr_pid: Option<u16>,
    #[serde(skip_serializing_if = "<[_]>::is_empty", serialize_with = "map")]
    tags: &'report [(&'static str, String)],
    streams: Vec<&'report Stream>,
}

impl<'report> ProgramWithStreams<'report> {
    fn of(program: &'report Program, streams: &'report [Stream]) -> Self {
        let &Program { number, map_pid, pcr_pid, streams: ref indexes, ref tags } = program;
        Self {
            program_id: number,
            program_num: number,
            nb_streams: indexes.len(),
            pmt_pid: map_pid,
            pcr_pid,
            tags,
            streams: indexes.iter().filter_map(|&index| streams.get(index)).collect(),
        }
    }
}

/// A stream.
#[derive(Debug, Serialize)]
pub(crate) struct Stream {
    pub(crate) index: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) codec_name: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) codec_long_name: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) profile: Option<String>,
    #[serde(rename = "codec_type", serialize_with = "kind")]
    pub(crate) kind: Kind,
    pub(crate) codec_tag_string: String,
    pub(crate) codec_tag: String,
    #[serde(flatten)]
    pub(crate) picture: Option<Picture>,
    #[serde(flatten)]
    pub(crate) sound: Option<Sound>,
    #[serde(flatten)]
    pub(crate) canvas: Option<Canvas>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) r_frame_rate: Option<Ratio>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) avg_frame_rate: Option<Ratio>,
    #[serde(serialize_with = "text")]
    pub(crate) time_base: TimeBase,
    #[serde(flatten)]
    pub(crate) times: Times,
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "optional_text")]
    pub(crate) bit_rate: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "optional_text")]
    pub(crate) bits_per_raw_sample: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "optional_text")]
    pub(crate) nb_frames: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "optional_text")]
    pub(crate) nb_read_packets: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) extradata_size: Option<usize>,
    /// Those that are not listed are 0.
    #[serde(serialize_with = "dispositions")]
    pub(crate) disposition: Vec<(&'static str, u8)>,
    #[serde(skip_serializing_if = "Vec::is_empty", serialize_with = "map")]
    pub(crate) tags: Vec<(String, String)>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) side_data_list: Vec<SideData>,
}

impl Stream {
    /// Creates a stream without properties.
    pub(crate) fn bare(index: usize, kind: Kind, time_base: TimeBase) -> Self {
        Self {
            index,
            codec_name: None,
            codec_long_name: None,
            profile: None,
            kind,
            codec_tag_string: codec_tag::string([0; 4]),
            codec_tag: codec_tag::number([0; 4]),
            picture: None,
            sound: None,
            canvas: None,
            id: None,
            r_frame_rate: Some(Ratio::NONE),
            avg_frame_rate: Some(Ratio::NONE),
            time_base,
            times: Times::default(),
            bit_rate: None,
            bits_per_raw_sample: None,
            nb_frames: None,
            nb_read_packets: None,
            extradata_size: None,
            disposition: vec![("default", 0), ("forced", 0)],
            tags: Vec::new(),
            side_data_list: Vec::new(),
        }
    }

    /// Sets what follows from other fields.
    pub(crate) fn complete(&mut self) {
        self.codec_long_name = self.codec_name.and_then(super::coding::long_name);
    }
}

/// The size of the subtitle canvas in pixels.
#[derive(Debug, Serialize)]
pub(crate) struct Canvas {
    pub(crate) width: u64,
    pub(crate) height: u64,
}

/// Fields of audio streams.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Sound {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) sample_fmt: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "optional_text")]
    pub(crate) sample_rate: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) channels: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) channel_layout: Option<&'static str>,
    pub(crate) bits_per_sample: u64,
}

/// Start and duration of a stream.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Times {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) start_pts: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    start_time: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) duration_ts: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    duration: Option<String>,
}

impl Times {
    pub(crate) fn new(time_base: TimeBase, start: Option<i64>, duration: Option<i64>) -> Self {
        let seconds = |time: Option<i64>| time.map(|time| Seconds::new(time_base, time).to_string());
        Self {
            start_pts: start,
            start_time: seconds(start),
            duration_ts: duration,
            duration: seconds(duration),
        }
    }
}

/// The input as a whole.
#[derive(Debug, Serialize)]
pub(crate) struct Format {
    pub(crate) filename: String,
    /// The name for people.
    #[serde(skip)]
    pub(crate) name: &'static str,
    pub(crate) nb_streams: usize,
    pub(crate) nb_programs: usize,
    pub(crate) format_name: &'static str,
    format_long_name: &'static str,
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "optional_micros")]
    pub(crate) start_time: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "optional_micros")]
    pub(crate) duration: Option<i64>,
    #[serde(serialize_with = "text")]
    pub(crate) size: u64,
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "optional_text")]
    pub(crate) bit_rate: Option<u64>,
    #[serde(skip_serializing_if = "Vec::is_empty", serialize_with = "map")]
    pub(crate) tags: Vec<(String, String)>,
}

impl Format {
    /// Names are those of ffprobe, times are in microseconds. The bit rate is that of the whole input.
    pub(crate) fn new(
        (format_name, format_long_name): (&'static str, &'static str),
        size: u64,
        start_time: Option<i64>,
        duration: Option<i64>,
    ) -> Self {
        let bits = u128::from(size) * 8 * 1_000_000;
        let micros = duration.and_then(|duration| u128::try_from(duration).ok());
        Self {
            filename: String::new(),
            name: "",
            nb_streams: 0,
            nb_programs: 0,
            format_name,
            format_long_name,
            start_time,
            duration,
            size,
            bit_rate: micros.and_then(|micros| u64::try_from(bits.checked_div(micros)?).ok()),
            tags: Vec::new(),
        }
    }
}

fn kind<S: Serializer>(kind: &Kind, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(kind.name())
}

/// Serializes a value as a string, as ffprobe does.
fn text<S: Serializer>(value: &impl std::fmt::Display, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(value)
}

#[expect(clippy::ref_option, reason = "that is how serde calls it")]
fn optional_text<S: Serializer>(value: &Option<u64>, serializer: S) -> Result<S::Ok, S::Error> {
    match value {
        Some(value) => serializer.collect_str(value),
        None => serializer.serialize_none(),
    }
}

/// Serializes microseconds as seconds.
#[expect(clippy::ref_option, reason = "that is how serde calls it")]
fn optional_micros<S: Serializer>(value: &Option<i64>, serializer: S) -> Result<S::Ok, S::Error> {
    match value {
        Some(value) => serializer.collect_str(&Seconds::new(TimeBase::per_second(1_000_000), *value)),
        None => serializer.serialize_none(),
    }
}

fn map<S: Serializer, K: Serialize, V: Serialize>(
    pairs: &[(K, V)],
    serializer: S,
) -> Result<S::Ok, S::Error> {
    serializer.collect_map(pairs.iter().map(|(key, value)| (key, value)))
}

/// Serializes all dispositions in the order of ffprobe.
fn dispositions<S: Serializer>(set: &[(&'static str, u8)], serializer: S) -> Result<S::Ok, S::Error> {
    const NAMES: [&str; 17] = [
        "default",
        "dub",
        "original",
        "comment",
        "lyrics",
        "karaoke",
        "forced",
        "hearing_impaired",
        "visual_impaired",
        "clean_effects",
        "attached_pic",
        "timed_thumbnails",
        "captions",
        "descriptions",
        "metadata",
        "dependent",
        "still_image",
    ];
    let value = |name: &str| set.iter().find(|(other, _)| *other == name).map_or(0, |&(_, value)| value);
    serializer.collect_map(NAMES.iter().map(|&name| (name, value(name))))
}
