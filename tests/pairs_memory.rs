//! Pairs on all cores take memory that does not grow with the inputs.

mod common;

use common::{POOLS, reads};
use pagecut::Result;
use pagecut::fastq::{Fastq, Pairs};

#[global_allocator]
static ALLOCATOR: dhat::Alloc = dhat::Alloc;

/// Bytes that are allocated at the most while pairs are counted.
fn peak(pairs: Pairs<'_>, expected: impl FnOnce(Result<u64>)) -> u64 {
    let pairs = pairs.check_names(false).with_batch_len(64 << 10);
    let _profiler = dhat::Profiler::builder().testing().build();
    expected(POOLS[1].install(|| pairs.for_each_batch(|batch| batch.count(), |_| Ok(()))));
    dhat::HeapStats::get().max_bytes as u64
}

/// In one test, since the allocator counts for the whole process.
#[test]
fn memory_does_not_grow_with_the_inputs() {
    let data = reads(64 << 20);
    // Far more records of the second file than of the first lie in a window.
    let tiny = b"@r\n\n+\n\n".repeat(2 << 20);
    let pairs_of = |text_len: usize| (250 / 2) * (text_len / reads(0).len()) as u64;
    let short = &data[..reads(8 << 20).len()];

    POOLS[1].install(|| rayon::join(|| (), || ()));
    let of_short = peak(Pairs::interleaved(short, Fastq::new()), |count| {
        assert_eq!(count.unwrap(), pairs_of(short.len()));
    });
    let of_long = peak(Pairs::interleaved(&data, Fastq::new()), |count| {
        assert_eq!(count.unwrap(), pairs_of(data.len()));
    });
    let of_uneven = peak(Pairs::new(&data, &tiny, Fastq::new()), |count| {
        assert_eq!(count.unwrap_err().kind().name(), "mate_missing");
    });
    assert!(of_long.max(of_uneven) < of_short + (64 << 10), "{of_short}, {of_long}, {of_uneven} bytes");
    assert!(of_short < 512 << 10, "{of_short} bytes");
}
