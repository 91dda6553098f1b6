//! The state in which the process found its standard input and output.
//!
//! The Rust runtime opens `/dev/null` in place of closed descriptors before `main`, and the standard library treats `EBADF` as the end of
//! standard input and as success of a write to standard output. So this module records the state of both before the runtime starts. A
//! closed standard error loses messages, but the exit status remains.

use std::io;
use std::path::Path;
use std::sync::atomic::{AtomicI32, Ordering};

/// The error number of an unusable standard stream, and 0 for a usable one.
#[derive(Debug)]
struct State(AtomicI32);

static STDIN: State = State(AtomicI32::new(0));
static STDOUT: State = State(AtomicI32::new(0));

impl State {
    fn check(&self) -> io::Result<()> {
        match self.0.load(Ordering::Relaxed) {
            0 => Ok(()),
            code => Err(io::Error::from_raw_os_error(code)),
        }
    }
}

/// Checks that standard input can be read.
///
/// # Errors
///
/// The system's error if it was closed, or open for writing only, when the process started.
pub(crate) fn check_stdin() -> io::Result<()> {
    STDIN.check()
}

/// Checks that a path can be read, if it names standard input.
///
/// # Errors
///
/// Those of [`check_stdin`]: if standard input was closed, the path leads to the `/dev/null` that the runtime opened.
pub(crate) fn check_path(path: &Path) -> io::Result<()> {
    let names = ["/dev/stdin", "/dev/fd/0", "/proc/self/fd/0"];
    if names.iter().any(|name| path == Path::new(name)) { check_stdin() } else { Ok(()) }
}

/// Checks that standard output can be written to.
///
/// # Errors
///
/// The system's error if it was closed, or open for reading only, when the process started.
pub(crate) fn check_stdout() -> io::Result<()> {
    STDOUT.check()
}

/// The constructor that the dynamic loader, or the start code of the C library, calls before `main`.
#[cfg(unix)]
#[expect(unsafe_code, reason = "code that runs before the runtime of Rust")]
mod constructor {
    use std::sync::atomic::Ordering;

    use crate::descriptors::{STDIN, STDOUT, State};

    // SAFETY: the section holds pointers to functions of the C ABI, each of which is called once. This one takes no arguments (those
    // that the loader passes are ignored), calls one system call for each descriptor and stores to atomics.
    #[used]
    #[cfg_attr(not(target_vendor = "apple"), unsafe(link_section = ".init_array"))]
    #[cfg_attr(target_vendor = "apple", unsafe(link_section = "__DATA,__mod_init_func"))]
    static CONSTRUCTOR: extern "C" fn() = record_states;

    extern "C" fn record_states() {
        record(&STDIN, libc::STDIN_FILENO, libc::O_WRONLY);
        record(&STDOUT, libc::STDOUT_FILENO, libc::O_RDONLY);
    }

    /// Records the error of a descriptor that is closed, or open in this mode only.
    fn record(state: &State, descriptor: libc::c_int, unusable: libc::c_int) {
        // SAFETY: queries the flags of a descriptor number; one that is not open is an error that the call returns.
        let flags = unsafe { libc::fcntl(descriptor, libc::F_GETFL) };
        if flags < 0 || flags & libc::O_ACCMODE == unusable {
            state.0.store(libc::EBADF, Ordering::Relaxed);
        }
    }
}
