//! Futures for blocking operations, for use in asynchronous programs.
//!
//! Opening a file, reserving space and flushing wait for the disk. Here they are futures that work with every runtime:
//! threads of the crate `blocking` do the work and wake the task.
//!
//! Page faults cannot be made asynchronous: access to a page that is not in memory blocks the accessing thread.
//! [`read`] and [`update`] access the pages of a [`MmapShared`] on threads that may block; for a [`MmapReader`],
//! [`populate`](crate::MmapOptions::populate) reads the pages before the future completes.
//!
//! The operation of a dropped future may run later or not at all. If a flush fails after its future was dropped, the
//! next flush returns the error.
//!
//! ```
//! use std::io::Write;
//! use pagecut::mmap::{MmapWriterOptions, nonblocking};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let folder = tempfile::tempdir()?;
//! # let path = folder.path().join("out.fastq");
//! # pollster::block_on(async {
//! let mut writer = nonblocking::create(&path, MmapWriterOptions::new()).await?;
//! writer.write_all(b"@r1\nACGT\n+\nIIII\n")?;
//! nonblocking::flush(&mut writer).await?;
//! assert_eq!(nonblocking::finish(writer).await?, 16);
//! assert_eq!(nonblocking::open(&path).await?.len(), 16);
//! # Ok(())
//! # })
//! # }
//! ```

use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use blocking::unblock;
use pagecut_core::error::{ErrorKind, Result};

use super::{MmapOptions, MmapReader, MmapShared, MmapWriter, MmapWriterOptions};

/// Opens a file as [`MmapReader::open`] does.
///
/// # Errors
///
/// Those of [`MmapReader::open`].
pub async fn open(path: impl AsRef<Path>) -> Result<MmapReader> {
    with_options(path, MmapOptions::new()).await
}

/// Opens a file as [`MmapReader::with_options`] does.
///
/// # Errors
///
/// Those of [`MmapReader::with_options`].
pub async fn with_options(path: impl AsRef<Path>, options: MmapOptions) -> Result<MmapReader> {
    let path = path.as_ref().to_owned();
    unblock(move || MmapReader::with_options(path, options)).await
}

/// Creates a file as [`MmapWriter::with_options`] does.
///
/// # Errors
///
/// Those of [`MmapWriter::with_options`].
pub async fn create(path: impl AsRef<Path>, options: MmapWriterOptions) -> Result<MmapWriter> {
    let path = path.as_ref().to_owned();
    unblock(move || MmapWriter::with_options(path, options)).await
}

/// Flushes as [`MmapWriter::flush`] does: all written bytes are on disk afterwards (`fdatasync(2)`).
///
/// # Errors
///
/// Those of [`MmapWriter::flush`].
pub async fn flush(writer: &mut MmapWriter) -> Result<()> {
    let disk = writer.disk();
    unblock(move || disk.sync()).await?;
    writer.flushed();
    Ok(())
}

/// Finishes a file as [`MmapWriter::finish`] does.
///
/// # Errors
///
/// Those of [`MmapWriter::finish`].
pub async fn finish(writer: MmapWriter) -> Result<u64> {
    unblock(move || writer.finish()).await
}

/// Opens a file as [`MmapShared::open`] does.
///
/// # Errors
///
/// Those of [`MmapShared::open`].
pub async fn open_shared(path: impl AsRef<Path>) -> Result<MmapShared> {
    let path = path.as_ref().to_owned();
    unblock(move || MmapShared::open(path)).await
}

/// Creates a file as [`MmapShared::create`] does.
///
/// # Errors
///
/// Those of [`MmapShared::create`].
pub async fn create_shared(path: impl AsRef<Path>, len: usize) -> Result<MmapShared> {
    let path = path.as_ref().to_owned();
    unblock(move || MmapShared::create(path, len)).await
}

/// Flushes as [`MmapShared::flush`] does.
///
/// # Errors
///
/// Those of [`MmapShared::flush`].
pub async fn flush_shared(shared: &Arc<MmapShared>) -> Result<()> {
    let shared = Arc::clone(shared);
    unblock(move || shared.flush()).await
}

/// Copies a range into a new vector, as [`MmapShared::read_into`] does.
///
/// # Errors
///
/// Those of [`MmapShared::read_into`].
pub async fn read(shared: &Arc<MmapShared>, range: Range<usize>) -> Result<Vec<u8>> {
    // Checked before the memory is allocated.
    if range.start > range.end || range.end > shared.len() {
        let (start, end) = (range.start as u64, range.end as u64);
        return Err(ErrorKind::OutOfRange { start, end, len: shared.len() as u64 }.into());
    }
    let shared = Arc::clone(shared);
    let read = move || {
        let mut bytes = vec![0; range.len()];
        shared.read_into(range.start, &mut bytes)?;
        Ok(bytes)
    };
    unblock(read).await
}

/// Writes bytes as [`MmapShared::update`] does.
///
/// # Errors
///
/// Those of [`MmapShared::update`].
pub async fn update(shared: &Arc<MmapShared>, offset: usize, from: Vec<u8>) -> Result<()> {
    let shared = Arc::clone(shared);
    unblock(move || shared.update(offset, &from)).await
}
