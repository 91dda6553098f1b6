//! `shard` of a compressed file without positions, such as gzip: it is read twice, and the pieces are written one after the other.

use std::io::Write as _;
use std::path::Path;

use pagecut::source::FormatTask;
use pagecut::{ErrorKind, Format, Result, Source};

use super::pieces;
use crate::args::Common;
use crate::output::Complete;

/// Writes the pieces.
pub(super) struct Streamed<'run> {
    pub(super) input: &'run Path,
    pub(super) prefix: &'run Path,
    pub(super) common: &'run Common,
    /// Pieces.
    pub(super) number: u64,
    /// Whether pieces have equal numbers of records, and not about equal lengths.
    pub(super) by_number: bool,
}

impl FormatTask for Streamed<'_> {
    /// The complete pieces.
    type Output = Vec<Complete>;

    fn run<F: Format>(&self, source: &Source, format: &F) -> Result<Vec<Complete>> {
        let tally = source.for_each(format, |_| {})?;
        let all = if self.by_number { tally.records } else { tally.record_bytes };
        let mut records = source.records(format)?;
        let mut written = 0;
        let mut complete = Vec::new();
        for piece in 0..self.number {
            let mut out = pieces::open(self.prefix, piece, None, self.input, source, self.common)?;
            let end = pieces::end(all, piece, self.number);
            while written < end {
                // They were counted.
                let record = records.next_bytes()?.ok_or(ErrorKind::Changed)?;
                out.write_all(record)?;
                written += if self.by_number { 1 } else { record.len() as u64 };
            }
            complete.push(out.complete()?);
        }
        match records.next_bytes()? {
            None => Ok(complete),
            Some(_) => Err(ErrorKind::Changed.into()),
        }
    }
}
