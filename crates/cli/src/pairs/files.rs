//! Files that are read together.

use std::path::{Path, PathBuf};

use pagecut::error::PairFile;
use pagecut::{Error, PairedSource, Result};

use crate::args::{Common, Limit};
use crate::input;

/// Files that are read together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Input {
    /// A file without pairs.
    Alone(PathBuf),
    /// A file without pairs, whose name has a read number, and the name of the missing file of its mates.
    WithoutMate(PathBuf, PathBuf),
    /// The files of the first and of the second mates.
    Two(PathBuf, PathBuf),
    /// A file in which mates alternate.
    Interleaved(PathBuf),
}

impl Input {
    /// The files, in the order of mates.
    pub(crate) fn paths(&self) -> Vec<&Path> {
        match self {
            Self::Alone(path) | Self::WithoutMate(path, _) | Self::Interleaved(path) => vec![path],
            Self::Two(first, second) => vec![first, second],
        }
    }

    /// The file of mates.
    pub(crate) fn path_of(&self, file: Option<PairFile>) -> &Path {
        match (self, file) {
            (Self::Two(_, second), Some(PairFile::Second)) => second,
            (Self::Alone(path) | Self::WithoutMate(path, _), _) => path,
            (Self::Interleaved(path) | Self::Two(path, _), _) => path,
        }
    }

    /// The file that an error is in; `None` if it is in none of two files.
    pub(crate) fn file_of(&self, error: &Error) -> Option<&Path> {
        match (self, error.file()) {
            (Self::Two(..), None) => None,
            (_, file) => Some(self.path_of(file)),
        }
    }

    /// Its name in messages.
    pub(crate) fn name(&self) -> String {
        let names: Vec<_> = self.paths().iter().map(|path| path.display().to_string()).collect();
        names.join(" and ")
    }

    /// Opens the files of pairs.
    ///
    /// # Errors
    ///
    /// The first file that cannot be opened, with the error.
    pub(crate) fn open(
        &self,
        limit: &Limit,
        common: &Common,
    ) -> std::result::Result<PairedSource, (String, Error)> {
        let open = |path: &Path| {
            let (path, limit, common) = (path.to_owned(), limit.clone(), common.clone());
            move || {
                input::open_to_read(&path, &limit, &common)
                    .map_err(|error| (path.display().to_string(), error))
            }
        };
        match self {
            Self::Two(first, second) => PairedSource::open_with(open(first), open(second)),
            Self::Alone(path) | Self::WithoutMate(path, _) | Self::Interleaved(path) => {
                open(path)().map(PairedSource::interleaved)
            }
        }
    }
}

/// Says that the file of mates is missing.
pub(super) fn missing(mate: &Path) -> String {
    format!("the file of its mates, {}, is not among the files", mate.display())
}

/// Whether an error is one of two records that are no mates, so that neither file need be damaged.
pub(super) fn is_of_mates(error: &Error) -> bool {
    use pagecut::ErrorKind::{MateMissing, MateName, MateNumber};

    matches!(error.kind(), MateName { .. } | MateNumber { .. } | MateMissing { .. })
}

/// Does work on pairs, and shows the progress in the first file.
pub(crate) fn work<T>(
    source: &PairedSource,
    name: &str,
    common: &Common,
    work: impl FnOnce() -> Result<T>,
) -> Result<T> {
    let result = input::work(source.first(), name, common, work);
    if let Some(second) = source.second() {
        input::note_unclosed(second, name);
    }
    result
}
