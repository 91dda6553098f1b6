//! Two records that belong together, and the formats of such records.

use crate::fastq::{Fastq, Wrapped};
use crate::record::Format;

/// Two records that belong together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Pair<R> {
    /// The one of the first file.
    pub first: R,
    /// The one of the second file.
    pub second: R,
}

/// A format whose records can be mates: [`Fastq`] and [`Wrapped`].
pub trait MateFormat: Format<Layout: Copy + Send + Sync> + sealed::Sealed + 'static {
    /// Returns the first line of a record without `@`, which has the name and the read number.
    fn definition<'data>(record: &Self::Record<'data>) -> &'data [u8];

    /// Returns all bytes of a record as they stand in the input.
    fn bytes<'data>(record: &Self::Record<'data>) -> &'data [u8];
}

impl MateFormat for Fastq {
    fn definition<'data>(record: &Self::Record<'data>) -> &'data [u8] {
        record.definition()
    }

    fn bytes<'data>(record: &Self::Record<'data>) -> &'data [u8] {
        record.as_bytes()
    }
}

impl MateFormat for Wrapped {
    fn definition<'data>(record: &Self::Record<'data>) -> &'data [u8] {
        record.definition()
    }

    fn bytes<'data>(record: &Self::Record<'data>) -> &'data [u8] {
        record.as_bytes()
    }
}

mod sealed {
    /// Formats outside of this crate have no errors of mates.
    pub trait Sealed {}

    impl Sealed for crate::fastq::Fastq {}
    impl Sealed for crate::fastq::Wrapped {}
}
