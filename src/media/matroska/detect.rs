//! Detection of Matroska and WebM.

use super::{EbmlHeader, ElementId, Matroska};
use crate::head::{Certainty, Head};
use crate::record::{Format, Part};

/// Detects Matroska by its EBML header, as far as that is in view.
pub(crate) fn detect(head: &Head<'_>) -> Option<Certainty> {
    let is_known = || matches!(doc_type(head.bytes), None | Some(b"" | b"matroska" | b"webm"));
    (head.bytes.starts_with(b"\x1a\x45\xdf\xa3") && is_known()).then_some(Certainty::Signature)
}

/// Returns the `DocType` of the EBML header, if it is complete and in view.
fn doc_type(head: &[u8]) -> Option<&[u8]> {
    let first = Matroska.records_of(Part::from_view(head, head.len(), 0, false)).next()?.ok()?;
    let header = EbmlHeader::read(first.element()).ok().filter(|_| first.id() == ElementId::EBML)?;
    Some(header.doc_type)
}
