//! helicase, which finds out by itself how the input is compressed.

use std::fs::File;
use std::path::Path;

use helicase::input::{FromFile, FromMmap, FromReader, InputData};
use helicase::parser::FastqParser;
use helicase::{Config, FastxParser, HelicaseParser, ParallelFastxParser, ParserOptions};

use super::row;
use crate::format::Format;
use crate::row::{Count, Result, Row, Way};

pub(super) const ROWS: [Row; 10] = [
    row("helicase 1.2", Format::PLAIN, Way::Mapped, 1, mapped),
    row("helicase 1.2", Format::PLAIN, Way::Read, 1, read),
    row("helicase 1.2 over sirocco", Format::GZIP, Way::Read, 1, read),
    row("helicase 1.2 over libzstd", Format::ZSTD, Way::Read, 1, read),
    row("helicase 1.2 parallel", Format::PLAIN, Way::Mapped, 2, parallel_mapped),
    row("helicase 1.2 parallel", Format::PLAIN, Way::Read, 2, parallel),
    // The compressed blocks are mapped, and each thread decompresses its own. With other formats, and a frame of zstd is
    // one piece, there would be a third thread that decompresses.
    row("helicase 1.2 parallel over sirocco", Format::BGZF, Way::Mapped, 2, parallel),
    row("helicase 1.2 read-ahead", Format::PLAIN, Way::Read, 2, read_ahead),
    row("helicase 1.2 read-ahead over sirocco", Format::GZIP, Way::Read, 2, read_ahead),
    row("helicase 1.2 read-ahead over libzstd", Format::ZSTD, Way::Read, 2, read_ahead),
];

/// Nothing but the lengths of the sequences.
const LENGTHS: Config = ParserOptions::default().ignore_headers().ignore_dna().compute_dna_len().config();

fn mapped(path: &Path, _: usize) -> Result<Option<Count>> {
    count(FastqParser::from_file_mmap(path)?)
}

fn read(path: &Path, _: usize) -> Result<Option<Count>> {
    count(FastqParser::from_reader(File::open(path)?)?)
}

/// `from_file` reads and decompresses in a thread of its own where there are two cores, so this is no row for one thread.
fn read_ahead(path: &Path, _: usize) -> Result<Option<Count>> {
    count(FastqParser::from_file(path)?)
}

fn count<'a>(mut parser: FastqParser<'a, LENGTHS, impl InputData<'a>>) -> Result<Option<Count>> {
    let mut count = Count::default();
    while let Some(event) = parser.next() {
        event?;
        count = count.with(parser.get_dna_len());
    }
    Ok(Some(count))
}

fn parallel_mapped(path: &Path, threads: usize) -> Result<Option<Count>> {
    count_parallel(ParallelFastxParser::from_file_mmap(path)?, threads)
}

fn parallel(path: &Path, threads: usize) -> Result<Option<Count>> {
    count_parallel(ParallelFastxParser::from_file(path)?, threads)
}

fn count_parallel(parser: ParallelFastxParser<'_, LENGTHS>, threads: usize) -> Result<Option<Count>> {
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
