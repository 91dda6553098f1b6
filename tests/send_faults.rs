//! An interrupted transfer reports the reason and the number of bytes sent, and can continue.
#![cfg(target_os = "linux")]

mod common;
mod kernel;
mod sending;

use std::fs::{self, File};
use std::io::{self, Read, Seek, Write};
use std::ops::Range;
use std::os::fd::AsFd;
use std::os::unix::fs::FileExt;
use std::os::unix::net::UnixStream;
use std::os::unix::thread::JoinHandleExt;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Barrier};
use std::thread;
use std::time::Duration;

use common::noise;
use pagecut::io::{SendMethod, Transfer, send};
use pagecut::{Error, ErrorKind};
use sending::{all_of, connection, in_file, io_kind, ranges, set_nonblocking, slowly_all_of, source};

const MIB: usize = 1 << 20;

fn system_error(error: &Error) -> Option<i32> {
    match error.kind() {
        ErrorKind::Io(error) => error.raw_os_error(),
        other => panic!("{other}"),
    }
}

#[test]
fn a_timed_out_transfer_can_continue() {
    let data = noise(5, 2 * MIB);
    let (_folder, _, file) = source(&data);
    let short = Duration::from_millis(20);
    // With the timeout of the transfer, and with that of the socket.
    for nonblocking in [true, false] {
        let (server, client) = UnixStream::pair().unwrap();
        server.set_nonblocking(nonblocking).unwrap();
        let mut transfer = Transfer::new(&file, 0..data.len() as u64, &server).unwrap();
        let expected = if nonblocking {
            transfer = transfer.timeout(short);
            io::ErrorKind::TimedOut
        } else {
            server.set_write_timeout(Some(short)).unwrap();
            io::ErrorKind::WouldBlock
        };
        assert_eq!(io_kind(&transfer.run().unwrap_err()), expected);
        let sent = transfer.sent();
        assert!(sent > 0 && sent < data.len() as u64);
        assert_eq!(io_kind(&transfer.run().unwrap_err()), expected);
        assert_eq!(transfer.sent(), sent);

        server.set_write_timeout(None).unwrap();
        let received = thread::spawn(|| slowly_all_of(client));
        assert_eq!(transfer.timeout(Duration::MAX).run().unwrap().bytes, data.len() as u64);
        drop(server);
        assert!(received.join().unwrap() == data);
    }
}

#[test]
fn of_two_pipes_either_may_be_waited_for() {
    let short = Duration::from_millis(20);
    for nonblocking_source in [false, true] {
        let (from, mut source) = io::pipe().unwrap();
        let (target, to) = io::pipe().unwrap();
        if nonblocking_source {
            // Bytes are available, and the target is full.
            set_nonblocking(&from);
            source.write_all(b"abc").unwrap();
            send(File::open("/dev/zero").unwrap(), 0..65_536, &to).unwrap();
        } else {
            // The target has space, and no bytes are available.
            set_nonblocking(&to);
        }
        let mut transfer = Transfer::new(&from, 0..3, &to).unwrap().timeout(short);
        assert_eq!(io_kind(&transfer.run().unwrap_err()), io::ErrorKind::TimedOut);
        if nonblocking_source {
            assert!(all_of((&target).take(65_536)) == [0; 65_536]);
        } else {
            source.write_all(b"abc").unwrap();
        }
        assert_eq!(transfer.run().unwrap().bytes, 3);
        assert_eq!(all_of((&target).take(3)), b"abc");
    }
}

#[test]
fn the_other_end_closes_in_the_middle() {
    fn check(to: impl AsFd, mut from: impl Read + Send + 'static) {
        let data = noise(6, 2 * MIB);
        let (_folder, _, file) = source(&data);
        let mut transfer = Transfer::new(&file, 0..data.len() as u64, to).unwrap();
        let first = thread::spawn(move || {
            let mut first = vec![0; 100_000];
            from.read_exact(&mut first).unwrap();
            first
        });
        for _ in 0..2 {
            let error = transfer.run().unwrap_err();
            let expected = [io::ErrorKind::BrokenPipe, io::ErrorKind::ConnectionReset];
            assert!(expected.contains(&io_kind(&error)), "{error}");
        }
        assert!(first.join().unwrap() == data[..100_000]);
        assert!((100_000..data.len() as u64).contains(&transfer.sent()));
        assert_eq!(transfer.method(), Some(SendMethod::Sendfile), "no other method was tried");
    }
    let (server, client) = connection();
    check(server, client);
    let (server, client) = UnixStream::pair().unwrap();
    server.set_nonblocking(true).unwrap();
    check(server, client);
    let (read, write) = io::pipe().unwrap();
    check(write, read);
}

#[test]
fn a_range_is_not_written_over_itself() {
    let (folder, path, file) = source(b"");
    for range in ranges(6) {
        for position in 0..9 {
            fs::write(&path, b"abcdef").unwrap();
            let mut target = File::options().write(true).open(&path).unwrap();
            target.seek(io::SeekFrom::Start(position as u64)).unwrap();
            let answer = send(&file, in_file(&range), &target);

            let overlap = range.clone().any(|byte| (position..position + range.len()).contains(&byte));
            let mut expected = b"abcdef".to_vec();
            if overlap {
                assert_eq!(io_kind(&answer.unwrap_err()), io::ErrorKind::InvalidInput);
            } else {
                assert_eq!(answer.unwrap().bytes, range.len() as u64);
                let end = if range.is_empty() { 0 } else { position + range.len() };
                expected.resize(expected.len().max(end), 0);
                expected[position.min(end)..end].copy_from_slice(&b"abcdef"[range.clone()]);
            }
            assert_eq!(fs::read(&path).unwrap(), expected, "{range:?} to {position}");
        }
    }
    // A copy of the file is a different file.
    fs::copy(&path, folder.path().join("copy")).unwrap();
    let copy = File::options().write(true).open(folder.path().join("copy")).unwrap();
    assert_eq!(send(&file, 0..6, copy).unwrap().bytes, 6);
}

#[test]
fn ranges_outside_of_the_file() {
    let (_folder, _, file) = source(b"abcdef");
    let (read, write) = io::pipe().unwrap();
    for (range, expected) in
        [(0..7, (0, 7)), (7..7, (7, 7)), (u64::MAX - 1..u64::MAX, (u64::MAX - 1, u64::MAX))]
    {
        let error = send(&file, range, &write).unwrap_err();
        let ErrorKind::OutOfRange { start, end, len: 6 } = *error.kind() else { panic!("{error}") };
        assert_eq!((start, end), expected);
    }
    let backwards = Range { start: 4, end: 3 };
    for from in [file.as_fd(), read.as_fd()] {
        let error = send(from, backwards.clone(), &write).unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::OutOfRange { start: 4, end: 3, .. }), "{error}");
    }
    assert_eq!(Transfer::to_end(&file, 6, &write).unwrap().run().unwrap().bytes, 0);
    let error = Transfer::to_end(&file, 7, &write).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::OutOfRange { start: 7, end: 6, len: 6 }), "{error}");
    assert_eq!(Transfer::to_end(&file, 2, &write).unwrap().remaining(), Some(4));
    drop(write);
    assert_eq!(all_of(read), b"");
}

#[test]
fn a_file_that_is_cut_short_before_it_is_sent() {
    let data = noise(10, 300_000);
    let (folder, path, file) = source(&data);
    let target = folder.path().join("target");
    for append in [false, true] {
        fs::write(&path, &data).unwrap();
        let to = File::options().write(!append).append(append).create(true).open(&target).unwrap();
        to.set_len(0).unwrap();
        let mut transfer = Transfer::new(&file, 10..300_000, &to).unwrap();
        File::options().write(true).open(&path).unwrap().set_len(100_000).unwrap();
        for _ in 0..2 {
            let error = transfer.run().unwrap_err();
            assert!(
                matches!(error.kind(), ErrorKind::Truncated { offset: 100_000, len: 300_000 }),
                "{error}"
            );
            assert_eq!((transfer.sent(), transfer.remaining()), (99_990, Some(200_000)));
        }
        assert!(fs::read(&target).unwrap() == data[10..100_000]);
        // It grows again, and the transfer continues.
        File::options().write(true).open(&path).unwrap().write_all_at(&data[100_000..], 100_000).unwrap();
        assert_eq!(transfer.run().unwrap().bytes, 299_990);
        assert!(fs::read(&target).unwrap() == data[10..]);
    }
}

#[test]
fn unreadable_and_unwritable_files_are_errors() {
    let (folder, path, file) = source(b"abc");
    let write_only = File::options().write(true).open(&path).unwrap();
    let target = File::create(folder.path().join("target")).unwrap();
    let (_read, write) = io::pipe().unwrap();
    let folder = File::open(folder.path()).unwrap();
    let cases = [
        (write_only.as_fd(), target.as_fd(), libc::EBADF),
        (write_only.as_fd(), write.as_fd(), libc::EBADF),
        (file.as_fd(), folder.as_fd(), libc::EBADF),
        (file.as_fd(), _read.as_fd(), libc::EBADF),
        (folder.as_fd(), target.as_fd(), libc::EISDIR),
    ];
    for (from, to, expected) in cases {
        let mut transfer = Transfer::new(from, 0..3, to).unwrap();
        let error = transfer.run().unwrap_err();
        assert_eq!((system_error(&error), transfer.sent()), (Some(expected), 0), "{error}");
    }
}

#[test]
fn a_device_that_is_full() {
    let full = File::options().write(true).open("/dev/full").unwrap();
    let (_folder, _, file) = source(b"abcdef");
    let mut transfer = Transfer::new(&file, 1..5, &full).unwrap();
    let error = transfer.run().unwrap_err();
    assert_eq!((io_kind(&error), transfer.sent()), (io::ErrorKind::StorageFull, 0));

    let (read, mut write) = io::pipe().unwrap();
    write.write_all(b"abcdef").unwrap();
    let mut transfer = Transfer::new(&read, 0..4, &full).unwrap();
    for _ in 0..2 {
        let error = transfer.run().unwrap_err();
        assert_eq!((io_kind(&error), transfer.sent()), (io::ErrorKind::StorageFull, 0));
        assert_eq!(transfer.unsent(), b"abcd", "the pipe does not have them any more");
    }
}

/// With a disk of 64 KiB, in a separate process.
#[test]
fn a_full_disk_takes_the_rest_later() {
    if !kernel::is_child() {
        let script = "mount -t tmpfs -o size=64k none \"$DISK\"";
        return kernel::in_namespaces("a_full_disk_takes_the_rest_later", "-rm", script);
    }
    let folder = PathBuf::from(std::env::var_os("DISK").unwrap());
    let data = noise(11, 26_000);
    let (_folder, _, elsewhere) = source(&data);
    fs::write(folder.join("file"), &data).unwrap();
    let here = File::open(folder.join("file")).unwrap();
    fs::remove_file(folder.join("file")).unwrap();
    // The first file occupies 28 KiB of the disk while it is open.
    for (from, filled) in [(here, 24 << 10), (elsewhere, 52 << 10)] {
        fs::write(folder.join("other"), vec![1; filled]).unwrap();
        let target = File::create(folder.join("target")).unwrap();
        let mut transfer = Transfer::new(from, 0..26_000, &target).unwrap();
        for _ in 0..2 {
            assert_eq!(io_kind(&transfer.run().unwrap_err()), io::ErrorKind::StorageFull);
            assert_eq!(transfer.sent(), target.metadata().unwrap().len());
            assert!((1..26_000).contains(&transfer.sent()), "{transfer:?}");
        }
        fs::remove_file(folder.join("other")).unwrap();
        assert_eq!(transfer.run().unwrap().bytes, 26_000);
        assert!(fs::read(folder.join("target")).unwrap() == data);
        fs::remove_file(folder.join("target")).unwrap();
    }
}

/// Number of calls of the signal handler.
static SIGNALS: AtomicU32 = AtomicU32::new(0);

extern "C" fn count(_signal: libc::c_int) {
    SIGNALS.fetch_add(1, Ordering::Relaxed);
}

/// Counts an unused signal. The kernel does not restart the calls that it interrupts.
#[expect(unsafe_code, reason = "calls that the standard library has no names for")]
fn count_signals() {
    // SAFETY: zeros are a valid value of each field: no handler, no signals, no flags.
    let mut action: libc::sigaction = unsafe { std::mem::zeroed() };
    action.sa_sigaction = count as *const () as libc::sighandler_t;
    // SAFETY: the action lives, and its handler does nothing but add to an atomic number.
    let done = unsafe { libc::sigaction(libc::SIGUSR1, &raw const action, std::ptr::null_mut()) };
    assert_eq!(done, 0, "{}", io::Error::last_os_error());
}

#[expect(unsafe_code, reason = "a call that the standard library has no name for")]
fn interrupt(thread: libc::pthread_t) {
    // SAFETY: the caller has not joined the thread yet, so its handle is valid.
    let done = unsafe { libc::pthread_kill(thread, libc::SIGUSR1) };
    assert_eq!(done, 0);
}

#[test]
fn signals_interrupt_nothing() {
    count_signals();
    for nonblocking in [false, true] {
        let data = noise(13, MIB);
        let (_folder, _, file) = source(&data);
        let (mut read, write) = io::pipe().unwrap();
        if nonblocking {
            set_nonblocking(&write);
        }
        let (sent, reported) = (Arc::new(AtomicBool::new(false)), Arc::new(Barrier::new(2)));
        let (is_sent, is_reported) = (Arc::clone(&sent), Arc::clone(&reported));
        let sender = thread::spawn(move || {
            let answer = send(&file, 0..MIB as u64, write);
            is_sent.store(true, Ordering::Release);
            // No signal may be sent to a thread that has ended.
            is_reported.wait();
            answer.unwrap().bytes
        });
        let mut received = Vec::new();
        while !sent.load(Ordering::Acquire) {
            // The pipe is full, and the sender waits.
            let enough = SIGNALS.load(Ordering::Relaxed) + 20;
            while SIGNALS.load(Ordering::Relaxed) < enough {
                interrupt(sender.as_pthread_t());
                thread::yield_now();
            }
            received.extend_from_slice(&all_of((&mut read).take(30_000)));
        }
        reported.wait();
        assert_eq!(sender.join().unwrap(), MIB as u64);
        received.extend_from_slice(&all_of(read));
        assert!(received == data);
    }
}

/// Makes these system calls fail in this thread from now on, or do nothing for error 0: a filter of `seccomp(2)`.
#[expect(unsafe_code, reason = "calls that the standard library has no names for")]
fn forbid(calls: &[libc::c_long], errno: i32) {
    const LOAD: u32 = libc::BPF_LD | libc::BPF_W | libc::BPF_ABS;
    const JUMP_IF_EQUAL: u32 = libc::BPF_JMP | libc::BPF_JEQ | libc::BPF_K;
    const RETURN: u32 = libc::BPF_RET | libc::BPF_K;
    let statement = |code: u32, k, jf| libc::sock_filter { code: u16::try_from(code).unwrap(), jt: 0, jf, k };
    // The first field of the filter's input is the number of the call. If it differs, the next statement is skipped.
    let mut filter = vec![statement(LOAD, 0, 0)];
    for &call in calls {
        filter.push(statement(JUMP_IF_EQUAL, u32::try_from(call).unwrap(), 1));
        filter.push(statement(RETURN, libc::SECCOMP_RET_ERRNO | u32::try_from(errno).unwrap(), 0));
    }
    filter.push(statement(RETURN, libc::SECCOMP_RET_ALLOW, 0));
    let len = u16::try_from(filter.len()).unwrap();
    let program = libc::sock_fprog { len, filter: filter.as_mut_ptr() };
    // SAFETY: the command takes numbers.
    let done = unsafe { libc::prctl(libc::PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) };
    assert_eq!(done, 0, "{}", io::Error::last_os_error());
    // SAFETY: the program and its statements live, and the kernel reads the given number of them.
    let done = unsafe { libc::prctl(libc::PR_SET_SECCOMP, libc::SECCOMP_MODE_FILTER, &raw const program) };
    assert_eq!(done, 0, "{}", io::Error::last_os_error());
}

const CALLS: [libc::c_long; 3] = [libc::SYS_copy_file_range, libc::SYS_sendfile, libc::SYS_splice];

#[test]
fn a_refused_call_is_replaced_by_the_next() {
    // Or a call that finds nothing to send.
    let refusals = [
        0,
        libc::ENOSYS,
        libc::EPERM,
        libc::EACCES,
        libc::EINVAL,
        libc::EXDEV,
        libc::EOPNOTSUPP,
        libc::EOVERFLOW,
    ];
    for refusal in refusals {
        for (forbidden, to_file, to_pipe) in [
            (1, SendMethod::Sendfile, SendMethod::Sendfile),
            (2, SendMethod::Copied, SendMethod::Splice),
            (3, SendMethod::Copied, SendMethod::Copied),
        ] {
            let forbidden_here = move || {
                forbid(&CALLS[..forbidden], refusal);
                let data = noise(14, 50_000);
                let (folder, _, file) = source(&data);
                let target = folder.path().join("target");
                let sent = send(&file, 7..50_000, File::create(&target).unwrap()).unwrap();
                assert_eq!((sent.bytes, sent.method), (49_993, Some(to_file)));
                assert!(fs::read(&target).unwrap() == data[7..]);
                let (read, write) = io::pipe().unwrap();
                let sent = send(&file, 7..50_000, write).unwrap();
                assert_eq!((sent.bytes, sent.method), (49_993, Some(to_pipe)));
                assert!(all_of(read) == data[7..]);
            };
            // The filter ends with its thread.
            thread::spawn(forbidden_here).join().unwrap();
        }
    }
}

#[test]
fn other_errors_are_returned_at_once() {
    let failures =
        [libc::EIO, libc::ENOSPC, libc::EDQUOT, libc::EFBIG, libc::EPIPE, libc::ECONNRESET, libc::ENOMEM];
    for failure in failures {
        let failing = move || {
            forbid(&CALLS, failure);
            let (folder, _, file) = source(b"abc");
            let target = File::create(folder.path().join("target")).unwrap();
            let (_read, write) = io::pipe().unwrap();
            for to in [target.as_fd(), write.as_fd()] {
                let mut transfer = Transfer::new(&file, 0..3, to).unwrap();
                assert_eq!(system_error(&transfer.run().unwrap_err()), Some(failure));
                assert_eq!((transfer.sent(), transfer.method()), (0, None));
            }
        };
        thread::spawn(failing).join().unwrap();
    }
}
