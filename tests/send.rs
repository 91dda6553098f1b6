//! Transfers send the bytes of the file, to every kind of target, however little it accepts.
#![cfg(target_os = "linux")]

mod common;
mod kernel;
mod sending;

use std::fs::{self, File};
use std::io::{self, Read, Seek, Write};
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::fs::FileExt;
use std::os::unix::net::UnixStream;
use std::thread;
use std::time::Duration;

use common::noise;
use pagecut::ErrorKind;
use pagecut::io::{SendMethod, Step, Transfer, send};
use pagecut::mmap::{MmapOptions, MmapReader};
use sending::{all_of, connection, in_file, io_kind, ranges, set_nonblocking, slowly_all_of, source};

const MIB: usize = 1 << 20;

#[test]
fn every_range_to_a_file_a_pipe_and_a_socket() {
    let data = noise(1, 9);
    let (folder, _, file) = source(&data);
    for range in ranges(9) {
        let (expected, range) = (&data[range.clone()], in_file(&range));
        let method = |method| (!expected.is_empty()).then_some(method);

        let mut options = File::options();
        let target = options.read(true).write(true).create(true).truncate(true);
        let mut target = target.open(folder.path().join("target")).unwrap();
        target.write_all(b"before|").unwrap();
        let sent = send(&file, range.clone(), &target).unwrap();
        assert_eq!((sent.bytes, sent.method), (expected.len() as u64, method(SendMethod::CopyFileRange)));
        target.write_all(b"|behind").unwrap();
        target.rewind().unwrap();
        assert_eq!(all_of(target), [b"before|", expected, b"|behind"].concat());

        let (read, write) = io::pipe().unwrap();
        assert_eq!(send(&file, range.clone(), write).unwrap().method, method(SendMethod::Sendfile));
        assert_eq!(all_of(read), expected, "no duplicate of the pipe is open any more");

        let (server, client) = UnixStream::pair().unwrap();
        assert_eq!(send(&file, range, server).unwrap().method, method(SendMethod::Sendfile));
        assert_eq!(all_of(client), expected);
    }
    assert_eq!((&file).stream_position().unwrap(), 0, "the source is read at offsets");
}

#[test]
fn to_a_file_of_another_file_system() {
    let data = noise(2, 3 * MIB + 5);
    let (folder, _, file) = source(&data);
    let mut memory = tempfile::tempfile_in("/dev/shm").unwrap();
    let there = send(&file, 5..data.len() as u64, &memory).unwrap();
    let mut target = tempfile::tempfile_in(folder.path()).unwrap();
    let back = send(&memory, 1000..MIB as u64, &target).unwrap();
    for (sent, file, expected) in
        [(there, &mut memory, &data[5..]), (back, &mut target, &data[1005..MIB + 5])]
    {
        assert!(matches!(sent.method, Some(SendMethod::CopyFileRange | SendMethod::Sendfile)), "{sent:?}");
        assert_eq!(sent.bytes, expected.len() as u64);
        file.rewind().unwrap();
        assert!(all_of(file) == expected);
    }
}

#[test]
fn to_a_slow_reader() {
    let data = noise(3, MIB + 77);
    let (_folder, _, file) = source(&data);
    let check = |to: OwnedFd, from: OwnedFd| {
        let received = thread::spawn(|| slowly_all_of(File::from(from)));
        let sent = send(&file, 33..data.len() as u64, to).unwrap();
        assert_eq!((sent.bytes, sent.method), (data.len() as u64 - 33, Some(SendMethod::Sendfile)));
        assert!(received.join().unwrap() == data[33..]);
    };
    for nonblocking in [false, true] {
        let (server, client) = connection();
        server.set_nonblocking(nonblocking).unwrap();
        check(server.into(), client.into());
        let (server, client) = UnixStream::pair().unwrap();
        server.set_nonblocking(nonblocking).unwrap();
        check(server.into(), client.into());
        let (read, write) = io::pipe().unwrap();
        if nonblocking {
            set_nonblocking(&write);
        }
        check(write.into(), read.into());
    }
}

/// Steps until a non-blocking target accepts no more. Returns the number of accepted bytes.
fn until_blocked(transfer: &mut Transfer) -> u64 {
    let (sent, remaining) = (transfer.sent(), transfer.remaining().unwrap());
    let mut moved = 0;
    loop {
        match transfer.step().unwrap() {
            Step::Moved(bytes) => {
                assert!(bytes > 0);
                moved += bytes;
            }
            Step::Blocked => break,
            Step::Done => panic!("{transfer:?}"),
        }
        assert_eq!((transfer.sent(), transfer.remaining()), (sent + moved, Some(remaining - moved)));
    }
    assert_eq!((transfer.sent(), transfer.remaining()), (sent + moved, Some(remaining - moved)));
    moved
}

#[test]
fn a_step_does_not_wait() {
    let data = noise(4, 2 * MIB);
    let (_folder, _, file) = source(&data);
    let (server, mut client) = UnixStream::pair().unwrap();
    server.set_nonblocking(true).unwrap();
    let mut transfer = Transfer::new(&file, 0..data.len() as u64, &server).unwrap();
    let mut received = Vec::new();
    let mut blocked = 0;
    while transfer.remaining().unwrap() > MIB as u64 {
        assert!(until_blocked(&mut transfer) > 0);
        assert_eq!(until_blocked(&mut transfer), 0, "nothing was read yet");
        blocked += 1;
        let waiting = usize::try_from(transfer.sent()).unwrap() - received.len();
        received.extend_from_slice(&all_of((&mut client).take(waiting as u64)));
    }
    assert!(blocked > 1);
    // The rest, with waiting.
    let rest = thread::spawn(|| slowly_all_of(client));
    let sent = transfer.run().unwrap();
    assert_eq!((sent.bytes, sent.method), (data.len() as u64, Some(SendMethod::Sendfile)));
    assert_eq!(transfer.step().unwrap(), Step::Done);
    drop((transfer, server));
    received.extend_from_slice(&rest.join().unwrap());
    assert!(received == data);
}

#[test]
fn from_a_pipe() {
    fn check(to: impl AsFd, received: impl FnOnce() -> Vec<u8>, method: SendMethod) {
        let data = noise(7, MIB + 7);
        let (read, mut write) = io::pipe().unwrap();
        thread::scope(|scope| {
            scope.spawn(|| write.write_all(&data).unwrap());
            let len = data.len() as u64 - 5;
            let sent = send(&read, 0..len, to).unwrap();
            assert_eq!((sent.bytes, sent.method), (len, Some(method)));
        });
        assert!(received() == data[..data.len() - 5]);
        drop(write);
        assert_eq!(all_of(read), data[data.len() - 5..], "what was not asked for stays in the pipe");
    }
    let folder = kernel::folder();
    let path = folder.path().join("file");
    check(File::create(&path).unwrap(), || fs::read(&path).unwrap(), SendMethod::Splice);
    fs::remove_file(&path).unwrap();
    let append = File::options().append(true).create(true).open(&path).unwrap();
    check(append, || fs::read(&path).unwrap(), SendMethod::Copied);

    let (server, client) = connection();
    let client = thread::spawn(|| slowly_all_of(client));
    check(server, || client.join().unwrap(), SendMethod::Splice);
    let (read, write) = io::pipe().unwrap();
    let reader = thread::spawn(|| slowly_all_of(read));
    check(write, || reader.join().unwrap(), SendMethod::Splice);
}

#[test]
fn an_empty_or_closed_pipe() {
    let data = noise(15, 100);
    let folder = kernel::folder();
    let target = File::create(folder.path().join("file")).unwrap();
    let (read, mut write) = io::pipe().unwrap();
    set_nonblocking(&read);
    let mut transfer = Transfer::new(&read, 0..200, &target).unwrap();
    assert_eq!(transfer.step().unwrap(), Step::Blocked);
    assert_eq!((transfer.sent(), transfer.method()), (0, None));
    write.write_all(&data[..50]).unwrap();
    assert_eq!(until_blocked(&mut transfer), 50);
    let mut brief = Transfer::to_end(&read, 0, &target).unwrap().timeout(Duration::from_millis(1));
    assert_eq!(io_kind(&brief.run().unwrap_err()), io::ErrorKind::TimedOut);
    let error = thread::scope(|scope| {
        let sender = scope.spawn(|| transfer.run().unwrap_err());
        // It continues whenever there are bytes, and ends when the last writer is closed.
        for at in 50..100 {
            write.write_all(&data[at..=at]).unwrap();
            while target.metadata().unwrap().len() <= at as u64 {
                thread::yield_now();
            }
        }
        drop(write);
        sender.join().unwrap()
    });
    assert!(matches!(error.kind(), ErrorKind::Truncated { offset: 100, len: 200 }), "{error}");
    assert_eq!((transfer.sent(), transfer.remaining()), (100, Some(100)));
    assert_eq!((brief.run().unwrap().bytes, brief.remaining()), (0, Some(0)));
    assert!(fs::read(folder.path().join("file")).unwrap() == data);
}

#[test]
fn a_pipe_to_its_end() {
    let folder = kernel::folder();
    let target = File::create(folder.path().join("file")).unwrap();
    let (read, mut write) = io::pipe().unwrap();
    write.write_all(b"abc").unwrap();
    drop(write);
    let mut transfer = Transfer::to_end(&read, 0, &target).unwrap();
    assert_eq!(transfer.remaining(), None);
    let sent = transfer.run().unwrap();
    assert_eq!((sent.bytes, sent.method, transfer.remaining()), (3, Some(SendMethod::Splice), Some(0)));
    assert_eq!(fs::read(folder.path().join("file")).unwrap(), b"abc");
    // A pipe can be read only from its current position.
    for error in
        [Transfer::new(&read, 1..10, &target).unwrap_err(), Transfer::to_end(&read, 1, &target).unwrap_err()]
    {
        assert_eq!(io_kind(&error), io::ErrorKind::NotSeekable);
    }
}

#[test]
fn from_a_socket_to_a_slow_socket() {
    let data = noise(8, 200_000);
    let (mut client, from) = UnixStream::pair().unwrap();
    let (to, mut server) = connection();
    from.set_nonblocking(true).unwrap();
    to.set_nonblocking(true).unwrap();
    client.write_all(&data[..100_000]).unwrap();
    let transfer = Transfer::new(&from, 0..200_000, &to).unwrap();
    let mut transfer = transfer.timeout(Duration::from_secs(10));
    let sent = usize::try_from(until_blocked(&mut transfer)).unwrap();
    assert!(sent > 0 && transfer.unsent() == &data[sent..100_000], "nothing that was read is lost");
    thread::scope(|scope| {
        let received = scope.spawn(|| {
            // Bytes that were read arrive before the source has more.
            let first = slowly_all_of((&mut server).take(100_000));
            client.write_all(&data[100_000..]).unwrap();
            [first, slowly_all_of((&mut server).take(100_000))].concat()
        });
        assert_eq!(transfer.run().unwrap().method, Some(SendMethod::Copied));
        assert!(transfer.unsent().is_empty());
        assert!(received.join().unwrap() == data);
    });
}

#[test]
fn to_a_file_that_is_appended_to() {
    // More than the copy buffer holds.
    let data = noise(9, 600_000);
    let (_folder, path, file) = source(&data);
    let append = File::options().append(true).open(&path).unwrap();
    // To itself: its end is after the range.
    let sent = send(&file, 0..600_000, &append).unwrap();
    assert_eq!((sent.bytes, sent.method), (600_000, Some(SendMethod::Copied)));
    assert!(fs::read(&path).unwrap() == data.repeat(2));
    Transfer::to_end(&file, 1_199_000, &append).unwrap().run().unwrap();
    assert!(fs::read(&path).unwrap() == [&data, &data, &data[599_000..]].concat());
}

#[test]
fn files_without_a_known_length() {
    let version = fs::read("/proc/version").unwrap();
    let file = File::open("/proc/version").unwrap();
    let folder = kernel::folder();
    let path = folder.path().join("file");
    let sent = Transfer::to_end(&file, 0, File::create(&path).unwrap()).unwrap().run().unwrap();
    assert_eq!((fs::read(&path).unwrap(), sent.bytes), (version.clone(), version.len() as u64));
    let (read, write) = io::pipe().unwrap();
    send(&file, 3..8, write).unwrap();
    assert_eq!(all_of(read), version[3..8]);
    let mut transfer = Transfer::new(&file, 0..100_000, File::create(&path).unwrap()).unwrap();
    let error = transfer.run().unwrap_err();
    assert_eq!(error.offset(), Some(version.len() as u64), "{error}");
    assert_eq!(transfer.sent(), version.len() as u64);

    let zeros = send(File::open("/dev/zero").unwrap(), 0..300_000, File::create(&path).unwrap()).unwrap();
    assert_eq!((zeros.bytes, zeros.method), (300_000, Some(SendMethod::Copied)));
    assert!(fs::read(&path).unwrap() == [0; 300_000]);

    let (_folder, _, empty) = source(b"");
    let nothing = Transfer::to_end(&empty, 0, File::create(&path).unwrap()).unwrap().run().unwrap();
    assert_eq!((nothing.bytes, nothing.method), (0, None));
}

#[test]
fn a_range_longer_than_one_call() {
    const GIB: u64 = 1 << 30;
    let file = tempfile::tempfile_in("/dev/shm").unwrap();
    file.set_len(5 * GIB).unwrap();
    file.write_all_at(b"far behind the start", 4 * GIB + 12_345).unwrap();
    let null = File::options().write(true).open("/dev/null").unwrap();
    let mut transfer = Transfer::new(&file, 3..5 * GIB, &null).unwrap();
    let mut steps = 0;
    while let Step::Moved(bytes) = transfer.step().unwrap() {
        assert!(bytes <= 0x7fff_f000);
        steps += 1;
    }
    assert!(steps >= 3);
    assert_eq!((transfer.sent(), transfer.method()), (5 * GIB - 3, Some(SendMethod::Sendfile)));

    let (read, write) = io::pipe().unwrap();
    send(&file, 4 * GIB + 12_340..4 * GIB + 12_370, write).unwrap();
    assert_eq!(all_of(read), b"\0\0\0\0\0far behind the start\0\0\0\0\0");
}

/// A part of a mapping is sent from its range in the file.
#[test]
fn parts_of_a_mapping() {
    let data = noise(12, 5_010);
    let (_folder, path, _) = source(&data);
    let reader = MmapReader::with_options(&path, MmapOptions::new().offset(5_000)).unwrap();
    for range in ranges(10) {
        let part = &reader.as_slice()[range.clone()];
        let in_file = reader.range_of(part).unwrap();
        assert_eq!(in_file, 5_000 + range.start as u64..5_000 + range.end as u64);
        let (read, write) = io::pipe().unwrap();
        send(&reader, in_file, write).unwrap();
        assert_eq!(all_of(read), part);
    }

    let whole = MmapReader::open(&path).unwrap();
    assert_eq!(whole.range_of(&whole.as_slice()[5_000..5_002]), Some(5_000..5_002));
    assert_eq!(reader.range_of(whole.as_slice()), None, "a mapping of its own");
    assert_eq!(whole.range_of(reader.as_slice()), None);
    assert_eq!(reader.range_of(b"elsewhere"), None);
    let empty = MmapReader::with_options(&path, MmapOptions::new().offset(5_010)).unwrap();
    assert_eq!(empty.range_of(empty.as_slice()), Some(5_010..5_010));
    assert_eq!(empty.range_of(whole.as_slice()), None);
    let (middle, len) = (&whole.as_slice()[100..200], whole.len());
    let half = MmapReader::with_options(&path, MmapOptions::new().len(100)).unwrap();
    assert_eq!(whole.range_of(middle), Some(100..200));
    assert_eq!(half.range_of(middle), None);
    assert_eq!(whole.range_of(&whole.as_slice()[len..]), Some(5_010..5_010));
}
