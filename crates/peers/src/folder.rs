//! Where files are put that are made and looked at.

use std::env;
use std::io;
use std::path::Path;

use tempfile::TempDir;

/// A new folder in the one that is asked for, or beside this program: not where temporary files are put, which may lie in memory.
/// It is gone when this is.
pub(crate) fn beside(asked: Option<&Path>) -> io::Result<TempDir> {
    let program = env::current_exe()?;
    let folder = asked.or(program.parent()).unwrap_or(Path::new(""));
    tempfile::Builder::new().prefix("peers-").tempdir_in(folder)
}
