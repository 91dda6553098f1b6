//! Helpers for tests of rings.
#![allow(dead_code, reason = "each test file uses a part of it")]

use std::fs::File;
use std::io::PipeWriter;
use std::os::fd::OwnedFd;
use std::time::{Duration, Instant};

use pagecut::io::uring::{ReadOp, UringOptions, UringReader};
use pagecut::{Error, ErrorKind};

/// Four buffers of a page each.
pub(crate) fn small() -> UringOptions {
    UringOptions::new().depth(4).buffer_len(4096)
}

/// Returns the system error.
#[track_caller]
pub(crate) fn io(error: &Error) -> &std::io::Error {
    match error.kind() {
        ErrorKind::Io(error) => error,
        other => panic!("{other}"),
    }
}

/// Returns name and value of the invalid setting.
#[track_caller]
pub(crate) fn setting(error: &Error) -> (&'static str, u64) {
    match error.kind() {
        ErrorKind::InvalidConfig { name, value, .. } => (name, *value),
        other => panic!("{other}"),
    }
}

/// Reads at these offsets, with tokens from 0.
pub(crate) fn ops(offsets: impl IntoIterator<Item = u64>, len: usize) -> Vec<ReadOp> {
    offsets.into_iter().zip(0..).map(|(offset, token)| ReadOp { offset, len, token }).collect()
}

/// Returns the expected bytes of a read of a file.
pub(crate) fn expected(data: &[u8], offset: u64, len: usize) -> &[u8] {
    let start = data.len().min(usize::try_from(offset).unwrap());
    &data[start..data.len().min(start + len)]
}

/// Returns whether this process may create a ring. Many containers forbid it.
pub(crate) fn allowed() -> bool {
    let (end, _) = std::io::pipe().unwrap();
    match UringReader::new(File::from(OwnedFd::from(end)), UringOptions::new().depth(1).buffer_len(1)) {
        Ok(_) => true,
        Err(error) => {
            println!("skipped: no io_uring(7): {error}");
            assert!(std::env::var_os("PAGECUT_REQUIRE_ORACLES").is_none(), "io_uring(7) is required");
            false
        }
    }
}

/// A reader of an empty pipe: reads stay in flight until bytes are written.
pub(crate) fn of_pipe(options: UringOptions) -> (UringReader, PipeWriter) {
    let (end, writer) = std::io::pipe().unwrap();
    (UringReader::new(File::from(OwnedFd::from(end)), options).unwrap(), writer)
}

/// Waits until the condition holds, for a limited time.
#[track_caller]
pub(crate) fn until(mut is_so: impl FnMut() -> bool) {
    let end = Instant::now() + Duration::from_secs(20);
    while !is_so() {
        assert!(Instant::now() < end, "it is not so after 20 seconds");
        std::thread::yield_now();
    }
}
