//! Walk over the blocks of a file by their headers.

use super::super::reader::Reader;
use crate::compress::Compression;
use crate::compress::bgzf::{Block, BlockHeader, HEADER_LEN, Item, Point};
use crate::error::{CompressedFault, Error, ErrorKind, Result};

/// Length of the field at the end of a block that states its decompressed length.
const STORED_LEN: usize = 4;

/// Number of bytes read at a time if a block has an unusually long header.
const READ_LEN: usize = 4096;

/// Walks from block to block, and compares their offsets with the points of an index.
pub(super) struct Walk<'walk> {
    file: &'walk Reader,
    /// Offset of the next block.
    at: Point,
    /// Number of the next block, if it is known.
    number: Option<u64>,
    /// Header of the next block, if it was read with the previous block.
    head: Option<[u8; HEADER_LEN]>,
    /// The points of the index after the next block.
    points: &'walk [Point],
    /// Whether the last block ended at a point of the index, or no block was read yet.
    is_at_point: bool,
    /// Whether the last block was empty.
    is_closed: bool,
    /// Whether only the index states that a block starts here.
    is_unsure: bool,
}

impl<'walk> Walk<'walk> {
    /// Starts at the first block.
    pub(super) fn from_start(file: &'walk Reader) -> Self {
        Self { number: Some(0), ..Self::from_point(file, Point::default(), &[]) }
    }

    /// Starts at a point of an index, with the points that follow it.
    pub(super) fn from_point(file: &'walk Reader, point: Point, points: &'walk [Point]) -> Self {
        let is_unsure = point != Point::default();
        Self {
            file,
            at: point,
            number: None,
            head: None,
            points,
            is_at_point: true,
            is_closed: false,
            is_unsure,
        }
    }

    /// Returns the number of decompressed bytes before the next block.
    pub(super) fn offset(&self) -> u64 {
        self.at.offset
    }

    /// Returns whether the next block is not at a point of the index, and such a point follows.
    pub(super) fn is_between_points(&self) -> bool {
        !self.is_at_point && !self.points.is_empty()
    }

    /// Returns whether the last block was empty, as an end-of-file block is.
    pub(super) fn is_closed(&self) -> bool {
        self.is_closed
    }

    /// Returns the next block, and the number of decompressed bytes before it; `None` at the end of the file.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::StaleIndex`] where blocks differ from the index; [`ErrorKind::Compressed`] where other data follows a block, or the
    /// file ends inside a block; those of [`Reader::read_at`].
    pub(super) fn next_block(&mut self) -> Result<Option<(u64, Block)>> {
        let Point { block_offset, offset } = self.at;
        let left = self.file.len().checked_sub(block_offset).ok_or_else(stale)?;
        if left == 0 {
            return if self.points.is_empty() { Ok(None) } else { Err(stale()) };
        }
        let head = match self.head.take() {
            Some(head) => head,
            None => {
                let mut head = [0; HEADER_LEN];
                let len = usize::try_from(left).unwrap_or(HEADER_LEN).min(HEADER_LEN);
                self.file.read_at(block_offset, &mut head[..len])?;
                head
            }
        };
        let Some(head) = self.read_header(&head, left)? else { return Ok(None) };
        if head.end() > self.file.len() {
            return Err(self.fault(CompressedFault::UnexpectedEnd));
        }
        let block = head.block(self.read_end(head.end())?)?;
        self.at = Point { block_offset: head.end(), offset: offset + block.len() as u64 };
        self.number = self.number.map(|number| number + 1);
        self.is_closed = block.len() == 0;
        self.is_unsure = false;
        self.compare()?;
        Ok(Some((offset, block)))
    }

    /// Reads the header of the next block from its first bytes, and from more of the `left` bytes of the file if it is longer. Returns
    /// `None` if only zeros are left, which are padding.
    fn read_header(&self, first: &[u8; HEADER_LEN], left: u64) -> Result<Option<BlockHeader>> {
        let block_offset = self.at.block_offset;
        let first = &first[..usize::try_from(left).unwrap_or(HEADER_LEN).min(HEADER_LEN)];
        let mut item = BlockHeader::read(first, self.number, block_offset)?;
        let mut bytes = Vec::new();
        while matches!(item, Item::Incomplete) && (bytes.len() as u64) < left {
            let len = (2 * bytes.len()).max(READ_LEN);
            bytes.resize(usize::try_from(left).unwrap_or(len).min(len), 0);
            self.file.read_at(block_offset, &mut bytes)?;
            item = BlockHeader::read(&bytes, self.number, block_offset)?;
        }
        match item {
            Item::Block(head) => Ok(Some(head)),
            Item::Incomplete => Err(self.fault(CompressedFault::UnexpectedEnd)),
            Item::Other if first[0] == 0 && self.points.is_empty() => match self.find_nonzero()? {
                None => Ok(None),
                Some(offset) => {
                    let garbage = CompressedFault::TrailingGarbage;
                    Err(Compression::Bgzf.fault(self.number, offset, offset, garbage))
                }
            },
            Item::Other if left < HEADER_LEN as u64 => Err(self.fault(CompressedFault::UnexpectedEnd)),
            Item::Other if Compression::detect(first) == Some(Compression::Gzip) => {
                Err(self.fault(CompressedFault::NotBgzf))
            }
            Item::Other => Err(self.fault(CompressedFault::Header("no BGZF block starts here"))),
        }
    }

    /// Returns the offset of the first non-zero byte from the next block on.
    fn find_nonzero(&self) -> Result<Option<u64>> {
        let (mut offset, mut bytes) = (self.at.block_offset, [0; READ_LEN]);
        while offset < self.file.len() {
            let len = usize::try_from(self.file.len() - offset).unwrap_or(READ_LEN).min(READ_LEN);
            self.file.read_at(offset, &mut bytes[..len])?;
            if let Some(position) = bytes[..len].iter().position(|&byte| byte != 0) {
                return Ok(Some(offset + position as u64));
            }
            offset += len as u64;
        }
        Ok(None)
    }

    /// Reads the decompressed length at the end of a block, and the header of the next block with it.
    fn read_end(&mut self, end: u64) -> Result<[u8; STORED_LEN]> {
        let mut bytes = [0; STORED_LEN + HEADER_LEN];
        let after = usize::try_from(self.file.len() - end).unwrap_or(HEADER_LEN).min(HEADER_LEN);
        self.file.read_at(end - STORED_LEN as u64, &mut bytes[..STORED_LEN + after])?;
        let (stored_len, head) = bytes.split_at(STORED_LEN);
        self.head = head.first_chunk().copied().filter(|_| after == HEADER_LEN);
        stored_len.first_chunk().copied().ok_or_else(stale)
    }

    /// Compares the offset of the next block with the index.
    fn compare(&mut self) -> Result<()> {
        self.is_at_point = false;
        if let Some((point, others)) = self.points.split_first()
            && point.block_offset <= self.at.block_offset
        {
            if *point != self.at {
                return Err(stale());
            }
            (self.points, self.is_at_point) = (others, true);
        }
        Ok(())
    }

    /// Returns the error of a fault in the next block, which may be a fault of the index.
    fn fault(&self, fault: CompressedFault) -> Error {
        if self.is_unsure {
            return stale();
        }
        let offset = match fault {
            CompressedFault::UnexpectedEnd => self.file.len(),
            _ => self.at.block_offset,
        };
        Compression::Bgzf.fault(self.number, self.at.block_offset, offset, fault)
    }
}

fn stale() -> Error {
    ErrorKind::StaleIndex { difference: "the place of a block in its `.gzi`" }.into()
}
