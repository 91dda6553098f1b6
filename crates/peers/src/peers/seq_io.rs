//! seq_io, which decompresses nothing by itself, and so reads out of the decoders that bring no parser.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use seq_io::fastq::{Reader, Record as _};

use super::row;
use crate::decoders;
use crate::format::Format;
use crate::row::{Count, Result, Row, Way};

pub(super) const ROWS: [Row; 10] = [
    row("seq_io 0.3", Format::PLAIN, Way::Read, 1, plain),
    row("seq_io 0.3 over zlib-rs", Format::GZIP, Way::Read, 1, over_zlib_rs),
    row("seq_io 0.3 over bgzf 0.5", Format::BGZF, Way::Read, 1, over_bgzf),
    row("seq_io 0.3 over rapidgzip-core 0.3", Format::GZIP, Way::Read, 1, over_rapidgzip),
    row("seq_io 0.3 over libzstd", Format::ZSTD, Way::Read, 1, over_libzstd),
    row("seq_io 0.3 parallel", Format::PLAIN, Way::Read, 2, plain),
    row("seq_io 0.3 parallel over zlib-rs", Format::GZIP, Way::Read, 2, over_zlib_rs),
    row("seq_io 0.3 over bgzf 0.5", Format::BGZF, Way::Read, 2, over_bgzf),
    row("seq_io 0.3 over rapidgzip-core 0.3", Format::GZIP, Way::Read, 2, over_rapidgzip),
    row("seq_io 0.3 parallel over libzstd", Format::ZSTD, Way::Read, 2, over_libzstd),
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

/// The decoder takes all threads but the one that parses.
fn over_bgzf(path: &Path, threads: usize) -> Result<Option<Count>> {
    count_alone(Reader::new(decoders::bgzf(path, threads)?))
}

/// As with BGZF.
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

/// A thread beside the workers decompresses and finds the records, so that two threads are that one and one worker.
fn count_parallel(reader: Reader<impl Read + Send>, threads: usize) -> Result<Option<Count>> {
    let workers = u32::try_from(threads - 1)?;
    seq_io::parallel::read_parallel(
        reader,
        workers,
        4,
        |records| records.into_iter().fold(Count::default(), |count, record| count.with(record.seq().len())),
        |sets| {
            let mut total = Count::default();
            while let Some(set) = sets.next() {
                total = total + set?.1;
            }
            Ok(Some(total))
        },
    )
}
