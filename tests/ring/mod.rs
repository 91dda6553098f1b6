//! What tests of rings need.
#![allow(dead_code, reason = "each test file uses a part of it")]

use std::fs::File;
use std::io::PipeWriter;
use std::os::fd::OwnedFd;
use std::time::{Duration, Instant};

use pagecut::io::uring::{UringOptions, UringReader};

/// Whether this process may have a ring at all. Many containers forbid it, which is no fault of ours.
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

/// A reader of a pipe that is empty, so that reads stay in flight until something is written.
pub(crate) fn of_pipe(options: UringOptions) -> (UringReader, PipeWriter) {
    let (end, writer) = std::io::pipe().unwrap();
    (UringReader::new(File::from(OwnedFd::from(end)), options).unwrap(), writer)
}

/// Waits until it is so, which it is soon.
#[track_caller]
pub(crate) fn until(mut is_so: impl FnMut() -> bool) {
    let end = Instant::now() + Duration::from_secs(20);
    while !is_so() {
        assert!(Instant::now() < end, "it is not so after 20 seconds");
        std::thread::yield_now();
    }
}
