//! The header and the frames as lines of a tree.

use pagecut::media::ivf::{Frame, Header, Ivf, Record};
use pagecut::{Format as _, Result};

use crate::tree::{Field, Line, Printer, Value};

/// Prints all records and reports damage. Returns whether none is damaged.
pub(super) fn print(data: &[u8], printer: &mut Printer<'_>) -> Result<bool> {
    for record in Ivf.records(data) {
        match record {
            Ok(Record::Header(header)) => printer.write(&of_header(&header))?,
            Ok(Record::Frame(frame)) => printer.write(&of_frame(&frame))?,
            Err(error) => return Ok(printer.report(&error)?),
        }
    }
    Ok(true)
}

fn of_header(header: &Header) -> Line<'static, &'static str> {
    let number = |value: u32| Field::Number(value.into());
    Line {
        depth: 0,
        kind: "header",
        offset: 0,
        header_len: header.header_len.into(),
        len: Some(header.header_len.into()),
        value: Value::of_fields([
            ("fourcc", Field::Text(header.four_cc.escape_ascii().to_string())),
            ("width", number(header.width.into())),
            ("height", number(header.height.into())),
            ("time_base_numerator", number(header.time_base_numerator)),
            ("time_base_denominator", number(header.time_base_denominator)),
            ("frame_count", number(header.frame_count)),
        ]),
    }
}

fn of_frame(frame: &Frame<'_>) -> Line<'static, &'static str> {
    let len = frame.range().end - frame.offset;
    Line {
        depth: 0,
        kind: "frame",
        offset: frame.offset,
        header_len: usize::try_from(frame.payload_offset() - frame.offset).unwrap_or(usize::MAX),
        len: Some(len),
        value: Value::of_fields([("pts", Field::Number(frame.pts.cast_unsigned()))]),
    }
}
