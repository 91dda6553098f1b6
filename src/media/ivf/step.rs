//! Finds the records.

use super::header::{FRAME_HEADER_LEN, HEADER_LEN};
use super::{Frame, Header, Record};
use crate::record::{Fault, Part, Step, Stop};

/// The kind of a record, with its fields.
#[derive(Debug, Clone, Copy)]
pub struct Layout(Kind);

#[derive(Debug, Clone, Copy)]
enum Kind {
    Header(Header),
    Frame { pts: i64 },
}

/// Reads the record at a position: the header at the start of the input, a frame everywhere else.
pub(super) fn step(part: &Part<'_>, position: usize) -> Result<Step<Layout>, Stop> {
    let rest = &part.view()[position..];
    let (kind, len) = if part.offset() + position as u64 == 0 { header(rest)? } else { frame(rest)? };
    Ok(Step::Record { layout: Layout(kind), len, blank: 0, lines: 0 })
}

fn header(rest: &[u8]) -> Result<(Kind, usize), Stop> {
    let within = "in the file header";
    let fields = rest.first_chunk::<HEADER_LEN>().ok_or(Stop::needs_more(within))?;
    let header = Header::read(fields).map_err(|(kind, position)| Fault::new(kind, position))?;
    let len = usize::from(header.header_len);
    if rest.len() < len { Err(Stop::needs_more(within)) } else { Ok((Kind::Header(header), len)) }
}

fn frame(rest: &[u8]) -> Result<(Kind, usize), Stop> {
    let header =
        rest.first_chunk::<FRAME_HEADER_LEN>().ok_or(Stop::needs_more("in the header of a frame"))?;
    let [s0, s1, s2, s3, pts @ ..] = *header;
    let size = u64::from(u32::from_le_bytes([s0, s1, s2, s3]));
    // A length that exceeds `usize` is longer than the view.
    let len = usize::try_from(FRAME_HEADER_LEN as u64 + size).unwrap_or(usize::MAX);
    if rest.len() < len {
        return Err(Stop::needs_more("in a frame"));
    }
    Ok((Kind::Frame { pts: i64::from_le_bytes(pts) }, len))
}

impl Layout {
    /// Returns the record in these bytes.
    pub(super) fn record(self, bytes: &[u8], offset: u64) -> Record<'_> {
        match self.0 {
            Kind::Header(header) => Record::Header(header),
            Kind::Frame { pts } => Record::Frame(Frame { offset, pts, payload: &bytes[FRAME_HEADER_LEN..] }),
        }
    }
}
