//! Where output goes.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process;

use crate::input;

/// What is written to: a file, unless that is the input, or standard output.
pub(crate) fn open(output: Option<&Path>, input: &Path) -> io::Result<Box<dyn Write + Send>> {
    match output {
        Some(output) => Ok(Box::new(BufWriter::new(create(output, input)?))),
        None => Ok(Box::new(BufWriter::new(io::stdout()))),
    }
}

/// A file to write to, empty, unless that is the input.
pub(crate) fn create(output: &Path, input: &Path) -> io::Result<File> {
    if same_file(input, output) {
        let what = "the output is the input";
        return Err(io::Error::new(io::ErrorKind::InvalidInput, what));
    }
    OpenOptions::new().write(true).create(true).truncate(true).open(output)
}

/// Whether an output is the input, by whatever name.
#[cfg(unix)]
fn same_file(input: &Path, output: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;

    let input = if input.as_os_str() == input::STDIN { Path::new("/dev/stdin") } else { input };
    let file = |path: &Path| fs::metadata(path).ok().filter(fs::Metadata::is_file);
    let inode = |path: &Path| file(path).map(|metadata| (metadata.dev(), metadata.ino()));
    inode(input).is_some() && inode(input) == inode(output)
}

/// Whether an output is the input, as far as their names tell.
#[cfg(not(unix))]
fn same_file(input: &Path, output: &Path) -> bool {
    let full = |path: &Path| path.canonicalize().ok();
    full(input).is_some() && full(input) == full(output)
}

/// Puts a file in place when all of it is written, so that nobody finds a half of it.
pub(crate) fn replace(
    path: &Path,
    write: impl FnOnce(&mut BufWriter<File>) -> pagecut::Result<()>,
) -> pagecut::Result<()> {
    let mut name = path.as_os_str().to_owned();
    name.push(format!(".{}", process::id()));
    let unfinished = PathBuf::from(name);
    let file = OpenOptions::new().write(true).create_new(true).open(&unfinished)?;
    let mut out = BufWriter::new(file);
    let written = write(&mut out).and_then(|()| Ok(out.flush()?));
    let replaced = written.and_then(|()| Ok(fs::rename(&unfinished, path)?));
    if replaced.is_err() {
        // What went wrong before is what counts.
        let _ = fs::remove_file(&unfinished);
    }
    replaced
}
