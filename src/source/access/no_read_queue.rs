//! Stand-in for the io_uring read queue when the feature `io-uring` is off.

use std::fs::File;
use std::io;
use std::ops::Deref;

use crate::error::Result;

/// Never exists.
pub(in crate::source) enum ReadQueue {}

impl ReadQueue {
    pub(in crate::source) fn new(_: File, _: usize, _: usize) -> Result<Self> {
        Err(io::Error::new(io::ErrorKind::Unsupported, NOT_BUILT).into())
    }

    pub(in crate::source) fn unavailable(_: File) -> Option<String> {
        Some(NOT_BUILT.into())
    }

    pub(in crate::source) fn has_room(&self, _: usize) -> bool {
        match *self {}
    }

    pub(in crate::source) fn submit(&mut self, _: u64, _: usize) -> Result<Option<u64>> {
        match *self {}
    }

    pub(in crate::source) fn wait(&mut self, _: u64) -> io::Result<CompletedRead> {
        match *self {}
    }
}

const NOT_BUILT: &str = "this program was built without the feature `io-uring`";

/// Never exists.
pub(in crate::source) enum CompletedRead {}

impl Deref for CompletedRead {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        match *self {}
    }
}
