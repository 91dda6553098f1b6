//! The folder for the measured files.

use std::env;
use std::io;
use std::path::Path;

use tempfile::TempDir;

/// Creates a folder in the one given, or beside this program: the system's folder for temporary files may be in memory. Dropping
/// the value deletes the folder.
pub(crate) fn beside(asked: Option<&Path>) -> io::Result<TempDir> {
    let program = env::current_exe()?;
    let folder = asked.or(program.parent()).unwrap_or(Path::new(""));
    tempfile::Builder::new().prefix("peers-").tempdir_in(folder)
}
