//! Copies of the records that are left of a damaged input, and the thread that makes them.

use std::io;
use std::sync::mpsc::SyncSender;

use crate::allocation;
use crate::error::{Error, Result};
use crate::fastq::{Fastq, MateFormat, Variant};
use crate::record::{Format as _, Gap, Part};
use crate::source::open::Source;
use crate::source::recover::Recovered;
use crate::source::schedule::Account;

/// A block is full with this many bytes.
const FULL: usize = 256 << 10;

/// Or with this many records, so that the positions of short records do not take much more memory than the records.
const MOST_RECORDS: usize = 4096;

/// Successive records of an input, with the blank lines after them, and the gaps between them.
#[derive(Debug, Default)]
pub(super) struct Block {
    bytes: Vec<u8>,
    records: Vec<Stored>,
    /// Each with the number of records of the block before it.
    gaps: Vec<(usize, Gap)>,
}

/// The position of a record in a block.
#[derive(Debug, Clone, Copy)]
struct Stored {
    /// Where the bytes of the block start that belong to the record.
    from: usize,
    /// Where the record starts, after blank lines at the start of the input.
    start: usize,
    /// Length of its first line without `@`.
    definition_len: usize,
    /// Its offset in the input.
    offset: u64,
}

impl Block {
    /// The number of records.
    pub(super) fn len(&self) -> usize {
        self.records.len()
    }

    /// A record, with the blank lines after it.
    #[inline]
    pub(super) fn record(&self, index: usize) -> &[u8] {
        let end = self.records.get(index + 1).map_or(self.bytes.len(), |next| next.from);
        &self.bytes[self.records[index].from..end]
    }

    /// The first line of a record, without `@`.
    #[inline]
    pub(super) fn definition(&self, index: usize) -> &[u8] {
        let Stored { start, definition_len, .. } = self.records[index];
        &self.bytes[start + 1..][..definition_len]
    }

    /// The first line of a record, and its offset in the input.
    pub(super) fn header(&self, index: usize) -> (&[u8], u64) {
        let Stored { start, definition_len, offset, .. } = self.records[index];
        (&self.bytes[start..][..1 + definition_len], offset)
    }

    /// The gaps, each with the number of records of the block before it.
    pub(super) fn take_gaps(&mut self) -> Vec<(usize, Gap)> {
        std::mem::take(&mut self.gaps)
    }

    fn is_full(&self) -> bool {
        self.bytes.len() >= FULL || self.records.len() >= MOST_RECORDS
    }

    fn add(&mut self, bytes: &[u8], offset: u64) -> Result<()> {
        allocation::reserve(&mut self.bytes, bytes.len())
            .map_err(|error| Error::from(error).of_bytes_at(Fastq::NAME, offset))?;
        self.bytes.extend_from_slice(bytes);
        Ok(())
    }
}

/// Reads a damaged input, and sends its records and gaps until the receiver is dropped.
pub(super) fn send(
    source: &Source,
    fastq: &Fastq,
    guess: Variant,
    max_gaps: u64,
    sender: SyncSender<Block>,
) -> Account {
    let mut filling = Filling { block: Block::default(), offset: 0, sender };
    let plain = Fastq::new().check_quality_end(false);
    let mut account =
        source.recover_fastq_variant(fastq, guess, max_gaps, |variant, recovered| match recovered {
            Recovered::Records(bytes) if variant == Variant::Wrapped => filling.add(&plain.wrapped(), bytes),
            Recovered::Records(bytes) => filling.add(&plain, bytes),
            Recovered::Gap(gap) => {
                filling.add_gap(gap);
                Ok(())
            }
        });
    if let Err(error) = filling.send() {
        account.error.get_or_insert(error);
        account.complete = false;
    }
    account
}

/// A block being filled.
struct Filling {
    block: Block,
    /// The offset of the next bytes in the input.
    offset: u64,
    sender: SyncSender<Block>,
}

impl Filling {
    /// Adds whole records and the blank lines between them.
    fn add<F: MateFormat>(&mut self, format: &F, bytes: &[u8]) -> Result<()> {
        let mut records = format.records_of(Part::whole(bytes));
        let mut end = 0;
        while let Some(record) = records.next() {
            let record = record?;
            // Positions in a slice fit into `usize`.
            let next = usize::try_from(records.tally().bytes()).unwrap_or(usize::MAX);
            let start = next - F::bytes(&record).len();
            self.add_blank(&bytes[end..start])?;
            if self.block.is_full() {
                self.send()?;
            }
            let held = self.block.bytes.len();
            let from = if self.block.records.is_empty() { 0 } else { held };
            let offset = self.offset + start as u64;
            let definition_len = F::definition(&record).len();
            self.block.add(&bytes[start..next], offset)?;
            // After the bytes, so that a block whose growth failed has no record without bytes.
            self.block.records.push(Stored { from, start: held, definition_len, offset });
            end = next;
        }
        self.add_blank(&bytes[end..])?;
        self.offset += bytes.len() as u64;
        Ok(())
    }

    /// Adds blank lines to the record before them.
    fn add_blank(&mut self, lines: &[u8]) -> Result<()> {
        self.block.add(lines, self.offset)
    }

    fn add_gap(&mut self, gap: Gap) {
        self.offset = gap.range.end;
        self.block.gaps.push((self.block.len(), gap));
    }

    /// Sends the block.
    ///
    /// # Errors
    ///
    /// That it is not wanted.
    fn send(&mut self) -> Result<()> {
        let block = std::mem::take(&mut self.block);
        self.sender.send(block).map_err(|_| io::Error::from(io::ErrorKind::BrokenPipe).into())
    }
}

/// The blocks of an input of records and of gaps, which are given by their lengths.
#[cfg(test)]
pub(super) fn blocks_of(
    pieces: impl Iterator<Item = std::result::Result<String, u64>>,
) -> std::sync::mpsc::Receiver<Block> {
    let (sender, receiver) = std::sync::mpsc::sync_channel(1000);
    let mut filling = Filling { block: Block::default(), offset: 0, sender };
    for piece in pieces {
        match piece {
            Ok(records) => filling.add(&Fastq::new(), records.as_bytes()).unwrap(),
            Err(len) => filling.add_gap(Gap {
                range: filling.offset..filling.offset + len,
                error: crate::error::ErrorKind::Changed.into(),
                lost: None,
            }),
        }
    }
    filling.send().unwrap();
    receiver
}
