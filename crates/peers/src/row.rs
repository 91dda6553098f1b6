//! What a row of the table stands for.

use std::error::Error;
use std::fmt;
use std::iter::Sum;
use std::ops::Add;
use std::path::Path;

use crate::format::Format;

pub(crate) type Result<T> = std::result::Result<T, Box<dyn Error + Send + Sync>>;

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
    /// Opens the file and goes through all of it with so many threads. The roofline counts nothing.
    pub(crate) run: fn(&Path, usize) -> Result<Option<Count>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Ours,
    Peer,
    Roofline,
}

/// How the bytes of the file are got at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Way {
    Mapped,
    Read,
}

/// What every parser has to find.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Count {
    pub(crate) records: u64,
    pub(crate) bases: u64,
}

impl Count {
    /// One more record, with so many bases.
    pub(crate) fn with(self, bases: usize) -> Self {
        Self { records: self.records + 1, bases: self.bases + bases as u64 }
    }
}

impl Add for Count {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self { records: self.records + other.records, bases: self.bases + other.bases }
    }
}

impl Sum for Count {
    fn sum<I: Iterator<Item = Self>>(counts: I) -> Self {
        counts.fold(Self::default(), Add::add)
    }
}

impl fmt::Display for Count {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} records with {} bases", self.records, self.bases)
    }
}

impl fmt::Display for Way {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Mapped => "mapped",
            Self::Read => "read",
        })
    }
}

impl fmt::Display for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, {}, threads: {}", self.name, self.way, self.threads)
    }
}
