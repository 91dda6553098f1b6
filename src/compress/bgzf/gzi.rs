//! Where the blocks of BGZF begin: the `.gzi` of `bgzip`.

use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use super::VirtualOffset;
use crate::error::{Error, ErrorKind, Result};
use crate::sidecar;

/// How many blocks `bgzip` says there are besides the first one where there is not even that: one less than none.
const LESS_THAN_NONE: u64 = u64::MAX;

/// Where a block of BGZF begins.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Point {
    /// In bytes from the start of the compressed file.
    pub block_offset: u64,
    /// Decompressed bytes before it.
    pub offset: u64,
}

/// Where the blocks of BGZF begin, as `bgzip --reindex` writes it: all but the first one, and empty ones.
///
/// As a file it is a row of 64-bit integers with the lowest byte first: how many blocks there are, and for each the two numbers
/// of a [`Point`].
///
/// It does not know of which file it is. A [`BgzfReader`](crate::BgzfReader) makes one, and compares the blocks with one that it is
/// given.
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
    /// In the order of the file; each block is behind the one before.
    points: Vec<Point>,
}

impl Gzi {
    /// Where the index of a file lies: at its path with `.gzi` behind it.
    #[must_use]
    pub fn path_of(path: &Path) -> PathBuf {
        sidecar::path_of(path, ".gzi")
    }

    /// Of points that are in order.
    pub(crate) fn of_points(points: Vec<Point>) -> Self {
        Self { points }
    }

    /// Reads an index.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::DamagedIndex`] if it has more or fewer blocks than it says, or they are not in order; [`ErrorKind::Io`] if it
    /// cannot be read.
    pub fn read(mut input: impl Read) -> Result<Self> {
        let mut bytes = Vec::new();
        input.read_to_end(&mut bytes)?;
        let (numbers, rest) = bytes.as_chunks();
        let mut numbers = numbers.iter().map(|number| u64::from_le_bytes(*number));
        let count = numbers.next().filter(|_| rest.is_empty()).ok_or_else(|| damaged("was cut short"))?;
        let mut points: Vec<Point> = Vec::new();
        points
            .try_reserve_exact(numbers.len() / 2)
            .map_err(|_| io::Error::from(io::ErrorKind::OutOfMemory))?;
        while let Some(block_offset) = numbers.next() {
            let offset = numbers.next().ok_or_else(|| damaged("was cut short"))?;
            let last = points.last().copied().unwrap_or_default();
            if block_offset <= last.block_offset || offset < last.offset {
                return Err(damaged("has blocks that are not in order"));
            }
            points.push(Point { block_offset, offset });
        }
        match points.len() as u64 {
            0 if count == LESS_THAN_NONE => {}
            found if found == count => {}
            _ => return Err(damaged("has more or fewer blocks than it says")),
        }
        Ok(Self { points })
    }

    /// Writes the index.
    ///
    /// Of an input without bytes, `bgzip` 1.16 writes that there are 2^64 - 1 blocks besides the first, and this that there are
    /// none.
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

    /// Where the blocks begin, but for the first one, in the order of the file.
    #[must_use]
    pub fn points(&self) -> &[Point] {
        &self.points
    }

    /// The last point that is not behind an offset in the decompressed bytes, and those behind it.
    pub(crate) fn last_before(&self, offset: u64) -> (Point, &[Point]) {
        let (before, behind) =
            self.points.split_at(self.points.partition_point(|point| point.offset <= offset));
        (before.last().copied().unwrap_or_default(), behind)
    }

    /// The place of a decompressed byte, or of the end of the last block, whose length the index does not tell. `None` if the place
    /// is none that can be written: it is 64 KiB or more behind the start of a block, or that is 2^48 bytes or more into the file.
    #[must_use]
    pub fn virtual_offset(&self, offset: u64) -> Option<VirtualOffset> {
        let point = self.last_before(offset).0;
        VirtualOffset::new(point.block_offset, (offset - point.offset).try_into().ok()?)
    }

    /// How many decompressed bytes come before a place; `None` if no block of the index begins where that of the place does, or
    /// the next one begins before the place.
    #[must_use]
    pub fn offset_of(&self, place: VirtualOffset) -> Option<u64> {
        let end = self.points.partition_point(|point| point.block_offset <= place.block_offset());
        let (before, behind) = self.points.split_at(end);
        let point = before.last().copied().unwrap_or_default();
        let offset = point.offset.checked_add(place.within_block().into())?;
        let is_in_block = behind.first().is_none_or(|next| offset <= next.offset);
        (point.block_offset == place.block_offset() && is_in_block).then_some(offset)
    }
}

fn damaged(what: &str) -> Error {
    ErrorKind::DamagedIndex { why: format!("the `.gzi` {what}") }.into()
}
