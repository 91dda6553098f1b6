//! needletail, which detects the format and the compression itself.

use std::path::Path;

use super::row;
use crate::format::Format;
use crate::row::{Access, Count, Result, Row};

const FASTQ: &str =
    "`@`, `+`, that the record is complete, as many scores as letters; every byte searched for line ends";
const FASTA: &str = "`>`; every byte searched for line ends, and again to count letters";

pub(super) const ROWS: [Row; 4] = [
    row("needletail 0.7", Format::FASTQ, Access::Read, 1, FASTQ, run),
    row("needletail 0.7 over zlib-rs", Format::GZIP, Access::Read, 1, FASTQ, run),
    row("needletail 0.7 over libzstd", Format::ZSTD, Access::Read, 1, FASTQ, run),
    row("needletail 0.7", Format::FASTA, Access::Read, 1, FASTA, run),
];

fn run(path: &Path, _: usize) -> Result<Option<Count>> {
    let mut reader = needletail::parse_fastx_file(path)?;
    let mut count = Count::default();
    while let Some(record) = reader.next() {
        count = count.with(record?.num_bases());
    }
    Ok(Some(count))
}
