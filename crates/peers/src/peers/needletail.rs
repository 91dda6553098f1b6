//! needletail, which finds out by itself how the input is compressed.

use std::path::Path;

use super::row;
use crate::format::Format;
use crate::row::{Count, Result, Row, Way};

pub(super) const ROWS: [Row; 3] = [
    row("needletail 0.7", Format::PLAIN, Way::Read, 1, run),
    row("needletail 0.7 over zlib-rs", Format::GZIP, Way::Read, 1, run),
    row("needletail 0.7 over libzstd", Format::ZSTD, Way::Read, 1, run),
];

fn run(path: &Path, _: usize) -> Result<Option<Count>> {
    let mut reader = needletail::parse_fastx_file(path)?;
    let mut count = Count::default();
    while let Some(record) = reader.next() {
        count = count.with(record?.num_bases());
    }
    Ok(Some(count))
}
