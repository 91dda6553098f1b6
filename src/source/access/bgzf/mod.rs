//! The decompressed bytes of BGZF at positions.

mod recent;
mod walk;

use std::fmt;
use std::fs::File;
use std::io::{self, BufReader};
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use recent::Recent;
use walk::Walk;

use super::factory::open_reader;
use super::read_at::ReadAt;
use super::reader::Reader;
use super::span::Span;
use crate::compress::Inflater;
use crate::compress::bgzf::{Block, Gzi, Point};
use crate::error::{ErrorKind, Result};
use crate::io::{AlignedBuffer, ZeroCopyConfig};

/// BGZF whose decompressed bytes can be had at any position: the blocks that they are in are inflated and checked, and the last few
/// that only a part was wanted of are kept.
///
/// Where blocks begin is known from a [`Gzi`], or found out by a look at each of their headers. A `Gzi` that is given is not
/// trusted: blocks have to begin, and to come to as many bytes, as it says, the last ones when it is opened, and others when they
/// are read. So any of its numbers may be wrong. What cannot be noticed without a look at all blocks is a `Gzi` that was made of
/// another file which has the same blocks from somewhere on to its end, with more or fewer bytes before them. Without one, blocks
/// that are not read are believed what they say of their length.
///
/// ```
/// use pagecut::{BgzfReader, ReadAt};
///
/// # let folder = tempfile::tempdir().unwrap();
/// # let path = folder.path().join("reads.fastq.gz");
/// # let empty = b"\x1f\x8b\x08\x04\0\0\0\0\0\xff\x06\0BC\x02\0\x1b\0\x03\0\0\0\0\0\0\0\0\0";
/// # std::fs::write(&path, empty).unwrap();
/// let reader = BgzfReader::open(&path, &Default::default())?;
/// let end = reader.bytes_at(reader.len().saturating_sub(100)..reader.len())?;
/// # assert!(end.is_empty());
/// # Ok::<(), pagecut::Error>(())
/// ```
pub struct BgzfReader {
    file: Arc<Reader>,
    gzi: Gzi,
    /// How many decompressed bytes there are.
    len: u64,
    is_closed: bool,
    recent: Recent,
}

impl BgzfReader {
    /// Opens a file, with the `.gzi` beside it if there is one.
    ///
    /// # Errors
    ///
    /// Those of [`open_reader`], of [`of`](BgzfReader::of) or [`with_gzi`](BgzfReader::with_gzi), and of [`Gzi::read`].
    pub fn open(path: impl AsRef<Path>, config: &ZeroCopyConfig) -> Result<Self> {
        let path = path.as_ref();
        Self::beside(open_reader(path, config)?, path)
    }

    /// Takes a file that was opened at this path, with the `.gzi` beside it if there is one.
    pub(in crate::source) fn beside(file: impl Into<Arc<Reader>>, path: &Path) -> Result<Self> {
        match File::open(Gzi::path_of(path)) {
            Ok(gzi) => Self::with_gzi(file, Gzi::read(BufReader::new(gzi))?),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Self::of(file),
            Err(error) => Err(error.into()),
        }
    }

    /// Takes a file that is open, and [looks](BgzfReader::find_blocks) where its blocks begin.
    ///
    /// # Errors
    ///
    /// Those of [`find_blocks`](BgzfReader::find_blocks).
    pub fn of(file: impl Into<Arc<Reader>>) -> Result<Self> {
        let file = file.into();
        let (gzi, walk) = walk_all(&file)?;
        let (len, is_closed) = (walk.offset(), walk.is_closed());
        Ok(Self { file, gzi, len, is_closed, recent: Recent::default() })
    }

    /// Where the blocks of a file begin, by a look at the header of each.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Compressed`] where something else follows a block, or the file ends inside of one; those of
    /// [`Reader::read_at`].
    pub fn find_blocks(file: &Reader) -> Result<Gzi> {
        walk_all(file).map(|(gzi, _)| gzi)
    }

    /// Takes a file that is open, and where its blocks begin.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::StaleIndex`] if the last blocks do not begin there, or do not come to as many bytes; those of
    /// [`find_blocks`](BgzfReader::find_blocks) behind them.
    pub fn with_gzi(file: impl Into<Arc<Reader>>, gzi: Gzi) -> Result<Self> {
        let file = file.into();
        // What the last number says is compared with the one before.
        let (from, behind) = match gzi.points() {
            [.., from, last] => (*from, std::slice::from_ref(last)),
            one_or_none => (Point::default(), one_or_none),
        };
        let mut walk = Walk::from_point(&file, from, behind);
        while walk.next_block()?.is_some() {}
        let (len, is_closed) = (walk.offset(), walk.is_closed());
        Ok(Self { file, gzi, len, is_closed, recent: Recent::default() })
    }

    /// Where the blocks begin.
    #[must_use]
    pub fn gzi(&self) -> &Gzi {
        &self.gzi
    }

    /// Whether the file ends with the empty block that closes it; if not, it may have been cut at the end of another one.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        self.is_closed
    }

    /// The blocks that a range is in, each with the decompressed bytes before it.
    fn blocks(&self, range: &Range<u64>) -> Result<Vec<(u64, Block)>> {
        let (from, behind) = self.gzi.last_before(range.start);
        let mut walk = Walk::from_point(&self.file, from, behind);
        let mut blocks = Vec::new();
        // The block behind has to begin where it should too.
        while walk.offset() < range.end || walk.is_between_points() {
            let Some((offset, block)) = walk.next_block()? else { return Err(ErrorKind::Changed.into()) };
            if offset < range.end && walk.offset() > range.start {
                blocks.push((offset, block));
            }
        }
        Ok(blocks)
    }

    /// Inflates a block into as much room as it has bytes.
    fn inflate(&self, block: &Block, room: &mut [u8]) -> Result<()> {
        let end = block.offset() + block.packed_len() as u64;
        let bytes = self.file.bytes_at(block.offset()..end)?;
        let inflated = block.inflate(&bytes, &mut Inflater::new(), room);
        // Of a file that was cut short, the bytes may be zeros.
        inflated.or_else(|error| self.file.check().and(Err(error)))
    }

    /// The bytes of a block of which a part is wanted, as others will be soon.
    fn part_of(&self, block: &Block) -> Result<Arc<[u8]>> {
        if let Some(bytes) = self.recent.get(block.offset()) {
            return Ok(bytes);
        }
        let mut bytes = vec![0; block.len()];
        self.inflate(block, &mut bytes)?;
        let bytes = Arc::from(bytes);
        self.recent.put(block.offset(), Arc::clone(&bytes));
        Ok(bytes)
    }
}

/// Where the blocks of a file begin, and what there is behind the last one.
fn walk_all(file: &Reader) -> Result<(Gzi, Walk<'_>)> {
    let mut walk = Walk::from_start(file);
    let mut points = Vec::new();
    let mut is_first = true;
    while let Some((offset, block)) = walk.next_block()? {
        if block.len() > 0 && !std::mem::take(&mut is_first) {
            points.push(Point { block_offset: block.offset(), offset });
        }
    }
    Ok((Gzi::from_points(points), walk))
}

impl ReadAt for BgzfReader {
    fn len(&self) -> u64 {
        self.len
    }

    fn bytes_at(&self, range: Range<u64>) -> Result<Span<'_>> {
        let Range { start, end } = range;
        let out_of_range = ErrorKind::OutOfRange { start, end, len: self.len };
        let len =
            end.checked_sub(start).filter(|_| end <= self.len).and_then(|len| usize::try_from(len).ok());
        let len = len.ok_or(out_of_range)?;
        // That there are so many bytes is known before there is room made for them.
        let blocks = if len > 0 { self.blocks(&range)? } else { Vec::new() };
        let mut bytes = AlignedBuffer::new(len, self.file.alignment())?;
        let mut filled = 0;
        for (offset, block) in blocks {
            // What lies before the range ends in its first block, and so has no more bytes than that.
            let skipped = usize::try_from(start.saturating_sub(offset)).unwrap_or(usize::MAX);
            let part_len = (block.len() - skipped).min(len - filled);
            let room = &mut bytes[filled..][..part_len];
            if part_len == block.len() {
                self.inflate(&block, room)?;
            } else {
                room.copy_from_slice(&self.part_of(&block)?[skipped..][..part_len]);
            }
            filled += part_len;
        }
        Ok(Span::copied(bytes))
    }

    fn file(&self) -> &Reader {
        &self.file
    }
}

impl fmt::Debug for BgzfReader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BgzfReader").field("file", &self.file).field("len", &self.len).finish_non_exhaustive()
    }
}
