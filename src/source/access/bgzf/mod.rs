//! Positioned access to the decompressed bytes of BGZF.

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
use super::span::SourceBytes;
use crate::compress::Inflater;
use crate::compress::bgzf::{Block, Gzi, Point};
use crate::error::{ErrorKind, Result};
use crate::io::{AlignedBuffer, ZeroCopyConfig};

/// Positioned access to the decompressed bytes of BGZF. A read inflates and checks the blocks of its range, and caches the last few blocks
/// of which it needs only a part.
///
/// The offsets of blocks come from a [`Gzi`], or from reading the header of every block. A given `Gzi` is not trusted: the offsets and
/// decompressed lengths of its last blocks are checked when it is opened, and those of other blocks when they are read. An error in it
/// therefore never gives wrong bytes, with one exception: a `Gzi` of another file that has the same blocks from some block to its end, and
/// a different number of bytes before them. Detecting that would need the headers of all blocks. Without a `Gzi`, the lengths that the
/// headers of unread blocks state are trusted.
///
/// ```
/// use pagecut::source::{BgzfReader, ReadAt};
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
    /// Number of decompressed bytes.
    len: u64,
    is_closed: bool,
    recent: Recent,
}

impl BgzfReader {
    /// Opens a file, using the `.gzi` next to it if there is one.
    ///
    /// # Errors
    ///
    /// Those of [`open_reader`], of [`new`](BgzfReader::new) or [`with_gzi`](BgzfReader::with_gzi), and of [`Gzi::read`].
    pub fn open(path: impl AsRef<Path>, config: &ZeroCopyConfig) -> Result<Self> {
        let path = path.as_ref();
        Self::beside(open_reader(path, config)?, path)
    }

    /// Takes a file that was opened at this path, using the `.gzi` next to it if there is one.
    pub(in crate::source) fn beside(file: impl Into<Arc<Reader>>, path: &Path) -> Result<Self> {
        match File::open(Gzi::path_of(path)) {
            Ok(gzi) => Self::with_gzi(file, Gzi::read(BufReader::new(gzi))?),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Self::new(file),
            Err(error) => Err(error.into()),
        }
    }

    /// Takes an open file, and [finds its blocks](BgzfReader::find_blocks).
    ///
    /// # Errors
    ///
    /// Those of [`find_blocks`](BgzfReader::find_blocks).
    pub fn new(file: impl Into<Arc<Reader>>) -> Result<Self> {
        let file = file.into();
        let (gzi, walk) = walk_all(&file)?;
        let (len, is_closed) = (walk.offset(), walk.is_closed());
        Ok(Self { file, gzi, len, is_closed, recent: Recent::default() })
    }

    /// Finds the blocks of a file by reading the header of each.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Compressed`] where other data follows a block, or the file ends inside a block; those of [`Reader::read_at`].
    pub fn find_blocks(file: &Reader) -> Result<Gzi> {
        walk_all(file).map(|(gzi, _)| gzi)
    }

    /// Takes an open file and the offsets of its blocks.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::StaleIndex`] if the offsets or lengths of the last blocks differ; those of [`find_blocks`](BgzfReader::find_blocks) for
    /// the blocks after them.
    pub fn with_gzi(file: impl Into<Arc<Reader>>, gzi: Gzi) -> Result<Self> {
        let file = file.into();
        // The walk starts one point earlier, to check the last point.
        let (from, behind) = match gzi.points() {
            [.., from, last] => (*from, std::slice::from_ref(last)),
            one_or_none => (Point::default(), one_or_none),
        };
        let mut walk = Walk::from_point(&file, from, behind);
        while walk.next_block()?.is_some() {}
        let (len, is_closed) = (walk.offset(), walk.is_closed());
        Ok(Self { file, gzi, len, is_closed, recent: Recent::default() })
    }

    /// Returns the offsets of the blocks.
    #[must_use]
    pub fn gzi(&self) -> &Gzi {
        &self.gzi
    }

    /// Returns whether the file ends with an end-of-file block. Without one, it may have been truncated between two blocks.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        self.is_closed
    }

    /// Returns the blocks that overlap a range, each with the number of decompressed bytes before it.
    fn blocks(&self, range: &Range<u64>) -> Result<Vec<(u64, Block)>> {
        let (from, behind) = self.gzi.last_before(range.start);
        let mut walk = Walk::from_point(&self.file, from, behind);
        let mut blocks = Vec::new();
        // The next known block must also start at its stated offset.
        while walk.offset() < range.end || walk.is_between_points() {
            let Some((offset, block)) = walk.next_block()? else { return Err(ErrorKind::Changed.into()) };
            if offset < range.end && walk.offset() > range.start {
                blocks.push((offset, block));
            }
        }
        Ok(blocks)
    }

    /// Inflates a block into a slice of its length.
    fn inflate(&self, block: &Block, room: &mut [u8]) -> Result<()> {
        let end = block.offset() + block.compressed_len() as u64;
        let bytes = self.file.bytes_at(block.offset()..end)?;
        let inflated = block.inflate(&bytes, &mut Inflater::new(), room);
        // The bytes of a truncated file may be zeros.
        inflated.or_else(|error| self.file.check().and(Err(error)))
    }

    /// Returns the bytes of a block of which a part is needed. The block is cached, since a later read may need the rest.
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

/// Returns the offsets of the blocks of a file, and the walk at its end.
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

    fn bytes_at(&self, range: Range<u64>) -> Result<SourceBytes<'_>> {
        let Range { start, end } = range;
        let out_of_range = ErrorKind::OutOfRange { start, end, len: self.len };
        let len =
            end.checked_sub(start).filter(|_| end <= self.len).and_then(|len| usize::try_from(len).ok());
        let len = len.ok_or(out_of_range)?;
        // The blocks are found before memory for their bytes is allocated.
        let blocks = if len > 0 { self.blocks(&range)? } else { Vec::new() };
        let mut bytes = AlignedBuffer::new(len, self.file.alignment())?;
        let mut filled = 0;
        for (offset, block) in blocks {
            // The bytes before the range end in its first block, so their number fits into `usize`.
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
        Ok(SourceBytes::copied(bytes))
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
