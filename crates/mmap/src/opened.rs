//! Opens files that can be mapped.

use std::fs::{File, Metadata};
use std::io;
use std::path::Path;

use pagecut_core::error::{ErrorKind, Result};
use pagecut_core::identity::FileIdentity;

use super::lease::Lease;
use super::{Grant, MmapOptions};

/// An open file and the range to be mapped.
pub(super) struct Opened {
    pub(super) file: File,
    pub(super) offset: u64,
    pub(super) len: usize,
    pub(super) identity: FileIdentity,
    pub(super) lease: Option<Lease>,
    pub(super) grants: Vec<Grant>,
}

impl Opened {
    /// Checks the file and resolves the range.
    pub(super) fn of(file: &File, options: MmapOptions) -> Result<Self> {
        refuse_unmappable(&file.metadata()?)?;
        let file = file.try_clone()?;
        // Taken before the file is inspected, so that the result holds as long as the lease.
        let (lease, grants) = Lease::request(&file, options);
        let identity = FileIdentity::of(&file)?;
        if identity.file_len() == 0 && has_content(&file) {
            return Err(ErrorKind::Unmappable { what: "a file without a known length" }.into());
        }
        let len = options.end_in(identity.file_len())? - options.offset;
        let len = usize::try_from(len).map_err(|_| io::Error::from(io::ErrorKind::OutOfMemory))?;
        Ok(Self { file, offset: options.offset, len, identity, lease, grants })
    }

    /// Checks that the file has not changed since.
    pub(super) fn check(&self) -> Result<()> {
        self.identity.check(&self.file)
    }
}

/// Opens a file that can be mapped. Other files are not opened: opening a pipe would wait for a writer.
pub(super) fn open_mappable(path: &Path) -> Result<File> {
    refuse_unmappable(&path.metadata()?)?;
    Ok(File::open(path)?)
}

pub(super) fn refuse_unmappable(metadata: &Metadata) -> Result<()> {
    let kind = metadata.file_type();
    let what = if kind.is_dir() {
        "a directory"
    } else if kind.is_file() {
        return Ok(());
    } else {
        special(kind)
    };
    Err(ErrorKind::Unmappable { what }.into())
}

#[cfg(unix)]
fn special(kind: std::fs::FileType) -> &'static str {
    use std::os::unix::fs::FileTypeExt;
    if kind.is_fifo() {
        "a pipe"
    } else if kind.is_socket() {
        "a socket"
    } else {
        "a device"
    }
}

#[cfg(not(unix))]
fn special(_: std::fs::FileType) -> &'static str {
    "a special file"
}

/// Returns whether a file of length 0 has content, as files of `/proc` have. Does not move the file position.
#[cfg(unix)]
pub(super) fn has_content(file: &File) -> bool {
    use std::os::unix::fs::FileExt;
    file.read_at(&mut [0], 0).is_ok_and(|read| read > 0)
}

#[cfg(not(unix))]
pub(super) fn has_content(_: &File) -> bool {
    false
}
