//! Standard output, whose errors are reported.
//!
//! The standard library reports success for writes to a closed standard output: it opens `/dev/null` in place of closed descriptors
//! before `main`, and ignores `EBADF`. So the state of the descriptor is recorded before the runtime of Rust starts.

use std::io::{self, Write};
use std::sync::atomic::{AtomicBool, Ordering};

use super::error::OutputError;

/// Whether standard output was closed, or open for reading only, when the process started.
static IS_UNWRITABLE: AtomicBool = AtomicBool::new(false);

/// Standard output.
#[derive(Debug)]
pub(crate) struct Stdout(io::Stdout);

impl Stdout {
    /// Its name in messages.
    pub(crate) const NAME: &str = "standard output";

    pub(crate) fn new() -> Self {
        Self(io::stdout())
    }

    fn error(error: io::Error) -> io::Error {
        OutputError::of_write(Self::NAME, error)
    }

    /// Checks that standard output can be written to.
    ///
    /// # Errors
    ///
    /// If it was closed, or open for reading only, when the process started.
    pub(crate) fn check(&self) -> io::Result<()> {
        if IS_UNWRITABLE.load(Ordering::Relaxed) {
            return Err(Self::error(io::Error::other("it is not open for writing")));
        }
        Ok(())
    }
}

impl Write for Stdout {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.check()?;
        self.0.write(bytes).map_err(Self::error)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush().map_err(Self::error)
    }
}

#[cfg(unix)]
impl std::os::fd::AsFd for Stdout {
    fn as_fd(&self) -> std::os::fd::BorrowedFd<'_> {
        self.0.as_fd()
    }
}

/// The constructor that the dynamic loader, or the start code of the C library, calls before `main`.
#[cfg(unix)]
#[expect(unsafe_code, reason = "code that runs before the runtime of Rust")]
mod constructor {
    use super::{IS_UNWRITABLE, Ordering};

    // SAFETY: the section holds pointers to functions of the C ABI, each of which is called once. This one takes no arguments (those
    // that the loader passes are ignored), calls one system call and stores to an atomic.
    #[used]
    #[cfg_attr(not(target_vendor = "apple"), unsafe(link_section = ".init_array"))]
    #[cfg_attr(target_vendor = "apple", unsafe(link_section = "__DATA,__mod_init_func"))]
    static CONSTRUCTOR: extern "C" fn() = record_state;

    extern "C" fn record_state() {
        // SAFETY: queries the flags of a descriptor number; one that is not open is an error that the call returns.
        let flags = unsafe { libc::fcntl(libc::STDOUT_FILENO, libc::F_GETFL) };
        let is_unwritable = flags < 0 || flags & libc::O_ACCMODE == libc::O_RDONLY;
        IS_UNWRITABLE.store(is_unwritable, Ordering::Relaxed);
    }
}
