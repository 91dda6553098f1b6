//! The main fields of boxes.

use std::fmt;

use super::{FourCc, Mp4Box, fields::Fields};
use crate::error::Result;

/// A field of a box.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Field {
    /// Its name in the standard.
    pub name: &'static str,
    /// Its value.
    pub value: FieldValue,
}

/// The value of a [`Field`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FieldValue {
    /// An unsigned integer of up to 64 bits.
    Number(u64),
    /// A name of four characters.
    FourCc(FourCc),
}

impl fmt::Display for FieldValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(number) => number.fmt(f),
            Self::FourCc(name) => name.fmt(f),
        }
    }
}

/// A step from the start of a payload to the listed fields.
enum Part {
    /// Version and flags.
    Full,
    /// Bytes to skip.
    Skip(usize),
    /// Fields to skip, of 32 bits in version 0 and 64 bits otherwise.
    SkipLongs(usize),
    U8(&'static str),
    U32(&'static str),
    Long(&'static str),
    FourCc(&'static str),
}

/// Returns the steps to the main fields of a box type (ISO/IEC 14496-12 §4.3, §8).
fn layout(kind: FourCc) -> &'static [Part] {
    use Part::{FourCc, Full, Long, Skip, SkipLongs, U8, U32};
    match &kind.0 {
        b"ftyp" | b"styp" => &[FourCc("major_brand"), U32("minor_version")],
        b"mvhd" | b"mdhd" => &[Full, SkipLongs(2), U32("timescale"), Long("duration")],
        b"tkhd" => &[Full, SkipLongs(2), U32("track_ID"), Skip(4), Long("duration")],
        b"hdlr" => &[Full, Skip(4), FourCc("handler_type")],
        b"dref" | b"stsd" | b"stts" | b"ctts" | b"stss" | b"stsh" | b"stsc" | b"stco" | b"co64" | b"elst" => {
            &[Full, U32("entry_count")]
        }
        b"stsz" => &[Full, U32("sample_size"), U32("sample_count")],
        b"stz2" => &[Full, Skip(3), U8("field_size"), U32("sample_count")],
        b"mehd" => &[Full, Long("fragment_duration")],
        b"trex" | b"tfhd" | b"tfra" => &[Full, U32("track_ID")],
        b"mfhd" => &[Full, U32("sequence_number")],
        b"tfdt" => &[Full, Long("baseMediaDecodeTime")],
        b"trun" => &[Full, U32("sample_count")],
        b"sidx" => &[Full, U32("reference_ID"), U32("timescale")],
        b"mfro" => &[Full, U32("parent_size")],
        _ => &[],
    }
}

impl Mp4Box<'_> {
    /// Returns the one or two main fields of the box: brands, identifiers, timescales, entry counts. Empty for a box of
    /// unknown type, and for a box that ends before them.
    ///
    /// ```
    /// use pagecut::{Format, media::mp4::Boxes};
    ///
    /// let data = b"\0\0\0\x10ftypisom\0\0\x02\0";
    /// let ftyp = Boxes.records(data).next().unwrap()?;
    /// let fields = ftyp.main_fields().map(|field| format!("{} {}", field.name, field.value)).collect::<Vec<_>>();
    /// assert_eq!(fields, ["major_brand isom", "minor_version 512"]);
    /// # Ok::<(), pagecut::Error>(())
    /// ```
    pub fn main_fields(&self) -> impl Iterator<Item = Field> {
        let mut fields = Fields::of(*self);
        let mut version = 0;
        let read = move |part: &Part| read(part, &mut fields, &mut version);
        layout(self.kind()).iter().map(read).map_while(Result::ok).flatten()
    }
}

/// Executes a step; returns the field if the step lists it.
fn read(part: &Part, fields: &mut Fields<'_>, version: &mut u8) -> Result<Option<Field>> {
    let (name, value) = match *part {
        Part::Full => {
            [*version, ..] = *fields.array::<4>()?;
            return Ok(None);
        }
        Part::Skip(len) => return fields.skip(len).map(|()| None),
        Part::SkipLongs(count) => {
            return fields.skip(count * if *version == 0 { 4 } else { 8 }).map(|()| None);
        }
        Part::U8(name) => (name, FieldValue::Number(fields.u8()?.into())),
        Part::U32(name) => (name, FieldValue::Number(fields.u32()?.into())),
        Part::Long(name) => (name, FieldValue::Number(fields.long(*version)?)),
        Part::FourCc(name) => (name, FieldValue::FourCc(fields.four_cc()?)),
    };
    Ok(Some(Field { name, value }))
}
