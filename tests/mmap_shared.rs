//! Shared mappings: borrow checks on ranges, and concurrent access.
#![cfg(target_os = "linux")]

mod common;
mod kernel;

use std::fs;
use std::ops::Range;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use common::noise;
use kernel::{clean, dirty, folder, has_disk, page_size};
use pagecut::ErrorKind;
use pagecut::mmap::{MmapShared, View, ViewMut};
use tempfile::TempDir;

fn shared(data: &[u8]) -> (TempDir, PathBuf, MmapShared) {
    let folder = folder();
    let path = folder.path().join("file");
    fs::write(&path, data).unwrap();
    let shared = MmapShared::open(&path).unwrap();
    (folder, path, shared)
}

#[test]
fn writes_are_in_the_file() {
    for len in [0, 1, page_size() - 1, page_size(), 3 * page_size() + 1] {
        let mut data = noise(len as u64, len);
        let (_folder, path, shared) = shared(&data);
        assert_eq!((shared.len(), shared.is_empty()), (len, len == 0));
        assert!(*shared.view(..).unwrap() == *data);
        for range in [0..len, len..len, len / 3..len / 2, len.saturating_sub(1)..len] {
            let mut read = vec![0; range.len()];
            shared.read_into(range.start, &mut read).unwrap();
            assert!(read == data[range.clone()]);
            for byte in &mut data[range.clone()] {
                *byte = byte.wrapping_add(1);
            }
            shared.update(range.start, &data[range.clone()]).unwrap();
            assert!(*shared.view(range.clone()).unwrap() == data[range.clone()]);
            assert!(fs::read(&path).unwrap() == data);
            shared.view_mut(range.clone()).unwrap().iter_mut().for_each(|byte| *byte ^= 0xff);
            data[range].iter_mut().for_each(|byte| *byte ^= 0xff);
            assert!(fs::read(&path).unwrap() == data);
        }
        for flush in [shared.flush(), shared.flush_range(..), shared.flush_range(len..), shared.start_flush()]
        {
            flush.unwrap();
        }
        drop(shared);
        assert!(fs::read(&path).unwrap() == data);
    }
}

#[test]
fn a_range_past_the_end_is_refused() {
    let (_folder, path, shared) = shared(&[7; 10]);
    let outside = |result: pagecut::Result<()>| {
        let error = result.unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::OutOfRange { len: 10, .. }), "{error}");
    };
    #[expect(clippy::reversed_empty_ranges, reason = "that is what is to be refused")]
    for range in [0..11, 11..11, 5..4, 0..usize::MAX, usize::MAX..usize::MAX] {
        outside(shared.view(range.clone()).map(drop));
        outside(shared.view_mut(range.clone()).map(drop));
        outside(shared.atomics_u32(range.clone()).map(drop));
        outside(shared.atomics_u64(range.clone()).map(drop));
        outside(shared.flush_range(range.clone()));
        outside(shared.lock(range.clone()));
        outside(shared.unlock(range));
    }
    outside(shared.view(..=usize::MAX).map(drop));
    for (offset, len) in [(0, 11), (10, 1), (11, 0), (usize::MAX, 0), (usize::MAX, 2)] {
        let mut bytes = vec![1; len];
        outside(shared.read_into(offset, &mut bytes));
        assert!(bytes.iter().all(|&byte| byte == 1), "nothing is copied");
        outside(shared.update(offset, &bytes));
    }
    assert_eq!(fs::read(&path).unwrap(), [7; 10]);
}

/// A borrow of any kind.
trait Held {}
impl<T> Held for T {}

fn lend<'a>(shared: &'a MmapShared, kind: &str, range: Range<usize>) -> pagecut::Result<Box<dyn Held + 'a>> {
    Ok(match kind {
        "for reading" => Box::new(shared.view(range)?),
        "for writing" => Box::new(shared.view_mut(range)?),
        "as 32-bit atomics" => Box::new(shared.atomics_u32(range)?),
        "as 64-bit atomics" => Box::new(shared.atomics_u64(range)?),
        "copied out" => Box::new(shared.read_into(range.start, &mut vec![0; range.len()])?),
        _ => Box::new(shared.update(range.start, &vec![0; range.len()])?),
    })
}

/// Every kind of access with every other, for every relative position of two ranges.
#[test]
fn conflicting_borrows_are_refused() {
    let (_folder, _path, shared) = shared(&[0; 64]);
    let kinds = ["for reading", "for writing", "as 32-bit atomics", "as 64-bit atomics"];
    let mut refused = 0;
    for held in kinds {
        for asked in kinds.into_iter().chain(["copied out", "copied in"]) {
            let edges = || (0..=40).step_by(8);
            for other in edges().flat_map(|start| edges().map(move |end| start..end)) {
                if other.start > other.end {
                    continue;
                }
                let _loan = lend(&shared, held, 16..32).unwrap();
                let overlap = other.start.max(16) < other.end.min(32);
                let same = held == asked || (held, asked) == ("for reading", "copied out");
                let granted = !overlap || (same && held != "for writing");
                match lend(&shared, asked, other.clone()) {
                    Ok(_) => assert!(granted, "{asked} {other:?} with 16..32 {held}"),
                    Err(error) => {
                        assert!(!granted, "{asked} {other:?}: {error}");
                        let (start, end) = (other.start, other.end);
                        let says =
                            format!("bytes {start}..{end} overlap bytes 16..32, which are borrowed {held}");
                        assert_eq!(error.to_string(), says);
                        assert_eq!(error.kind().name(), "range_in_use");
                        refused += 1;
                    }
                }
            }
        }
    }
    assert!(refused > 100);
    // All borrows have ended, and refused ones left no trace.
    drop(shared.view_mut(..).unwrap());
    // A leaked borrow never ends.
    std::mem::forget(shared.view(..1).unwrap());
    assert!(shared.view_mut(..).is_err());
    assert!(shared.view(..).is_ok());
}

#[test]
fn borrows_are_send_and_sync() {
    fn both<T: Send + Sync>(loan: T) -> T {
        loan
    }
    let (_folder, path, shared) = shared(&[0; 100]);
    let (mut left, mut right) = (shared.view_mut(..50).unwrap(), both(shared.view_mut(50..).unwrap()));
    thread::scope(|scope| {
        scope.spawn(move || left.fill(1));
        scope.spawn(move || right.fill(2));
    });
    let view: View<'_> = both(shared.view(..).unwrap());
    assert_eq!(*view, [[1; 50], [2; 50]].concat());
    assert_eq!(fs::read(&path).unwrap(), *view);
    let _: ViewMut<'_> = both(shared.view_mut(3..3).unwrap());
}

#[test]
fn atomics_add_up_over_threads() {
    let (_folder, path, shared) = shared(&[0; 4096]);
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                let (narrow, wide) =
                    (shared.atomics_u32(8..16).unwrap(), shared.atomics_u64(16..40).unwrap());
                assert_eq!((narrow.len(), wide.len()), (2, 3));
                for _ in 0..10_000 {
                    narrow[1].fetch_add(1, Ordering::Relaxed);
                    wide[2].fetch_add(1 << 33, Ordering::Relaxed);
                }
            });
        }
    });
    let file = fs::read(&path).unwrap();
    assert_eq!(file[12..16], 40_000_u32.to_ne_bytes());
    assert_eq!(file[32..40], (40_000_u64 << 33).to_ne_bytes());
    assert_eq!(file.iter().filter(|&&byte| byte != 0).count(), 5);
    for range in [1..5, 0..5, 2..6] {
        let error = shared.atomics_u32(range).unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::Misaligned { align: 4, .. }), "{error}");
    }
    let error = shared.atomics_u64(4..12).unwrap_err();
    assert_eq!(error.to_string(), "bytes 4..12 are not aligned to 8 bytes");
    assert!(shared.view_mut(..).is_ok(), "a refusal leaves nothing lent");
}

/// Copies wait for each other: none is refused, and none is torn.
#[test]
fn copies_are_whole() {
    let len = 3 * page_size();
    let (_folder, _path, shared) = shared(&vec![0; len]);
    let done = AtomicBool::new(false);
    let read = AtomicU32::new(0);
    thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                let mut bytes = vec![0; len];
                // At least once: on a busy machine the writers may be done before this thread begins.
                loop {
                    shared.read_into(0, &mut bytes).unwrap();
                    assert!(bytes.iter().all(|&byte| byte == bytes[0]), "half of an update was read");
                    read.fetch_add(1, Ordering::Relaxed);
                    if done.load(Ordering::Relaxed) {
                        break;
                    }
                }
            });
        }
        let writers: Vec<_> = (0..2_u8)
            .map(|writer| {
                let shared = &shared;
                scope.spawn(move || {
                    (0..500_u16).for_each(|round| {
                        let byte = writer.wrapping_mul(100).wrapping_add(round.to_le_bytes()[0]);
                        shared.update(0, &vec![byte; len]).unwrap();
                    })
                })
            })
            .collect();
        let writers = writers.into_iter().map(thread::ScopedJoinHandle::join).collect::<Vec<_>>();
        done.store(true, Ordering::Relaxed);
        assert!(writers.iter().all(Result::is_ok));
    });
    assert!(read.into_inner() > 0);
}

/// With readers in quick succession, the range is never free. A writer still gets its turn.
#[test]
fn a_writer_is_not_starved() {
    let len = 1 << 20;
    let (_folder, _path, shared) = shared(&vec![0; len]);
    let done = AtomicBool::new(false);
    let (reads, begin) = (AtomicU32::new(0), Instant::now());
    thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                let mut bytes = vec![0; len];
                // If the writer starves, the readers stop in the end, so that the test terminates.
                while !done.load(Ordering::Relaxed) && begin.elapsed() < Duration::from_secs(15) {
                    shared.read_into(0, &mut bytes).unwrap();
                    reads.fetch_add(1, Ordering::Relaxed);
                }
            });
        }
        while reads.load(Ordering::Relaxed) < 100 {
            thread::yield_now();
        }
        let start = Instant::now();
        (0..50).for_each(|_| shared.update(0, &[1; 100]).unwrap());
        done.store(true, Ordering::Relaxed);
        assert!(start.elapsed() < Duration::from_secs(5), "50 updates in {:?}", start.elapsed());
    });
}

#[test]
fn a_flush_is_on_disk() {
    let folder = folder();
    if !has_disk(folder.path()) {
        return;
    }
    let path = folder.path().join("file");
    let shared = MmapShared::create(&path, 64 * page_size()).unwrap();
    dirty(&path, || shared.update(5, &noise(1, 9 * page_size())).unwrap());
    shared.flush().unwrap();
    assert!(clean(&path));
    let counters = shared.atomics_u32(..8).unwrap();
    dirty(&path, || counters[1].store(5, Ordering::Relaxed));
    shared.flush_range(7..8).unwrap();
    assert!(clean(&path), "the page of the range, while it is lent");
    dirty(&path, || shared.view_mut(page_size()..).unwrap().fill(3));
    shared.flush_range(..page_size()).unwrap();
    assert!(!clean(&path), "the others");
    shared.flush_range(page_size()..).unwrap();
    assert!(clean(&path));
}
