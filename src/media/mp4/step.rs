//! The step from top-level box to top-level box.

use super::boxes::is_padding;
use super::{BoxHeader, Mp4Box};
use crate::error::ErrorKind;
use crate::record::{Fault, Part, Step, Stop};

/// The header of a box.
#[derive(Debug, Clone, Copy)]
pub struct Layout(pub(super) BoxHeader);

/// Reads the box at a position.
pub(super) fn step(part: &Part<'_>, position: usize) -> Result<Step<Layout>, Stop> {
    let rest = &part.view()[position..];
    if part.is_complete() && is_padding(rest) {
        return Ok(Step::Blank { len: part.len() - position, lines: 0 });
    }
    let offset = part.offset() + position as u64;
    let next = match Mp4Box::first(rest, offset, None) {
        Ok(next) => next,
        Err(ErrorKind::Incomplete { within }) => return Err(Stop::needs_more(within)),
        Err(kind) => return Err(Fault::new(kind, position).into()),
    };
    if next.header().size.is_none() && !part.is_complete() {
        return Err(Stop::needs_more("in a box without a size"));
    }
    Ok(Step::Record { layout: Layout(next.header()), len: next.as_bytes().len(), blank: 0, lines: 0 })
}
