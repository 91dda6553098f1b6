//! Protection of mapped files: leases, and immutable files.

#![cfg(target_os = "linux")]

mod common;

use std::fs::{self, File, OpenOptions};
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use pagecut::ErrorKind;
use pagecut::fastq::Fastq;
use pagecut::mmap::{MmapOption, MmapOptions, MmapReader, MmapStream, Protection};
use rayon::prelude::*;
use tempfile::TempDir;

/// Creates a file of about `len` bytes of reads.
fn reads(len: usize) -> (TempDir, PathBuf) {
    let text = fs::read(common::testdata("illumina.fastq")).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("file");
    fs::write(&path, text.repeat(len / text.len() + 1)).unwrap();
    (folder, path)
}

#[test]
fn a_lease_blocks_writers() {
    let (_folder, path) = reads(100_000);
    let reader = MmapReader::with_options(&path, MmapOptions::new().lease(true)).unwrap();
    assert_eq!(reader.protection(), Protection::Proven);
    assert_eq!((reader.grants()[0].option, reader.grants()[0].refused.is_none()), (MmapOption::Lease, true));
    reader.check().unwrap();
    // A non-blocking open fails at once.
    let writer = OpenOptions::new().write(true).custom_flags(libc::O_NONBLOCK).open(&path);
    assert_eq!(writer.unwrap_err().raw_os_error(), Some(libc::EWOULDBLOCK));
    // That attempt counts as a waiting writer.
    assert!(matches!(reader.check().unwrap_err().kind(), ErrorKind::LeaseBroken));
    assert_eq!(MmapReader::open(&path).unwrap().protection(), Protection::Guarded);
}

#[test]
fn a_waiting_writer_is_reported_to_readers() {
    let (_folder, path) = reads(1 << 20);
    let reader = MmapReader::with_options(&path, MmapOptions::new().lease(true)).unwrap();
    let begun = Instant::now();
    std::thread::scope(|scope| {
        let writer = scope.spawn(|| {
            OpenOptions::new().write(true).open(&path).unwrap().set_len(0).unwrap();
            begun.elapsed()
        });
        while reader.check().is_ok() {
            assert!(begun.elapsed() < Duration::from_secs(10), "the reader got no error");
        }
        assert!(matches!(reader.check().unwrap_err().kind(), ErrorKind::LeaseBroken));
        // The bytes are still there, and every reader of records gets the error.
        std::thread::sleep(Duration::from_millis(300));
        assert_eq!(reader.as_slice()[0], b'@');
        let error = reader.par_records(&Fastq::new()).find_map_first(Result::err).unwrap();
        assert!(matches!(error.kind(), ErrorKind::LeaseBroken));
        drop(reader);
        let waited = writer.join().unwrap();
        assert!(waited >= Duration::from_millis(300) && waited < Duration::from_secs(20), "{waited:?}");
    });
}

#[test]
fn a_lease_is_released_in_time() {
    let (_folder, path) = reads(10_000);
    let break_time: u64 =
        fs::read_to_string("/proc/sys/fs/lease-break-time").unwrap().trim().parse().unwrap();
    if fs::write("/proc/sys/fs/lease-break-time", "4").is_err() {
        eprintln!("skipped: the time for which the kernel waits cannot be set here");
        return;
    }
    let reader = MmapReader::with_options(&path, MmapOptions::new().lease(true)).unwrap();
    let begun = Instant::now();
    let opened = OpenOptions::new().write(true).open(&path);
    let waited = begun.elapsed();
    fs::write("/proc/sys/fs/lease-break-time", break_time.to_string()).unwrap();
    assert!(opened.is_ok());
    assert!(waited > Duration::from_secs(1) && waited < Duration::from_millis(3500), "{waited:?}");
    assert!(reader.check().is_err());
}

#[test]
fn each_reader_has_its_own_lease() {
    let (_folder, path) = reads(10_000);
    let file = File::open(&path).unwrap();
    let options = MmapOptions::new().lease(true);
    let first = MmapReader::from_file(&file, options).unwrap();
    let second = MmapReader::from_file(&file, options).unwrap();
    drop(first);
    assert_eq!(second.protection(), Protection::Proven);
    second.check().unwrap();
    let writer = OpenOptions::new().write(true).custom_flags(libc::O_NONBLOCK).open(&path);
    assert_eq!(writer.unwrap_err().raw_os_error(), Some(libc::EWOULDBLOCK));
    assert_eq!(second.protection(), Protection::Guarded);
}

#[test]
fn a_stream_has_one_lease() {
    let (_folder, path) = reads(100_000);
    // Less than a record, so that the windows are mapped again.
    let mut stream = MmapStream::open(&path, 100, MmapOptions::new().lease(true)).unwrap();
    assert_eq!((stream.protection(), stream.grants().len()), (Protection::Proven, 1));
    let mut windows = 0;
    while let Some(window) = stream.next_window(&Fastq::new()) {
        window.unwrap();
        windows += 1;
        assert_eq!(stream.protection(), Protection::Proven);
    }
    assert!(windows > 100);
    let mut stream = MmapStream::open(&path, 1000, MmapOptions::new().lease(true)).unwrap();
    stream.next_window(&Fastq::new()).unwrap().unwrap();
    let writer = OpenOptions::new().write(true).custom_flags(libc::O_NONBLOCK).open(&path);
    assert_eq!(writer.unwrap_err().raw_os_error(), Some(libc::EWOULDBLOCK));
    let error = stream.next_window(&Fastq::new()).unwrap().unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::LeaseBroken), "{error}");
}

#[test]
fn a_lease_is_refused_while_a_writer_exists() {
    let (_folder, path) = reads(10_000);
    let writer = OpenOptions::new().write(true).open(&path).unwrap();
    let reader = MmapReader::with_options(&path, MmapOptions::new().lease(true)).unwrap();
    assert_eq!(reader.grants()[0].refused.as_ref().unwrap().raw_os_error(), Some(libc::EAGAIN));
    assert_eq!(reader.protection(), Protection::Guarded);
    drop(writer);
}

#[test]
#[expect(unsafe_code, reason = "memory files are made by a system call")]
fn a_sealed_memory_file_is_proven_without_a_lease() {
    use std::os::fd::FromRawFd;
    // SAFETY: creates a new file descriptor.
    let memory = unsafe { libc::memfd_create(c"pagecut".as_ptr(), libc::MFD_ALLOW_SEALING) };
    assert!(memory >= 0);
    // SAFETY: the descriptor was created above and has no other owner.
    let mut file = unsafe { File::from_raw_fd(memory) };
    file.write_all(b"@r\nA\n+\nI\n").unwrap();
    assert_eq!(MmapReader::from_file(&file, MmapOptions::new()).unwrap().protection(), Protection::Guarded);
    for (seal, expected) in
        [(libc::F_SEAL_WRITE, Protection::Guarded), (libc::F_SEAL_SHRINK, Protection::Proven)]
    {
        // SAFETY: takes numbers.
        let sealed = unsafe { libc::fcntl(memory, libc::F_ADD_SEALS, seal) };
        assert_eq!(sealed, 0);
        assert_eq!(MmapReader::from_file(&file, MmapOptions::new()).unwrap().protection(), expected);
    }
    let reader = MmapReader::from_file(&file, MmapOptions::new()).unwrap();
    assert_eq!((reader.protection(), reader.len()), (Protection::Proven, 9));
}
