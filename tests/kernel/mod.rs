//! State of files and of this process, as the kernel reports it.
#![allow(dead_code, reason = "no test needs all of them")]

use std::ffi::OsStr;
use std::fs::{self, File};
use std::io;
use std::os::fd::AsRawFd;
use std::path::Path;
use std::process::Command;

use pagecut::mmap::MmapReader;
use tempfile::TempDir;

/// Creates a folder beside Cargo's build output, which is more likely to be on a disk than the folder for temporary files.
pub(crate) fn folder() -> TempDir {
    tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap()
}

pub(crate) fn page_size() -> usize {
    let reader = MmapReader::open(Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/one.fastq")).unwrap();
    reader.stats().page_size
}

/// `struct cachestat`; all fields count pages.
#[repr(C)]
#[derive(Debug, Default, Clone, Copy)]
struct CacheStat {
    cache: u64,
    dirty: u64,
    writeback: u64,
    evicted: u64,
    recently_evicted: u64,
}

/// Returns the number of pages of a file in the page cache, and of dirty ones: `cachestat(2)`, Linux 6.5.
#[expect(unsafe_code, reason = "the C library has no wrapper for this call yet")]
fn cachestat(path: &Path) -> io::Result<CacheStat> {
    const SYS_CACHESTAT: libc::c_long = 451;
    let file = File::open(path)?;
    // Offset and length; a length of 0 means the whole file.
    let range = [0_u64, 0];
    let mut stat = CacheStat::default();
    // SAFETY: the descriptor is open; `range` and `stat` live and have the layout of the call's arguments.
    let done = unsafe { libc::syscall(SYS_CACHESTAT, file.as_raw_fd(), &raw const range, &raw mut stat, 0) };
    if done == 0 { Ok(stat) } else { Err(io::Error::last_os_error()) }
}

/// Whether the kernel reports dirty pages of this folder: it has `cachestat`, and the folder is on a disk.
pub(crate) fn has_disk(folder: &Path) -> bool {
    let probe = folder.join("probe");
    fs::write(&probe, [1; 100_000]).unwrap();
    File::open(&probe).unwrap().sync_all().unwrap();
    match cachestat(&probe) {
        Ok(stat) if stat.cache > 0 && stat.dirty == 0 => return true,
        Ok(_) => println!("skipped: {} is not on a disk", folder.display()),
        Err(error) => println!("skipped: no cachestat(2): {error}"),
    }
    assert!(std::env::var_os("PAGECUT_REQUIRE_ORACLES").is_none(), "a kernel with cachestat is required");
    false
}

/// Whether all pages of the file are written to disk.
pub(crate) fn clean(path: &Path) -> bool {
    let stat = cachestat(path).unwrap();
    stat.dirty == 0 && stat.writeback == 0
}

/// Runs `write`, which makes pages of the file dirty, and checks that they are. (The kernel writes them back only after some
/// seconds.)
pub(crate) fn dirty(path: &Path, write: impl FnOnce()) {
    write();
    assert!(!clean(path), "it was written, and is on disk already");
}

/// Whether this process maps the file.
pub(crate) fn mapped(path: &Path) -> bool {
    let path = path.canonicalize().unwrap();
    fs::read_to_string("/proc/self/maps").unwrap().contains(path.to_str().unwrap())
}

/// Returns the number of threads of this process with this name.
pub(crate) fn threads(name: &str) -> usize {
    let tasks = fs::read_dir("/proc/self/task").unwrap().flatten();
    tasks
        .filter(|task| fs::read_to_string(task.path().join("comm")).is_ok_and(|comm| comm.trim() == name))
        .count()
}

/// Returns the memory that this process has locked, in KiB.
pub(crate) fn locked() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmLck:")).unwrap();
    line.trim().trim_end_matches(" kB").parse().unwrap()
}

/// Takes a read lease on a file that is open for reading: `fcntl(F_SETLEASE)`. It ends when the file is closed.
#[expect(unsafe_code, reason = "a call of the C library")]
pub(crate) fn lease(file: &File) -> io::Result<()> {
    const F_SETSIG: libc::c_int = 10;
    // When another process opens the file for writing, the kernel sends a signal. The default signal would end the process; this one does not.
    // SAFETY: the descriptor is open, and the call takes numbers only.
    let signal = unsafe { libc::fcntl(file.as_raw_fd(), F_SETSIG, libc::SIGWINCH) };
    // SAFETY: as above.
    let lease = unsafe { libc::fcntl(file.as_raw_fd(), libc::F_SETLEASE, libc::F_RDLCK) };
    if signal == 0 && lease == 0 { Ok(()) } else { Err(io::Error::last_os_error()) }
}

/// Whether `in_namespaces` started this process.
pub(crate) fn is_child() -> bool {
    std::env::var_os("PAGECUT_TEST_CHILD").is_some()
}

/// Runs one test of this file in its own namespaces (`unshare(1)` with these flags), after a shell line that may use the empty
/// folder `$DISK`.
///
/// Skipped where that is not permitted: unlike a tool, a permission cannot be installed.
pub(crate) fn in_namespaces(test: &str, flags: &str, line: &str) {
    const NOT_ALLOWED: i32 = 77;
    let disk = folder();
    let script = format!("{{ {line}; }} || exit {NOT_ALLOWED}; exec \"$0\" \"$@\"");
    let child = Command::new("unshare")
        .args([flags, "sh", "-c", &script])
        .arg(std::env::current_exe().unwrap())
        .args(["--exact", test, "--nocapture", "--test-threads=1"])
        .envs([("PAGECUT_TEST_CHILD", OsStr::new("1")), ("DISK", disk.path().as_os_str())])
        .output();
    let Ok(output) = child else { return println!("skipped: no unshare(1)") };
    let stdout = String::from_utf8_lossy(&output.stdout);
    let stderr = String::from_utf8_lossy(&output.stderr);
    if output.status.code() == Some(NOT_ALLOWED) || stderr.starts_with("unshare: ") {
        return println!("skipped: {}", stderr.trim());
    }
    assert!(output.status.success() && stdout.contains("1 passed"), "{stdout}\n{stderr}");
}
