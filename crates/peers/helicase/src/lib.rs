//! helicase, used as its own documentation recommends, to count records and bases only.
//!
//! It detects the compression itself. It selects SIMD instructions at compile time, and asks for `RUSTFLAGS="-C
//! target-cpu=native"`; so this is a separate small package that can be built again with these flags, and its program executes the
//! commands of `pagecut-peers`.

use std::error::Error;
use std::fs::File;
use std::io::Read;
use std::path::Path;

use helicase::input::{FromFile, FromMmap, FromReader};
use helicase::parser::{Event, FastaParser, FastqParser};
use helicase::{Config, FastxParser, HelicaseParser, ParallelFastxParser, ParserOptions};

/// A result, or the reason why a file could not be read.
pub type Result<T> = std::result::Result<T, Box<dyn Error + Send + Sync>>;

/// Number of records, and number of bases.
pub type Count = (u64, u64);

/// Counts the records and bases of a file with this number of threads.
pub type Run = fn(&Path, usize) -> Result<Count>;

/// All methods by the names that the program accepts.
pub const METHODS: [(&str, Run); 5] = [
    ("mapped", mapped),
    ("read", read),
    ("read-ahead", read_ahead),
    ("parallel-mapped", parallel_mapped),
    ("parallel", parallel),
];

/// Computes only the lengths of the sequences.
const LENGTHS: Config = ParserOptions::default().ignore_headers().ignore_dna().compute_dna_len().config();

/// Counts the records of a mapping.
///
/// # Errors
///
/// If the file cannot be read, or helicase rejects it.
pub fn mapped(path: &Path, _: usize) -> Result<Count> {
    if is_fasta(path)? {
        count(FastaParser::<LENGTHS, _>::from_file_mmap(path)?)
    } else {
        count(FastqParser::<LENGTHS, _>::from_file_mmap(path)?)
    }
}

/// Counts the records through a buffer.
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

/// `from_file` reads and decompresses in its own thread where there are two cores, so this is not a single-threaded method.
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

/// Counts the records of a mapping in chunks on all threads.
///
/// # Errors
///
/// As [`mapped`].
pub fn parallel_mapped(path: &Path, threads: usize) -> Result<Count> {
    count_parallel(ParallelFastxParser::from_file_mmap(path)?, threads)
}

/// Counts the records of a file in chunks on all threads.
///
/// # Errors
///
/// As [`mapped`].
pub fn parallel(path: &Path, threads: usize) -> Result<Count> {
    count_parallel(ParallelFastxParser::from_file(path)?, threads)
}

/// Detects FASTA here, since the parsers for a known format are faster than the detecting one.
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
