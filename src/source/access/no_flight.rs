//! Without the feature `io-uring`, no reads are in flight.

use std::fs::File;
use std::io;
use std::ops::Deref;

use crate::error::Result;

/// There is none.
pub(in crate::source) enum Flight {}

impl Flight {
    pub(in crate::source) fn new(_: File, _: usize, _: usize) -> Result<Self> {
        Err(io::Error::new(io::ErrorKind::Unsupported, NOT_BUILT).into())
    }

    pub(in crate::source) fn refused(_: File) -> Option<String> {
        Some(NOT_BUILT.into())
    }

    pub(in crate::source) fn has_room(&self, _: usize) -> bool {
        match *self {}
    }

    pub(in crate::source) fn begin(&mut self, _: u64, _: usize) -> Result<Option<u64>> {
        match *self {}
    }

    pub(in crate::source) fn land(&mut self, _: u64) -> io::Result<Landed> {
        match *self {}
    }
}

const NOT_BUILT: &str = "this program was built without the feature `io-uring`";

/// There is none.
pub(in crate::source) enum Landed {}

impl Deref for Landed {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        match *self {}
    }
}
