//! The states of the page cache for a file before it is read; all can be reached without privileges.

mod cold;
mod huge_folios;
mod just_written;
mod small_folios;

use std::fmt;
use std::fs::File;
use std::hint::black_box;
use std::path::Path;

use pagecut::mmap::{MmapReader, Residency};

use crate::row::Result;

/// A state of a file in the page cache.
#[derive(Debug)]
pub(crate) struct State {
    /// Name on the command line.
    pub(crate) name: &'static str,
    pub(crate) description: &'static str,
    /// Brings a file into the state, once for all passes if reading keeps the state.
    pub(crate) prepare: fn(&Path) -> Result<()>,
    /// Restores the state before each pass.
    pub(crate) restore: fn(&Path) -> Result<()>,
    is_reached: fn(Seen) -> bool,
}

pub(crate) const STATES: [State; 4] =
    [huge_folios::STATE, small_folios::STATE, just_written::STATE, cold::STATE];

/// The observed state of a file in the page cache, as shares of its length.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Seen {
    cached: f64,
    /// The share mapped by huge pages, from `/proc/self/smaps` after touching all of it; `None` if touching would load it into the
    /// cache.
    huge: Option<f64>,
}

impl State {
    /// Checks that the file is in the state.
    pub(crate) fn verify(&self, path: &Path) -> Result<String> {
        let seen = Seen::of(path)?;
        let verdict = if (self.is_reached)(seen) { "" } else { "; this is not the state that was asked for" };
        Ok(format!("{seen}{verdict}"))
    }
}

impl Seen {
    fn of(path: &Path) -> Result<Self> {
        let cached = Residency::of_file(&File::open(path)?)?.share();
        if cached < 0.99 {
            return Ok(Self { cached, huge: None });
        }
        let reader = MmapReader::open(path)?;
        let pages = reader.as_slice().iter().step_by(reader.stats().page_size);
        black_box(pages.fold(0, |all, byte| all ^ byte));
        let huge = reader.stats().huge.map(|huge| huge as f64 / reader.len().max(1) as f64);
        Ok(Self { cached, huge })
    }

    /// Whether all of the file is cached, on small pages.
    fn is_on_small_pages(self) -> bool {
        self.cached > 0.99 && self.huge.is_none_or(|huge| huge < 0.01)
    }
}

impl fmt::Display for Seen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.0} % cached", self.cached * 100.0)?;
        self.huge.map_or(Ok(()), |huge| write!(f, ", {:.0} % mapped by huge pages", huge * 100.0))
    }
}

/// For states that reading does not change.
fn leave(_: &Path) -> Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn a_file_is_unchanged_in_every_state() {
        let folder = crate::folder::beside(None).unwrap();
        let path = folder.path().join("file");
        let data: Vec<u8> = (0..9 << 20).map(|at: u32| at.to_le_bytes()[at as usize % 3]).collect();
        fs::write(&path, &data).unwrap();
        for state in STATES {
            (state.prepare)(&path).unwrap();
            (state.restore)(&path).unwrap();
            let seen = Seen::of(&path).unwrap();
            assert_eq!(seen.cached < 0.01, state.name == "cold", "{}: {seen}", state.name);
            assert!(fs::read(&path).unwrap() == data, "{}", state.name);
            let left: Vec<_> = fs::read_dir(folder.path()).unwrap().collect();
            assert_eq!(left.len(), 1, "{}: {left:?}", state.name);
        }
    }
}
