//! What a row of a table stands for.

use std::fmt;
use std::iter::Sum;
use std::ops::Add;
use std::path::Path;

use crate::format::Format;
use crate::lap::Lap;
use crate::native::Worker;
pub(crate) use crate::result::Result;

/// One parser, used in one way.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Row {
    pub(crate) kind: Kind,
    pub(crate) name: &'static str,
    /// What it can read.
    pub(crate) formats: &'static [Format],
    pub(crate) way: Way,
    /// How many threads are at work, whatever the parser calls them.
    pub(crate) threads: usize,
    /// What it finds out about each record.
    pub(crate) work: &'static str,
    pub(crate) run: Run,
}

/// Opens a file and goes through all of it with so many threads. The roofline counts nothing.
pub(crate) type Here = fn(&Path, usize) -> Result<Option<Count>>;

/// How a row goes through a file.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Run {
    /// In this process.
    Here(Here),
    /// In a worker, by what it calls this way.
    There(&'static Worker, &'static str),
}

impl Row {
    /// Goes through a file once.
    pub(crate) fn run(&self, path: &Path) -> Result<Lap> {
        match self.run {
            Run::Here(run) => Lap::of(|| run(path, self.threads)),
            Run::There(worker, way) => worker.run(way, self.threads, path),
        }
        .map_err(|error| format!("{self}: {error}").into())
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// pagecut as it is when nothing is asked for.
    Default,
    /// pagecut in another way.
    Ours,
    /// pagecut with the checks on request.
    Strict,
    Peer,
    Roofline,
}

/// How the bytes of the file are got at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Way {
    Mapped,
    Read,
    /// One of the two, found by trying both.
    Auto,
}

/// What every parser has to find: records, and how long they are in all. Of reads that is letters, of packets bytes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Count {
    pub(crate) records: u64,
    pub(crate) len: u64,
}

impl Count {
    /// One more record, that is so long.
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

impl fmt::Display for Way {
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
        write!(f, "{}, {}, threads: {}", self.name, self.way, self.threads)
    }
}
