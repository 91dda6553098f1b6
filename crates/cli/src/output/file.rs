//! One output. A file appears under its name once it is complete.

use std::fs::{self, File, Metadata, OpenOptions};
use std::io::{self, Write};
#[cfg(unix)]
use std::os::fd::{AsFd, BorrowedFd};
use std::path::{Path, PathBuf};

use pagecut::{Error, ErrorKind, source::Reader};

use super::error::OutputError;
use super::stdout::Stdout;
use super::unfinished::{self, Unfinished};

/// The name of standard output as an argument.
pub(crate) const STDOUT: &str = "-";

/// Maximum number of symbolic links followed, as in the kernel (`path_resolution(7)`).
const MOST_LINKS: usize = 40;

/// An output being written: a temporary file in the directory of the output, or the output itself if it is not a regular file.
#[derive(Debug)]
pub(crate) struct OutFile {
    /// The path of the output, or `standard output`.
    name: String,
    target: Target,
}

#[derive(Debug)]
enum Target {
    Stdout(Stdout),
    /// A device, a pipe, a socket.
    Special(File),
    Regular {
        file: File,
        unfinished: Unfinished,
        /// The path of the output, with symbolic links followed.
        path: PathBuf,
    },
}

/// A complete output whose bytes are synchronised to disk.
#[derive(Debug)]
pub(crate) struct Complete {
    name: String,
    /// The temporary file and its destination; `None` if the output is not a regular file.
    renaming: Option<(Unfinished, PathBuf)>,
}

/// The destination of an output.
enum Place {
    Stdout,
    Special(PathBuf),
    /// An open descriptor, to which other processes may write too.
    Descriptor(PathBuf),
    /// A regular file, with the metadata of the file that it replaces.
    Regular(PathBuf, Option<Metadata>),
}

impl OutFile {
    /// Starts writing to standard output.
    pub(crate) fn stdout() -> io::Result<Self> {
        let stdout = Stdout::new();
        stdout.check()?;
        Ok(Self { name: Stdout::NAME.to_owned(), target: Target::Stdout(stdout) })
    }

    /// Starts writing to a path: standard output if that is `-`. An existing file stays until the new one is complete.
    ///
    /// A symbolic link stays, and its target is replaced. The new file has the permissions of the replaced file, or else those that the
    /// umask allows.
    pub(crate) fn create(path: &Path) -> io::Result<Self> {
        let name = path.display().to_string();
        let wrap = |error| OutputError::of_write(&name, error);
        let target = match place(path).map_err(wrap)? {
            Place::Stdout => return Self::stdout(),
            Place::Special(path) => Target::Special(OpenOptions::new().write(true).open(path).map_err(wrap)?),
            Place::Descriptor(path) => {
                Target::Special(OpenOptions::new().append(true).open(path).map_err(wrap)?)
            }
            Place::Regular(path, replaced) => {
                let (file, unfinished) = begin(&path, replaced.as_ref()).map_err(wrap)?;
                Target::Regular { file, unfinished, path }
            }
        };
        Ok(Self { name, target })
    }

    /// Returns whether the output can be discarded: it is a regular file.
    pub(crate) fn is_regular(&self) -> bool {
        matches!(self.target, Target::Regular { .. })
    }

    /// Copies a range of a file, with a system call that copies in the kernel where possible.
    #[cfg(unix)]
    pub(crate) fn copy_from(&self, reader: &Reader, range: std::ops::Range<u64>) -> pagecut::Result<()> {
        let sent = reader.send(range, self).map(drop);
        sent.map_err(|error| match error.kind() {
            ErrorKind::Io(refused) => {
                let copy = refused.raw_os_error().map_or_else(
                    || io::Error::new(refused.kind(), refused.to_string()),
                    io::Error::from_raw_os_error,
                );
                let is_of_output = matches!(
                    copy.kind(),
                    io::ErrorKind::StorageFull
                        | io::ErrorKind::QuotaExceeded
                        | io::ErrorKind::FileTooLarge
                        | io::ErrorKind::BrokenPipe
                        | io::ErrorKind::WriteZero
                );
                let wrap = if is_of_output { OutputError::of_write } else { OutputError::of_copy };
                Error::from(wrap(&self.name, copy))
            }
            _ => error,
        })
    }

    /// Ends the output: synchronises all bytes to disk, without giving the file its final name.
    pub(crate) fn complete(self) -> io::Result<Complete> {
        let Self { name, target } = self;
        let wrap = |error| OutputError::of_write(&name, error);
        let renaming = match target {
            Target::Stdout(mut stdout) => {
                stdout.flush().map_err(wrap)?;
                None
            }
            Target::Special(_) => None,
            Target::Regular { file, unfinished, path } => {
                synchronise(&file).map_err(wrap)?;
                Some((unfinished, path))
            }
        };
        Ok(Complete { name, renaming })
    }

    /// Ends the output and renames the file to its final name.
    pub(crate) fn commit(self) -> io::Result<()> {
        commit(vec![self.complete()?])
    }

    fn stream(&mut self) -> &mut dyn Write {
        match &mut self.target {
            Target::Stdout(stdout) => stdout,
            Target::Special(file) | Target::Regular { file, .. } => file,
        }
    }
}

/// Renames complete outputs to their final names. No signal except `SIGKILL` interrupts the renames. If the system fails in between, or a
/// rename fails, each output is either the complete new file or the previous one. Two outputs of one name are an error.
pub(crate) fn commit(outputs: Vec<Complete>) -> io::Result<()> {
    let (mut names, mut temporary, mut targets) = (Vec::new(), Vec::new(), Vec::new());
    for Complete { name, renaming } in outputs {
        if let Some((unfinished, path)) = renaming {
            names.push(name);
            temporary.push(unfinished);
            targets.push(path);
        }
    }
    if let Some(second) = (1..targets.len()).find(|&second| targets[..second].contains(&targets[second])) {
        return Err(two_outputs(&names[second]));
    }
    let renames = temporary.into_iter().zip(targets.iter().map(PathBuf::as_path)).collect();
    unfinished::rename_all(renames)
        .map_err(|(position, error)| OutputError::of_write(&names[position], error))?;
    let mut directories: Vec<_> =
        targets.iter().zip(&names).map(|(path, name)| (directory(path), name)).collect();
    directories.dedup_by_key(|(directory, _)| *directory);
    directories.into_iter().try_for_each(|(directory, name)| {
        synchronise_directory(directory).map_err(|error| OutputError::of_write(name, error))
    })
}

/// Returns the error for a path that names two outputs.
pub(super) fn two_outputs(path: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidInput, format!("{path} is the name of two outputs"))
}

impl Write for OutFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.stream().write(bytes).map_err(|error| OutputError::of_write(&self.name, error))
    }

    fn flush(&mut self) -> io::Result<()> {
        self.stream().flush().map_err(|error| OutputError::of_write(&self.name, error))
    }
}

#[cfg(unix)]
impl AsFd for OutFile {
    fn as_fd(&self) -> BorrowedFd<'_> {
        match &self.target {
            Target::Stdout(stdout) => stdout.as_fd(),
            Target::Special(file) | Target::Regular { file, .. } => file.as_fd(),
        }
    }
}

/// Finds the destination of an output path.
fn place(path: &Path) -> io::Result<Place> {
    if path.as_os_str() == STDOUT {
        return Ok(Place::Stdout);
    }
    let mut target = path.to_owned();
    for _ in 0..MOST_LINKS {
        if let Some(place) = descriptor(&target) {
            return Ok(place);
        }
        match fs::read_link(&target) {
            Ok(link) => target = directory(&target).join(link),
            Err(_) => break,
        }
    }
    match fs::metadata(&target) {
        // Opening it gives the same error as writing in place: it is a directory, or not writable.
        Ok(metadata) if metadata.is_file() || metadata.is_dir() => {
            OpenOptions::new().write(true).open(&target)?;
            Ok(Place::Regular(canonical(&target), Some(metadata)))
        }
        Ok(_) => Ok(Place::Special(target)),
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        Err(_) if path.as_os_str().as_encoded_bytes().ends_with(b"/") => {
            Err(io::ErrorKind::IsADirectory.into())
        }
        Err(error) if target.file_name().is_none() => Err(error),
        Err(_) => Ok(Place::Regular(canonical(&target), None)),
    }
}

/// Returns the one path of a file that may not exist yet: its name in the canonical directory.
fn canonical(path: &Path) -> PathBuf {
    match (directory(path).canonicalize(), path.file_name()) {
        (Ok(directory), Some(name)) => directory.join(name),
        // The error is the one of creating the file.
        _ => path.to_owned(),
    }
}

/// Returns the path under which an output file will appear, with links followed. `None` if it is not a regular file.
pub(super) fn destination(path: &Path) -> Option<PathBuf> {
    match place(path) {
        Ok(Place::Regular(path, _)) => Some(path),
        _ => None,
    }
}

/// Returns the destination of a descriptor path such as `/dev/fd/3`. It may be a regular file, which is appended to.
fn descriptor(path: &Path) -> Option<Place> {
    let parent = path.parent()?;
    let is_own =
        ["/dev/fd", "/proc/self/fd", "/proc/thread-self/fd"].iter().any(|own| parent == Path::new(own));
    let is_of_process = parent.starts_with("/proc") && parent.ends_with("fd");
    match path.file_name()?.to_str()? {
        "1" if is_own => Some(Place::Stdout),
        _ if is_own || is_of_process => Some(Place::Descriptor(path.to_owned())),
        _ => None,
    }
}

/// Returns the directory of a path.
fn directory(path: &Path) -> &Path {
    path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Creates the temporary file of an output.
#[cfg(unix)]
fn begin(path: &Path, replaced: Option<&Metadata>) -> io::Result<(File, Unfinished)> {
    use std::os::unix::fs::{MetadataExt, PermissionsExt, fchown};

    let Some(replaced) = replaced else { return Unfinished::create(directory(path), 0o666) };
    let mode = replaced.mode() & 0o777;
    let (file, unfinished) = Unfinished::create(directory(path), mode)?;
    let created = file.metadata()?;
    if (created.uid(), created.gid()) != (replaced.uid(), replaced.gid()) {
        // Only root can change the owner of a file; the owner can set the group to one of their own.
        let _ = fchown(&file, Some(replaced.uid()), Some(replaced.gid()))
            .or_else(|_| fchown(&file, None, Some(replaced.gid())));
    }
    // The umask removed permission bits. A file system without permissions refuses, and needs none.
    let _ = file.set_permissions(fs::Permissions::from_mode(mode));
    Ok((file, unfinished))
}

/// Creates the temporary file of an output.
#[cfg(not(unix))]
fn begin(path: &Path, _: Option<&Metadata>) -> io::Result<(File, Unfinished)> {
    Unfinished::create(directory(path), 0)
}

/// Synchronises a file to disk, where the file system supports it.
fn synchronise(file: &File) -> io::Result<()> {
    match file.sync_all() {
        Err(error) if matches!(error.kind(), io::ErrorKind::InvalidInput | io::ErrorKind::Unsupported) => {
            Ok(())
        }
        done => done,
    }
}

/// Synchronises the entries of a directory to disk, if it can be opened.
#[cfg(unix)]
fn synchronise_directory(directory: &Path) -> io::Result<()> {
    File::open(directory).map_or(Ok(()), |directory| synchronise(&directory))
}

/// Does nothing: directories cannot be opened as files on this platform.
#[cfg(not(unix))]
fn synchronise_directory(_: &Path) -> io::Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_outputs_of_one_name_are_not_committed() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("sub")).unwrap();
        let paths = ["a", "sub/../a"].map(|name| folder.path().join(name));
        let outputs = paths.iter().map(|path| OutFile::create(path).unwrap().complete().unwrap()).collect();
        let error = commit(outputs).unwrap_err();
        assert_eq!(error.to_string(), format!("{} is the name of two outputs", paths[1].display()));
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "only the folder is left");
    }
}
