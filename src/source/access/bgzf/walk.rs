//! Blocks from one to the next, by their headers.

use super::super::reader::Reader;
use crate::compress::Compression;
use crate::compress::bgzf::{Begin, Block, HEADER_LEN, Head, Point};
use crate::error::{CompressedFault, Error, ErrorKind, Result};

/// Bytes at the end of a block that tell its length.
const STORED_LEN: usize = 4;

/// How many bytes are read at a time where those of a usual header are not enough.
const READ_LEN: usize = 4096;

/// Walks from block to block, and compares where they begin with what is said of it.
pub(super) struct Walk<'walk> {
    file: &'walk Reader,
    /// Where the next block begins.
    at: Point,
    /// Which block that is, if it is known.
    number: Option<u64>,
    /// The head of the next block, if that was read with the one before.
    head: Option<[u8; HEADER_LEN]>,
    /// Where others are said to begin, which are still to come.
    points: &'walk [Point],
    /// Whether the last block ended where one of them begins, or there was none.
    is_at_point: bool,
    /// Whether the last block was an empty one.
    is_closed: bool,
    /// Whether nothing tells but what is said of it that a block begins here.
    is_unsure: bool,
}

impl<'walk> Walk<'walk> {
    /// From the first block on.
    pub(super) fn from_start(file: &'walk Reader) -> Self {
        Self { number: Some(0), ..Self::from_point(file, Point::default(), &[]) }
    }

    /// From a block that is said to begin at `point`, by others that are said to begin at `points`.
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

    /// How many decompressed bytes come before the next block.
    pub(super) fn offset(&self) -> u64 {
        self.at.offset
    }

    /// Whether the next block is none of those that are said to begin somewhere, and one that is comes behind it.
    pub(super) fn is_between_points(&self) -> bool {
        !self.is_at_point && !self.points.is_empty()
    }

    /// Whether the last block was an empty one, as that has to be which closes the file.
    pub(super) fn is_closed(&self) -> bool {
        self.is_closed
    }

    /// The next block, and how many decompressed bytes come before it; `None` at the end of the file.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::StaleIndex`] where blocks are not what is said of them; [`ErrorKind::Compressed`] where something else follows a
    /// block, or the file ends inside of one; those of [`Reader::read_at`].
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
        let Some(head) = self.read_head(&head, left)? else { return Ok(None) };
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

    /// Reads the head of the next block, whose first bytes these are, of the `left` bytes of the file. `None` if nothing but zeros is left,
    /// which are padding.
    fn read_head(&self, first: &[u8; HEADER_LEN], left: u64) -> Result<Option<Head>> {
        let block_offset = self.at.block_offset;
        let first = &first[..usize::try_from(left).unwrap_or(HEADER_LEN).min(HEADER_LEN)];
        let mut begin = Head::read(first, self.number, block_offset)?;
        let mut bytes = Vec::new();
        while matches!(begin, Begin::Cut) && (bytes.len() as u64) < left {
            let len = (2 * bytes.len()).max(READ_LEN);
            bytes.resize(usize::try_from(left).unwrap_or(len).min(len), 0);
            self.file.read_at(block_offset, &mut bytes)?;
            begin = Head::read(&bytes, self.number, block_offset)?;
        }
        match begin {
            Begin::Block(head) => Ok(Some(head)),
            Begin::Cut => Err(self.fault(CompressedFault::UnexpectedEnd)),
            Begin::Other if first[0] == 0 && self.points.is_empty() => match self.find_nonzero()? {
                None => Ok(None),
                Some(offset) => {
                    let garbage = CompressedFault::TrailingGarbage;
                    Err(Compression::Bgzf.fault(self.number, offset, offset, garbage))
                }
            },
            Begin::Other if left < HEADER_LEN as u64 => Err(self.fault(CompressedFault::UnexpectedEnd)),
            Begin::Other if Compression::detect(first) == Some(Compression::Gzip) => {
                Err(self.fault(CompressedFault::NotBgzf))
            }
            Begin::Other => Err(self.fault(CompressedFault::Header("no BGZF block starts here"))),
        }
    }

    /// The offset of the first byte that is not zero, from the next block on.
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

    /// Reads the length at the end of a block, and with it the head of the next one.
    fn read_end(&mut self, end: u64) -> Result<[u8; STORED_LEN]> {
        let mut bytes = [0; STORED_LEN + HEADER_LEN];
        let behind = usize::try_from(self.file.len() - end).unwrap_or(HEADER_LEN).min(HEADER_LEN);
        self.file.read_at(end - STORED_LEN as u64, &mut bytes[..STORED_LEN + behind])?;
        let (stored_len, head) = bytes.split_at(STORED_LEN);
        self.head = head.first_chunk().copied().filter(|_| behind == HEADER_LEN);
        stored_len.first_chunk().copied().ok_or_else(stale)
    }

    /// Compares where the next block begins with what is said of it.
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

    /// What is wrong with the next block, or with what is said of it.
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
