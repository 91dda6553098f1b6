//! paraseq, which leaves it to niffler to find out how the input is compressed: flate2 and libzstd.

use std::fs::File;
use std::io::Read;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

use paraseq::fastq::{Reader, RefRecord};
use paraseq::parallel::ParallelReader;
use paraseq::{BoxedReader, ReaderBuilder, Record as _};

use super::row;
use crate::format::Format;
use crate::row::{Count, Result, Row, Way};

pub(super) const ROWS: [Row; 6] = [
    row("paraseq 0.6", Format::PLAIN, Way::Read, 1, plain),
    row("paraseq 0.6 over zlib-rs", Format::GZIP, Way::Read, 1, decompressed),
    row("paraseq 0.6 over libzstd", Format::ZSTD, Way::Read, 1, decompressed),
    row("paraseq 0.6 parallel", Format::PLAIN, Way::Read, 2, plain_parallel),
    // The workers take turns to decompress.
    row("paraseq 0.6 parallel over zlib-rs", Format::GZIP, Way::Read, 2, decompressed_parallel),
    row("paraseq 0.6 parallel over libzstd", Format::ZSTD, Way::Read, 2, decompressed_parallel),
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
    // Every worker has a copy of the closure, so that the sum has to lie outside.
    let (records, bases) = (AtomicU64::new(0), AtomicU64::new(0));
    let (all_records, all_bases) = (&records, &bases);
    let mut add_batch = |batch: &mut dyn Iterator<Item = RefRecord<'_>>| {
        let count = batch.fold(Count::default(), |count, record| count.with(record.seq_raw().len()));
        all_records.fetch_add(count.records, Ordering::Relaxed);
        all_bases.fetch_add(count.bases, Ordering::Relaxed);
        Ok(())
    };
    reader.process_parallel(&mut add_batch, threads)?;
    Ok(Some(Count { records: records.into_inner(), bases: bases.into_inner() }))
}
