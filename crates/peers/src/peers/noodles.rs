//! noodles: its parsers of FASTQ and FASTA, and its decoder of BGZF.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::num::NonZero;
use std::path::Path;

use super::row;
use crate::decoders;
use crate::format::Format;
use crate::row::{Access, Count, Result, Row};

const FASTQ: &str = "`@`, `+`; letters and scores are copied out, their numbers are not compared";
const FASTA: &str = "`>`; letters are copied out without their line ends";

pub(super) const ROWS: [Row; 6] = [
    row("noodles-fastq 0.24", Format::FASTQ, Access::Read, 1, FASTQ, plain),
    row("noodles-fastq 0.24 over zlib-rs", &[Format::Gzip], Access::Read, 1, FASTQ, over_zlib_rs),
    row("noodles-fastq 0.24 over noodles-bgzf 0.52", Format::BGZF, Access::Read, 1, FASTQ, over_bgzf),
    row("noodles-fastq 0.24 over libzstd", Format::ZSTD, Access::Read, 1, FASTQ, over_libzstd),
    row("noodles-fastq 0.24 over noodles-bgzf 0.52", Format::BGZF, Access::Read, 2, FASTQ, over_bgzf),
    row("noodles-fasta 0.68", Format::FASTA, Access::Read, 1, FASTA, fasta),
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

/// libdeflate, block by block; the parser reads from the block. With two threads, one decompresses for the other. A third thread
/// then only reads the compressed blocks and is not counted.
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

fn fasta(path: &Path, _: usize) -> Result<Option<Count>> {
    let mut reader = noodles_fasta::io::Reader::new(BufReader::new(File::open(path)?));
    let (mut definition, mut sequence) = (noodles_fasta::record::Definition::default(), Vec::new());
    let mut count = Count::default();
    while reader.read_definition(&mut definition)? > 0 {
        sequence.clear();
        count = count.with(reader.read_sequence(&mut sequence)?);
    }
    Ok(Some(count))
}
