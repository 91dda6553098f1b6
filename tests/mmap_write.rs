//! Writing through mappings. The tests use `cachestat(2)` to find out whether pages are on disk: the kernel counts
//! flushed pages as clean and unflushed ones as dirty.
#![cfg(target_os = "linux")]

mod common;
mod kernel;

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use common::noise;
use kernel::{clean, dirty, folder, has_disk, in_namespaces, is_child, mapped, page_size, threads};
use pagecut::mmap::{FlushPolicy, MmapPrivate, MmapShared, MmapWriter, MmapWriterOptions};
use pagecut::{Error, ErrorKind};

const MIB: usize = 1 << 20;

fn with_policy(path: &Path, policy: FlushPolicy) -> MmapWriter {
    MmapWriter::with_options(path, MmapWriterOptions::new().flush_policy(policy)).unwrap()
}

#[test]
fn the_file_has_the_written_bytes() {
    let folder = folder();
    let path = folder.path().join("file");
    for options in [MmapWriterOptions::new(), MmapWriterOptions::new().size(3 * MIB as u64 + 1)] {
        for len in [0, 1, page_size() - 1, page_size(), page_size() + 1, MIB, MIB + 1, 3 * MIB + 1] {
            let data = noise(len as u64, len);
            for piece in [7, 4096, 300_000, MIB * 4] {
                if len > 5000 && piece == 7 {
                    continue;
                }
                let mut writer = MmapWriter::with_options(&path, options).unwrap();
                for piece in data.chunks(piece) {
                    assert_eq!(writer.write(piece).unwrap(), piece.len());
                }
                assert!(writer.as_slice() == data && writer.len() == len && writer.is_empty() == (len == 0));
                assert!(writer.capacity() >= len);
                assert_eq!(fs::metadata(&path).unwrap().len(), writer.capacity() as u64);
                assert_eq!(writer.finish().unwrap(), len as u64);
                assert!(fs::read(&path).unwrap() == data, "{len} bytes by {piece}");
            }
        }
    }
}

#[test]
fn the_capacity_doubles_and_drop_truncates() {
    let folder = folder();
    let path = folder.path().join("file");
    let mut writer = MmapWriter::create(&path).unwrap();
    let mut capacities = vec![writer.capacity()];
    for _ in 0..50 {
        writer.write_all(&[1; 100_000]).unwrap();
        if capacities.last() != Some(&writer.capacity()) {
            capacities.push(writer.capacity());
        }
    }
    assert_eq!(capacities, [MIB, 2 * MIB, 4 * MIB, 8 * MIB]);
    writer.write_all(&vec![2; 20 * MIB]).unwrap();
    assert_eq!(writer.capacity(), 25 * MIB, "5000000 bytes and 20 MiB, in whole MiB");
    drop(writer);
    assert_eq!(fs::metadata(&path).unwrap().len(), 5_000_000 + 20 * MIB as u64);
    assert!(!mapped(&path));
}

#[test]
fn a_full_writer_writes_nothing() {
    let folder = folder();
    let path = folder.path().join("file");
    let mut writer = MmapWriter::with_options(&path, MmapWriterOptions::new().size(10)).unwrap();
    assert_eq!(writer.capacity(), 10);
    writer.write_all(b"1234567").unwrap();
    let error = writer.write(b"abcd").unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::StorageFull);
    let full = error.get_ref().and_then(|error| error.downcast_ref::<Error>()).unwrap();
    assert!(matches!(full.kind(), ErrorKind::CapacityExceeded { requested: 4, free: 3 }), "{full}");
    assert_eq!(error.to_string(), "4 bytes exceed the free capacity of 3 bytes");
    assert_eq!(writer.as_slice(), b"1234567");
    writer.write_all(b"890").unwrap();
    assert_eq!(writer.write(b"").unwrap(), 0);
    assert!(writer.write(b"1").is_err());
    assert_eq!(writer.finish().unwrap(), 10);
    assert_eq!(fs::read(&path).unwrap(), b"1234567890");
}

#[test]
fn a_refused_target_is_unchanged() {
    let folder = folder();
    let path = folder.path().join("file");
    fs::write(&path, b"before").unwrap();
    let new = MmapWriterOptions::new().create_new(true);
    let Err(error) = MmapWriter::with_options(&path, new) else { panic!("a file was replaced") };
    assert!(matches!(error.kind(), ErrorKind::Io(error) if error.kind() == io::ErrorKind::AlreadyExists));
    assert_eq!(fs::read(&path).unwrap(), b"before");
    let error = MmapWriter::create(folder.path()).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Unmappable { what: "a directory" }), "{error}");
    let pipe = folder.path().join("pipe");
    assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    for error in [MmapWriter::create(&pipe).map(drop), MmapShared::create(&pipe, 1).map(drop)] {
        assert!(matches!(error.unwrap_err().kind(), ErrorKind::Unmappable { what: "a pipe" }));
    }
    let writer = MmapWriter::with_options(&path, MmapWriterOptions::new().size(0)).unwrap();
    assert_eq!(writer.finish().unwrap(), 0);
    assert_eq!(fs::read(&path).unwrap(), b"");
}

/// Space is allocated at reservation: the file has all its blocks before its first byte is written.
#[test]
fn space_is_reserved() {
    use std::os::unix::fs::MetadataExt;
    let folder = folder();
    let path = folder.path().join("file");
    let blocks = || fs::metadata(&path).unwrap().blocks() * 512;
    let mut writer = MmapWriter::create(&path).unwrap();
    assert!(blocks() >= MIB as u64);
    writer.write_all(&vec![1; MIB + 1]).unwrap();
    assert!(blocks() >= 2 * MIB as u64);
    drop(writer);
    assert!(blocks() < 2 * MIB as u64);
    let shared = MmapShared::create(&path, 3 * MIB).unwrap();
    assert!(blocks() >= 3 * MIB as u64);
    assert!(shared.view(..).unwrap().iter().all(|&byte| byte == 0));
}

/// A full disk is an error of `write`; bytes written before stay. Runs in a process with a small disk.
#[test]
fn a_full_disk_is_an_error() {
    if !is_child() {
        let script = "mount -t tmpfs -o size=3m none \"$DISK\"";
        return in_namespaces("a_full_disk_is_an_error", "-rm", script);
    }
    let path = Path::new(&std::env::var_os("DISK").unwrap()).join("file");
    let mut writer = MmapWriter::create(&path).unwrap();
    writer.write_all(&vec![1; MIB]).unwrap();
    writer.write_all(&vec![2; MIB]).unwrap();
    // Doubling needs 4 MiB, which the disk does not have.
    writer.write_all(&vec![3; MIB / 2]).unwrap();
    assert_eq!(writer.capacity(), 2 * MIB + MIB / 2);
    let error = writer.write_all(&vec![4; MIB]).unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::StorageFull, "{error}");
    assert_eq!((writer.len(), writer.capacity()), (2 * MIB + MIB / 2, 2 * MIB + MIB / 2));
    writer.write_all(b"end").unwrap();
    assert_eq!(writer.finish().unwrap(), 2 * MIB as u64 + MIB as u64 / 2 + 3);
    assert!(fs::read(&path).unwrap().ends_with(b"\x03end"));
    fs::remove_file(&path).unwrap();

    let size = MmapWriterOptions::new().size(4 * MIB as u64);
    let errors =
        [MmapWriter::with_options(&path, size).map(drop), MmapShared::create(&path, 4 * MIB).map(drop)];
    for error in errors.map(Result::unwrap_err) {
        assert!(matches!(error.kind(), ErrorKind::Io(error) if error.kind() == io::ErrorKind::StorageFull));
        assert_eq!(fs::metadata(&path).unwrap().len(), 0, "what was reserved is given back");
    }
}

/// ext4 allocates available blocks before it finds that they do not suffice, and leaves them with the file. Needs
/// permission to mount.
#[test]
fn a_failed_reservation_is_released() {
    if !is_child() {
        let script = "truncate -s 8M \"$DISK/image\" && PATH=$PATH:/sbin:/usr/sbin mkfs.ext4 -q \"$DISK/image\" \
            && mount -o loop \"$DISK/image\" \"$DISK\"";
        return in_namespaces("a_failed_reservation_is_released", "-m", script);
    }
    let path = Path::new(&std::env::var_os("DISK").unwrap()).join("file");
    let mut writer = MmapWriter::create(&path).unwrap();
    writer.write_all(b"start").unwrap();
    assert_eq!(writer.write(&vec![1; 20 * MIB]).unwrap_err().kind(), io::ErrorKind::StorageFull);
    assert_eq!((writer.as_slice(), writer.capacity()), (&b"start"[..], MIB));
    assert_eq!(fs::metadata(&path).unwrap().len(), MIB as u64);
    // The free space is the same as before.
    let neighbour = MmapShared::create(path.with_extension("neighbour"), 2 * MIB).unwrap();
    neighbour.update(0, &vec![1; 2 * MIB]).unwrap();
    assert_eq!(writer.finish().unwrap(), 5);
    assert_eq!(fs::read(&path).unwrap(), b"start");
}

#[test]
fn a_flush_is_on_disk() {
    let folder = folder();
    if !has_disk(folder.path()) {
        return;
    }
    let path = folder.path().join("file");
    let mut writer = MmapWriter::create(&path).unwrap();
    for round in 1..4 {
        // Also after growing, which maps the file again.
        dirty(&path, || writer.write_all(&vec![round; 600_000]).unwrap());
        writer.flush().unwrap();
        assert!(clean(&path), "after the flush");
        dirty(&path, || writer.write_all(b"more").unwrap());
        Write::flush(&mut writer).unwrap();
        assert!(clean(&path), "after the flush of the trait");
        dirty(&path, || writer.write_all(b"more").unwrap());
        let len = writer.len();
        writer.flush_range(len - 4..).unwrap();
        assert!(clean(&path), "after the flush of a range");
    }
    let len = writer.len();
    dirty(&path, || writer.write_all(&vec![9; 10 * page_size()]).unwrap());
    writer.flush_range(len..=len).unwrap();
    assert!(!clean(&path), "the flush of a byte is none of ten pages");
    for range in [0..writer.len() + 1, writer.len() + 1..writer.len() + 1] {
        let error = writer.flush_range(range).unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::OutOfRange { .. }), "{error}");
    }
}

#[test]
fn a_started_flush_completes() {
    let folder = folder();
    if !has_disk(folder.path()) {
        return;
    }
    let path = folder.path().join("file");
    let mut writer = MmapWriter::create(&path).unwrap();
    dirty(&path, || writer.write_all(&vec![1; 3 * MIB]).unwrap());
    writer.start_flush().unwrap();
    until(|| clean(&path));
    let shared = MmapShared::open(&path).unwrap();
    dirty(&path, || shared.update(MIB, &vec![2; MIB]).unwrap());
    shared.start_flush().unwrap();
    until(|| clean(&path));
}

/// Waits much less than the kernel's own write-back delay (`dirty_expire_centisecs`, 30 s).
fn until(condition: impl Fn() -> bool) {
    let start = Instant::now();
    while !condition() {
        assert!(start.elapsed() < Duration::from_secs(10), "it did not come about");
        std::thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn each_policy_flushes_on_time() {
    let folder = folder();
    if !has_disk(folder.path()) {
        return;
    }
    let path = folder.path().join("file");
    let page = vec![7; page_size()];
    for policy in [FlushPolicy::Never, FlushPolicy::Manual] {
        let mut writer = with_policy(&path, policy);
        dirty(&path, || (0..10).for_each(|_| writer.write_all(&page).unwrap()));
        writer.flush().unwrap();
        assert!(clean(&path), "{policy:?}: what is asked for is done");
        dirty(&path, || writer.write_all(&page).unwrap());
        writer.finish().unwrap();
        assert_eq!(clean(&path), policy == FlushPolicy::Manual, "{policy:?} at the end");
    }
    let every = |policy, writes: &[bool]| {
        let mut writer = with_policy(&path, policy);
        for (at, &flushes) in writes.iter().enumerate() {
            if flushes {
                writer.write_all(&page).unwrap();
                assert!(clean(&path), "{policy:?}: write {at} is on disk");
            } else {
                dirty(&path, || writer.write_all(&page).unwrap());
            }
        }
        writer.finish().unwrap();
        assert!(clean(&path), "{policy:?}: all is on disk at the end");
    };
    let (no, yes) = (false, true);
    for policy in [FlushPolicy::Always, FlushPolicy::EveryBytes(0), FlushPolicy::EveryWrites(0)] {
        every(policy, &[yes; 5]);
    }
    every(FlushPolicy::EveryWrites(3), &[no, no, yes, no, no, yes, no]);
    every(FlushPolicy::EveryBytes(2 * page_size() as u64), &[no, yes, no, yes, no]);
    every(FlushPolicy::EveryBytes(2 * page_size() as u64 + 1), &[no, no, yes, no]);
    // With growth in between: more than 1 MiB, flushed in the middle of a page.
    let mut writer = with_policy(&path, FlushPolicy::EveryBytes(600_000));
    writer.write_all(&vec![1; 600_001]).unwrap();
    writer.write_all(&vec![1; 600_001]).unwrap();
    assert!(clean(&path));
}

#[test]
fn flushes_at_intervals_end_with_the_writer() {
    let folder = folder();
    let path = folder.path().join("file");
    if has_disk(folder.path()) {
        let mut writer = with_policy(&path, FlushPolicy::EveryMillis(20));
        for _ in 0..3 {
            writer.write_all(&vec![1; 500_000]).unwrap();
            until(|| clean(&path));
        }
        writer.finish().unwrap();
        let mut writer = with_policy(&path, FlushPolicy::EveryMillis(3_600_000));
        dirty(&path, || writer.write_all(&vec![1; 500_000]).unwrap());
        writer.finish().unwrap();
        assert!(clean(&path));
    }
    let writer = with_policy(&path, FlushPolicy::EveryMillis(3_600_000));
    until(|| threads("pagecut-flush") == 1);
    let start = Instant::now();
    drop(writer);
    assert!(start.elapsed() < Duration::from_secs(5), "an hour is not waited for");
    until(|| threads("pagecut-flush") == 0);
}

#[test]
fn a_private_mapping_does_not_change_the_file() {
    let folder = folder();
    let path = folder.path().join("file");
    for len in [0, 1, page_size(), 3 * page_size() + 5] {
        let data = noise(len as u64, len);
        fs::write(&path, &data).unwrap();
        // Read permission suffices.
        let mut permissions = fs::metadata(&path).unwrap().permissions();
        permissions.set_readonly(true);
        fs::set_permissions(&path, permissions).unwrap();
        let mut private = MmapPrivate::open(&path).unwrap();
        assert!(private.as_slice() == data && private.len() == len && private.is_empty() == (len == 0));
        private.as_mut_slice().iter_mut().for_each(|byte| *byte = !*byte);
        assert!(private.as_slice().iter().zip(&data).all(|(private, file)| *private == !file));
        assert!(fs::read(&path).unwrap() == data);
        drop(private);
        assert!(fs::read(&path).unwrap() == data);
        fs::remove_file(&path).unwrap();
    }
    for path in [folder.path(), Path::new("/proc/self/status")] {
        assert!(matches!(MmapPrivate::open(path).unwrap_err().kind(), ErrorKind::Unmappable { .. }));
    }
}

/// Runs in a process that may lock 64 KiB, without the privilege to exceed it.
#[test]
fn a_refused_lock_states_the_limit() {
    if !is_child() {
        return in_namespaces("a_refused_lock_states_the_limit", "-r", "ulimit -l 64");
    }
    let folder = folder();
    let path = folder.path().join("file");
    let shared = MmapShared::create(&path, MIB).unwrap();
    shared.lock(..).unwrap_err();
    let error = shared.lock(5..100_000).unwrap_err().to_string();
    assert!(error.contains("RLIMIT_MEMLOCK is 65536 bytes"), "{error}");
    shared.lock(..65_536).unwrap();
    assert_eq!(kernel::locked(), 64);
    shared.lock(65_536..65_537).unwrap_err();
    shared.unlock(5000..5001).unwrap();
    assert_eq!(kernel::locked(), 60);
    shared.lock(65_536..65_537).unwrap();
    shared.unlock(..).unwrap();
    shared.lock(7..7).unwrap();
    assert_eq!(kernel::locked(), 0);
    assert!(matches!(shared.lock(..=MIB).unwrap_err().kind(), ErrorKind::OutOfRange { .. }));
}

/// Checks the assumption of the helpers: `cachestat(2)` distinguishes written from flushed pages, for ordinary writes
/// as well.
#[test]
fn cachestat_reports_dirty_pages() {
    let folder = folder();
    if !has_disk(folder.path()) {
        return;
    }
    let path = folder.path().join("file");
    let mut file = File::create(&path).unwrap();
    dirty(&path, || file.write_all(&[1; 10_000]).unwrap());
    file.sync_data().unwrap();
    assert!(clean(&path));
}
