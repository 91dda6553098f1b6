//! seq_io, which decompresses nothing itself, so it reads from decoders without a parser.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use seq_io::fasta;
use seq_io::fastq::{Reader, Record as _};

use super::row;
use crate::decoders;
use crate::format::Format;
use crate::row::{Access, Count, Result, Row};

const FASTQ: &str =
    "`@`, `+`, that the record is complete, as many scores as letters; every byte searched for line ends";
const FASTA: &str = "`>`; every byte searched for line ends, letters counted line by line";

pub(super) const ROWS: [Row; 12] = [
    row("seq_io 0.3", Format::FASTQ, Access::Read, 1, FASTQ, plain),
    row("seq_io 0.3 over zlib-rs", Format::GZIP, Access::Read, 1, FASTQ, over_zlib_rs),
    row("seq_io 0.3 over bgzf 0.5", Format::BGZF, Access::Read, 1, FASTQ, over_bgzf),
    row("seq_io 0.3 over rapidgzip-core 0.3", Format::GZIP, Access::Read, 1, FASTQ, over_rapidgzip),
    row("seq_io 0.3 over libzstd", Format::ZSTD, Access::Read, 1, FASTQ, over_libzstd),
    row("seq_io 0.3 parallel", Format::FASTQ, Access::Read, 2, FASTQ, plain),
    row("seq_io 0.3 parallel over zlib-rs", Format::GZIP, Access::Read, 2, FASTQ, over_zlib_rs),
    row("seq_io 0.3 over bgzf 0.5", Format::BGZF, Access::Read, 2, FASTQ, over_bgzf),
    row("seq_io 0.3 over rapidgzip-core 0.3", Format::GZIP, Access::Read, 2, FASTQ, over_rapidgzip),
    row("seq_io 0.3 parallel over libzstd", Format::ZSTD, Access::Read, 2, FASTQ, over_libzstd),
    row("seq_io 0.3", Format::FASTA, Access::Read, 1, FASTA, fasta),
    row("seq_io 0.3 parallel", Format::FASTA, Access::Read, 2, FASTA, fasta_parallel),
];

fn plain(path: &Path, threads: usize) -> Result<Option<Count>> {
    count(File::open(path)?, threads)
}

fn over_zlib_rs(path: &Path, threads: usize) -> Result<Option<Count>> {
    count(decoders::zlib_rs(path)?, threads)
}

fn over_libzstd(path: &Path, threads: usize) -> Result<Option<Count>> {
    count(decoders::libzstd(path)?, threads)
}

/// The decoder gets all threads except the one that parses.
fn over_bgzf(path: &Path, threads: usize) -> Result<Option<Count>> {
    count_alone(Reader::new(decoders::bgzf(path, threads)?))
}

/// As for BGZF.
fn over_rapidgzip(path: &Path, threads: usize) -> Result<Option<Count>> {
    count_alone(Reader::new(decoders::rapidgzip(path, threads)?))
}

fn count(reader: impl Read + Send, threads: usize) -> Result<Option<Count>> {
    let reader = Reader::new(reader);
    if threads == 1 { count_alone(reader) } else { count_parallel(reader, threads) }
}

fn count_alone(mut reader: Reader<impl Read>) -> Result<Option<Count>> {
    let mut count = Count::default();
    while let Some(record) = reader.next() {
        count = count.with(record?.seq().len());
    }
    Ok(Some(count))
}

/// A thread besides the workers decompresses and finds the records, so two threads are that thread and one worker.
fn count_parallel(reader: Reader<impl Read + Send>, threads: usize) -> Result<Option<Count>> {
    in_parallel(reader, threads, |records| {
        records.into_iter().fold(Count::default(), |count, record| count.with(record.seq().len()))
    })
}

fn fasta(path: &Path, _: usize) -> Result<Option<Count>> {
    let mut reader = fasta::Reader::new(File::open(path)?);
    let mut count = Count::default();
    while let Some(record) = reader.next() {
        count = count.with(len(&record?));
    }
    Ok(Some(count))
}

fn fasta_parallel(path: &Path, threads: usize) -> Result<Option<Count>> {
    in_parallel(fasta::Reader::new(File::open(path)?), threads, |records| {
        records.into_iter().fold(Count::default(), |count, record| count.with(len(&record)))
    })
}

/// Returns the length without line ends.
fn len(record: &fasta::RefRecord<'_>) -> usize {
    record.seq_lines().map(<[u8]>::len).sum()
}

/// Counts record set by record set.
fn in_parallel<R>(
    reader: R,
    threads: usize,
    count: impl Fn(&mut R::DataSet) -> Count + Send + Sync,
) -> Result<Option<Count>>
where
    R: seq_io::parallel::Reader<DataSet: Default + Send, Err: std::error::Error + Send + Sync + 'static>
        + Send,
{
    let workers = u32::try_from(threads - 1)?;
    seq_io::parallel::read_parallel(reader, workers, 4, count, |sets| {
        let mut total = Count::default();
        while let Some(set) = sets.next() {
            total = total + set?.1;
        }
        Ok(Some(total))
    })
}
