//! Reads through a ring return the bytes of the file.
#![cfg(all(feature = "io-uring", target_os = "linux"))]

mod common;
mod ring;

use std::fs::{self, File, OpenOptions};
use std::io::ErrorKind as IoErrorKind;
use std::os::unix::fs::{FileExt, OpenOptionsExt};

use common::{file, noise};
use pagecut::io::Alignment;
use pagecut::io::uring::{ReadOp, UringOptions, UringReader};
use ring::{allowed, expected, io, ops, setting, small};

#[test]
fn every_offset_and_length_of_a_small_file() {
    if !allowed() {
        return;
    }
    let data = noise(1, 40);
    let (_folder, path) = file(&data);
    let reader = UringReader::open(&path, UringOptions::new().depth(3).buffer_len(44)).unwrap();
    assert_eq!(reader.file_len().unwrap(), 40);
    for offset in 0..44 {
        for len in 0..=44 {
            assert_eq!(
                &*reader.read_at(offset, len).unwrap(),
                expected(&data, offset, len),
                "{offset} {len}"
            );
        }
        let all: Vec<_> = (0..=44).map(|len| ReadOp { offset, len, token: len as u64 }).collect();
        let mut rest = &all[..];
        while !rest.is_empty() {
            rest = &rest[reader.submit_batch(rest).unwrap()..];
            for completion in reader.complete_batch(1) {
                let found = completion.result.unwrap();
                let len = usize::try_from(completion.token).unwrap();
                assert_eq!(&*found, expected(&data, offset, len));
            }
        }
        assert_eq!((reader.free(), reader.in_flight()), (3 - reader.in_flight(), reader.in_flight()));
        drop(reader.complete_batch(3));
    }
    assert_eq!(reader.free(), 3);
}

#[test]
fn reads_after_the_end_are_empty() {
    if !allowed() {
        return;
    }
    let (_folder, path) = file(&noise(1, 5000));
    let reader = UringReader::open(&path, small()).unwrap();
    for offset in [5000, 5001, 1 << 20, 1 << 40] {
        assert!(reader.read_at(offset, 4096).unwrap().is_empty());
    }
    let (_folder, path) = file(b"");
    let reader = UringReader::open(&path, small()).unwrap();
    assert!(reader.read_at(0, 4096).unwrap().is_empty());
}

#[test]
fn invalid_requests_are_refused() {
    if !allowed() {
        return;
    }
    let (_folder, path) = file(&noise(1, 5000));
    let reader = UringReader::open(&path, small()).unwrap();
    assert_eq!(setting(&reader.read_at(0, 4097).unwrap_err()), ("len", 4097));
    // The kernel interprets the last of these offsets as the current position.
    for offset in [1 << 63, u64::MAX] {
        assert_eq!(setting(&reader.read_at(offset, 1).unwrap_err()), ("offset", offset));
    }
    let batch = [ReadOp { offset: 0, len: 1, token: 0 }, ReadOp { offset: 0, len: 4097, token: 1 }];
    assert_eq!(setting(&reader.submit_batch(&batch).unwrap_err()), ("len", 4097));
    assert_eq!((reader.free(), reader.in_flight()), (4, 0));
    assert!(reader.complete_batch(1).is_empty());
}

#[test]
fn invalid_options_are_errors() {
    let open = |options| UringReader::open("/dev/null", options).unwrap_err();
    for depth in [0, UringOptions::MAX_DEPTH + 1, usize::MAX] {
        assert_eq!(setting(&open(UringOptions::new().depth(depth))), ("depth", depth as u64));
    }
    for len in [0, UringOptions::MAX_BUFFER_LEN + 1, usize::MAX] {
        assert_eq!(setting(&open(UringOptions::new().buffer_len(len))), ("buffer_len", len as u64));
    }
    assert_eq!(UringOptions::default(), UringOptions::new());
    if !allowed() {
        return;
    }
    let reader = UringReader::open("/dev/null", UringOptions::new()).unwrap();
    assert_eq!((reader.depth(), reader.buffer_len(), reader.free()), (16, 256 << 10, 16));
    let reader = UringReader::open("/dev/zero", small().alignment(Alignment::HUGE_PAGE)).unwrap();
    assert_eq!(reader.read_at(0, 10).unwrap().as_ptr().addr() % Alignment::HUGE_PAGE.bytes(), 0);
    let reader = UringReader::open("/dev/zero", small().alignment(Alignment::BYTE)).unwrap();
    assert_eq!(reader.read_at(0, 10).unwrap().as_ptr().addr() % Alignment::page().bytes(), 0);
    let most = UringOptions::new().depth(UringOptions::MAX_DEPTH).buffer_len(1);
    let reader = UringReader::open("/dev/zero", most).unwrap();
    assert_eq!(reader.submit_batch(&ops(0..5000, 1)).unwrap(), 4096);
    assert_eq!(reader.complete_batch(4096).len(), 4096);
}

#[test]
fn a_direct_read_has_the_same_bytes() {
    if !allowed() {
        return;
    }
    let data = noise(6, 50_001);
    let (_folder, path) = file(&data);
    let Ok(direct) = OpenOptions::new().read(true).custom_flags(libc::O_DIRECT).open(&path) else {
        return println!("skipped: this file system knows no O_DIRECT");
    };
    let reader = UringReader::new(direct, small().buffer_len(16 << 10)).unwrap();
    for offset in (0..60_000).step_by(4096) {
        for len in [4096, 8192, 16384] {
            assert_eq!(
                &*reader.read_at(offset, len).unwrap(),
                expected(&data, offset, len),
                "{offset} {len}"
            );
        }
    }
    let refused = reader.read_at(1, 100).unwrap_err();
    assert_eq!(io(&refused).raw_os_error(), Some(libc::EINVAL));
}

#[test]
fn short_reads_are_continued() {
    if !allowed() {
        return;
    }
    const LEN: usize = 100_000;
    let file = File::open("/proc/kallsyms").unwrap();
    let mut data = vec![0; LEN];
    let once = file.read_at(&mut data, 0).unwrap();
    if once == 0 || once == LEN {
        return println!("skipped: the kernel gives {once} bytes at once");
    }
    let mut filled = once;
    while filled < LEN {
        filled += file.read_at(&mut data[filled..], filled as u64).unwrap();
    }
    let reader = UringReader::new(file, small().buffer_len(LEN)).unwrap();
    assert!(*reader.read_at(0, LEN).unwrap() == *data);
    assert!(*reader.read_at(5000, LEN - 5000).unwrap() == data[5000..]);
}

#[test]
fn shrinking_and_growing_files_are_read() {
    if !allowed() {
        return;
    }
    let data = noise(7, 20_000);
    let (_folder, path) = file(&data);
    let reader = UringReader::open(&path, small().buffer_len(20_000)).unwrap();
    assert_eq!(reader.read_at(0, 20_000).unwrap().len(), 20_000);
    let writer = OpenOptions::new().write(true).open(&path).unwrap();
    for len in [12_345, 1, 0] {
        writer.set_len(len).unwrap();
        assert_eq!(&*reader.read_at(0, 20_000).unwrap(), expected(&data, 0, usize::try_from(len).unwrap()));
        assert!(reader.read_at(len, 10).unwrap().is_empty());
        assert_eq!(reader.file_len().unwrap(), len);
    }
    fs::write(&path, &data[..7]).unwrap();
    assert_eq!(&*reader.read_at(0, 20_000).unwrap(), &data[..7]);
}

#[test]
fn failed_reads_free_their_buffers() {
    if !allowed() {
        return;
    }
    let (folder, path) = file(&noise(8, 100));
    let write_only = OpenOptions::new().write(true).open(path).unwrap();
    let wrong = [(File::open(folder.path()).unwrap(), libc::EISDIR), (write_only, libc::EBADF)];
    for (file, code) in wrong {
        let reader = UringReader::new(file, small()).unwrap();
        let error = reader.read_at(0, 10).unwrap_err();
        assert_eq!(io(&error).raw_os_error(), Some(code), "{error}");
        assert_eq!(reader.submit_batch(&ops(0..6, 10)).unwrap(), 4);
        let completions = reader.complete_batch(4);
        assert_eq!((completions.len(), reader.free()), (4, 4));
        assert!(completions.iter().all(|completion| {
            completion.result.as_ref().is_err_and(|error| error.raw_os_error() == Some(code))
        }));
    }
    let missing = UringReader::open(folder.path().join("none"), small()).unwrap_err();
    assert_eq!(io(&missing).kind(), IoErrorKind::NotFound);
}
