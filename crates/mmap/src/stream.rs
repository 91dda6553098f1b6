//! A file mapped window by window.

use std::fs::File;
use std::path::Path;

use pagecut_core::error::Result;
use pagecut_core::identity::FileIdentity;
use pagecut_core::record::{End, Part, Resync, last_part_end};

use super::lease::Lease;
use super::opened::open_mappable;
use super::{Grant, MmapOptions, MmapReader, MmapStats, Protection};

/// A file that is mapped window by window, in bounded memory for any file length.
///
/// A window borrows from the stream, and the next call needs the stream back: no reference to unmapped bytes can exist.
/// Any number of workers can read one window.
///
/// ```
/// use pagecut::{Format, fastq::Fastq, mmap::{MmapOptions, MmapStream}};
///
/// let mut stream = MmapStream::open("testdata/illumina.fastq", 64 * 1024, MmapOptions::new())?;
/// let mut records = 0;
/// while let Some(window) = stream.next_window(&Fastq::new()) {
///     for record in Fastq::new().records_of(window?) {
///         record?;
///         records += 1;
///     }
/// }
/// assert_eq!(records, 250);
/// # Ok::<(), pagecut::Error>(())
/// ```
#[derive(Debug)]
pub struct MmapStream {
    file: File,
    identity: FileIdentity,
    lease: Option<Lease>,
    grants: Vec<Grant>,
    /// Options of each window.
    options: MmapOptions,
    max_map_bytes: usize,
    /// The current window, mapped until the next call.
    window: Option<MmapReader>,
    position: u64,
    /// End of the requested range in the file.
    end: u64,
    longest: usize,
    ended: bool,
}

impl MmapStream {
    /// Opens a file and maps at most `max_map_bytes` at a time. The options apply to each window and may select a range
    /// of the file.
    ///
    /// # Errors
    ///
    /// Those of [`MmapReader::with_options`](MmapReader::with_options).
    pub fn open(path: impl AsRef<Path>, max_map_bytes: usize, options: MmapOptions) -> Result<Self> {
        let file = open_mappable(path.as_ref())?;
        // One lease covers all windows, without a gap between them.
        let (lease, grants) = Lease::request(&file, options);
        let options = options.lease(false);
        // Mapping one byte checks that the file can be mapped and contains the range.
        let identity = FileIdentity::of(&file)?;
        let end = options.end_in(identity.file_len())?;
        MmapReader::from_file(&file, options.len(usize::from(end > options.offset)))?;
        Ok(Self {
            file,
            identity,
            lease,
            grants,
            options,
            max_map_bytes: max_map_bytes.max(1),
            window: None,
            position: options.offset,
            end,
            longest: 0,
            ended: false,
        })
    }

    /// Unmaps the current window and returns the next one. It ends on a record boundary and is as long as the limit
    /// allows.
    ///
    /// A record longer than the limit is delivered whole. If the file was truncated or changed, the last item is that
    /// error.
    ///
    /// # Errors
    ///
    /// Those of [`MmapReader::check`] and [`MmapReader::from_file`].
    pub fn next_window<F: Resync>(&mut self, format: &F) -> Option<Result<Part<'_>>> {
        if self.ended {
            return None;
        }
        let before = self.window.take().map_or(Ok(()), |window| window.check());
        let next = before.and_then(|()| self.check()).and_then(|()| self.map(format));
        match next {
            Ok(Some(len)) => {
                let start = self.position;
                self.position += len as u64;
                let complete = self.position == self.end;
                let view = self.window.as_ref().map_or(&[][..], MmapReader::as_slice);
                Some(Ok(Part::from_view(view, len, start - self.options.offset, complete)))
            }
            Ok(None) => {
                self.ended = true;
                None
            }
            Err(error) => {
                self.ended = true;
                Some(Err(error))
            }
        }
    }

    /// Checks that the file has not changed since it was opened.
    fn check(&self) -> Result<()> {
        self.identity.check(&self.file)?;
        self.lease.as_ref().map_or(Ok(()), Lease::check)
    }

    /// Maps the next window and finds its end.
    fn map<F: Resync>(&mut self, format: &F) -> Result<Option<usize>> {
        let left = self.end - self.position;
        if left == 0 {
            return Ok(None);
        }
        let mut window_len = self.max_map_bytes;
        loop {
            // The remaining length may exceed `usize`; the window length does not.
            let len = usize::try_from(left).map_or(window_len, |left| left.min(window_len));
            // The short window is unmapped before a longer one is mapped.
            self.window = None;
            let window = MmapReader::from_file(&self.file, self.options.offset(self.position).len(len))?;
            self.longest = self.longest.max(len);
            let complete = len as u64 == left;
            let end = last_part_end(
                format,
                window.as_slice(),
                self.position - self.options.offset,
                &[],
                complete,
                true,
            );
            let window = self.window.insert(window);
            match end {
                End::Boundary(at) => return Ok(Some(at)),
                End::Rest => return Ok(Some(window.len())),
                // The record is longer than the window.
                End::Unknown => window_len = window_len.saturating_mul(2),
            }
        }
    }

    /// Returns the length of the longest window so far in bytes.
    #[must_use]
    pub fn longest_mapping(&self) -> usize {
        self.longest
    }

    /// Returns the kernel's answer to a requested lease. Answers to other options belong to a window: see
    /// [`MmapReader::grants`].
    #[must_use]
    pub fn grants(&self) -> &[Grant] {
        &self.grants
    }

    /// Returns the current protection of the file, during and between windows.
    #[must_use]
    pub fn protection(&self) -> Protection {
        match &self.lease {
            Some(lease) if lease.is_held() => Protection::Proven,
            _ => self.window.as_ref().map_or(Protection::Guarded, MmapReader::protection),
        }
    }

    /// Returns the state of the current window, or `None` without one. Byte counts are those of the window; all bytes
    /// of the file between the start and this window have been unmapped.
    #[must_use]
    pub fn stats(&self) -> Option<MmapStats> {
        self.window.as_ref().map(MmapReader::stats)
    }

    /// Returns the file offset of the next window in bytes.
    #[must_use]
    pub fn position(&self) -> u64 {
        self.position
    }
}
