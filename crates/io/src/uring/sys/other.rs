//! Systems other than Linux, which have no rings.

use std::fs::File;
use std::io;

use super::{Buffer, Request};

/// Cannot be created.
#[derive(Debug)]
pub(in crate::uring) enum Ring {}

impl Ring {
    pub(in crate::uring) fn new(_: File, _: &mut [Buffer]) -> io::Result<Self> {
        Err(io::Error::new(io::ErrorKind::Unsupported, "io_uring is supported on Linux only"))
    }

    pub(in crate::uring) fn file(&self) -> &File {
        match *self {}
    }

    pub(in crate::uring) fn file_refused(&self) -> Option<&io::Error> {
        match *self {}
    }

    pub(in crate::uring) fn buffers_refused(&self) -> Option<&io::Error> {
        match *self {}
    }

    pub(in crate::uring) fn is_stream(&self) -> io::Result<bool> {
        match *self {}
    }

    pub(in crate::uring) fn push(&self, _: Request) -> io::Result<()> {
        match *self {}
    }

    pub(in crate::uring) fn cancel(&self, _: u16) -> io::Result<()> {
        match *self {}
    }

    pub(in crate::uring) fn submit(&self) -> io::Result<()> {
        match *self {}
    }

    pub(in crate::uring) fn wait(&self) -> io::Result<()> {
        match *self {}
    }

    pub(in crate::uring) fn completions(&self) -> Vec<(Buffer, io::Result<usize>)> {
        match *self {}
    }
}
