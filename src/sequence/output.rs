//! Records on their way out.

use std::io::{self, IoSlice, Write};
use std::ops::Range;

use crate::error::{Error, ErrorKind, Result, Site};
use crate::range::position_in;

/// How many slices a vectored write takes: `IOV_MAX` of Linux (`writev(2)`).
const MOST_SLICES: usize = 1024;

/// How many records are handed over together: so many that their number makes no difference, and a bound for `record_ends`.
const MOST_RECORDS: usize = 1 << 16;

/// Where records go, and what has arrived there.
#[derive(Debug)]
pub(crate) struct Output<W> {
    inner: W,
    /// Records that the inner writer took as a whole.
    records: u64,
    /// Bytes of these.
    record_bytes: u64,
    /// Bytes that the inner writer took.
    bytes: u64,
    /// Whether there is more in the output than whole records, or nobody knows.
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

    /// Takes records from here on. Slices that lie end to end in `data` become one.
    pub(crate) fn batch<'output, 'data>(
        &'output mut self,
        data: &'data [u8],
    ) -> Result<Batch<'output, 'data, W>> {
        self.check_whole()?;
        let end = self.bytes;
        Ok(Batch { output: self, data, slices: Vec::new(), last: None, end, record_ends: Vec::new() })
    }

    /// The error that tells why the next record is not written.
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

/// Why a record is not written.
#[derive(Debug)]
pub(crate) struct Refused<'data> {
    pub(crate) kind: ErrorKind,
    /// Where the byte at fault would stand, in bytes from the start of the record.
    pub(crate) position: u64,
    /// The bytes from there on, as far as they are worth to be quoted.
    pub(crate) found: &'data [u8],
}

impl<'data> Refused<'data> {
    /// For the byte with which `found` begins: the one at `at` in the field, and at `position` in the record.
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

/// Records that are handed over together.
///
/// A batch that is dropped before [`finish`](Batch::finish) leaves the output as if what it still has had never been there.
#[derive(Debug)]
pub(crate) struct Batch<'output, 'data, W> {
    output: &'output mut Output<W>,
    data: &'data [u8],
    slices: Vec<IoSlice<'data>>,
    /// Where the last slice lies in `data`, if it does.
    last: Option<Range<usize>>,
    /// Where the bytes will end in the output that were pushed.
    end: u64,
    /// Where the records will end in the output that are not yet taken as a whole.
    record_ends: Vec<u64>,
}

impl<'data, W: Write> Batch<'_, 'data, W> {
    /// Takes the next bytes of a record.
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
        if self.slices.len() == MOST_SLICES {
            self.hand_over()?;
        }
        self.slices.push(IoSlice::new(bytes));
        self.last = position;
        Ok(())
    }

    /// The record ends with what was pushed last.
    pub(crate) fn end_record(&mut self) -> io::Result<()> {
        self.record_ends.push(self.end);
        if self.record_ends.len() == MOST_RECORDS { self.hand_over() } else { Ok(()) }
    }

    pub(crate) fn finish(mut self) -> io::Result<()> {
        self.hand_over()
    }

    fn hand_over(&mut self) -> io::Result<()> {
        let output = &mut *self.output;
        // So it stays if the inner writer panics, since nobody knows what it has taken.
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

/// Writes all slices, none of which is empty, and adds to `written` what the writer takes. What interrupts it does not
/// matter.
fn write_all(inner: &mut impl Write, mut slices: &mut [IoSlice<'_>], written: &mut u64) -> io::Result<()> {
    let mut left: usize = slices.iter().map(|slice| slice.len()).sum();
    while left > 0 {
        match inner.write_vectored(slices) {
            Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
            Ok(taken) => {
                // A writer may say anything.
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
