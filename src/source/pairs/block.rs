//! Copies of records that lie end to end in an input.

use std::io;

use crate::allocation;
use crate::error::{Error, ErrorKind, PairFile, Result};
use crate::fastq::pairs::{Mate, header};
use crate::fastq::{Fastq, MateFormat};
use crate::record::{Format, Tally};
use crate::source::read::RecordReader;

/// A block is full with this many bytes. So a few blocks for each worker fit into a cache.
const FULL: usize = 256 << 10;

/// Or with this many records, so that the positions of short records do not take much more memory than the records.
const MOST_RECORDS: usize = 4096;

/// A record in a block, and its place in the input.
#[derive(Debug, Clone, Copy)]
struct Stored<L> {
    start: usize,
    len: usize,
    layout: L,
    offset: u64,
    /// Its number in the input, from 0.
    number: u64,
    /// Lines of the input up to its end.
    lines: u64,
}

/// Copies of records that lie end to end in an input.
#[derive(Debug)]
pub(super) struct Block<L> {
    bytes: Vec<u8>,
    records: Vec<Stored<L>>,
}

impl<L> Default for Block<L> {
    fn default() -> Self {
        Self { bytes: Vec::new(), records: Vec::new() }
    }
}

impl<L: Copy> Block<L> {
    pub(super) fn clear(&mut self) {
        self.bytes.clear();
        self.records.clear();
    }

    /// The number of records.
    pub(super) fn len(&self) -> usize {
        self.records.len()
    }

    fn is_full(&self) -> bool {
        self.bytes.len() >= FULL || self.records.len() >= MOST_RECORDS
    }

    /// Copies the record that a reader has found last. `tally` is the account up to its end.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Io`] if there is no memory for it.
    pub(super) fn push(&mut self, bytes: &[u8], offset: u64, layout: L, tally: Tally) -> Result<()> {
        let no_memory = |error: io::Error| Error::from(error).of_bytes_at(Fastq::NAME, offset);
        allocation::reserve(&mut self.bytes, bytes.len()).map_err(no_memory)?;
        self.records.try_reserve(1).map_err(|error| no_memory(error.into()))?;
        let (start, len) = (self.bytes.len(), bytes.len());
        self.bytes.extend_from_slice(bytes);
        let Tally { records, lines, .. } = tally;
        self.records.push(Stored { start, len, layout, offset, number: records - 1, lines });
        Ok(())
    }

    /// A record of the block.
    #[inline]
    pub(super) fn record<F: Format<Layout = L>>(&self, format: &F, index: usize) -> F::Record<'_> {
        let Stored { start, len, layout, offset, .. } = self.records[index];
        format.record(&self.bytes[start..start + len], offset, layout)
    }

    /// A record of the block as a mate.
    #[cold]
    pub(super) fn mate<F>(&self, format: &F, index: usize, file: Option<PairFile>) -> Mate<'_>
    where
        F: MateFormat + Format<Layout = L>,
    {
        let Stored { start, len, offset, number, lines, .. } = self.records[index];
        let bytes = &self.bytes[start..start + len];
        let definition = F::definition(&self.record(format, index));
        place(bytes, definition, Mate { file, record: number, offset, line: Some(lines), header: &[] })
    }
}

/// Completes the place of a record, in which `line` counts the lines up to the end of the record.
pub(super) fn place<'data>(bytes: &'data [u8], definition: &[u8], mate: Mate<'data>) -> Mate<'data> {
    // The last line may not end.
    let lines = bytes.split_inclusive(|&byte| byte == b'\n').count() as u64;
    // A mapping may have other line ends by now.
    Mate { line: mate.line.map(|line| line.saturating_sub(lines)), header: header(bytes, definition), ..mate }
}

/// How an input ended: with the account of all its bytes, or with an error.
pub(super) type End = Result<Tally>;

/// Copies the records of an input into blocks.
pub(super) struct Blocks<'source, F: Format> {
    reader: RecordReader<'source, F>,
    /// Mates of a pair in this input: 1, or 2 that belong into one block.
    mates: usize,
    file: Option<PairFile>,
}

impl<'source, F: MateFormat> Blocks<'source, F> {
    pub(super) fn new(reader: RecordReader<'source, F>, mates: usize, file: Option<PairFile>) -> Self {
        Self { reader, mates, file }
    }

    /// Fills an empty block with the next records. Returns how the input ended, if it did.
    pub(super) fn fill(&mut self, block: &mut Block<F::Layout>) -> Option<End> {
        let filled = self.copy_records(block);
        let end = match filled {
            // Checks that the last copied bytes were not lost.
            Ok(false) => self.reader.check_part().err().map(Err),
            Ok(true) => Some(Ok(self.reader.tally())),
            Err(error) => Some(Err(error)),
        };
        let end = end.map(|end| end.map_err(|error| error.in_file(self.file)));
        if let Some(Err(error)) = &end
            && has_vanished(error)
        {
            block.clear();
        }
        end
    }

    /// Copies records until the block is full or the input ends. Returns whether the input ended.
    fn copy_records(&mut self, block: &mut Block<F::Layout>) -> Result<bool> {
        while !block.is_full() || block.len() % self.mates > 0 {
            let Some(found) = self.reader.find_next()? else { return Ok(true) };
            let part = self.reader.part();
            block.push(found.bytes(&part), found.offset(&part), found.layout(), self.reader.tally())?;
        }
        Ok(false)
    }
}

/// Whether an error means that bytes that were read may be wrong.
fn has_vanished(error: &Error) -> bool {
    matches!(error.kind(), ErrorKind::Truncated { .. } | ErrorKind::Changed | ErrorKind::LeaseBroken)
}
