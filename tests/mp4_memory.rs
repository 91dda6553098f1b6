//! Promise: no number in a file decides how much memory is allocated.

#[path = "mp4/exercise.rs"]
mod exercise;
#[path = "mp4/made.rs"]
mod made;

mod common;

use exercise::{damaged_numbers, damaged_sizes, exercise};
use made::{Tables, container, full_box, movie};
use pagecut::media::mp4::{Movie, Summary};

#[global_allocator]
static ALLOCATOR: dhat::Alloc = dhat::Alloc;

/// Returns the peak memory of `work` in bytes, and the number of its allocations.
fn cost<T>(work: impl FnOnce() -> T) -> (T, usize, u64) {
    let _profiler = dhat::Profiler::builder().testing().build();
    let before = dhat::HeapStats::get();
    let result = work();
    let after = dhat::HeapStats::get();
    (result, after.max_bytes - before.curr_bytes, after.total_blocks - before.total_blocks)
}

/// Only one profiler can run at a time, so this is one test.
#[test]
fn memory_is_bounded_for_any_file() {
    for name in ["mixed.mp4", "large_sizes.mp4"] {
        let data = std::fs::read(common::testdata("media/mp4").join(name)).unwrap();
        let damaged = damaged_sizes(&data).chain(damaged_numbers(&data)).step_by(7);
        for damaged in damaged {
            let (_, bytes, _) = cost(|| exercise(&damaged));
            assert!(bytes < 1 << 20, "{bytes} bytes for {name}");
        }
    }

    // Four billion samples in a run of a few bytes, of one byte or none each: a fault, which ends the samples of the track.
    let faults =
        [(1, "samples of more bytes than the input"), (0, "has samples without entries and without bytes")];
    for (size, fault) in faults {
        let run = [full_box(b"tfhd", 0x2_0010, &[1, size]), full_box(b"trun", 0, &[u32::MAX])];
        let fragment = container(b"moof", &[container(b"traf", &run)]);
        let data = movie(&Tables::default(), 100, &fragment, true);
        let (samples, bytes, _) = cost(|| {
            let movie = Movie::read(&data).unwrap();
            let track = &movie.tracks()[0];
            let samples: Vec<_> = track.samples().take(2).collect();
            let error = samples[0].as_ref().unwrap_err().to_string();
            assert!(error.contains(fault), "{error}");
            assert!(track.sample(4_000_000_000).is_err());
            samples.len()
        });
        assert_eq!(samples, 1);
        assert!(bytes < 64 << 10, "{bytes} bytes");
    }

    // A walk allocates nothing; a lookup allocates the places in the tables.
    let count = 200_000;
    let tables = Tables {
        durations: (0..count).map(|sample| (1, sample)).collect(),
        compositions: Some(vec![(1, 5); 200_000]),
        chunks: vec![(1, count, 1)],
        chunk_offsets: vec![8],
        sizes: vec![1; 200_000],
        sync: None,
    };
    let data = movie(&tables, 200_000, &[], false);
    let movie = Movie::read(&data).unwrap();
    let track = &movie.tracks()[0];
    let (summary, bytes, blocks) = cost(|| {
        let mut summary = Summary::default();
        track.samples().for_each(|sample| summary.add(&sample.unwrap()));
        summary
    });
    assert_eq!((summary.samples, summary.bytes, bytes, blocks), (200_000, 200_000, 0, 0));
    let (sample, bytes, blocks) = cost(|| track.sample(150_000).unwrap().unwrap());
    assert_eq!(sample.range.start, 150_008);
    assert!(bytes < 4 * 4096 * 16 && blocks < 9, "{bytes} bytes in {blocks} blocks");
}
