//! Writes records in batches of slices.

use std::io::{self, IoSlice, Write};
use std::ops::Range;

use crate::error::{Error, ErrorKind, Result, Site};
use crate::range::position_in;

/// Maximum number of slices of a vectored write: `IOV_MAX` of Linux (`writev(2)`).
const MAX_SLICES: usize = 1024;

/// Maximum number of records per batch: large enough to make the cost of a batch negligible, and a bound for `record_ends`.
const MAX_RECORDS: usize = 1 << 16;

/// An inner writer, with counts of the records and bytes that it took.
#[derive(Debug)]
pub(crate) struct Output<W> {
    inner: W,
    /// Number of whole records that the inner writer took.
    records: u64,
    /// Bytes of these records.
    record_bytes: u64,
    /// Number of bytes that the inner writer took.
    bytes: u64,
    /// Whether the output ends inside a record, or may do so.
    torn: bool,
}

impl<W: Write> Output<W> {
    pub(crate) fn new(inner: W) -> Self {
        Self { inner, records: 0, record_bytes: 0, bytes: 0, torn: false }
    }

    pub(crate) fn records(&self) -> u64 {
        self.records
    }

    pub(crate) fn bytes(&self) -> u64 {
        self.bytes
    }

    pub(crate) fn get_ref(&self) -> &W {
        &self.inner
    }

    pub(crate) fn into_inner(self) -> W {
        self.inner
    }

    pub(crate) fn flush(&mut self) -> Result<()> {
        Ok(self.inner.flush()?)
    }

    pub(crate) fn finish(mut self) -> Result<W> {
        self.check_whole()?;
        self.flush()?;
        Ok(self.inner)
    }

    /// Starts a batch of records. Adjacent slices of `data` are merged into one.
    pub(crate) fn batch<'output, 'data>(
        &'output mut self,
        data: &'data [u8],
    ) -> Result<Batch<'output, 'data, W>> {
        self.check_whole()?;
        let end = self.bytes;
        Ok(Batch { output: self, data, slices: Vec::new(), last: None, end, record_ends: Vec::new() })
    }

    /// Returns the error for a rejected record.
    #[cold]
    pub(crate) fn refuse(&self, format: &'static str, refused: Refused<'_>) -> Error {
        let site = Site {
            format,
            offset: self.bytes + refused.position,
            record_offset: self.bytes,
            counted_from: 0,
            record: self.records,
            line: None,
        };
        Error::at(refused.kind, site, refused.found)
    }

    fn check_whole(&self) -> Result<()> {
        if self.torn { Err(ErrorKind::TornRecord { record: self.records }.into()) } else { Ok(()) }
    }
}

/// The reason why a record is rejected.
#[derive(Debug)]
pub(crate) struct Refused<'data> {
    pub(crate) kind: ErrorKind,
    /// Position of the invalid byte in bytes from the start of the record.
    pub(crate) position: u64,
    /// The bytes from there on, for the excerpt.
    pub(crate) found: &'data [u8],
}

impl<'data> Refused<'data> {
    /// Rejects the first byte of `found`, which is at `at` in its field and at `position` in the record.
    #[cold]
    pub(crate) fn unwritable(
        field: &'static str,
        at: u64,
        position: u64,
        found: &'data [u8],
        role: &'static str,
    ) -> Self {
        Self { kind: ErrorKind::Unwritable { field, position: at, found: found[0], role }, position, found }
    }
}

/// Records that are written together.
///
/// Dropping a batch before [`finish`](Batch::finish) discards its pending records and leaves the output intact.
#[derive(Debug)]
pub(crate) struct Batch<'output, 'data, W> {
    output: &'output mut Output<W>,
    data: &'data [u8],
    slices: Vec<IoSlice<'data>>,
    /// Range of the last slice in `data`, if it is a slice of `data`.
    last: Option<Range<usize>>,
    /// End of the pushed bytes in the output.
    end: u64,
    /// Ends in the output of the records that are not written as a whole yet.
    record_ends: Vec<u64>,
}

impl<'data, W: Write> Batch<'_, 'data, W> {
    /// Adds the next bytes of a record.
    pub(crate) fn push(&mut self, bytes: &'data [u8]) -> io::Result<()> {
        if bytes.is_empty() {
            return Ok(());
        }
        self.end += bytes.len() as u64;
        let position = position_in(self.data, bytes);
        if let (Some(last), Some(position)) = (&mut self.last, &position)
            && last.end == position.start
            && let Some(slice) = self.slices.last_mut()
        {
            last.end = position.end;
            *slice = IoSlice::new(&self.data[last.clone()]);
            return Ok(());
        }
        if self.slices.len() == MAX_SLICES {
            self.write_pending()?;
        }
        self.slices.push(IoSlice::new(bytes));
        self.last = position;
        Ok(())
    }

    /// Ends the record after the last pushed bytes.
    pub(crate) fn end_record(&mut self) -> io::Result<()> {
        self.record_ends.push(self.end);
        if self.record_ends.len() == MAX_RECORDS { self.write_pending() } else { Ok(()) }
    }

    pub(crate) fn finish(mut self) -> io::Result<()> {
        self.write_pending()
    }

    fn write_pending(&mut self) -> io::Result<()> {
        let output = &mut *self.output;
        // If the inner writer panics, this stays set, since the number of bytes that it took is unknown.
        output.torn = true;
        let result = write_all(&mut output.inner, &mut self.slices, &mut output.bytes);
        self.slices.clear();
        let whole = self.record_ends.partition_point(|&end| end <= output.bytes);
        output.records += whole as u64;
        output.record_bytes = self.record_ends.drain(..whole).next_back().unwrap_or(output.record_bytes);
        output.torn = output.bytes > output.record_bytes;
        result
    }
}

/// Writes all slices, none of which is empty, and adds the number of bytes that the writer takes to `written`. Repeats interrupted
/// calls.
fn write_all(inner: &mut impl Write, mut slices: &mut [IoSlice<'_>], written: &mut u64) -> io::Result<()> {
    let mut left: usize = slices.iter().map(|slice| slice.len()).sum();
    while left > 0 {
        match inner.write_vectored(slices) {
            Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
            Ok(taken) => {
                // A faulty writer may return more than it was given.
                let taken = taken.min(left);
                left -= taken;
                *written += taken as u64;
                IoSlice::advance_slices(&mut slices, taken);
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}
