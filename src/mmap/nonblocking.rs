//! What blocks, done by threads that may block, for programs that must not.
//!
//! Opening a file, reserving space and flushing wait for the disk. Here they are futures that need no certain runtime: the
//! work is done by the threads of the crate `blocking`, and whoever polls is woken.
//!
//! What is *not* here cannot be: to touch a page of a mapping that is not in memory waits for the disk as well, in whatever
//! thread it is touched. [`read`] and [`update`] touch the pages of a [`MmapShared`] where waiting does no harm; of a
//! [`MmapReader`], [`populate`](crate::mmap::MmapOptions::populate) reads them in before it is returned.
//!
//! A future that is dropped may leave its work undone, or have it done later; a flush that went wrong meanwhile is told by the
//! next one.
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

use super::{MmapOptions, MmapReader, MmapShared, MmapWriter, MmapWriterOptions};
use crate::error::{ErrorKind, Result};

/// [`MmapReader::open`].
///
/// # Errors
///
/// Those of [`MmapReader::open`].
pub async fn open(path: impl AsRef<Path>) -> Result<MmapReader> {
    with_options(path, MmapOptions::new()).await
}

/// [`MmapReader::with_options`].
///
/// # Errors
///
/// Those of [`MmapReader::with_options`].
pub async fn with_options(path: impl AsRef<Path>, options: MmapOptions) -> Result<MmapReader> {
    let path = path.as_ref().to_owned();
    unblock(move || MmapReader::with_options(path, options)).await
}

/// [`MmapWriter::with_options`].
///
/// # Errors
///
/// Those of [`MmapWriter::with_options`].
pub async fn create(path: impl AsRef<Path>, options: MmapWriterOptions) -> Result<MmapWriter> {
    let path = path.as_ref().to_owned();
    unblock(move || MmapWriter::with_options(path, options)).await
}

/// [`MmapWriter::flush`]: all that was written is on disk (`fdatasync(2)`).
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

/// [`MmapWriter::finish`].
///
/// # Errors
///
/// Those of [`MmapWriter::finish`].
pub async fn finish(writer: MmapWriter) -> Result<u64> {
    unblock(move || writer.finish()).await
}

/// [`MmapShared::open`].
///
/// # Errors
///
/// Those of [`MmapShared::open`].
pub async fn open_shared(path: impl AsRef<Path>) -> Result<MmapShared> {
    let path = path.as_ref().to_owned();
    unblock(move || MmapShared::open(path)).await
}

/// [`MmapShared::create`].
///
/// # Errors
///
/// Those of [`MmapShared::create`].
pub async fn create_shared(path: impl AsRef<Path>, len: usize) -> Result<MmapShared> {
    let path = path.as_ref().to_owned();
    unblock(move || MmapShared::create(path, len)).await
}

/// [`MmapShared::flush`].
///
/// # Errors
///
/// Those of [`MmapShared::flush`].
pub async fn flush_shared(shared: &Arc<MmapShared>) -> Result<()> {
    let shared = Arc::clone(shared);
    unblock(move || shared.flush()).await
}

/// A copy of a range, as [`MmapShared::read_into`] makes it.
///
/// # Errors
///
/// Those of [`MmapShared::read_into`].
pub async fn read(shared: &Arc<MmapShared>, range: Range<usize>) -> Result<Vec<u8>> {
    // Before memory is taken for it.
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

/// [`MmapShared::update`], with bytes of its own.
///
/// # Errors
///
/// Those of [`MmapShared::update`].
pub async fn update(shared: &Arc<MmapShared>, offset: usize, from: Vec<u8>) -> Result<()> {
    let shared = Arc::clone(shared);
    unblock(move || shared.update(offset, &from)).await
}
