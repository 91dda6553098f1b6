//! Whether a file is still what it was.

use std::fs::File;
use std::io;

use crate::error::{ErrorKind, Result};

/// What a file was when it was opened: its length, the time of its content (`st_mtime`) and its inode (`stat(2)`).
///
/// `st_ctime` is left out: `link(2)`, `unlink(2)`, `rename(2)` and `chmod(2)` set it too, and touch no byte.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct FileIdentity {
    len: u64,
    #[cfg(unix)]
    device_and_inode: (u64, u64),
    /// When the content was written last, in seconds and nanoseconds.
    #[cfg(unix)]
    modified: (i64, i64),
    #[cfg(not(unix))]
    modified: Option<std::time::SystemTime>,
}

/// What stays of the identity of a file that is renamed, copied with its time, or mounted again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Stamp {
    pub(crate) len: u64,
    /// When its content was written last.
    pub(crate) seconds: i64,
    pub(crate) nanos: i64,
}

impl FileIdentity {
    pub(crate) fn of(file: &File) -> io::Result<Self> {
        let metadata = file.metadata()?;
        #[cfg(unix)]
        {
            use std::os::unix::fs::MetadataExt;
            let modified = (metadata.mtime(), metadata.mtime_nsec());
            Ok(Self { len: metadata.len(), device_and_inode: (metadata.dev(), metadata.ino()), modified })
        }
        #[cfg(not(unix))]
        Ok(Self { len: metadata.len(), modified: metadata.modified().ok() })
    }

    /// Length of the file in bytes.
    pub(crate) fn len(&self) -> u64 {
        self.len
    }

    /// What can be kept of it, and compared on another day.
    pub(crate) fn stamp(&self) -> Stamp {
        #[cfg(unix)]
        {
            let (seconds, nanos) = self.modified;
            Stamp { len: self.len, seconds, nanos }
        }
        #[cfg(not(unix))]
        {
            let since = self.modified.and_then(|time| time.duration_since(std::time::UNIX_EPOCH).ok());
            let seconds = since.map_or(0, |since| i64::try_from(since.as_secs()).unwrap_or(i64::MAX));
            let nanos = since.map_or(0, |since| since.subsec_nanos().into());
            Stamp { len: self.len, seconds, nanos }
        }
    }

    /// Compares with the file as it is now.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Truncated`] if it is shorter, [`ErrorKind::Changed`] if anything else is different.
    pub(crate) fn check(&self, file: &File) -> Result<()> {
        let now = Self::of(file)?;
        if now.len < self.len {
            Err(ErrorKind::Truncated { offset: now.len, len: self.len }.into())
        } else if now != *self {
            Err(ErrorKind::Changed.into())
        } else {
            Ok(())
        }
    }
}
