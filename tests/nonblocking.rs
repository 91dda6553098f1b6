//! Futures do the same as the calls, without blocking the polling thread.
#![cfg(all(feature = "async", target_os = "linux"))]

mod common;
mod kernel;

use std::fs::{self, File};
use std::future::Future;
use std::io::Write;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Waker};
use std::thread;
use std::time::{Duration, Instant};

use common::noise;
use kernel::{clean, dirty, folder, has_disk};
use pagecut::ErrorKind;
use pagecut::mmap::{FlushPolicy, MmapOption, MmapOptions, MmapWriterOptions, nonblocking};
use pollster::block_on;

#[test]
fn a_flush_is_on_disk() {
    let folder = folder();
    if !has_disk(folder.path()) {
        return;
    }
    let path = folder.path().join("file");
    block_on(async {
        let options = MmapWriterOptions::new().flush_policy(FlushPolicy::EveryWrites(3));
        let mut writer = nonblocking::create(&path, options).await.unwrap();
        dirty(&path, || writer.write_all(&noise(1, 100_000)).unwrap());
        dirty(&path, || writer.write_all(&noise(2, 100_000)).unwrap());
        nonblocking::flush(&mut writer).await.unwrap();
        assert!(clean(&path));
        dirty(&path, || writer.write_all(&noise(3, 100_000)).unwrap());
        dirty(&path, || writer.write_all(&noise(4, 100_000)).unwrap());
        assert_eq!(nonblocking::finish(writer).await.unwrap(), 400_000);
        assert!(clean(&path));

        let shared = Arc::new(nonblocking::open_shared(&path).await.unwrap());
        dirty(&path, || shared.update(5, b"five").unwrap());
        nonblocking::flush_shared(&shared).await.unwrap();
        assert!(clean(&path));
    });
}

#[test]
fn futures_do_what_the_calls_do() {
    let folder = folder();
    let path = folder.path().join("file");
    block_on(async {
        let missing = nonblocking::open(&path).await.unwrap_err();
        assert!(matches!(missing.kind(), ErrorKind::Io(_)));
        let shared = Arc::new(nonblocking::create_shared(&path, 10_000).await.unwrap());
        nonblocking::update(&shared, 7, b"seven".to_vec()).await.unwrap();
        assert_eq!(nonblocking::read(&shared, 6..13).await.unwrap(), b"\0seven\0");
        #[expect(clippy::reversed_empty_ranges, reason = "that is what is to be refused")]
        for range in [0..10_001, 0..usize::MAX, 2..1] {
            let outside = nonblocking::read(&shared, range).await.unwrap_err();
            assert!(matches!(outside.kind(), ErrorKind::OutOfRange { len: 10_000, .. }));
        }
        let _view = shared.view(..8).unwrap();
        let lent = nonblocking::update(&shared, 7, vec![1]).await.unwrap_err();
        assert!(matches!(lent.kind(), ErrorKind::RangeInUse { .. }));
        let reader = nonblocking::open(&path).await.unwrap();
        assert!(reader.as_slice() == fs::read(&path).unwrap() && reader.len() == 10_000);
        let reader =
            nonblocking::with_options(&path, MmapOptions::new().populate(true).len(12)).await.unwrap();
        assert_eq!(reader.as_slice(), b"\0\0\0\0\0\0\0seven");
        assert_eq!(reader.grants()[0].option, MmapOption::Populate);
    });
}

/// The kernel blocks opening a file for writing while a read lease is held (`fcntl(2)`).
#[test]
fn the_polling_thread_is_not_blocked() {
    let folder = folder();
    let path = folder.path().join("file");
    fs::write(&path, noise(1, 1000)).unwrap();
    let lease = File::open(&path).unwrap();
    if let Err(error) = kernel::lease(&lease) {
        return println!("skipped: no lease: {error}");
    }
    let start = Instant::now();
    let mut opening = pin!(nonblocking::open_shared(&path));
    let mut context = Context::from_waker(Waker::noop());
    for _ in 0..20 {
        assert!(opening.as_mut().poll(&mut context).is_pending(), "it was opened in spite of the lease");
        thread::sleep(Duration::from_millis(1));
    }
    assert!(start.elapsed() < Duration::from_secs(10), "the poll waited for the lease");
    drop(lease);
    assert_eq!(block_on(opening).unwrap().len(), 1000);
}
