//! Promise: building an index takes memory for the index and the current view of the file, for files of any length.

mod common;
#[path = "common/heap.rs"]
mod heap;

use common::{file, reads};
use heap::peak;
use pagecut::fastq::Fastq;
use pagecut::index::{Entry, Fai, RecordIndex};
use pagecut::io::{Strategy, ZeroCopyConfig};
use pagecut::{Source, SourceOptions};

#[global_allocator]
static ALLOCATOR: dhat::Alloc = dhat::Alloc;

#[test]
fn indexing_memory_is_that_of_the_index() {
    let mut of_numbers = Vec::new();
    for len in [4 << 20, 12 << 20] {
        let (_folder, path) = file(&reads(len));
        let config = ZeroCopyConfig::new().strategy(Strategy::Read);
        let options = SourceOptions::new().config(config).threads(2).part_len(256 << 10);
        let source = Source::with_options(&path, options).unwrap();
        let (sparse, bytes) = peak(|| RecordIndex::build(&source, &Fastq::new()).unwrap());
        of_numbers.push(bytes);

        // Names repeat in every copy of the reads, so most entries are dropped at the end.
        let (fai, of_names) = peak(|| Fai::from_fastq(&source).unwrap());
        let entries = usize::try_from(sparse.records()).unwrap();
        let name_len = fai.entries().iter().map(|entry| entry.name.len()).max().unwrap();
        // A growing vector has up to twice the needed capacity, plus the old allocation during the copy.
        let index = entries * (3 * size_of::<Entry>() + name_len + 16);
        assert!(of_names < bytes + index + (1 << 20), "{of_names} bytes for {entries} entries");
    }
    let [short, long] = of_numbers[..] else { panic!("{of_numbers:?}") };
    assert!(long < short + (256 << 10), "{short} and {long} bytes");
    assert!(long < 6 << 20, "{long} bytes");
}
