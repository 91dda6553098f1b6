//! Block index of a BGZF file: the `.gzi` of `bgzip`.

use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use super::VirtualOffset;
use crate::error::{Error, ErrorKind, Result};
use crate::sidecar;

/// Number of blocks after the first one that `bgzip` states for an empty input: -1 as an unsigned integer.
const MINUS_ONE: u64 = u64::MAX;

/// Start of a BGZF block.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Point {
    /// Offset of the block in the compressed file.
    pub block_offset: u64,
    /// Number of decompressed bytes before it.
    pub offset: u64,
}

/// Starts of the blocks of a BGZF file as written by `bgzip --reindex`: all but the first one and empty ones.
///
/// The file is a sequence of little-endian 64-bit integers: the number of blocks, and for each block the two numbers of
/// a [`Point`].
///
/// The index does not identify its file. A [`BgzfReader`](crate::source::BgzfReader) creates one, and compares the blocks with
/// a given one.
///
/// ```
/// use pagecut::compress::bgzf::{Gzi, VirtualOffset};
///
/// let numbers = [2_u64, 100, 65_280, 250, 130_560];
/// let gzi = Gzi::read(&numbers.map(u64::to_le_bytes).concat()[..])?;
/// let place = gzi.virtual_offset(65_290).unwrap();
/// assert_eq!((place.block_offset(), place.within_block()), (100, 10));
/// assert_eq!(gzi.offset_of(place), Some(65_290));
/// # Ok::<(), pagecut::Error>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Gzi {
    /// In the order of the file, with ascending offsets.
    points: Vec<Point>,
}

impl Gzi {
    /// Returns the path of the index of a file: its path with `.gzi` appended.
    #[must_use]
    pub fn path_of(path: &Path) -> PathBuf {
        sidecar::path_of(path, ".gzi")
    }

    /// Creates an index of sorted points.
    pub(crate) fn from_points(points: Vec<Point>) -> Self {
        Self { points }
    }

    /// Reads an index.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::DamagedIndex`] if the number of blocks is not the stated one, or they are not in order;
    /// [`ErrorKind::Io`] if it cannot be read.
    pub fn read(mut input: impl Read) -> Result<Self> {
        let mut bytes = Vec::new();
        input.read_to_end(&mut bytes)?;
        let (numbers, rest) = bytes.as_chunks();
        let mut numbers = numbers.iter().map(|number| u64::from_le_bytes(*number));
        let count = numbers.next().filter(|_| rest.is_empty()).ok_or_else(|| damaged("is truncated"))?;
        let mut points: Vec<Point> = Vec::new();
        points
            .try_reserve_exact(numbers.len() / 2)
            .map_err(|_| io::Error::from(io::ErrorKind::OutOfMemory))?;
        while let Some(block_offset) = numbers.next() {
            let offset = numbers.next().ok_or_else(|| damaged("is truncated"))?;
            let last = points.last().copied().unwrap_or_default();
            if block_offset <= last.block_offset || offset < last.offset {
                return Err(damaged("has blocks out of order"));
            }
            points.push(Point { block_offset, offset });
        }
        match points.len() as u64 {
            0 if count == MINUS_ONE => {}
            found if found == count => {}
            _ => return Err(damaged("does not have the stated number of blocks")),
        }
        Ok(Self { points })
    }

    /// Writes the index.
    ///
    /// For an empty input, `bgzip` 1.16 writes a count of 2^64 - 1 blocks; this method writes 0.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Io`] if it cannot be written.
    pub fn write(&self, mut out: impl Write) -> Result<()> {
        out.write_all(&(self.points.len() as u64).to_le_bytes())?;
        for Point { block_offset, offset } in &self.points {
            out.write_all(&block_offset.to_le_bytes())?;
            out.write_all(&offset.to_le_bytes())?;
        }
        Ok(())
    }

    /// Returns the starts of the blocks after the first one, in the order of the file.
    #[must_use]
    pub fn points(&self) -> &[Point] {
        &self.points
    }

    /// Returns the last point at or before an offset in the decompressed bytes, and the points after it.
    pub(crate) fn last_before(&self, offset: u64) -> (Point, &[Point]) {
        let (before, after) =
            self.points.split_at(self.points.partition_point(|point| point.offset <= offset));
        (before.last().copied().unwrap_or_default(), after)
    }

    /// Returns the virtual offset of a decompressed byte, or of the end of the last block, whose length the index does
    /// not contain. `None` if it is not representable: 64 KiB or more after the start of a block that is 2^48 bytes or
    /// more into the file.
    #[must_use]
    pub fn virtual_offset(&self, offset: u64) -> Option<VirtualOffset> {
        let point = self.last_before(offset).0;
        VirtualOffset::new(point.block_offset, (offset - point.offset).try_into().ok()?)
    }

    /// Returns the number of decompressed bytes before a virtual offset; `None` if no block of the index has its block
    /// offset, or the next block starts before it.
    #[must_use]
    pub fn offset_of(&self, place: VirtualOffset) -> Option<u64> {
        let end = self.points.partition_point(|point| point.block_offset <= place.block_offset());
        let (before, after) = self.points.split_at(end);
        let point = before.last().copied().unwrap_or_default();
        let offset = point.offset.checked_add(place.within_block().into())?;
        let is_in_block = after.first().is_none_or(|next| offset <= next.offset);
        (point.block_offset == place.block_offset() && is_in_block).then_some(offset)
    }
}

fn damaged(what: &str) -> Error {
    ErrorKind::DamagedIndex { why: format!("the `.gzi` {what}") }.into()
}
