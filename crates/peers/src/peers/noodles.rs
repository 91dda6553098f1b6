//! noodles: the parser of its FASTQ, and for BGZF also the decoder.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::num::NonZero;
use std::path::Path;

use super::row;
use crate::decoders;
use crate::format::Format;
use crate::row::{Count, Result, Row, Way};

pub(super) const ROWS: [Row; 5] = [
    row("noodles-fastq 0.24", Format::PLAIN, Way::Read, 1, plain),
    row("noodles-fastq 0.24 over zlib-rs", &[Format::Gzip], Way::Read, 1, over_zlib_rs),
    row("noodles-fastq 0.24 over noodles-bgzf 0.52", Format::BGZF, Way::Read, 1, over_bgzf),
    row("noodles-fastq 0.24 over libzstd", Format::ZSTD, Way::Read, 1, over_libzstd),
    row("noodles-fastq 0.24 over noodles-bgzf 0.52", Format::BGZF, Way::Read, 2, over_bgzf),
];

fn plain(path: &Path, _: usize) -> Result<Option<Count>> {
    count(BufReader::new(File::open(path)?))
}

fn over_zlib_rs(path: &Path, _: usize) -> Result<Option<Count>> {
    count(BufReader::new(decoders::zlib_rs(path)?))
}

fn over_libzstd(path: &Path, _: usize) -> Result<Option<Count>> {
    count(BufReader::new(decoders::libzstd(path)?))
}

/// libdeflate, block by block; the parser reads out of the block. With two threads, one decompresses for the other. A third
/// one only reads the compressed blocks then; it is not counted.
fn over_bgzf(path: &Path, threads: usize) -> Result<Option<Count>> {
    let file = File::open(path)?;
    match NonZero::new(threads - 1) {
        None => count(noodles_bgzf::io::Reader::new(file)),
        Some(workers) => count(noodles_bgzf::io::MultithreadedReader::with_worker_count(workers, file)),
    }
}

fn count(reader: impl BufRead) -> Result<Option<Count>> {
    let mut reader = noodles_fastq::io::Reader::new(reader);
    let mut record = noodles_fastq::Record::default();
    let mut count = Count::default();
    while reader.read_record(&mut record)? > 0 {
        count = count.with(record.sequence().len());
    }
    Ok(Some(count))
}
