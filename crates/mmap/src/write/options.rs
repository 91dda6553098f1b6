//! Options for writing a file.

/// When written bytes are flushed to disk without a call of `flush`.
///
/// Unflushed bytes are in the page cache: other programs see them at once, and they survive a crash of this program.
/// The policy limits the loss at a system crash or power failure. With every policy, [`MmapWriter::flush`] returns
/// after all bytes are on disk.
///
/// [`MmapWriter::flush`]: crate::MmapWriter::flush
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum FlushPolicy {
    /// Never, not even in [`MmapWriter::finish`](crate::MmapWriter::finish): the kernel decides.
    Never,
    /// On `flush` and `finish`.
    #[default]
    Manual,
    /// Before every write returns.
    Always,
    /// By each write after which at least this many bytes are unflushed; 0 counts as 1.
    EveryBytes(u64),
    /// By every n-th write; 0 counts as 1.
    EveryWrites(u64),
    /// Every n milliseconds, on a separate thread that ends with the writer; 0 counts as 1.
    EveryMillis(u64),
}

/// Options for writing a file through a mapping.
///
/// ```
/// use std::io::Write;
/// use pagecut::mmap::{FlushPolicy, MmapWriter, MmapWriterOptions};
///
/// # let folder = tempfile::tempdir()?;
/// # let path = folder.path().join("out.fastq");
/// let options = MmapWriterOptions::new().size(1 << 20).flush_policy(FlushPolicy::EveryBytes(64 << 10));
/// let mut writer = MmapWriter::with_options(&path, options)?;
/// writer.write_all(b"@r1\nACGT\n+\nIIII\n")?;
/// assert_eq!(writer.finish()?, 16);
/// assert_eq!(std::fs::metadata(&path)?.len(), 16);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[must_use]
pub struct MmapWriterOptions {
    pub(super) size: Option<u64>,
    pub(super) flush_policy: FlushPolicy,
    pub(super) create_new: bool,
}

impl MmapWriterOptions {
    /// A file that grows, is flushed on request, and replaces an existing file.
    pub const fn new() -> Self {
        Self { size: None, flush_policy: FlushPolicy::Manual, create_new: false }
    }

    /// Reserves this many bytes at once and never grows. The file has this length until it is finished.
    ///
    /// Without it, the capacity starts at 1 MiB and doubles when it is exhausted.
    pub const fn size(self, size: u64) -> Self {
        Self { size: Some(size), ..self }
    }

    /// Sets when written bytes are flushed to disk.
    pub const fn flush_policy(self, flush_policy: FlushPolicy) -> Self {
        Self { flush_policy, ..self }
    }

    /// Fails if the file exists, instead of truncating it.
    pub const fn create_new(self, create_new: bool) -> Self {
        Self { create_new, ..self }
    }
}
