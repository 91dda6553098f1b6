//! Promise: reading record by record takes the memory of one part, for inputs of any length.

mod common;
#[path = "common/heap.rs"]
mod heap;

use std::io::Cursor;

use common::{file, reads};
use heap::peak;
use pagecut::fastq::Fastq;
use pagecut::io::{Strategy, ZeroCopyConfig};
use pagecut::{Source, SourceOptions};

#[global_allocator]
static ALLOCATOR: dhat::Alloc = dhat::Alloc;

/// Reads all records, and returns the peak memory in bytes.
fn memory(source: &Source) -> usize {
    let (is_any, bytes) = peak(|| {
        let mut records = source.records(&Fastq::new()).unwrap();
        while records.next().unwrap().is_some() {}
        records.tally().records > 0
    });
    assert!(is_any);
    bytes
}

/// How much the peaks of two runs may differ: a thread reads a stream ahead by up to 2 MiB, by more in one run than in another.
const READ_AHEAD: usize = 2 << 20;

/// Checks that a source of 32 MiB takes no more memory than one of 8 MiB.
fn check(name: &str, source: impl Fn(Vec<u8>) -> usize) {
    let (short, long) = (source(reads(8 << 20)), source(reads(32 << 20)));
    assert!(long < short + READ_AHEAD, "{name}: {short} and {long} bytes");
    assert!(long < 6 << 20, "{name}: {long} bytes");
}

#[test]
fn reading_takes_the_memory_of_one_part() {
    let options = SourceOptions::new().part_len(256 << 10);
    for strategy in [Strategy::Mapped, Strategy::Read] {
        check(&format!("{strategy:?}"), |data| {
            let (_folder, path) = file(&data);
            let config = ZeroCopyConfig::new().strategy(strategy);
            memory(&Source::with_options(&path, options.config(config)).unwrap())
        });
    }
    check("stream", |data| memory(&Source::from_reader(Cursor::new(data), options)));
    #[cfg(feature = "gzip")]
    check("gzip", |data| {
        use std::io::Write;

        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(&data).unwrap();
        let (_folder, path) = file(&encoder.finish().unwrap());
        memory(&Source::with_options(&path, options).unwrap())
    });
}
