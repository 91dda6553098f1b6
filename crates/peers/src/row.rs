//! The rows of a table.

use std::fmt;
use std::iter::Sum;
use std::ops::Add;
use std::path::Path;

use crate::format::Format;
use crate::lap::Lap;
use crate::native::Worker;
pub(crate) use crate::result::Result;

/// One parser, used by one method.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Row {
    pub(crate) kind: Kind,
    pub(crate) name: &'static str,
    /// Formats that it can read.
    pub(crate) formats: &'static [Format],
    pub(crate) access: Access,
    /// Number of working threads, whatever the parser calls them.
    pub(crate) threads: usize,
    /// The work per record.
    pub(crate) work: &'static str,
    pub(crate) run: Run,
}

/// Opens a file and reads all of it with this number of threads. The roofline counts nothing.
pub(crate) type Here = fn(&Path, usize) -> Result<Option<Count>>;

/// The place where a row reads a file.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Run {
    /// In this process.
    Here(Here),
    /// In a worker, by the worker's name of the method.
    There(&'static Worker, &'static str),
}

impl Row {
    /// Reads a file once.
    pub(crate) fn run(&self, path: &Path) -> Result<Lap> {
        match self.run {
            Run::Here(run) => Lap::of(|| run(path, self.threads)),
            Run::There(worker, access) => worker.run(access, self.threads, path),
        }
        .map_err(|error| format!("{self}: {error}").into())
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// pagecut with default options.
    Default,
    /// pagecut by another method.
    Ours,
    /// pagecut with the optional checks.
    Strict,
    Peer,
    Roofline,
}

/// Access to the bytes of the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Access {
    Mapped,
    Read,
    /// Chosen by pagecut after trying both.
    Auto,
}

/// The result of every parser: number of records, and their total length in letters of reads or bytes of packets.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Count {
    pub(crate) records: u64,
    pub(crate) len: u64,
}

impl Count {
    /// Adds a record of this length.
    pub(crate) fn with(self, len: usize) -> Self {
        Self { records: self.records + 1, len: self.len + len as u64 }
    }
}

impl Add for Count {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self { records: self.records + other.records, len: self.len + other.len }
    }
}

impl Sum for Count {
    fn sum<I: Iterator<Item = Self>>(counts: I) -> Self {
        counts.fold(Self::default(), Add::add)
    }
}

impl fmt::Display for Count {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} records, {} bytes in all", self.records, self.len)
    }
}

impl fmt::Display for Access {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Mapped => "mapped",
            Self::Read => "read",
            Self::Auto => "auto",
        })
    }
}

impl fmt::Display for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, {}, threads: {}", self.name, self.access, self.threads)
    }
}
