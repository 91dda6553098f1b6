//! A file that is mapped window by window.

use std::fs::File;
use std::path::Path;

use super::lease::Lease;
use super::reader::open_mappable;
use super::{Grant, MmapOptions, MmapReader, MmapStats, Protection};
use crate::error::Result;
use crate::identity::FileIdentity;
use crate::record::{End, Part, Resync, last_part_end};

/// A file that is mapped window by window, so that no more than a bound of it is in memory at a time, however long it is.
///
/// A window borrows from the stream, and the next one is to be had only when it is given back: nobody can still read what is
/// unmapped then. Inside of a window, any number of workers can read.
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
    /// Of each window.
    options: MmapOptions,
    max_map_bytes: usize,
    /// What was handed out, and is mapped until the next window is asked for.
    window: Option<MmapReader>,
    position: u64,
    /// Where the part of the file ends that the options name.
    end: u64,
    longest: usize,
    ended: bool,
}

impl MmapStream {
    /// Opens a file of which `max_map_bytes` are mapped at a time, by the options of a mapping; a range of the file if they
    /// name one.
    ///
    /// # Errors
    ///
    /// Those of [`MmapReader::with_options`](MmapReader::with_options).
    pub fn open(path: impl AsRef<Path>, max_map_bytes: usize, options: MmapOptions) -> Result<Self> {
        let file = open_mappable(path.as_ref())?;
        // One for all windows, so that there is no time between two of them.
        let (lease, grants) = Lease::asked(&file, options);
        let options = options.lease(false);
        // One byte tells whether it can be mapped and whether the range lies in it.
        let identity = FileIdentity::of(&file)?;
        let end = options.end_in(identity.len())?;
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

    /// The next window, which ends on a record boundary and is as long as the bound allows; the mapping before is gone.
    ///
    /// A record that is longer than the bound is delivered whole. The last item is an error if the file was cut short or
    /// changed meanwhile.
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

    /// Whether the file is still what it was when it was opened.
    fn check(&self) -> Result<()> {
        self.identity.check(&self.file)?;
        self.lease.as_ref().map_or(Ok(()), Lease::check)
    }

    /// Maps what comes next, and finds where the window ends.
    fn map<F: Resync>(&mut self, format: &F) -> Result<Option<usize>> {
        let left = self.end - self.position;
        if left == 0 {
            return Ok(None);
        }
        let mut wanted = self.max_map_bytes;
        loop {
            // What is left may be more than fits into `usize`; what is wanted does fit.
            let len = usize::try_from(left).map_or(wanted, |left| left.min(wanted));
            // What was too short is gone before more is mapped.
            self.window = None;
            let window = MmapReader::from_file(&self.file, self.options.offset(self.position).len(len))?;
            self.longest = self.longest.max(len);
            let complete = len as u64 == left;
            let end = last_part_end(format, window.as_slice(), &[], complete, true);
            let window = self.window.insert(window);
            match end {
                End::Boundary(at) => return Ok(Some(at)),
                End::Rest => return Ok(Some(window.len())),
                // A record longer than the bound.
                End::Unknown => wanted = wanted.saturating_mul(2),
            }
        }
    }

    /// How many bytes were mapped at a time at the most.
    #[must_use]
    pub fn longest_mapping(&self) -> usize {
        self.longest
    }

    /// What became of the lease, if one was asked for. What became of other options is the window's: see
    /// [`MmapReader::grants`].
    #[must_use]
    pub fn grants(&self) -> &[Grant] {
        &self.grants
    }

    /// What keeps the file as it is now, in and between windows.
    #[must_use]
    pub fn protection(&self) -> Protection {
        match &self.lease {
            Some(lease) if lease.is_held() => Protection::Proven,
            _ => self.window.as_ref().map_or(Protection::Guarded, MmapReader::protection),
        }
    }

    /// How the window that was handed out stands; `None` if there is none. Its bytes are those of one window; of the file,
    /// all up to [`position`](MmapStream::position) but this window's were released.
    #[must_use]
    pub fn stats(&self) -> Option<MmapStats> {
        self.window.as_ref().map(MmapReader::stats)
    }

    /// Where the next window starts, in bytes from the start of the file.
    #[must_use]
    pub fn position(&self) -> u64 {
        self.position
    }
}
