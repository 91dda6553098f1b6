//! Byte ranges of records.

use std::cell::OnceCell;
use std::io;
use std::ops::Range;
use std::path::Path;

use pagecut::index::{self as library, RecordIndex};
use pagecut::{ErrorKind, Format, Result, Source, source::FormatTask};

use crate::args::Common;
use crate::index;

/// Finds the record with a number.
pub(super) struct OneRecord<'run> {
    pub(super) path: &'run Path,
    pub(super) common: &'run Common,
    pub(super) numbers: &'run OnceCell<RecordIndex>,
    pub(super) record: u64,
}

impl FormatTask for OneRecord<'_> {
    type Output = Range<u64>;

    fn run<F: Format>(&self, source: &Source, format: &F) -> Result<Range<u64>> {
        let content = source.random_access()?;
        let sparse = match self.numbers.get() {
            Some(sparse) => sparse,
            None => {
                let sparse = index::numbers(self.path, source, format, self.common)?;
                self.numbers.get_or_init(|| sparse)
            }
        };
        let range = sparse.record_range(self.record, content, format)?;
        // Blank lines before it are not the record's.
        let bytes = content.bytes_at(range.clone())?;
        let blank = bytes.iter().take_while(|byte| matches!(byte, b'\n' | b'\r')).count();
        Ok(range.start + blank as u64..range.end)
    }
}

/// Finds the records that begin in a range of bytes.
pub(super) struct RecordsBetween {
    pub(super) range: Range<u64>,
}

impl FormatTask for RecordsBetween {
    type Output = Range<u64>;

    fn run<F: Format>(&self, source: &Source, format: &F) -> Result<Range<u64>> {
        let content = source.random_access()?;
        let Range { start, end } = self.range;
        if start > end {
            let what = format!("{start}..{end}: it ends before it begins");
            return Err(io::Error::new(io::ErrorKind::InvalidInput, what).into());
        }
        if end > content.len() {
            return Err(ErrorKind::OutOfRange { start, end, len: content.len() }.into());
        }
        match format.boundaries() {
            Some(boundaries) => {
                let range = library::find_boundary(content, boundaries, start)?
                    ..library::find_boundary(content, boundaries, end)?;
                if boundaries.needs_proof() && library::scan_to_boundary(content, format, range.end).is_err()
                {
                    // The next boundary lies after damage. Records before the damage are certain too.
                    let end = library::scan_to_boundary(content, format, end)?;
                    return Ok(range.start.min(end)..end);
                }
                Ok(range)
            }
            None => Ok(library::scan_to_boundary(content, format, start)?
                ..library::scan_to_boundary(content, format, end)?),
        }
    }
}
