//! What is told of an input, in the shape of `ffprobe -show_streams -show_format -of json`.

use serde::{Serialize, Serializer};

use crate::streams::Kind;
use crate::time_base::{TimeBase, greatest_common_divisor};

/// An input. What is not known is `None`, and not printed.
#[derive(Debug, Serialize)]
pub(super) struct Report {
    pub(super) streams: Vec<Stream>,
    pub(super) format: Format,
}

/// A stream.
#[derive(Debug, Serialize)]
pub(super) struct Stream {
    pub(super) index: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) codec_name: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) profile: Option<String>,
    #[serde(rename = "codec_type", serialize_with = "kind")]
    pub(super) kind: Kind,
    pub(super) codec_tag_string: String,
    pub(super) codec_tag: String,
    #[serde(flatten)]
    pub(super) picture: Option<Picture>,
    #[serde(flatten)]
    pub(super) sound: Option<Sound>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) level: Option<u8>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) r_frame_rate: Option<Ratio>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) avg_frame_rate: Option<Ratio>,
    #[serde(serialize_with = "text")]
    pub(super) time_base: TimeBase,
    #[serde(flatten)]
    pub(super) times: Times,
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "optional_text")]
    pub(super) bit_rate: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "optional_text")]
    pub(super) nb_frames: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "optional_text")]
    pub(super) nb_read_packets: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) extradata_size: Option<usize>,
    #[serde(serialize_with = "map")]
    pub(super) disposition: Vec<(&'static str, u8)>,
    #[serde(skip_serializing_if = "Vec::is_empty", serialize_with = "map")]
    pub(super) tags: Vec<(String, String)>,
}

/// What is told of pictures only.
#[derive(Debug, Default, Serialize)]
pub(super) struct Picture {
    pub(super) width: u64,
    pub(super) height: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) is_avc: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) nal_length_size: Option<String>,
}

/// What is told of sound only.
#[derive(Debug, Default, Serialize)]
pub(super) struct Sound {
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "optional_text")]
    pub(super) sample_rate: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) channels: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) channel_layout: Option<&'static str>,
    pub(super) bits_per_sample: u64,
}

/// When a stream starts, and how long it lasts.
#[derive(Debug, Default, Serialize)]
pub(super) struct Times {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) start_pts: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    start_time: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) duration_ts: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    duration: Option<String>,
}

impl Times {
    pub(super) fn new(time_base: TimeBase, start: Option<i64>, duration: Option<i64>) -> Self {
        let seconds = |time: Option<i64>| time.map(|time| time_base.seconds(time).to_string());
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
pub(super) struct Format {
    pub(super) filename: String,
    pub(super) nb_streams: usize,
    pub(super) nb_programs: usize,
    pub(super) format_name: &'static str,
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "optional_micros")]
    pub(super) start_time: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "optional_micros")]
    pub(super) duration: Option<i64>,
    #[serde(serialize_with = "text")]
    pub(super) size: u64,
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "optional_text")]
    pub(super) bit_rate: Option<u64>,
    #[serde(skip_serializing_if = "Vec::is_empty", serialize_with = "map")]
    pub(super) tags: Vec<(String, String)>,
}

impl Format {
    /// Times are in microseconds. The bit rate is that of the whole input.
    pub(super) fn new(
        format_name: &'static str,
        size: u64,
        start_time: Option<i64>,
        duration: Option<i64>,
    ) -> Self {
        let bits = u128::from(size) * 8 * 1_000_000;
        let micros = duration.and_then(|duration| u128::try_from(duration).ok());
        Self {
            filename: String::new(),
            nb_streams: 0,
            nb_programs: 0,
            format_name,
            start_time,
            duration,
            size,
            bit_rate: micros.and_then(|micros| u64::try_from(bits.checked_div(micros)?).ok()),
            tags: Vec::new(),
        }
    }
}

/// A rate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Ratio(u64, u64);

impl Ratio {
    /// What has no rate.
    pub(super) const NONE: Self = Self(0, 0);

    /// In lowest terms.
    pub(super) fn new(numerator: u64, denominator: u64) -> Option<Self> {
        let divisor = greatest_common_divisor(numerator, denominator);
        (numerator > 0 && denominator > 0).then(|| Self(numerator / divisor, denominator / divisor))
    }

    pub(super) fn as_f64(self) -> f64 {
        self.0 as f64 / self.1 as f64
    }
}

impl std::fmt::Display for Ratio {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}", self.0, self.1)
    }
}

impl Serialize for Ratio {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

fn kind<S: Serializer>(kind: &Kind, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(kind.name())
}

/// As a string, as ffprobe has it.
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

/// Microseconds as seconds.
#[expect(clippy::ref_option, reason = "that is how serde calls it")]
fn optional_micros<S: Serializer>(value: &Option<i64>, serializer: S) -> Result<S::Ok, S::Error> {
    match value {
        Some(value) => serializer.collect_str(&TimeBase::per_second(1_000_000).seconds(*value)),
        None => serializer.serialize_none(),
    }
}

fn map<S: Serializer, K: Serialize, V: Serialize>(
    pairs: &[(K, V)],
    serializer: S,
) -> Result<S::Ok, S::Error> {
    serializer.collect_map(pairs.iter().map(|(key, value)| (key, value)))
}
