//! A box or an element as a line.

use std::borrow::Cow;
use std::fmt::{self, Display};
use std::io::{self, Write};

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

/// A box or an element.
#[derive(Serialize)]
pub(crate) struct Line<'data, K: Display> {
    pub(crate) depth: usize,
    #[serde(rename = "type", serialize_with = "as_text")]
    pub(crate) kind: K,
    pub(crate) offset: u64,
    pub(crate) header_len: usize,
    /// Length including the header; `None` for a `Segment` of unknown length.
    pub(crate) len: Option<u64>,
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    pub(crate) value: Option<Value<'data>>,
}

/// Contents of a box or element without children.
#[derive(Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Value<'data> {
    Fields(Fields),
    Value(Scalar<'data>),
}

/// Returns the one or two most significant fields of a box or frame, by name.
pub(crate) struct Fields(Vec<(&'static str, Field)>);

/// The value of a field.
pub(crate) enum Field {
    Number(u64),
    Text(String),
}

impl Value<'_> {
    /// Returns the value of some fields; `None` if there are none.
    pub(crate) fn of_fields(fields: impl IntoIterator<Item = (&'static str, Field)>) -> Option<Self> {
        let fields = Vec::from_iter(fields);
        (!fields.is_empty()).then_some(Self::Fields(Fields(fields)))
    }
}

impl Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(number) => number.fmt(f),
            Self::Text(text) => text.fmt(f),
        }
    }
}

/// Returns the contents of an element.
#[derive(Serialize)]
#[serde(untagged)]
pub(crate) enum Scalar<'data> {
    Unsigned(u64),
    Signed(i64),
    Float(f64),
    Text(Cow<'data, str>),
}

/// An object with the name of its input.
#[derive(Serialize)]
struct Named<'line, T> {
    file: &'line str,
    #[serde(flatten)]
    line: &'line T,
}

/// Writes an object as a line.
pub(crate) fn write_json(file: &str, line: &impl Serialize, out: &mut dyn Write) -> io::Result<()> {
    serde_json::to_writer(&mut *out, &Named { file, line })?;
    writeln!(out)
}

/// Writes the start of a line.
pub(crate) fn write_place(
    depth: usize,
    kind: &impl Display,
    offset: u64,
    out: &mut dyn Write,
) -> io::Result<()> {
    write!(out, "{:indent$}{kind} at {offset}, ", "", indent = 2 * depth)
}

impl<'data, K: Display> Line<'data, K> {
    /// Writes it as JSON.
    pub(crate) fn write_json(&self, file: &str, out: &mut dyn Write) -> io::Result<()> {
        write_json(file, self, out)
    }

    /// Writes it as text.
    pub(crate) fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        write_place(self.depth, &self.kind, self.offset, out)?;
        match self.len {
            Some(len) => write!(out, "{}+{} bytes", self.header_len, len - self.header_len as u64)?,
            None => write!(out, "{} bytes, then all that follows", self.header_len)?,
        }
        match &self.value {
            Some(value) => writeln!(out, ": {value}"),
            None => writeln!(out),
        }
    }
}

fn as_text<S: Serializer>(kind: &impl Display, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(kind)
}

impl Serialize for Fields {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (name, value) in &self.0 {
            match value {
                Field::Number(number) => map.serialize_entry(name, number)?,
                Field::Text(text) => map.serialize_entry(name, text)?,
            }
        }
        map.end()
    }
}

/// Formats a value as text: long strings are shortened, and control characters removed.
impl Display for Value<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const MOST: usize = 60;
        match self {
            Self::Fields(Fields(fields)) => {
                for (number, (name, value)) in fields.iter().enumerate() {
                    let comma = if number > 0 { ", " } else { "" };
                    write!(f, "{comma}{name} {value}")?;
                }
                Ok(())
            }
            Self::Value(Scalar::Unsigned(number)) => number.fmt(f),
            Self::Value(Scalar::Signed(number)) => number.fmt(f),
            Self::Value(Scalar::Float(number)) => number.fmt(f),
            Self::Value(Scalar::Text(text)) => {
                let mut letters = text.chars();
                for letter in letters.by_ref().take(MOST) {
                    if letter.is_control() {
                        write!(f, "{}", letter.escape_default())?
                    } else {
                        write!(f, "{letter}")?
                    }
                }
                if letters.next().is_some() { f.write_str("...") } else { Ok(()) }
            }
        }
    }
}
