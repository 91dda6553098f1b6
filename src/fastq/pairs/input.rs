//! An input in memory, and boundaries in it with their record numbers.

use std::fmt;

use crate::error::{PairFile, Result};
use crate::fastq::Fastq;
use crate::record::{Backing, CheckedBytes, Format, Part, Records};

/// One of two inputs, or the only one.
#[derive(Clone, Copy)]
pub(super) struct Input<'data> {
    pub(super) data: &'data [u8],
    pub(super) backing: Option<&'data dyn Backing>,
    /// First or second, of two inputs.
    pub(super) file: Option<PairFile>,
}

impl<'data> Input<'data> {
    pub(super) fn new(data: impl Into<CheckedBytes<'data>>, file: Option<PairFile>) -> Self {
        let data = data.into();
        Self { data: data.as_slice(), backing: data.backing(), file }
    }

    /// Returns the records of a part. They report their progress to the backing.
    pub(super) fn records(&self, format: Fastq, part: Part<'data>) -> Records<'data, Fastq> {
        format.records_of(part).backed_by(self.backing)
    }

    /// Checks that the bytes have not changed.
    pub(super) fn check(&self) -> Result<()> {
        self.backing.map_or(Ok(()), Backing::check).map_err(|error| error.in_file(self.file))
    }
}

impl fmt::Debug for Input<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Input")
            .field("len", &self.data.len())
            .field("file", &self.file)
            .field("backed", &self.backing.is_some())
            .finish()
    }
}

/// A boundary, and the counts of the bytes before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Mark {
    /// Bytes before it.
    pub(super) offset: usize,
    /// Records before it.
    pub(super) record: u64,
    /// Lines before it.
    pub(super) line: u64,
}

impl Mark {
    /// Adds records and lines that were counted before the part. The offset already counts from the start of the input.
    pub(super) fn after(self, before: Self) -> Self {
        Self { record: before.record + self.record, line: before.line + self.line, ..self }
    }
}
