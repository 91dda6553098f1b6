//! Promise 6 if the system refuses the first attempt of the `SIGBUS` handler, or has another handler.

#![cfg(target_os = "linux")]
#![expect(unsafe_code, reason = "limits of the process and signal handlers are set by the C library")]

use std::fs::{self, OpenOptions};
use std::path::Path;
use std::process::{Command, Output};
use std::ptr;

use pagecut::ErrorKind;
use pagecut::mmap::{MmapReader, Protection};

const LEN: usize = 1 << 20;
const CUT: u64 = 5000;

/// Runs a test in a separate process, with the path of a file of [`LEN`] bytes in `PAGECUT_TEST_INPUT`.
fn in_own_process(test: &str) -> Output {
    let folder = tempfile::tempdir().unwrap();
    let input = folder.path().join("input");
    fs::write(&input, b"ACGTACG\n".repeat(LEN / 8)).unwrap();
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", test, "--nocapture"])
        .env("PAGECUT_TEST_INPUT", input)
        .output()
        .unwrap()
}

fn input() -> Option<std::ffi::OsString> {
    std::env::var_os("PAGECUT_TEST_INPUT")
}

/// Truncates the file, accesses all of the mapping, and returns the offset of the error.
fn truncated(reader: &MmapReader, file: &fs::File) -> u64 {
    file.set_len(CUT).unwrap();
    let sum: u64 = reader.as_slice().iter().map(|&byte| u64::from(byte)).sum();
    std::hint::black_box(sum);
    match reader.check().unwrap_err().kind() {
        ErrorKind::Truncated { offset, .. } => *offset,
        other => panic!("{other}"),
    }
}

#[test]
fn the_limit_of_mappings_is_no_bus_error() {
    let Some(path) = input() else {
        let output = in_own_process("the_limit_of_mappings_is_no_bus_error");
        let printed = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success(), "{:?}: {printed}", output.status);
        assert!(printed.contains("mappings were made, and the loss is at 5000"), "{printed}");
        return;
    };
    let file = OpenOptions::new().write(true).open(&path).unwrap();
    let reader = MmapReader::open(Path::new(&path)).unwrap();
    let mut count = 0_u32;
    loop {
        // The kernel does not merge neighbours with different protection.
        let protection = if count.is_multiple_of(2) { libc::PROT_READ } else { libc::PROT_NONE };
        let flags = libc::MAP_PRIVATE | libc::MAP_ANONYMOUS | libc::MAP_NORESERVE;
        // SAFETY: maps new memory that nothing accesses.
        let made = unsafe { libc::mmap(ptr::null_mut(), 4096, protection, flags, -1, 0) };
        if made == libc::MAP_FAILED {
            break;
        }
        count += 1;
        if count > 4_000_000 {
            println!("no limit here: 0 mappings were made, and the loss is at 5000");
            return;
        }
    }
    let offset = truncated(&reader, &file);
    println!("{count} mappings were made, and the loss is at {offset}");
}

#[test]
fn the_memlock_limit_is_no_bus_error() {
    const MOST: u64 = 24 << 20;
    let Some(path) = input() else {
        let output = in_own_process("the_memlock_limit_is_no_bus_error");
        let printed = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success(), "{:?}: {printed}", output.status);
        assert!(printed.contains("the loss is at 5000") || printed.contains("skipped"), "{printed}");
        return;
    };
    let file = OpenOptions::new().write(true).open(&path).unwrap();
    let limit = libc::rlimit { rlim_cur: MOST, rlim_max: MOST };
    // SAFETY: sets a limit of this process from a structure that lives through the call.
    unsafe { libc::setrlimit(libc::RLIMIT_MEMLOCK, &raw const limit) };
    let first = fs::File::open(&path).unwrap();
    // The limit does not apply to root. SAFETY: drops privileges.
    unsafe { libc::setuid(65534) };
    // SAFETY: locks future mappings.
    if unsafe { libc::mlockall(libc::MCL_FUTURE) } != 0 {
        println!("skipped: {}", std::io::Error::last_os_error());
        return;
    }
    let mut readers = Vec::new();
    while let Ok(reader) = MmapReader::from_file(&first, pagecut::mmap::MmapOptions::new()) {
        readers.push(reader);
        if readers.len() > 100 {
            println!("skipped: locked memory has no limit here");
            return;
        }
    }
    let offset = truncated(&readers[0], &file);
    println!("{} readers, and the loss is at {offset}", readers.len());
}

extern "C" fn other_handler(_: i32) {
    std::process::exit(42);
}

#[test]
fn a_later_handler_is_reported() {
    let Some(path) = input() else {
        let output = in_own_process("a_later_handler_is_reported");
        assert!(output.status.success(), "{:?}: {}", output.status, String::from_utf8_lossy(&output.stdout));
        return;
    };
    let path = Path::new(&path);
    let file = OpenOptions::new().write(true).open(path).unwrap();
    let open = || MmapReader::open(path).unwrap();
    assert_eq!(open().protection(), Protection::Guarded);
    let set = |handler: usize| {
        // SAFETY: the handler ends the process and is not called here; or it is the default action.
        unsafe { libc::signal(libc::SIGBUS, handler) };
    };
    let handler: extern "C" fn(i32) = other_handler;
    set(handler as *const () as usize);
    assert_eq!(open().protection(), Protection::Unguarded);
    assert_eq!(open().protection(), Protection::Unguarded);
    // Without another handler, ours is installed again.
    set(libc::SIG_DFL);
    let reader = open();
    assert_eq!(reader.protection(), Protection::Guarded);
    assert_eq!(truncated(&reader, &file), CUT);
}
