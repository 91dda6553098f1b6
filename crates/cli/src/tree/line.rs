//! A box or an element as a line.

use std::borrow::Cow;
use std::fmt::{self, Display};
use std::io::{self, Write};

use pagecut::media::matroska::{self, Element, ElementId, ElementType};
use pagecut::media::mp4::{self, FieldValue, FourCc};
use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

use crate::media::names;

/// A box or an element.
#[derive(Serialize)]
pub(super) struct Line<'data, K: Display> {
    depth: usize,
    #[serde(rename = "type", serialize_with = "as_text")]
    kind: K,
    offset: u64,
    header_len: usize,
    /// With the header; `None` of a `Segment` that does not say how long it is.
    len: Option<u64>,
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    value: Option<Value<'data>>,
}

/// What one holds that holds no others.
#[derive(Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Value<'data> {
    Fields(Fields),
    Value(Scalar<'data>),
}

/// The one or two fields that tell most of a box.
pub(super) struct Fields(Vec<mp4::Field>);

/// What an element holds.
#[derive(Serialize)]
#[serde(untagged)]
pub(super) enum Scalar<'data> {
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
pub(super) fn write_json(file: &str, line: &impl Serialize, out: &mut dyn Write) -> io::Result<()> {
    serde_json::to_writer(&mut *out, &Named { file, line })?;
    writeln!(out)
}

/// Writes what every line begins with.
pub(super) fn write_place(
    depth: usize,
    kind: &impl Display,
    offset: u64,
    out: &mut dyn Write,
) -> io::Result<()> {
    write!(out, "{:indent$}{kind} at {offset}, ", "", indent = 2 * depth)
}

impl<'data, K: Display> Line<'data, K> {
    /// For a program.
    pub(super) fn write_json(&self, file: &str, out: &mut dyn Write) -> io::Result<()> {
        write_json(file, self, out)
    }

    /// For a person.
    pub(super) fn write(&self, out: &mut dyn Write) -> io::Result<()> {
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

impl Line<'_, FourCc> {
    pub(super) fn of_box(node: &mp4::Node<'_>) -> Self {
        let found = &node.mp4_box;
        let fields: Vec<_> = found.brief().collect();
        Self {
            depth: node.depth,
            kind: found.kind(),
            offset: found.range().start,
            header_len: found.header().header_len,
            len: Some(found.as_bytes().len() as u64),
            value: (!fields.is_empty()).then_some(Value::Fields(Fields(fields))),
        }
    }
}

impl<'data> Line<'data, ElementId> {
    pub(super) fn of_element(node: &matroska::Node<'data>) -> Self {
        let element = node.element;
        let header_len = element.header_len();
        // What is in a segment is not in the view of it.
        let len = match element.id() {
            ElementId::SEGMENT => element.size(),
            _ => Some(element.body().len() as u64),
        };
        Self {
            depth: node.depth,
            kind: element.id(),
            offset: element.offset(),
            header_len,
            len: len.map(|len| len.saturating_add(header_len as u64)),
            value: scalar(&element).map(Value::Value),
        }
    }
}

/// Bytes that are not more are shown.
const SHORT: usize = 16;

/// What an element holds, if it is of a type that has a value. Bytes are one if they are few, as digits.
fn scalar<'data>(element: &Element<'data>) -> Option<Scalar<'data>> {
    match element.id().element_type()? {
        ElementType::Unsigned => element.unsigned().ok().map(Scalar::Unsigned),
        ElementType::Signed | ElementType::Date => element.signed().ok().map(Scalar::Signed),
        ElementType::Float => element.float_or(0.0).ok().map(Scalar::Float),
        ElementType::String | ElementType::Utf8 => Some(Scalar::Text(names::text(element.text()))),
        ElementType::Binary if (1..=SHORT).contains(&element.body().len()) => {
            Some(Scalar::Text(element.body().iter().map(|byte| format!("{byte:02x}")).collect()))
        }
        ElementType::Binary | ElementType::Master => None,
    }
}

fn as_text<S: Serializer>(kind: &impl Display, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(kind)
}

impl Serialize for Fields {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for field in &self.0 {
            match field.value {
                FieldValue::Number(number) => map.serialize_entry(field.name, &number)?,
                FieldValue::FourCc(name) => map.serialize_entry(field.name, &name.to_string())?,
            }
        }
        map.end()
    }
}

/// For a person: long text is cut, and without what would move the cursor.
impl Display for Value<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const MOST: usize = 60;
        match self {
            Self::Fields(Fields(fields)) => {
                for (number, field) in fields.iter().enumerate() {
                    let comma = if number > 0 { ", " } else { "" };
                    write!(f, "{comma}{} {}", field.name, field.value)?;
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
