//! A record of a pair, and the errors that name its place.

use super::names::Mismatch;
use crate::error::{Error, ErrorKind, MatePlace, PairFile, Site};
use crate::fastq::Fastq;
use crate::record::Format;

/// The place of a record, and its first line.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Mate<'data> {
    /// First or second file; `None` if both mates are in one.
    pub(crate) file: Option<PairFile>,
    /// Its number in the file, from 0.
    pub(crate) record: u64,
    /// Its first byte.
    pub(crate) offset: u64,
    /// Lines before it, if they were counted.
    pub(crate) line: Option<u64>,
    /// Its first line, without the line end.
    pub(crate) header: &'data [u8],
}

impl Mate<'_> {
    /// Returns the error of this first mate and a second one that is not its mate.
    #[cold]
    pub(crate) fn mismatch(&self, second: &Mate<'_>, mismatch: Mismatch) -> Error {
        let mate = MatePlace::new(second.file, second.record, second.offset, second.header);
        self.error(match mismatch {
            Mismatch::Name => ErrorKind::MateName { mate },
            Mismatch::Number { first, second } => {
                ErrorKind::MateNumber { number: first, mate_number: second, mate }
            }
        })
    }

    /// Returns the error of this mate if the other input has ended, with these numbers of records and bytes.
    #[cold]
    pub(crate) fn missing(&self, file: Option<PairFile>, records: u64, len: u64) -> Error {
        self.error(ErrorKind::MateMissing { file, records, len })
    }

    fn error(&self, kind: ErrorKind) -> Error {
        let site = Site {
            format: Fastq::NAME,
            offset: self.offset,
            record_offset: self.offset,
            counted_from: 0,
            record: self.record,
            line: self.line,
        };
        Error::at(kind, site, self.header).in_file(self.file)
    }
}

/// Returns the first line of the record with these bytes.
pub(crate) fn header<'data>(record: &'data [u8], definition: &[u8]) -> &'data [u8] {
    // `@` precedes the definition.
    &record[..=definition.len()]
}
