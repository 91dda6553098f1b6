//! Detection of changed files.

use std::fs::File;
use std::io;

use crate::error::{ErrorKind, Result};

/// Identity of a file: its length, modification time (`st_mtime`) and inode (`stat(2)`).
///
/// `st_ctime` is not compared: `link(2)`, `unlink(2)`, `rename(2)` and `chmod(2)` set it without a change of the
/// contents.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FileIdentity {
    len: u64,
    #[cfg(unix)]
    device_and_inode: (u64, u64),
    /// Modification time in seconds and nanoseconds.
    #[cfg(unix)]
    modified: (i64, i64),
    #[cfg(not(unix))]
    modified: Option<std::time::SystemTime>,
}

/// The part of the identity that a rename, a copy with times, or a remount preserves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stamp {
    pub len: u64,
    /// Modification time.
    pub seconds: i64,
    pub nanos: i64,
}

impl FileIdentity {
    pub fn of(file: &File) -> io::Result<Self> {
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

    /// Returns the length of the file in bytes.
    pub fn file_len(&self) -> u64 {
        self.len
    }

    /// Returns the part that can be stored and compared later.
    pub fn stamp(&self) -> Stamp {
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

    /// Compares with the current state of the file.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Truncated`] if it is shorter, [`ErrorKind::Changed`] for any other difference.
    pub fn check(&self, file: &File) -> Result<()> {
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
