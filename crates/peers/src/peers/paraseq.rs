//! paraseq, which uses niffler to detect the compression: flate2 and libzstd.

use std::fs::File;
use std::io::Read;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

use paraseq::fastq::{Reader, RefRecord};
use paraseq::parallel::ParallelReader;
use paraseq::{BoxedReader, ReaderBuilder, Record as _};

use super::row;
use crate::format::Format;
use crate::row::{Access, Count, Result, Row};

const FASTQ: &str =
    "`@`, `+`, that the record is complete, as many scores as letters; every byte searched for line ends";
const FASTA: &str =
    "`>`; the whole record is searched for `>`, its letters are copied out without their line ends";

pub(super) const ROWS: [Row; 8] = [
    row("paraseq 0.6", Format::FASTQ, Access::Read, 1, FASTQ, plain),
    row("paraseq 0.6 over zlib-rs", Format::GZIP, Access::Read, 1, FASTQ, decompressed),
    row("paraseq 0.6 over libzstd", Format::ZSTD, Access::Read, 1, FASTQ, decompressed),
    row("paraseq 0.6 parallel", Format::FASTQ, Access::Read, 2, FASTQ, plain_parallel),
    // The workers take turns at decompressing.
    row("paraseq 0.6 parallel over zlib-rs", Format::GZIP, Access::Read, 2, FASTQ, decompressed_parallel),
    row("paraseq 0.6 parallel over libzstd", Format::ZSTD, Access::Read, 2, FASTQ, decompressed_parallel),
    row("paraseq 0.6", Format::FASTA, Access::Read, 1, FASTA, fasta),
    row("paraseq 0.6 parallel", Format::FASTA, Access::Read, 2, FASTA, fasta_parallel),
];

fn plain(path: &Path, _: usize) -> Result<Option<Count>> {
    count(Reader::new(File::open(path)?))
}

fn decompressed(path: &Path, _: usize) -> Result<Option<Count>> {
    count(open(path)?)
}

fn plain_parallel(path: &Path, threads: usize) -> Result<Option<Count>> {
    count_parallel(Reader::new(File::open(path)?), threads)
}

fn decompressed_parallel(path: &Path, threads: usize) -> Result<Option<Count>> {
    count_parallel(open(path)?, threads)
}

fn open(path: &Path) -> Result<Reader<BoxedReader>> {
    Ok(ReaderBuilder::path(path).build_fastq()?)
}

fn count(mut reader: Reader<impl Read>) -> Result<Option<Count>> {
    let mut records = reader.new_record_set();
    let mut count = Count::default();
    while records.fill(&mut reader)? {
        for record in records.iter() {
            count = count.with(record?.seq_raw().len());
        }
    }
    Ok(Some(count))
}

fn count_parallel(reader: Reader<impl Read + Send>, threads: usize) -> Result<Option<Count>> {
    let sum = Sum::default();
    let mut add_batch = |batch: &mut dyn Iterator<Item = RefRecord<'_>>| {
        sum.add(batch.map(|record| record.seq_raw().len()));
        Ok(())
    };
    reader.process_parallel(&mut add_batch, threads)?;
    Ok(Some(sum.count()))
}

/// `seq` returns a sequence of several lines without line ends.
fn fasta(path: &Path, _: usize) -> Result<Option<Count>> {
    let mut reader = paraseq::fasta::Reader::new(File::open(path)?);
    let mut records = reader.new_record_set();
    let mut count = Count::default();
    while records.fill(&mut reader)? {
        for record in records.iter() {
            count = count.with(record?.seq().len());
        }
    }
    Ok(Some(count))
}

fn fasta_parallel(path: &Path, threads: usize) -> Result<Option<Count>> {
    let sum = Sum::default();
    let mut add_batch = |batch: &mut dyn Iterator<Item = paraseq::fasta::RefRecord<'_>>| {
        sum.add(batch.map(|record| record.seq().len()));
        Ok(())
    };
    paraseq::fasta::Reader::new(File::open(path)?).process_parallel(&mut add_batch, threads)?;
    Ok(Some(sum.count()))
}

/// Every worker has a copy of the closure, so the sum is shared.
#[derive(Default)]
struct Sum {
    records: AtomicU64,
    len: AtomicU64,
}

impl Sum {
    /// Adds the lengths of a batch.
    fn add(&self, lens: impl Iterator<Item = usize>) {
        let count = lens.fold(Count::default(), Count::with);
        self.records.fetch_add(count.records, Ordering::Relaxed);
        self.len.fetch_add(count.len, Ordering::Relaxed);
    }

    fn count(self) -> Count {
        Count { records: self.records.into_inner(), len: self.len.into_inner() }
    }
}
