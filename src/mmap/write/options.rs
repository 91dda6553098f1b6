//! How a file is written, and when what was written goes to the disk.

/// When what was written goes to the disk by itself.
///
/// Until then it is in the page cache: other programs see it at once, and a crash of this program loses none of it. What a
/// policy is about is a crash of the system or a loss of power. Whatever the policy is, [`MmapWriter::flush`] puts
/// everything on disk before it returns.
///
/// [`MmapWriter::flush`]: crate::mmap::MmapWriter::flush
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum FlushPolicy {
    /// Not even by [`MmapWriter::finish`](crate::mmap::MmapWriter::finish): the kernel writes when it likes.
    Never,
    /// When it is asked for. To finish is to ask.
    #[default]
    Manual,
    /// Every write is on disk before it returns.
    Always,
    /// The write with which this many bytes are not on disk yet returns when they are; 0 is as 1.
    EveryBytes(u64),
    /// Every so many writes, the last of them returns when all are on disk; 0 is as 1.
    EveryWrites(u64),
    /// Every so many milliseconds, by a thread of its own; 0 is as 1. The thread ends with the writer.
    EveryMillis(u64),
}

/// How a file is written.
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
    /// A file that grows, is flushed when it is asked for, and replaces one of its name.
    pub const fn new() -> Self {
        Self { size: None, flush_policy: FlushPolicy::Manual, create_new: false }
    }

    /// Reserve this many bytes at once and take no more. A file that is not finished yet is this long.
    ///
    /// Without it, the capacity is 1 MiB at first and doubles when it is used up.
    pub const fn size(self, size: u64) -> Self {
        Self { size: Some(size), ..self }
    }

    /// When what was written goes to the disk by itself.
    pub const fn flush_policy(self, flush_policy: FlushPolicy) -> Self {
        Self { flush_policy, ..self }
    }

    /// Refuse to replace a file, instead of emptying it.
    pub const fn create_new(self, create_new: bool) -> Self {
        Self { create_new, ..self }
    }
}
