//! Errors in the contents of packets.

use super::Packets;
use crate::error::{Error, ErrorKind, Site};
use crate::record::Format;

/// Creates an error about the contents of packets, located at the packet at `offset`.
#[cold]
pub(super) fn error_at(kind: ErrorKind, offset: u64, found: &[u8]) -> Error {
    let site = Site {
        format: Packets::NAME,
        offset,
        record_offset: offset,
        counted_from: u64::MAX,
        record: 0,
        line: None,
    };
    Error::at(kind, site, found)
}

/// Creates an error at packet number `record` at `offset`, counted from the start of the stream.
#[cold]
pub(super) fn error_at_record(kind: ErrorKind, offset: u64, record: u64) -> Error {
    let site =
        Site { format: Packets::NAME, offset, record_offset: offset, counted_from: 0, record, line: None };
    Error::at(kind, site, &[])
}
