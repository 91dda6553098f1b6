//! The origin of a stream's bytes.

use std::fs::File;
use std::io::{self, Read, Seek};

use super::ahead::ReadAhead;
use crate::source::access::Reader;

/// The origin of the bytes.
pub(super) enum Origin<'input> {
    /// A file without a length, such as those of `/proc`.
    File(File),
    /// A pipe, or another stream that can be read only once.
    Stream(ReadAhead),
    /// A file with positions that must be read from its start, and the current offset.
    Reader(&'input Reader, u64),
}

impl Read for Origin<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::File(file) => file.read(into),
            Self::Stream(stream) => stream.read(into),
            Self::Reader(reader, offset) => reader.read_some(offset, into),
        }
    }
}

impl Origin<'_> {
    /// Goes back to the start.
    pub(super) fn rewind(&mut self) -> io::Result<()> {
        match self {
            Self::File(file) => file.rewind().map_err(|_| read_before()),
            Self::Stream(_) => Err(read_before()),
            Self::Reader(_, offset) => {
                *offset = 0;
                Ok(())
            }
        }
    }
}

/// Returns the error for a stream that would have to be read again.
fn read_before() -> io::Error {
    io::Error::other("the stream was read before, and cannot be read again")
}
