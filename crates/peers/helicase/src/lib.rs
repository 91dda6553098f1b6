//! helicase, used as its own documentation says, for nothing but records and bases.
//!
//! It finds out by itself how the input is compressed. It picks its SIMD when it is compiled, and asks for
//! `RUSTFLAGS="-C target-cpu=native"`; so this is a package of its own, which takes little to be built once more that way, and
//! the program of the package does what `pagecut-peers` asks of it.

use std::error::Error;
use std::fs::File;
use std::io::Read;
use std::path::Path;

use helicase::input::{FromFile, FromMmap, FromReader};
use helicase::parser::{Event, FastaParser, FastqParser};
use helicase::{Config, FastxParser, HelicaseParser, ParallelFastxParser, ParserOptions};

/// Or why a file could not be read.
pub type Result<T> = std::result::Result<T, Box<dyn Error + Send + Sync>>;

/// How many records, and how many bases.
pub type Count = (u64, u64);

/// Counts what is in a file, with so many threads.
pub type Run = fn(&Path, usize) -> Result<Count>;

/// Each way, by the name that the program knows it by.
pub const WAYS: [(&str, Run); 5] = [
    ("mapped", mapped),
    ("read", read),
    ("read-ahead", read_ahead),
    ("parallel-mapped", parallel_mapped),
    ("parallel", parallel),
];

/// Nothing but the lengths of the sequences.
const LENGTHS: Config = ParserOptions::default().ignore_headers().ignore_dna().compute_dna_len().config();

/// Over a mapping.
///
/// # Errors
///
/// If the file cannot be read, or is not what helicase reads.
pub fn mapped(path: &Path, _: usize) -> Result<Count> {
    if is_fasta(path)? {
        count(FastaParser::<LENGTHS, _>::from_file_mmap(path)?)
    } else {
        count(FastqParser::<LENGTHS, _>::from_file_mmap(path)?)
    }
}

/// Out of a buffer.
///
/// # Errors
///
/// As [`mapped`].
pub fn read(path: &Path, _: usize) -> Result<Count> {
    if is_fasta(path)? {
        count(FastaParser::<LENGTHS, _>::from_reader(File::open(path)?)?)
    } else {
        count(FastqParser::<LENGTHS, _>::from_reader(File::open(path)?)?)
    }
}

/// `from_file` reads and decompresses in a thread of its own where there are two cores, so this is no way for one thread.
///
/// # Errors
///
/// As [`mapped`].
pub fn read_ahead(path: &Path, _: usize) -> Result<Count> {
    if is_fasta(path)? {
        count(FastaParser::<LENGTHS, _>::from_file(path)?)
    } else {
        count(FastqParser::<LENGTHS, _>::from_file(path)?)
    }
}

/// Pieces of a mapping, on all threads.
///
/// # Errors
///
/// As [`mapped`].
pub fn parallel_mapped(path: &Path, threads: usize) -> Result<Count> {
    count_parallel(ParallelFastxParser::from_file_mmap(path)?, threads)
}

/// Pieces of a file, on all threads.
///
/// # Errors
///
/// As [`mapped`].
pub fn parallel(path: &Path, threads: usize) -> Result<Count> {
    count_parallel(ParallelFastxParser::from_file(path)?, threads)
}

/// Told here, since the parsers that know it beforehand are faster than the one that asks.
fn is_fasta(path: &Path) -> Result<bool> {
    let mut first = [0];
    Ok(File::open(path)?.read(&mut first)? == 1 && first == *b">")
}

fn count(
    mut parser: impl HelicaseParser + Iterator<Item = helicase::parser::Result<Event>>,
) -> Result<Count> {
    let (mut records, mut bases) = (0, 0);
    while let Some(event) = parser.next() {
        event?;
        records += 1;
        bases += parser.get_dna_len() as u64;
    }
    Ok((records, bases))
}

fn count_parallel(parser: ParallelFastxParser<'_, LENGTHS>, threads: usize) -> Result<Count> {
    let counts = parser.threads(threads).for_each_with(
        || (0, 0),
        |(records, bases), mut parser: FastxParser<'_, LENGTHS>| {
            while let Some(event) = parser.next() {
                event?;
                *records += 1;
                *bases += parser.get_dna_len() as u64;
            }
            Ok(())
        },
    )?;
    Ok(counts.into_iter().fold((0, 0), |sum: Count, count: Count| (sum.0 + count.0, sum.1 + count.1)))
}
