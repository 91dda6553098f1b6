//! An input, and the boundaries in it whose numbers are known.

use std::fmt;

use crate::error::{PairFile, Result};
use crate::fastq::Fastq;
use crate::record::{Backing, CheckedBytes, Format, Part, Records};

/// One of two inputs, or the only one.
#[derive(Clone, Copy)]
pub(super) struct Input<'data> {
    pub(super) data: &'data [u8],
    pub(super) backing: Option<&'data dyn Backing>,
    /// Which one of two it is.
    pub(super) file: Option<PairFile>,
}

impl<'data> Input<'data> {
    pub(super) fn new(data: impl Into<CheckedBytes<'data>>, file: Option<PairFile>) -> Self {
        let data = data.into();
        Self { data: data.as_slice(), backing: data.backing(), file }
    }

    /// The records of a part, which say to the backing where they are.
    pub(super) fn records(&self, format: Fastq, part: Part<'data>) -> Records<'data, Fastq> {
        format.records_of(part).backed_by(self.backing)
    }

    /// Whether the bytes are still what they were.
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

/// A boundary of which it is known what lies before it.
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
    /// The same boundary, if this one lies behind records and lines that were counted elsewhere. The offset is that in the
    /// input already.
    pub(super) fn behind(self, before: Self) -> Self {
        Self { record: before.record + self.record, line: before.line + self.line, ..self }
    }
}
