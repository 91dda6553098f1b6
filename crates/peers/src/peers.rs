//! The other parsers, each used as its own documentation says, for nothing but records and bases.
//!
//! Buffers and batches are as large as each parser makes them by itself.

use std::fs::File;
use std::io::BufReader;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

use helicase::input::{FromFile, FromMmap, FromReader, InputData};
use helicase::parser::FastqParser;
use helicase::{Config, FastxParser, HelicaseParser, ParallelFastxParser, ParserOptions};
use paraseq::Record as _;
use paraseq::parallel::ParallelReader;
use seq_io::fastq::Record as _;

use crate::row::{Count, Kind, Result, Row, Way};

pub(crate) const ROWS: [Row; 11] = [
    row("helicase 1.2", Way::Mapped, 1, helicase_mapped),
    row("helicase 1.2", Way::Read, 1, helicase_read),
    row("needletail 0.7", Way::Read, 1, needletail),
    row("noodles-fastq 0.24", Way::Read, 1, noodles),
    row("paraseq 0.6", Way::Read, 1, paraseq),
    row("seq_io 0.3", Way::Read, 1, seq_io),
    row("helicase 1.2 parallel", Way::Mapped, 2, helicase_parallel_mapped),
    row("helicase 1.2 parallel", Way::Read, 2, helicase_parallel_read),
    row("helicase 1.2 read-ahead", Way::Read, 2, helicase_read_ahead),
    row("paraseq 0.6 parallel", Way::Read, 2, paraseq_parallel),
    row("seq_io 0.3 parallel", Way::Read, 2, seq_io_parallel),
];

const fn row(
    name: &'static str,
    way: Way,
    threads: usize,
    run: fn(&Path, usize) -> Result<Option<Count>>,
) -> Row {
    Row { kind: Kind::Peer, name, way, threads, run }
}

/// Nothing but the lengths of the sequences.
const LENGTHS: Config = ParserOptions::default().ignore_headers().ignore_dna().compute_dna_len().config();

fn helicase_mapped(path: &Path, _: usize) -> Result<Option<Count>> {
    helicase(FastqParser::from_file_mmap(path)?)
}

fn helicase_read(path: &Path, _: usize) -> Result<Option<Count>> {
    helicase(FastqParser::from_reader(File::open(path)?)?)
}

/// `from_file` reads in a thread of its own where there are two cores, so this is no row for one thread.
fn helicase_read_ahead(path: &Path, _: usize) -> Result<Option<Count>> {
    helicase(FastqParser::from_file(path)?)
}

fn helicase<'a>(mut parser: FastqParser<'a, LENGTHS, impl InputData<'a>>) -> Result<Option<Count>> {
    let mut count = Count::default();
    while let Some(event) = parser.next() {
        event?;
        count = count.with(parser.get_dna_len());
    }
    Ok(Some(count))
}

fn helicase_parallel_mapped(path: &Path, threads: usize) -> Result<Option<Count>> {
    helicase_parallel(ParallelFastxParser::from_file_mmap(path)?, threads)
}

fn helicase_parallel_read(path: &Path, threads: usize) -> Result<Option<Count>> {
    helicase_parallel(ParallelFastxParser::from_file(path)?, threads)
}

fn helicase_parallel(parser: ParallelFastxParser<'_, LENGTHS>, threads: usize) -> Result<Option<Count>> {
    let counts = parser.threads(threads).for_each_with(
        Count::default,
        |count, mut parser: FastxParser<'_, LENGTHS>| {
            while let Some(event) = parser.next() {
                event?;
                *count = count.with(parser.get_dna_len());
            }
            Ok(())
        },
    )?;
    Ok(Some(counts.into_iter().sum()))
}

fn needletail(path: &Path, _: usize) -> Result<Option<Count>> {
    let mut reader = needletail::parse_fastx_file(path)?;
    let mut count = Count::default();
    while let Some(record) = reader.next() {
        count = count.with(record?.num_bases());
    }
    Ok(Some(count))
}

fn noodles(path: &Path, _: usize) -> Result<Option<Count>> {
    let mut reader = noodles_fastq::io::Reader::new(BufReader::new(File::open(path)?));
    let mut record = noodles_fastq::Record::default();
    let mut count = Count::default();
    while reader.read_record(&mut record)? > 0 {
        count = count.with(record.sequence().len());
    }
    Ok(Some(count))
}

fn paraseq(path: &Path, _: usize) -> Result<Option<Count>> {
    let mut reader = paraseq::fastq::Reader::new(File::open(path)?);
    let mut records = reader.new_record_set();
    let mut count = Count::default();
    while records.fill(&mut reader)? {
        for record in records.iter() {
            count = count.with(record?.seq_raw().len());
        }
    }
    Ok(Some(count))
}

fn paraseq_parallel(path: &Path, threads: usize) -> Result<Option<Count>> {
    // Every worker has a copy of the closure, so that the sum has to lie outside.
    let (records, bases) = (AtomicU64::new(0), AtomicU64::new(0));
    let (all_records, all_bases) = (&records, &bases);
    let mut add_batch = |batch: &mut dyn Iterator<Item = paraseq::fastq::RefRecord<'_>>| {
        let count = batch.fold(Count::default(), |count, record| count.with(record.seq_raw().len()));
        all_records.fetch_add(count.records, Ordering::Relaxed);
        all_bases.fetch_add(count.bases, Ordering::Relaxed);
        Ok(())
    };
    paraseq::fastq::Reader::new(File::open(path)?).process_parallel(&mut add_batch, threads)?;
    Ok(Some(Count { records: records.into_inner(), bases: bases.into_inner() }))
}

fn seq_io(path: &Path, _: usize) -> Result<Option<Count>> {
    let mut reader = seq_io::fastq::Reader::from_path(path)?;
    let mut count = Count::default();
    while let Some(record) = reader.next() {
        count = count.with(record?.seq().len());
    }
    Ok(Some(count))
}

/// A thread beside the workers reads and finds the records, so that two threads are that one and one worker.
fn seq_io_parallel(path: &Path, threads: usize) -> Result<Option<Count>> {
    let workers = u32::try_from(threads - 1)?;
    let reader = seq_io::fastq::Reader::from_path(path)?;
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
