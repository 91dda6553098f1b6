//! A packet as a row of fields.

use std::fmt;

use clap::ValueEnum;
use serde::{Serialize, Serializer, ser::SerializeMap};

use crate::streams::Kind;
use crate::time_base::{Seconds, TimeBase};

/// The fields of a packet.
#[derive(Debug, Clone, Copy)]
pub(super) struct Row {
    pub(super) kind: Kind,
    pub(super) stream: usize,
    pub(super) time_base: TimeBase,
    pub(super) pts: Option<i64>,
    pub(super) dts: Option<i64>,
    pub(super) duration: Option<i64>,
    pub(super) size: u64,
    pub(super) pos: Option<u64>,
    /// The offset of the payload, if it is requested and there is one.
    pub(super) data_pos: Option<u64>,
    pub(super) is_key: bool,
    pub(super) is_discarded: bool,
    /// The CRC-32 of the payload, if it is requested.
    pub(super) crc32: Option<u32>,
}

/// A field of a packet. Fields are printed in this order, the order of ffprobe.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
#[value(rename_all = "snake_case")]
pub(crate) enum Field {
    /// video, audio, subtitle or data
    CodecType,
    /// Index of the stream, from 0
    StreamIndex,
    /// Presentation time in time units of the stream
    Pts,
    /// Presentation time in seconds
    PtsTime,
    /// Decode time in time units of the stream
    Dts,
    /// Decode time in seconds
    DtsTime,
    /// Duration in time units of the stream
    Duration,
    /// Duration in seconds
    DurationTime,
    /// Length of the payload in bytes
    Size,
    /// Byte offset of the packet, as in ffprobe
    Pos,
    /// Byte offset of the payload
    DataPos,
    /// K key frame, D not presented
    Flags,
    /// CRC-32 of the payload
    DataHash,
}

/// The default fields of CSV.
pub(super) const CSV: [Field; 7] =
    [Field::StreamIndex, Field::Pts, Field::Dts, Field::Duration, Field::Size, Field::Pos, Field::Flags];

/// The default fields of JSON: those of `ffprobe -show_packets`.
pub(super) const JSON: [Field; 11] = [
    Field::CodecType,
    Field::StreamIndex,
    Field::Pts,
    Field::PtsTime,
    Field::Dts,
    Field::DtsTime,
    Field::Duration,
    Field::DurationTime,
    Field::Size,
    Field::Pos,
    Field::Flags,
];

impl Field {
    /// Returns ffprobe's name of the field.
    fn name(self) -> &'static str {
        match self {
            Self::CodecType => "codec_type",
            Self::StreamIndex => "stream_index",
            Self::Pts => "pts",
            Self::PtsTime => "pts_time",
            Self::Dts => "dts",
            Self::DtsTime => "dts_time",
            Self::Duration => "duration",
            Self::DurationTime => "duration_time",
            Self::Size => "size",
            Self::Pos => "pos",
            Self::DataPos => "data_pos",
            Self::Flags => "flags",
            Self::DataHash => "data_hash",
        }
    }
}

/// A value. In JSON, only the first variant is a number; the others are strings, as in ffprobe.
#[derive(Debug, Clone, Copy)]
pub(super) enum Value {
    Number(i64),
    Digits(u64),
    Seconds(Seconds),
    Word(&'static str),
    Crc32(u32),
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(number) => number.fmt(f),
            Self::Digits(number) => number.fmt(f),
            Self::Seconds(seconds) => seconds.fmt(f),
            Self::Word(word) => f.write_str(word),
            Self::Crc32(crc) => write!(f, "CRC32:{crc:08x}"),
        }
    }
}

impl Serialize for Value {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Number(number) => serializer.serialize_i64(*number),
            text => serializer.collect_str(text),
        }
    }
}

impl Row {
    /// Returns the value of a field; `None` if it is unknown.
    pub(super) fn get(&self, field: Field) -> Option<Value> {
        let seconds = |time| Value::Seconds(Seconds::new(self.time_base, time));
        Some(match field {
            Field::CodecType => Value::Word(self.kind.name()),
            Field::StreamIndex => Value::Number(i64::try_from(self.stream).ok()?),
            Field::Pts => Value::Number(self.pts?),
            Field::PtsTime => seconds(self.pts?),
            Field::Dts => Value::Number(self.dts?),
            Field::DtsTime => seconds(self.dts?),
            Field::Duration => Value::Number(self.duration?),
            Field::DurationTime => seconds(self.duration?),
            Field::Size => Value::Digits(self.size),
            Field::Pos => Value::Digits(self.pos?),
            Field::DataPos => Value::Digits(self.data_pos?),
            Field::Flags => Value::Word(match (self.is_key, self.is_discarded) {
                (true, true) => "KD",
                (true, false) => "K_",
                (false, true) => "_D",
                (false, false) => "__",
            }),
            Field::DataHash => Value::Crc32(self.crc32?),
        })
    }
}

/// Some fields of a row as an object, without unknown ones, as in ffprobe.
pub(super) struct Object<'a> {
    pub(super) row: &'a Row,
    pub(super) fields: &'a [Field],
}

impl Serialize for Object<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        for &field in self.fields {
            if let Some(value) = self.row.get(field) {
                map.serialize_entry(field.name(), &value)?;
            }
        }
        map.end()
    }
}
