//! The file type.

use super::{FourCc, Mp4Box, fields::Fields};
use crate::error::Result;

/// The contents of `ftyp` (ISO/IEC 14496-12 §4.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct FileType<'data> {
    /// `major_brand`: the preferred brand.
    pub major_brand: FourCc,
    /// `minor_version` of the major brand.
    pub minor_version: u32,
    /// `compatible_brands`.
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
