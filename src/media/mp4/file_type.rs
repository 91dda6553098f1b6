//! What the file says that it can be read as.

use super::{FourCc, Mp4Box, fields::Fields};
use crate::error::Result;

/// What `ftyp` says (ISO/IEC 14496-12 §4.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct FileType<'data> {
    /// `major_brand`: what the file is best read as.
    pub major_brand: FourCc,
    /// `minor_version` of that.
    pub minor_version: u32,
    /// `compatible_brands`: what it can be read as.
    pub compatible_brands: &'data [[u8; 4]],
}

impl<'data> FileType<'data> {
    pub(super) fn read(ftyp: Mp4Box<'data>) -> Result<Self> {
        let mut fields = Fields::of(ftyp);
        let (major_brand, minor_version) = (fields.four_cc()?, fields.u32()?);
        let (compatible_brands, _) = fields.rest().as_chunks();
        Ok(Self { major_brand, minor_version, compatible_brands })
    }
}
