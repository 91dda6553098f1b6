//! Change notification for files, and its end.
#![cfg(all(feature = "watch", unix))]

#[cfg(target_os = "linux")]
mod kernel;

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use pagecut::mmap::{Change, Watch, watch, watch_by_polling};
use pagecut::{ErrorKind, Result};
use tempfile::TempDir;

type Callback = Box<dyn FnMut(Change) + Send>;

/// Each method of watching. `Watch` reports which one it is.
const WAYS: [fn(&Path, Callback) -> Result<Watch>; 2] = [
    |path, callback| watch(path, callback),
    |path, callback| watch_by_polling(path, Duration::ZERO, callback),
];

fn file() -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("file");
    fs::write(&path, "content").unwrap();
    (folder, path)
}

/// Waits for a change. Earlier changes may be reported again before it, as may any `Modified`.
fn expect(receiver: &Receiver<Change>, change: Change, before: Change) {
    loop {
        let next = receiver.recv_timeout(Duration::from_secs(10)).expect("a change is reported");
        if next == change {
            return;
        }
        assert!(next == before || next == Change::Modified, "{next:?} instead of {change:?}");
    }
}

fn append(path: &Path) {
    OpenOptions::new().append(true).open(path).unwrap().write_all(b"more").unwrap();
}

#[test]
fn every_change_is_reported() {
    for (backend, watch) in WAYS.into_iter().enumerate() {
        let (folder, path) = file();
        let other = folder.path().join("other");
        let (sender, receiver) = channel();
        let watch = watch(&path, Box::new(move |change| sender.send(change).unwrap())).unwrap();
        assert_eq!(watch.polled_because().is_some(), backend == 1, "{:?}", watch.polled_because());
        append(&path);
        expect(&receiver, Change::Modified, Change::Modified);
        OpenOptions::new().write(true).open(&path).unwrap().set_len(3).unwrap();
        expect(&receiver, Change::Truncated, Change::Modified);
        append(&path);
        expect(&receiver, Change::Modified, Change::Truncated);
        fs::rename(&path, &other).unwrap();
        expect(&receiver, Change::Removed, Change::Modified);
        fs::rename(&other, &path).unwrap();
        expect(&receiver, Change::Replaced, Change::Removed);
        append(&path);
        expect(&receiver, Change::Modified, Change::Replaced);
        fs::write(&other, "something else").unwrap();
        fs::rename(&other, &path).unwrap();
        expect(&receiver, Change::Replaced, Change::Modified);
        fs::remove_file(&path).unwrap();
        expect(&receiver, Change::Removed, Change::Replaced);
    }
}

#[test]
fn other_events_are_not_reported() {
    for watch in WAYS {
        let (folder, path) = file();
        let (sender, receiver) = channel();
        let _watch = watch(&path, Box::new(move |change| sender.send(change).unwrap())).unwrap();
        fs::read(&path).unwrap();
        fs::write(folder.path().join("neighbour"), "content").unwrap();
        fs::set_permissions(&path, fs::metadata(&path).unwrap().permissions()).unwrap();
        assert!(receiver.recv_timeout(Duration::from_millis(200)).is_err());
        fs::remove_file(&path).unwrap();
        assert_eq!(
            receiver.recv_timeout(Duration::from_secs(10)),
            Ok(Change::Removed),
            "the next reported change"
        );
    }
}

/// While a file is written to continuously, no callback runs after the watch was dropped.
#[test]
fn no_callback_runs_after_drop() {
    for watch in WAYS {
        let (_folder, path) = file();
        let done = Arc::new(AtomicBool::new(false));
        let writer = thread::spawn({
            let (path, done) = (path.clone(), Arc::clone(&done));
            move || {
                while !done.load(Ordering::Relaxed) {
                    append(&path);
                }
            }
        });
        for _ in 0..20 {
            let (started, ended) = (Arc::new(AtomicU32::new(0)), Arc::new(AtomicU32::new(0)));
            let callback = {
                let (started, ended) = (Arc::clone(&started), Arc::clone(&ended));
                move |_| {
                    started.fetch_add(1, Ordering::SeqCst);
                    thread::sleep(Duration::from_millis(3));
                    ended.fetch_add(1, Ordering::SeqCst);
                }
            };
            let watch = watch(&path, Box::new(callback)).unwrap();
            let start = Instant::now();
            while started.load(Ordering::SeqCst) < 2 {
                assert!(start.elapsed() < Duration::from_secs(10), "no change was reported");
                thread::yield_now();
            }
            drop(watch);
            let calls = started.load(Ordering::SeqCst);
            assert_eq!(ended.load(Ordering::SeqCst), calls, "the last call was waited for");
            thread::sleep(Duration::from_millis(10));
            assert_eq!(started.load(Ordering::SeqCst), calls);
        }
        done.store(true, Ordering::Relaxed);
        writer.join().unwrap();
    }
}

#[test]
fn a_callback_may_drop_its_own_watch() {
    for watch in WAYS {
        let (_folder, path) = file();
        let own = Arc::new(Mutex::new(None));
        let (sender, receiver) = channel();
        let theirs = Arc::clone(&own);
        let made = watch(
            &path,
            Box::new(move |change| {
                drop(theirs.lock().unwrap().take());
                sender.send(change).unwrap();
            }),
        );
        *own.lock().unwrap() = Some(made.unwrap());
        append(&path);
        assert_eq!(receiver.recv_timeout(Duration::from_secs(10)), Ok(Change::Modified));
        append(&path);
        assert!(receiver.recv_timeout(Duration::from_millis(100)).is_err());
        assert!(own.lock().unwrap().is_none());
    }
}

#[test]
fn only_an_existing_file_can_be_watched() {
    for watch in WAYS {
        let (folder, path) = file();
        assert!(matches!(
            watch(folder.path(), Box::new(drop)).unwrap_err().kind(),
            ErrorKind::Unmappable { .. }
        ));
        fs::remove_file(&path).unwrap();
        assert!(matches!(watch(&path, Box::new(drop)).unwrap_err().kind(), ErrorKind::Io(_)));
    }
}

#[test]
fn a_link_is_followed() {
    for watch in WAYS {
        let (folder, path) = file();
        let link = folder.path().join("link");
        std::os::unix::fs::symlink("file", &link).unwrap();
        let (sender, receiver) = channel();
        let _watch = watch(&link, Box::new(move |change| sender.send(change).unwrap())).unwrap();
        append(&path);
        assert_eq!(receiver.recv_timeout(Duration::from_secs(10)), Ok(Change::Modified));
    }
}

/// Runs in a process without inotify watches.
#[test]
#[cfg(target_os = "linux")]
fn without_watches_the_file_is_polled() {
    if !kernel::is_child() {
        let line = "echo 0 > /proc/sys/user/max_inotify_instances";
        return kernel::in_namespaces("without_watches_the_file_is_polled", "-r", line);
    }
    let (_folder, path) = file();
    let (sender, receiver) = channel();
    let watch = watch(&path, move |change| sender.send(change).unwrap()).unwrap();
    let because = watch.polled_because().expect("no inotify");
    assert!(because.contains("os error 24"), "{because}");
    append(&path);
    assert_eq!(receiver.recv_timeout(Duration::from_secs(10)), Ok(Change::Modified));
}
