//! The fields of a box.

use super::{FourCc, Mp4Box};
use crate::error::{Error, Result};

/// Reads the fields of a box in order. Integers are big-endian (ISO/IEC 14496-12 §4.1).
#[derive(Debug, Clone)]
pub(super) struct Fields<'data> {
    of: Mp4Box<'data>,
    rest: &'data [u8],
}

impl<'data> Fields<'data> {
    /// Starts at the payload of a box.
    pub(super) fn of(of: Mp4Box<'data>) -> Self {
        Self { of, rest: of.payload() }
    }

    /// Reads the version and the flags of a full box (§4.2.2, `FullBox`); returns them and its other fields.
    pub(super) fn full(of: Mp4Box<'data>) -> Result<(u8, u32, Self)> {
        let mut fields = Self::of(of);
        let [version, f0, f1, f2] = *fields.array()?;
        Ok((version, u32::from_be_bytes([0, f0, f1, f2]), fields))
    }

    /// Reads `len` bytes.
    pub(super) fn bytes(&mut self, len: usize) -> Result<&'data [u8]> {
        let (bytes, rest) =
            self.rest.split_at_checked(len).ok_or_else(|| self.of.error("ends before its last field"))?;
        self.rest = rest;
        Ok(bytes)
    }

    /// Reads `N` bytes.
    pub(super) fn array<const N: usize>(&mut self) -> Result<&'data [u8; N]> {
        let (bytes, rest) =
            self.rest.split_first_chunk().ok_or_else(|| self.of.error("ends before its last field"))?;
        self.rest = rest;
        Ok(bytes)
    }

    pub(super) fn skip(&mut self, len: usize) -> Result<()> {
        self.bytes(len).map(|_| ())
    }

    pub(super) fn u8(&mut self) -> Result<u8> {
        Ok(self.array::<1>()?[0])
    }

    pub(super) fn u16(&mut self) -> Result<u16> {
        Ok(u16::from_be_bytes(*self.array()?))
    }

    pub(super) fn u32(&mut self) -> Result<u32> {
        Ok(u32::from_be_bytes(*self.array()?))
    }

    pub(super) fn i32(&mut self) -> Result<i32> {
        Ok(i32::from_be_bytes(*self.array()?))
    }

    pub(super) fn u64(&mut self) -> Result<u64> {
        Ok(u64::from_be_bytes(*self.array()?))
    }

    pub(super) fn four_cc(&mut self) -> Result<FourCc> {
        Ok(FourCc(*self.array()?))
    }

    /// Reads a field of 32 bits in version 0 of the box, and of 64 bits in later versions.
    pub(super) fn long(&mut self, version: u8) -> Result<u64> {
        if version == 0 { self.u32().map(u64::from) } else { self.u64() }
    }

    /// Reads a duration; all bits set means unknown.
    pub(super) fn duration(&mut self, version: u8) -> Result<Option<u64>> {
        let unknown = if version == 0 { u64::from(u32::MAX) } else { u64::MAX };
        Ok(Some(self.long(version)?).filter(|&duration| duration != unknown))
    }

    /// Reads a field if it is present.
    pub(super) fn optional<T>(
        &mut self,
        present: bool,
        read: impl FnOnce(&mut Self) -> Result<T>,
    ) -> Result<Option<T>> {
        present.then(|| read(self)).transpose()
    }

    /// Reads `count` entries of `N` bytes; an error if there are fewer.
    pub(super) fn entries<const N: usize>(&mut self, count: u32) -> Result<&'data [[u8; N]]> {
        let (entries, _) = self.rest.as_chunks();
        let entries = usize::try_from(count).ok().and_then(|count| entries.get(..count));
        let entries = entries.ok_or_else(|| self.of.error("has fewer entries than it declares"))?;
        self.rest = &self.rest[entries.len() * N..];
        Ok(entries)
    }

    /// Reads up to `count` entries of `N` bytes; also returns the error if there are fewer.
    pub(super) fn entries_there_are<const N: usize>(
        &mut self,
        count: u32,
    ) -> (&'data [[u8; N]], Option<Error>) {
        let (entries, _) = self.rest.as_chunks();
        let wanted = usize::try_from(count).unwrap_or(usize::MAX);
        let short = (entries.len() < wanted).then(|| self.error("has fewer entries than it declares"));
        let entries = &entries[..entries.len().min(wanted)];
        self.rest = &self.rest[entries.len() * N..];
        (entries, short)
    }

    /// Returns the remaining bytes.
    pub(super) fn rest(self) -> &'data [u8] {
        self.rest
    }

    /// Creates an error about the contents of the box.
    #[cold]
    pub(super) fn error(&self, why: &'static str) -> Error {
        self.of.error(why)
    }
}
