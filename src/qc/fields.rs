//! The fields of records that a quality control needs.

use crate::fastq::{Fastq, MateFormat, Wrapped};

/// The fields of a read.
#[derive(Debug, Clone, Copy)]
pub(super) struct Read<'read> {
    pub(super) definition: &'read [u8],
    pub(super) sequence: &'read [u8],
    pub(super) quality: &'read [u8],
}

/// A format of reads.
pub(super) trait ReadFormat: MateFormat {
    /// Calls `work` with the fields of a record.
    fn with_fields<T>(record: &Self::Record<'_>, work: impl FnOnce(Read<'_>) -> T) -> T;
}

impl ReadFormat for Fastq {
    #[inline]
    fn with_fields<T>(record: &Self::Record<'_>, work: impl FnOnce(Read<'_>) -> T) -> T {
        work(Read {
            definition: record.definition(),
            sequence: record.sequence(),
            quality: record.quality_scores(),
        })
    }
}

impl ReadFormat for Wrapped {
    fn with_fields<T>(record: &Self::Record<'_>, work: impl FnOnce(Read<'_>) -> T) -> T {
        work(Read {
            definition: record.definition(),
            sequence: &record.sequence(),
            quality: &record.quality_scores(),
        })
    }
}
