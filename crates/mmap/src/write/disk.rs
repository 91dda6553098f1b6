//! A file on disk: length, reserved space, and durability of writes.

use std::fs::File;
use std::io;
use std::ops::Range;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use pagecut_core::error::{self, ErrorKind};

use crate::reader::vanished;
use crate::sys;

/// A file that is written through a mapping.
#[derive(Debug)]
pub(crate) struct Disk {
    file: File,
    /// Number of changes of the length.
    resized: AtomicU64,
    /// Number of those changes that are on disk. A counter and not a flag, because threads flush concurrently.
    resized_on_disk: AtomicU64,
    /// Kind and message of the first failed flush.
    ///
    /// It is permanent. The kernel reports a failed write-back once and marks the pages clean, so a later flush would
    /// succeed without having written them.
    failure: Mutex<Option<(io::ErrorKind, String)>>,
}

impl Disk {
    pub(super) fn new(file: File) -> Self {
        Self {
            file,
            resized: AtomicU64::new(0),
            resized_on_disk: AtomicU64::new(0),
            failure: Mutex::default(),
        }
    }

    pub(super) fn file(&self) -> &File {
        &self.file
    }

    /// Returns the error of an earlier flush.
    pub(super) fn check(&self) -> io::Result<()> {
        match &*self.failure.lock().unwrap_or_else(PoisonError::into_inner) {
            Some((kind, message)) => {
                Err(io::Error::new(*kind, format!("an earlier flush failed: {message}")))
            }
            None => Ok(()),
        }
    }

    /// Checks that the file still has `len` bytes. `lost_from` is the offset of the first vanished page.
    pub(super) fn check_len(&self, len: usize, lost_from: Option<usize>) -> error::Result<()> {
        let file_len = self.file.metadata()?.len();
        let lost = lost_from.map_or(len as u64, |lost| lost as u64);
        if file_len < len as u64 {
            Err(ErrorKind::Truncated { offset: lost.min(file_len), len: len as u64 }.into())
        } else if lost_from.is_some() {
            // Or the file was truncated and has grown again, which cannot be detected.
            Err(vanished(lost).into())
        } else {
            Ok(())
        }
    }

    /// Flushes all writes, through any mapping, and the length: `fdatasync(2)`.
    pub(crate) fn sync(&self) -> io::Result<()> {
        self.check()?;
        let resized = self.resized.load(Ordering::Acquire);
        self.record(self.file.sync_data())?;
        self.resized_on_disk.fetch_max(resized, Ordering::AcqRel);
        Ok(())
    }

    /// Flushes pages with `pages`, and the length if it has changed.
    pub(super) fn sync_pages(&self, pages: impl FnOnce() -> io::Result<()>) -> io::Result<()> {
        self.check()?;
        self.record(pages())?;
        let on_disk = self.resized_on_disk.load(Ordering::Acquire);
        if on_disk < self.resized.load(Ordering::Acquire) { self.sync() } else { Ok(()) }
    }

    /// Records a failure, except `EINTR`.
    fn record(&self, done: io::Result<()>) -> io::Result<()> {
        if let Err(error) = &done
            && error.kind() != io::ErrorKind::Interrupted
        {
            let mut failure = self.failure.lock().unwrap_or_else(PoisonError::into_inner);
            failure.get_or_insert_with(|| (error.kind(), error.to_string()));
        }
        done
    }

    /// Starts write-back of a range without waiting.
    pub(super) fn start(&self, range: Range<usize>) -> io::Result<()> {
        self.check()?;
        sys::start_write_back(&self.file, range.start as u64..range.end as u64)
    }

    /// Reserves space at the end of the file: all of it or none.
    pub(super) fn reserve(&self, range: Range<usize>) -> io::Result<()> {
        let reserved = sys::reserve(&self.file, range.start as u64..range.end as u64);
        self.resized.fetch_add(1, Ordering::AcqRel);
        if reserved.is_err() {
            // Releases a partial reservation.
            self.file.set_len(range.start as u64)?;
        }
        reserved
    }

    /// Sets the length of the file.
    pub(super) fn set_len(&self, len: usize) -> io::Result<()> {
        self.file.set_len(len as u64)?;
        self.resized.fetch_add(1, Ordering::AcqRel);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failed_flush_is_permanent() {
        let disk = Disk::new(tempfile::tempfile().unwrap());
        disk.sync_pages(|| Ok(())).unwrap();
        disk.sync_pages(|| Err(io::ErrorKind::Interrupted.into())).unwrap_err();
        disk.sync().unwrap();
        disk.sync_pages(|| Err(io::Error::from_raw_os_error(libc::EIO))).unwrap_err();
        let again = [disk.sync(), disk.sync_pages(|| Ok(())), disk.start(0..1), disk.check()];
        for error in again.map(Result::unwrap_err) {
            assert!(error.to_string().starts_with("an earlier flush failed: "), "{error}");
        }
    }
}
