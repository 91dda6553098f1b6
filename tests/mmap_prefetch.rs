//! Prefetching for readers.

#![cfg(target_os = "linux")]

mod common;

use std::time::{Duration, Instant};

use common::{POOLS, cold_file, reads};
use pagecut::Format;
use pagecut::fastq::Fastq;
use pagecut::mmap::{Advice, MmapReader, PrefetchingMmap};
use rayon::prelude::*;

#[test]
fn every_kind_of_reader_is_prefetched() {
    let data = reads(24 << 20);
    let expected = pagecut::fastq::records(&data).count();
    for distance in [1 << 20, 8 << 20, usize::MAX] {
        let (_folder, path) = cold_file(&data);
        let map = PrefetchingMmap::new(MmapReader::open(&path).unwrap(), distance).unwrap();
        assert_eq!(map.records(&Fastq::new()).filter(Result::is_ok).count(), expected);
        let ahead = map.prefetched();
        assert!(ahead.hints > 0 && ahead.refused == 0, "{ahead:?}");
        // The thread may be slow, but it never requests a page twice, nor pages after the end.
        assert!(ahead.bytes <= data.len() as u64, "{ahead:?}");
        assert!(ahead.least_ahead.is_none_or(|least| least <= distance), "{ahead:?}");

        for pool in POOLS.iter() {
            map.evict().unwrap();
            let before = map.prefetched().bytes;
            let count = pool.install(|| map.par_records(&Fastq::new()).filter(Result::is_ok).count());
            assert_eq!(count, expected);
            assert!(map.prefetched().bytes > before, "nothing was read ahead of par_records");
        }
        map.evict().unwrap();
        let before = map.prefetched().bytes;
        let windows = map.windows(Fastq::new(), 1 << 20);
        let count: usize = windows.map(|window| Fastq::new().records_of(window.unwrap()).count()).sum();
        assert_eq!(count, expected);
        assert!(map.prefetched().bytes > before, "nothing was read ahead of windows");
    }
}

#[test]
fn prefetched_pages_are_in_the_page_cache() {
    let data = reads(16 << 20);
    let (_folder, path) = cold_file(&data);
    let map = PrefetchingMmap::new(MmapReader::open(&path).unwrap(), 4 << 20).unwrap();
    // Disables the kernel's own read-ahead.
    map.advise(Advice::Random).unwrap();
    let mut records = map.records(&Fastq::new());
    assert!(records.next().is_some());
    // The reader is at the start; the thread reads four megabytes ahead.
    let begun = Instant::now();
    while map.residency(..4 << 20).unwrap().share() < 1.0 || map.prefetched().bytes < 4 << 20 {
        assert!(
            begun.elapsed() < Duration::from_secs(20),
            "{:?} {:?}",
            map.residency(..4 << 20),
            map.prefetched()
        );
        std::thread::sleep(Duration::from_millis(5));
    }
    let ahead = map.prefetched();
    assert_eq!(ahead.bytes, 4 << 20, "{ahead:?}");
    assert!(map.residency(8 << 20..).unwrap().share() < 0.1, "more was read than was asked for");
}

#[test]
fn an_abandoned_reader_leaves_no_hints() {
    let data = reads(16 << 20);
    let (_folder, path) = cold_file(&data);
    let map = PrefetchingMmap::new(MmapReader::open(&path).unwrap(), 2 << 20).unwrap();
    let half = map
        .records(&Fastq::new())
        .take_while(|record| record.as_ref().unwrap().range().start < 8 << 20)
        .count();
    assert!(half > 1000);
    let before = map.prefetched().bytes;
    map.evict().unwrap();
    let again = map
        .records(&Fastq::new())
        .take_while(|record| record.as_ref().unwrap().range().start < 8 << 20)
        .count();
    assert_eq!(again, half);
    let bytes = map.prefetched().bytes - before;
    assert!(bytes >= 2 << 20, "{bytes} bytes were read ahead the second time");
}

#[test]
fn a_dropped_prefetcher_stops() {
    let (_folder, path) = cold_file(&reads(16 << 20));
    let begun = Instant::now();
    for _ in 0..50 {
        let map = PrefetchingMmap::new(MmapReader::open(&path).unwrap(), usize::MAX).unwrap();
        let _ = map.records(&Fastq::new()).next();
    }
    assert!(begun.elapsed() < Duration::from_secs(10));
}
