//! System calls that the kernel may refuse to a ring, each refused in a separate process.
#![cfg(all(feature = "io-uring", target_os = "linux"))]

mod common;
mod ring;

use std::ffi::OsStr;
use std::fs;
use std::io::{ErrorKind as IoErrorKind, Write};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::mpsc::channel;
use std::thread;
use std::time::Duration;

use common::{file, noise};
use pagecut::Error;
use pagecut::io::uring::{ReadOp, UringOptions, UringReader};
use pollster::block_on;
use ring::{allowed, io, of_pipe, until};

const LEN: usize = 100_000;

/// The file to read, in a process that `by_itself` started.
fn input() -> Option<PathBuf> {
    std::env::var_os("PAGECUT_TEST_INPUT").map(PathBuf::from)
}

/// Runs one test of this file again with a command prefix; it has to pass.
fn by_itself(test: &str, command: &[&str]) {
    let (_folder, path) = file(&noise(1, LEN));
    let this = std::env::current_exe().unwrap();
    let mut all: Vec<&OsStr> = command.iter().map(OsStr::new).collect();
    all.extend([this.as_os_str(), "--exact".as_ref(), test.as_ref(), "--nocapture".as_ref()]);
    let output = Command::new(all[0]).args(&all[1..]).env("PAGECUT_TEST_INPUT", &path).output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    let complaint = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && said.contains("1 passed"), "{said}\n{complaint}");
}

fn options() -> UringOptions {
    UringOptions::new().depth(4).buffer_len(LEN)
}

fn reads_well(reader: &UringReader) {
    let data = noise(1, LEN);
    assert_eq!(&*reader.read_at(0, LEN).unwrap(), data);
    assert_eq!(&*block_on(reader.read(1, 1000)).unwrap(), &data[1..1001]);
    assert_eq!(reader.submit_batch(&[ReadOp { offset: 2, len: 1000, token: 0 }]).unwrap(), 1);
    assert_eq!(&**reader.complete_batch(1)[0].result.as_ref().unwrap(), &data[2..1002]);
}

/// Refuses system calls to this thread and its future threads, by number and, if given, second argument: `seccomp(2)`.
#[expect(unsafe_code, reason = "the C library has no safe method to ask for a filter")]
fn refuse(calls: &[(libc::c_long, Option<u32>)], code: i32) {
    const NUMBER: u32 = 0;
    const SECOND_ARGUMENT: u32 = 24;
    let line = |code: u32, jt, jf, k| libc::sock_filter { code: u16::try_from(code).unwrap(), jt, jf, k };
    let load = |offset| line(libc::BPF_LD | libc::BPF_W | libc::BPF_ABS, 0, 0, offset);
    let or_skip = |value, lines| line(libc::BPF_JMP | libc::BPF_JEQ | libc::BPF_K, 0, lines, value);
    let answer = |action| line(libc::BPF_RET | libc::BPF_K, 0, 0, action);
    let refusal = answer(libc::SECCOMP_RET_ERRNO | u32::try_from(code).unwrap());
    let mut lines = Vec::new();
    for &(number, argument) in calls {
        let number = u32::try_from(number).unwrap();
        match argument {
            None => lines.extend([load(NUMBER), or_skip(number, 1)]),
            Some(value) => {
                lines.extend([load(NUMBER), or_skip(number, 3), load(SECOND_ARGUMENT), or_skip(value, 1)]);
            }
        }
        lines.push(refusal);
    }
    lines.push(answer(libc::SECCOMP_RET_ALLOW));
    let program = libc::sock_fprog { len: u16::try_from(lines.len()).unwrap(), filter: lines.as_mut_ptr() };
    // SAFETY: takes numbers only.
    let first = unsafe { libc::prctl(libc::PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) };
    // SAFETY: the program and its statements live until the call has copied them.
    let second = unsafe { libc::prctl(libc::PR_SET_SECCOMP, libc::SECCOMP_MODE_FILTER, &raw const program) };
    assert_eq!((first, second), (0, 0), "{}", std::io::Error::last_os_error());
}

#[test]
fn a_forbidden_ring_has_the_reason() {
    let Some(path) = input() else {
        return by_itself("a_forbidden_ring_has_the_reason", &[]);
    };
    for code in [libc::EPERM, libc::ENOSYS, libc::ENOMEM] {
        let path = path.clone();
        let forbidden = move || {
            refuse(&[(libc::SYS_io_uring_setup, None)], code);
            let error = UringReader::open(&path, options()).unwrap_err();
            assert_eq!(io(&error).raw_os_error(), Some(code), "{error}");
            assert_eq!(error.to_string(), std::io::Error::from_raw_os_error(code).to_string());
        };
        thread::spawn(forbidden).join().unwrap();
    }
}

#[test]
fn unregistered_buffers_are_read() {
    let Some(path) = input() else {
        return if allowed() {
            by_itself("unregistered_buffers_are_read", &[])
        };
    };
    const BUFFERS: u32 = 0;
    const FILES: u32 = 2;
    for refused in [&[][..], &[BUFFERS], &[FILES], &[BUFFERS, FILES]] {
        let path = path.clone();
        let read = move || {
            let call = |&what| (libc::SYS_io_uring_register, Some(what));
            refuse(&refused.iter().map(call).collect::<Vec<_>>(), libc::EOPNOTSUPP);
            let reader = UringReader::open(&path, options()).unwrap();
            assert_eq!(reader.is_registered(), refused.is_empty());
            for (reason, what) in [(reader.buffers_refused(), BUFFERS), (reader.file_refused(), FILES)] {
                let reason = reason.and_then(std::io::Error::raw_os_error);
                assert_eq!(reason, refused.contains(&what).then_some(libc::EOPNOTSUPP));
            }
            reads_well(&reader);
        };
        thread::spawn(read).join().unwrap();
    }
}

/// Returns whether this process has the capability `CAP_IPC_LOCK` (`capabilities(7)`).
fn may_lock_memory() -> bool {
    const CAP_IPC_LOCK: u32 = 14;
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let rights = status.lines().find_map(|line| line.strip_prefix("CapEff:")).unwrap();
    u64::from_str_radix(rights.trim(), 16).unwrap() >> CAP_IPC_LOCK & 1 == 1
}

#[test]
fn buffers_above_memlock_are_unregistered() {
    let Some(path) = input() else {
        // The limit does not apply to processes with the capability.
        let drop_right =
            if may_lock_memory() { "setpriv --inh-caps=-ipc_lock --bounding-set=-ipc_lock --" } else { "" };
        // The limit covers all processes of a user, and other tests lock a little, so the smallest value is not used.
        let limit = "[ \"$(ulimit -l)\" -lt 4096 ] 2>/dev/null || ulimit -l 4096";
        let command = format!("{limit}; exec {drop_right} \"$@\"");
        const TEST: &str = "buffers_above_memlock_are_unregistered";
        return if allowed() {
            by_itself(TEST, &["sh", "-c", &command, "sh"])
        };
    };
    let reader = UringReader::open(&path, options().buffer_len(2 << 20)).unwrap();
    assert!(!reader.is_registered() && reader.file_refused().is_none());
    let reason = reader.buffers_refused().unwrap();
    assert_eq!(reason.raw_os_error(), Some(libc::ENOMEM), "{reason}");
    reads_well(&reader);
}

#[test]
fn a_failed_allocation_is_an_error() {
    let Some(path) = input() else {
        const TEST: &str = "a_failed_allocation_is_an_error";
        return by_itself(TEST, &["sh", "-c", "ulimit -v 1000000; exec \"$@\"", "sh"]);
    };
    let error = UringReader::open(path, options().buffer_len(UringOptions::MAX_BUFFER_LEN)).unwrap_err();
    assert_eq!(io(&error).kind(), IoErrorKind::OutOfMemory, "{error}");
}

/// The reads in flight can then neither be cancelled nor waited for, so their buffers are never freed.
#[test]
fn a_failed_ring_ends_every_read() {
    let Some(path) = input() else {
        const TEST: &str = "a_failed_ring_ends_every_read";
        return if allowed() {
            by_itself(TEST, &[])
        };
    };
    let refused = |error: &Error| assert_eq!(io(error).raw_os_error(), Some(libc::EPERM), "{error}");
    // All calls; submitting one read; waiting.
    let (all, to_submit, to_wait) = (None, Some(1), Some(0));
    // (With futures, their thread waits, and the filter does not apply to it.)
    let cases = [(all, false), (all, true), (to_submit, false), (to_submit, true), (to_wait, false)];
    for (what, futures_before) in cases {
        let path = path.clone();
        let read = move || {
            let (on_pipe, mut writer) = of_pipe(options());
            let of_file = UringReader::open(&path, options()).unwrap();
            let mut future = on_pipe.read(0, 10);
            if futures_before {
                // The filter does not apply to the thread started here.
                begin(&mut future);
                reads_well(&of_file);
            }
            assert_eq!(on_pipe.submit_batch(&[ReadOp { offset: 0, len: 10, token: 7 }]).unwrap(), 1);
            refuse(&[(libc::SYS_io_uring_enter, what)], libc::EPERM);
            refused(&on_pipe.read_at(0, 10).unwrap_err());
            refused(&block_on(future).unwrap_err());
            let completions = on_pipe.complete_batch(1);
            assert_eq!((completions.len(), completions[0].token), (1, 7));
            assert_eq!(completions[0].result.as_ref().unwrap_err().raw_os_error(), Some(libc::EPERM));
            refused(&on_pipe.submit_batch(&[ReadOp { offset: 0, len: 10, token: 0 }]).unwrap_err());
            refused(&block_on(on_pipe.read(0, 10)).unwrap_err());
            assert_eq!(on_pipe.in_flight(), 0);
            drop(on_pipe);
            // If the kernel completes the read later, its memory still exists.
            writer.write_all(b"bytes").unwrap();
            match of_file.read_at(0, 10) {
                Ok(_) => assert_eq!(what, to_wait, "it is over when it is submitted"),
                Err(error) => refused(&error),
            }
        };
        thread::spawn(read).join().unwrap();
    }
}

/// If the kernel lacks memory for a request, the request is repeated; here by the thread for futures, to which the
/// filter does not apply.
#[test]
fn eagain_is_submitted_again() {
    const TEST: &str = "eagain_is_submitted_again";
    if input().is_none() {
        return if allowed() {
            by_itself(TEST, &[])
        };
    }
    for code in [libc::EAGAIN, libc::EBUSY] {
        let (reader, mut writer) = of_pipe(options());
        let mut future = reader.read(0, 1);
        begin(&mut future);
        thread::scope(|scope| {
            let submitted = scope.spawn(|| {
                refuse(&[(libc::SYS_io_uring_enter, Some(1))], code);
                reader.submit_batch(&[ReadOp { offset: 0, len: 1, token: 0 }]).unwrap()
            });
            until(|| reader.in_flight() == 2);
            assert!(!submitted.is_finished());
            writer.write_all(b"1").unwrap();
            assert_eq!(submitted.join().unwrap(), 1);
        });
        assert_eq!(&*block_on(future).unwrap(), b"1");
        writer.write_all(b"2").unwrap();
        assert_eq!(&**reader.complete_batch(1)[0].result.as_ref().unwrap(), b"2");
    }
}

fn begin(future: &mut pagecut::io::uring::UringRead) {
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    assert!(std::pin::Pin::new(future).poll(&mut context).is_pending());
}

/// Returns the number of threads of this process.
fn threads() -> usize {
    fs::read_dir("/proc/self/task").unwrap().count()
}

#[test]
fn the_thread_lives_from_first_future_to_drop() {
    let Some(path) = input() else {
        const TEST: &str = "the_thread_lives_from_first_future_to_drop";
        return if allowed() {
            by_itself(TEST, &[])
        };
    };
    let before = threads();
    let reader = UringReader::open(&path, options()).unwrap();
    for _ in 0..10 {
        assert!(reader.read_at(0, 10).is_ok());
    }
    drop(reader.read(0, 10));
    assert_eq!(threads(), before);
    let (on_pipe, _writer) = of_pipe(options());
    let mut future = on_pipe.read(0, 10);
    begin(&mut future);
    assert_eq!(threads(), before + 1);
    begin(&mut on_pipe.read(0, 10));
    assert_eq!(threads(), before + 1);
    drop(on_pipe);
    // A thread that has ended is counted for a short time.
    until(|| threads() == before);
}

#[test]
#[expect(unsafe_code, reason = "signals, and whom they go to")]
fn a_signal_ends_no_wait() {
    extern "C" fn ignore(_: libc::c_int) {}
    if input().is_none() {
        return if allowed() {
            by_itself("a_signal_ends_no_wait", &[])
        };
    }
    let handler: extern "C" fn(libc::c_int) = ignore;
    // SAFETY: the handler does nothing.
    let before = unsafe { libc::signal(libc::SIGUSR1, handler as libc::sighandler_t) };
    assert_ne!(before, libc::SIG_ERR);
    let (reader, mut writer) = of_pipe(options());
    thread::scope(|scope| {
        let (sender, receiver) = channel();
        let waiting = scope.spawn(move || {
            // SAFETY: returns a number.
            sender.send(unsafe { libc::pthread_self() }).unwrap();
            reader.read_at(0, 4).unwrap().to_vec()
        });
        let thread = receiver.recv().unwrap();
        for _ in 0..50 {
            // SAFETY: the thread exists, since it waits for the bytes written below.
            assert_eq!(unsafe { libc::pthread_kill(thread, libc::SIGUSR1) }, 0);
            thread::sleep(Duration::from_millis(1));
        }
        writer.write_all(b"here").unwrap();
        assert_eq!(waiting.join().unwrap(), b"here");
    });
}

/// If the thread cannot start, the future returns an error, and no read is left behind.
#[test]
fn a_thread_that_cannot_start_is_an_error() {
    let Some(path) = input() else {
        return if allowed() {
            by_itself("a_thread_that_cannot_start_is_an_error", &[])
        };
    };
    let reader = UringReader::open(&path, options()).unwrap();
    refuse(&[(libc::SYS_clone3, None), (libc::SYS_clone, None)], libc::EAGAIN);
    let error = block_on(reader.read(0, 10)).unwrap_err();
    assert_eq!(io(&error).raw_os_error(), Some(libc::EAGAIN), "{error}");
    assert_eq!((reader.free(), reader.in_flight()), (4, 0));
    assert!(reader.read_at(0, 10).is_ok());
}

#[test]
fn a_batch_is_one_system_call() {
    const TEST: &str = "a_batch_is_one_system_call";
    const BATCH: u64 = 64;
    if let Some(path) = input() {
        let reader = UringReader::open(path, UringOptions::new().depth(64).buffer_len(1000)).unwrap();
        let ops: Vec<_> = (0..BATCH).map(|token| ReadOp { offset: token * 1000, len: 1000, token }).collect();
        assert_eq!(reader.submit_batch(&ops).unwrap(), 64);
        assert_eq!(reader.complete_batch(64).len(), 64);
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("calls");
    if !allowed() || !can_trace(&log) {
        return;
    }
    by_itself(TEST, &["strace", "-f", "-e", "trace=io_uring_enter", "-o", log.to_str().unwrap()]);
    let calls = fs::read_to_string(&log).unwrap();
    let to_submit =
        |line: &str| line.split_once("io_uring_enter(")?.1.split(", ").nth(1)?.parse::<u64>().ok();
    let submitted: Vec<_> = calls.lines().filter_map(to_submit).filter(|&count| count > 0).collect();
    assert_eq!(submitted, [BATCH], "{calls}");
}

fn can_trace(log: &Path) -> bool {
    let traced = Command::new("strace").arg("-o").arg(log).arg("true").output();
    let can = traced.is_ok_and(|output| output.status.success());
    if !can {
        println!("skipped: no strace(1), or it is not allowed");
    }
    can
}
