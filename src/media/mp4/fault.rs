//! Errors of this format.

use super::Boxes;
use crate::error::{Error, ErrorKind, Site};
use crate::record::Format;

/// An error at `offset`, where a box or a sample begins; `found` are the bytes there.
#[cold]
#[inline(never)]
pub(super) fn at(kind: ErrorKind, offset: u64, found: &[u8]) -> Error {
    // The boxes of the input are its records. Which one this is in is only known of the first.
    let (record_offset, counted_from, record) = (offset, offset, 0);
    let site = Site { format: Boxes::NAME, offset, record_offset, counted_from, record, line: None };
    Error::at(kind, site, found)
}
