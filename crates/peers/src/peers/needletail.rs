//! needletail, which finds out by itself how the input is compressed, and reads out of any other decoder too.
//!
//! It has the decoders that bring no parser: it is fast on short reads and on long ones.

use std::path::Path;

use needletail::FastxReader;

use super::row;
use crate::decoders;
use crate::format::Format;
use crate::row::{Count, Result, Row, Way};

pub(super) const ROWS: [Row; 7] = [
    row("needletail 0.7", Format::PLAIN, Way::Read, 1, by_itself),
    row("needletail 0.7 over zlib-rs", Format::GZIP, Way::Read, 1, by_itself),
    row("needletail 0.7 over libzstd", Format::ZSTD, Way::Read, 1, by_itself),
    row("needletail 0.7 over bgzf 0.5", Format::BGZF, Way::Read, 1, over_bgzf),
    row("needletail 0.7 over rapidgzip-core 0.3", Format::GZIP, Way::Read, 1, over_rapidgzip),
    row("needletail 0.7 over bgzf 0.5", Format::BGZF, Way::Read, 2, over_bgzf),
    row("needletail 0.7 over rapidgzip-core 0.3", Format::GZIP, Way::Read, 2, over_rapidgzip),
];

fn by_itself(path: &Path, _: usize) -> Result<Option<Count>> {
    count(needletail::parse_fastx_file(path)?)
}

fn over_bgzf(path: &Path, threads: usize) -> Result<Option<Count>> {
    count(needletail::parse_fastx_reader(decoders::bgzf(path, threads)?)?)
}

fn over_rapidgzip(path: &Path, threads: usize) -> Result<Option<Count>> {
    count(needletail::parse_fastx_reader(decoders::rapidgzip(path, threads)?)?)
}

fn count(mut reader: Box<dyn FastxReader>) -> Result<Option<Count>> {
    let mut count = Count::default();
    while let Some(record) = reader.next() {
        count = count.with(record?.num_bases());
    }
    Ok(Some(count))
}
