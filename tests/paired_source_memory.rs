//! Promise: to read pairs of any input takes memory that does not grow with the inputs.

mod common;
#[path = "common/heap.rs"]
mod heap;

use std::io::Cursor;

use common::{file, reads};
use heap::peak;
use pagecut::fastq::Fastq;
use pagecut::io::{Strategy, ZeroCopyConfig};
use pagecut::{PairedSource, Source, SourceOptions};

#[global_allocator]
static ALLOCATOR: dhat::Alloc = dhat::Alloc;

/// Reads all pairs in three ways, and returns the peak of memory in bytes.
fn memory(source: impl Fn() -> PairedSource) -> usize {
    let (counts, bytes) = peak(|| {
        let one_by_one = {
            let source = source();
            let mut pairs = source.pairs(&Fastq::new()).unwrap();
            while pairs.next().unwrap().is_some() {}
            pairs.count()
        };
        let folded = source().fold(&Fastq::new(), || 0, |count, _| count + 1, |a, b| a + b).unwrap();
        let mut taken = 0;
        let take = |count: usize| {
            taken += count as u64;
            Ok(())
        };
        let tally = source().map_batches_in_order(&Fastq::new(), |batch| Ok(batch.count()), take).unwrap();
        [one_by_one, folded, taken, tally.pairs]
    });
    assert!(counts[0] > 0 && counts.iter().all(|&count| count == counts[0]), "{counts:?}");
    bytes
}

/// Checks that inputs of any length take as much memory as short ones.
fn check(name: &str, memory: impl Fn(Vec<u8>) -> usize) {
    let (short, long) = (memory(reads(8 << 20)), memory(reads(32 << 20)));
    // How many blocks are in use at a time is a matter of chance.
    assert!(long < short + (4 << 20), "{name}: {short} and {long} bytes");
    assert!(long < 16 << 20, "{name}: {long} bytes");
}

/// In one test, since the allocator counts for the whole process.
#[test]
fn memory_does_not_grow_with_the_inputs() {
    let options = SourceOptions::new().part_len(256 << 10).threads(2);
    for strategy in [Strategy::Mapped, Strategy::Read] {
        let config = ZeroCopyConfig::new().strategy(strategy);
        let open = |path: &std::path::Path| Source::with_options(path, options.config(config)).unwrap();
        check(&format!("{strategy:?}"), |data| {
            let (_folder, path) = file(&data);
            memory(|| PairedSource::new(open(&path), open(&path)).check_names(false))
        });
        check(&format!("{strategy:?}, interleaved"), |data| {
            let (_folder, path) = file(&data);
            memory(|| PairedSource::interleaved(open(&path)).check_names(false))
        });
        // Many more records of the second file than of the first lie in as many bytes.
        check(&format!("{strategy:?}, uneven"), |data| {
            let count = data.iter().filter(|&&byte| byte == b'\n').count() / 4;
            let [(_folder, path), (_other, tiny)] =
                [data, b"@r\n\n+\n\n".repeat(count)].map(|data| file(&data));
            memory(|| PairedSource::new(open(&path), open(&tiny)).check_names(false))
        });
    }
    #[cfg(feature = "gzip")]
    check("gzip", |data| {
        use std::io::Write;

        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(&data).unwrap();
        let (_folder, path) = file(&encoder.finish().unwrap());
        let open = || Source::with_options(&path, options).unwrap();
        memory(|| PairedSource::new(open(), open()).check_names(false))
    });
    check("stream", |data| {
        // The bytes of the stream itself are counted neither time.
        let data: &'static [u8] = data.leak();
        memory(|| {
            PairedSource::interleaved(Source::from_reader(Cursor::new(data), options)).check_names(false)
        })
    });
}
