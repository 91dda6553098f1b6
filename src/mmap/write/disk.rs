//! A file as the disk has it: its length, its space, and whether what was written has arrived.

use std::fs::File;
use std::io;
use std::ops::Range;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use crate::error::{self, ErrorKind};
use crate::mmap::reader::vanished;
use crate::mmap::sys;

/// A file that is written through a mapping.
#[derive(Debug)]
pub(in crate::mmap) struct Disk {
    file: File,
    /// How many times the file got another length.
    resized: AtomicU64,
    /// As many of these are on disk. Counted, not flagged: threads flush while another one is at it.
    resized_on_disk: AtomicU64,
    /// The first failure to put something on disk, by kind and words.
    ///
    /// It stays. The kernel tells a failed write once and takes the pages for clean from then on, so a later flush would
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

    /// The failure of an earlier flush, for there is nothing to be had after it.
    pub(super) fn check(&self) -> io::Result<()> {
        match &*self.failure.lock().unwrap_or_else(PoisonError::into_inner) {
            Some((kind, words)) => {
                Err(io::Error::new(*kind, format!("an earlier flush went wrong: {words}")))
            }
            None => Ok(()),
        }
    }

    /// Whether the file has the `len` bytes that are mapped, of which those from `lost_from` on were found to be lost.
    pub(super) fn check_len(&self, len: usize, lost_from: Option<usize>) -> error::Result<()> {
        let there_are = self.file.metadata()?.len();
        let lost = lost_from.map_or(len as u64, |lost| lost as u64);
        if there_are < len as u64 {
            Err(ErrorKind::Truncated { offset: lost.min(there_are), len: len as u64 }.into())
        } else if lost_from.is_some() {
            // Or it was cut and has grown again, which nobody can tell.
            Err(vanished(lost).into())
        } else {
            Ok(())
        }
    }

    /// Puts on disk all that was written, by whatever mapping, and the length: `fdatasync(2)`.
    pub(in crate::mmap) fn sync(&self) -> io::Result<()> {
        self.check()?;
        let resized = self.resized.load(Ordering::Acquire);
        self.note(self.file.sync_data())?;
        self.resized_on_disk.fetch_max(resized, Ordering::AcqRel);
        Ok(())
    }

    /// Puts on disk what `pages` writes, and the length if it is another one than the disk has.
    pub(super) fn sync_pages(&self, pages: impl FnOnce() -> io::Result<()>) -> io::Result<()> {
        self.check()?;
        self.note(pages())?;
        let on_disk = self.resized_on_disk.load(Ordering::Acquire);
        if on_disk < self.resized.load(Ordering::Acquire) { self.sync() } else { Ok(()) }
    }

    /// Keeps a failure. To be interrupted is none.
    fn note(&self, done: io::Result<()>) -> io::Result<()> {
        if let Err(error) = &done
            && error.kind() != io::ErrorKind::Interrupted
        {
            let mut failure = self.failure.lock().unwrap_or_else(PoisonError::into_inner);
            failure.get_or_insert_with(|| (error.kind(), error.to_string()));
        }
        done
    }

    /// Begins to write a range and does not wait.
    pub(super) fn start(&self, range: Range<usize>) -> io::Result<()> {
        self.check()?;
        sys::start_write_back(&self.file, range.start as u64..range.end as u64)
    }

    /// Reserves space behind the end; all of it, or none.
    pub(super) fn reserve(&self, range: Range<usize>) -> io::Result<()> {
        let reserved = sys::reserve(&self.file, range.start as u64..range.end as u64);
        self.resized.fetch_add(1, Ordering::AcqRel);
        if reserved.is_err() {
            // What the disk had, it may have given.
            self.file.set_len(range.start as u64)?;
        }
        reserved
    }

    /// Gives the file this length.
    pub(super) fn cut(&self, len: usize) -> io::Result<()> {
        self.file.set_len(len as u64)?;
        self.resized.fetch_add(1, Ordering::AcqRel);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failed_flush_is_not_forgotten() {
        let disk = Disk::new(tempfile::tempfile().unwrap());
        disk.sync_pages(|| Ok(())).unwrap();
        disk.sync_pages(|| Err(io::ErrorKind::Interrupted.into())).unwrap_err();
        disk.sync().unwrap();
        disk.sync_pages(|| Err(io::Error::from_raw_os_error(libc::EIO))).unwrap_err();
        let again = [disk.sync(), disk.sync_pages(|| Ok(())), disk.start(0..1), disk.check()];
        for error in again.map(Result::unwrap_err) {
            assert!(error.to_string().starts_with("an earlier flush went wrong: "), "{error}");
        }
    }
}
