//! The EBML header.

use super::fault::Faults;
use super::{Element, ElementId};
use crate::error::Result;

/// The EBML header (RFC 8794, section 11.2), which gives the type of the document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct EbmlHeader<'data> {
    /// `DocType`: `matroska` or `webm`.
    pub doc_type: &'data [u8],
    /// `DocTypeVersion`: the Matroska version of the writer.
    pub doc_type_version: u64,
    /// `DocTypeReadVersion`: the Matroska version that a reader must support.
    pub doc_type_read_version: u64,
    /// `EBMLMaxIDLength`: maximum length of an ID in bytes.
    pub max_id_len: u64,
    /// `EBMLMaxSizeLength`: maximum length of a size in bytes.
    pub max_size_len: u64,
}

impl<'data> EbmlHeader<'data> {
    /// Reads the header, an [`ElementId::EBML`].
    ///
    /// # Errors
    ///
    /// The error of the first damaged child.
    pub fn read(element: Element<'data>) -> Result<Self> {
        let mut faults = Faults::default();
        let header = Self::read_damaged(element, &mut faults);
        faults.into_first().map_or(Ok(header), Err)
    }

    /// Reads the header; collects faults and keeps the readable values.
    pub(super) fn read_damaged(element: Element<'data>, faults: &mut Faults) -> Self {
        // `DocType` is mandatory; the others have defaults.
        let mut header = Self {
            doc_type: b"",
            doc_type_version: 1,
            doc_type_read_version: 1,
            max_id_len: 4,
            max_size_len: 8,
        };
        for child in element.children() {
            let Some(child) = faults.check(child) else { continue };
            let mut number_or = |default| faults.check(child.unsigned_or(default)).unwrap_or(default);
            match child.id() {
                ElementId::DOC_TYPE => header.doc_type = child.text(),
                ElementId::DOC_TYPE_VERSION => header.doc_type_version = number_or(1),
                ElementId::DOC_TYPE_READ_VERSION => header.doc_type_read_version = number_or(1),
                ElementId::EBML_MAX_ID_LENGTH => header.max_id_len = number_or(4),
                ElementId::EBML_MAX_SIZE_LENGTH => header.max_size_len = number_or(8),
                _ => {}
            }
        }
        header
    }
}
