//! The first bytes of an input, which show its format.

/// The first bytes of an input.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Head<'data> {
    /// The bytes.
    pub(crate) bytes: &'data [u8],
    /// Whether they are the whole input.
    pub(crate) is_complete: bool,
    /// Whether reading continues after faults, so that records after a fault count too.
    pub(crate) is_read_past_faults: bool,
}

impl<'data> Head<'data> {
    /// Creates the first bytes of an input that is read up to its first fault.
    pub(crate) const fn new(bytes: &'data [u8], is_complete: bool) -> Self {
        Self { bytes, is_complete, is_read_past_faults: false }
    }

    /// Returns the same bytes for an input that is read after faults too.
    pub(crate) const fn past_faults(self) -> Self {
        Self { is_read_past_faults: true, ..self }
    }
}

/// How certain the format of an input is by its first bytes, from the least to the most.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Certainty {
    /// A pattern somewhere in the head. Another format may contain it.
    Pattern,
    /// One byte, with which no record of another text format begins.
    FirstByte,
    /// Several records in a row, whatever the first byte is.
    SeveralRecords,
    /// The fields of the first line.
    FirstLine,
    /// A signature, or a header with which no other format begins.
    Signature,
}
