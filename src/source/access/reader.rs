//! A file and its backends.

use std::fmt;
use std::fs::File;
use std::io;
use std::ops::Range;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::choice::Choice;
use super::read_queue::ReadQueue;
use super::span::SourceBytes;
use crate::allocation;
use crate::error::{ErrorKind, Result};
use crate::identity::{FileIdentity, Stamp};
use crate::io::{
    AlignedBuffer, Alignment, Backend, BytesAt, Counters, DirectReader, PositionedReader, ReadAhead, Refusal,
    Strategy, ZeroCopyConfig, ZeroCopyStats,
};
use crate::mmap::{Advice, MmapOptions, MmapReader, Residency};

/// Default number of bytes in flight ahead of a worker.
const PREFETCH_SIZE: usize = 4 << 20;

/// Maximum number of reads in flight per worker. More gain nothing, however short they are.
const MAX_IN_FLIGHT: usize = 64;

/// A file that is read with the fastest backend, or with a configured one.
pub struct Reader {
    identity: FileIdentity,
    mapped: Option<MmapReader>,
    read: PositionedReader,
    direct: Option<DirectReader>,
    config: ZeroCopyConfig,
    choice: Choice,
    is_short: bool,
    refusals: Vec<Refusal>,
    counters: Arc<Counters>,
}

impl Reader {
    /// Creates a reader of an open file.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InvalidConfig`] if the settings contradict each other; [`ErrorKind::Unmappable`] if the file is a directory, a pipe or
    /// anything else without a length; [`ErrorKind::Io`] if the system refuses.
    pub fn from_file(file: File, config: ZeroCopyConfig) -> Result<Self> {
        config.validate()?;
        Self::counted(file, config, Arc::default())
    }

    pub(in crate::source) fn counted(
        file: File,
        config: ZeroCopyConfig,
        counters: Arc<Counters>,
    ) -> Result<Self> {
        // An empty mapping checks only that the file has positions.
        MmapReader::from_file(&file, MmapOptions::new().len(0))?;
        let identity = FileIdentity::of(&file)?;
        let is_short = config.strategy == Strategy::Auto && identity.file_len() < config.threshold;
        let mut reader = Self {
            identity,
            mapped: None,
            read: PositionedReader::from_file(file).uncached(config.uncached),
            direct: None,
            config,
            choice: Choice::new(vec![Backend::Read], 0),
            is_short,
            refusals: Vec::new(),
            counters,
        };
        reader.probe_uncached();
        reader.open_backends();
        reader.read_ahead();
        Ok(reader)
    }

    /// Opens the backends of the strategy. With [`Strategy::Auto`], all that are available compete.
    fn open_backends(&mut self) {
        let wanted: &[Backend] = match self.config.strategy {
            Strategy::Auto if self.is_short => {
                self.counters.count_below_threshold();
                &[]
            }
            Strategy::Auto => &[Backend::Mapped, Backend::Read],
            Strategy::Mapped => &[Backend::Mapped],
            Strategy::Read => &[],
            Strategy::Direct => &[Backend::Direct],
            Strategy::Uring => &[Backend::Uring],
        };
        let mut backends = Vec::new();
        for &backend in wanted {
            match self.open_backend(backend) {
                Ok(()) => backends.push(backend),
                Err(reason) => {
                    let refusal = Refusal { backend, reason };
                    self.counters.count_fallback(&refusal);
                    self.refusals.push(refusal);
                }
            }
        }
        if backends.is_empty() {
            backends.push(Backend::Read);
        }
        self.choice = Choice::new(backends, self.len());
    }

    /// Opens one backend, or returns why it is unavailable.
    fn open_backend(&mut self, backend: Backend) -> std::result::Result<(), String> {
        match backend {
            Backend::Mapped if !self.config.mmap => Err("mapping is switched off".into()),
            Backend::Mapped if self.len() > self.config.max_map_bytes => {
                let most = self.config.max_map_bytes;
                Err(format!("the file has {} bytes, and at most {most} may be mapped", self.len()))
            }
            // A mapping counts against the limit. No mapping is longer than `usize::MAX`.
            Backend::Mapped
                if !allocation::leaves_headroom(usize::try_from(self.len()).unwrap_or(usize::MAX)) =>
            {
                Err("a mapping would use up the limit of the address space".into())
            }
            Backend::Mapped => {
                let mapped = MmapReader::from_file(self.read.file(), MmapOptions::new());
                self.mapped = Some(mapped.map_err(|error| error.to_string())?);
                Ok(())
            }
            Backend::Direct if !self.config.direct => Err("direct reads are switched off".into()),
            Backend::Direct => {
                let direct = DirectReader::from_file(self.read.file());
                self.direct = Some(direct.map_err(|error| error.to_string())?);
                Ok(())
            }
            Backend::Uring if !self.config.io_uring => Err("io_uring is switched off".into()),
            Backend::Uring => {
                let file = self.read.file().try_clone().map_err(|error| error.to_string())?;
                match ReadQueue::unavailable(file) {
                    Some(reason) => Err(reason),
                    None => {
                        self.open_direct_if_cold();
                        Ok(())
                    }
                }
            }
            Backend::Read | Backend::Stream => Ok(()),
        }
    }

    /// Checks that uncached reads work, if they are configured.
    fn probe_uncached(&mut self) {
        if self.config.uncached && self.read.read_at(0, &mut [0]).is_ok() && !self.read.is_uncached() {
            let reason = "the system does not support uncached reads of this file".into();
            let refusal = Refusal { backend: Backend::Read, reason };
            self.counters.count_fallback(&refusal);
            self.refusals.push(refusal);
        }
    }

    /// Uses direct I/O for io_uring if less than half of the file is in the page cache.
    fn open_direct_if_cold(&mut self) {
        let is_cold = || Residency::of_file(self.read.file()).is_ok_and(|residency| residency.share() < 0.5);
        if self.config.direct && self.direct.is_none() && is_cold() {
            self.direct = DirectReader::from_file(self.read.file()).ok();
        }
    }

    /// Creates the read queue of a worker for reads of up to `len` bytes; `None` if io_uring has become unavailable.
    pub(in crate::source) fn read_queue(&self, len: usize) -> Option<ReadQueue> {
        let ahead = self.config.prefetch_size.unwrap_or(PREFETCH_SIZE);
        // One read is processed while the others are in flight.
        let depth = 1 + (ahead / len.max(1)).clamp(1, MAX_IN_FLIGHT);
        let file = self.direct.as_ref().map_or(self.read.file(), DirectReader::file).try_clone();
        let queue = file.map_err(Into::into).and_then(|file| ReadQueue::new(file, depth, len));
        queue
            .inspect_err(|error| {
                let reason = error.to_string();
                self.counters.count_fallback(&Refusal { backend: Backend::Uring, reason });
            })
            .ok()
    }

    /// Sets the readahead of the kernel. This is a hint: a refusal is counted, and reading works without it.
    fn read_ahead(&self) {
        let advice = match self.config.read_ahead {
            ReadAhead::Normal => return,
            ReadAhead::Sequential => Advice::Sequential,
            ReadAhead::None => Advice::Random,
        };
        let refused = self.read.advise(self.config.read_ahead).err();
        let of_mapping = self.mapped.as_ref().and_then(|mapped| mapped.advise(advice).err());
        for (backend, reason) in [
            (Backend::Read, refused.map(|error| error.to_string())),
            (Backend::Mapped, of_mapping.map(|error| error.to_string())),
        ] {
            if let Some(reason) = reason {
                self.counters.count_fallback(&Refusal { backend, reason: format!("read-ahead: {reason}") });
            }
        }
    }

    /// Returns the length of the file in bytes.
    #[must_use]
    pub fn len(&self) -> u64 {
        self.identity.file_len()
    }

    /// Returns whether the file has no bytes.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Returns the current backend. With [`Strategy::Auto`], this is the first candidate until one is chosen.
    #[must_use]
    pub fn backend(&self) -> Backend {
        self.choice.current()
    }

    /// Returns why that backend is used.
    #[must_use]
    pub fn reason(&self) -> String {
        if self.is_short {
            return format!("it is shorter than {} bytes", self.config.threshold);
        }
        match (self.choice.reason(), self.refusals.first()) {
            (Some(measured), _) => measured,
            (None, Some(refusal)) => refusal.reason.clone(),
            (None, None) if self.choice.backends().len() > 1 => "the backends were not tried yet".into(),
            (None, None) => "it was asked for".into(),
        }
    }

    /// Returns the backends that were requested but unavailable, each with the reason.
    #[must_use]
    pub fn refusals(&self) -> &[Refusal] {
        &self.refusals
    }

    /// Returns the transfer statistics of this reader, or of all readers opened by the same [`ReaderFactory`](crate::source::ReaderFactory).
    #[must_use]
    pub fn stats(&self) -> ZeroCopyStats {
        self.counters.snapshot()
    }

    /// Returns the mapping, if the file is mapped.
    #[must_use]
    pub fn mapped(&self) -> Option<&MmapReader> {
        self.mapped.as_ref()
    }

    /// Checks that the file has not changed since it was opened, and that its last byte can be read. Some file systems report a length that
    /// the file does not have, and then complete reads in flight with invented bytes.
    ///
    /// # Errors
    ///
    /// Those of [`MmapReader::check`]; [`ErrorKind::Truncated`] also if the file has fewer bytes than its length states; [`ErrorKind::Io`]
    /// if the system refuses to read.
    pub fn check(&self) -> Result<()> {
        match &self.mapped {
            Some(mapped) => mapped.check(),
            None => self.identity.check(self.read.file()),
        }?;
        let is_there = |offset| Ok(self.read.read_at(offset, &mut [0])? == 1);
        match first_missing(self.len(), is_there)? {
            Some(offset) => Err(ErrorKind::Truncated { offset, len: self.len() }.into()),
            None => Ok(()),
        }
    }

    /// Returns the identity of the file that an index stores to detect changes.
    pub(crate) fn stamp(&self) -> Stamp {
        self.identity.stamp()
    }

    /// Reads bytes from `offset` on, until `into` is full.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::OutOfRange`] if the range ends after the end of the file; [`ErrorKind::Truncated`] if the file was truncated;
    /// [`ErrorKind::Io`] with the system's reason if it refuses.
    pub fn read_at(&self, offset: u64, into: &mut [u8]) -> Result<()> {
        let range = self.in_file(offset..offset.saturating_add(into.len() as u64))?;
        let backend = self.backend();
        match self.mapped().filter(|_| backend == Backend::Mapped) {
            Some(mapped) => {
                into.copy_from_slice(&mapped.as_slice()[range]);
                mapped.check()?;
            }
            None => {
                let read = self.bytes(backend).read_at(offset, into)?;
                if read < into.len() {
                    let offset = offset + read as u64;
                    return Err(ErrorKind::Truncated { offset, len: self.len() }.into());
                }
            }
        }
        self.counters.count_read(backend, into.len() as u64);
        Ok(())
    }

    /// Reads up to `into.len()` bytes at `offset` and advances it. Returns 0 at the end of the file.
    pub(in crate::source) fn read_some(&self, offset: &mut u64, into: &mut [u8]) -> io::Result<usize> {
        let left = usize::try_from(self.len() - *offset).unwrap_or(usize::MAX);
        let len = into.len().min(left);
        self.read_at(*offset, &mut into[..len]).map_err(io::Error::other)?;
        *offset += len as u64;
        Ok(len)
    }

    /// Returns the bytes of a range: borrowed if the file is mapped, otherwise a copy.
    ///
    /// # Errors
    ///
    /// Those of [`read_at`](Reader::read_at).
    pub fn bytes_at(&self, range: Range<u64>) -> Result<SourceBytes<'_>> {
        let positions = self.in_file(range.clone())?;
        match self.mapped().filter(|_| self.backend() == Backend::Mapped) {
            Some(mapped) => {
                self.counters.count_read(Backend::Mapped, positions.len() as u64);
                Ok(SourceBytes::borrowed(&mapped.as_slice()[positions], mapped))
            }
            None => {
                let mut copy = AlignedBuffer::new(positions.len(), self.alignment())?;
                self.read_at(range.start, &mut copy)?;
                Ok(SourceBytes::copied(copy))
            }
        }
    }

    /// Sends a range to a socket, a pipe or another file without copying it to user space ([`io::Transfer`](crate::io::Transfer)).
    ///
    /// # Errors
    ///
    /// Those of [`io::send`](crate::io::send). The statistics include bytes sent before an error. To continue after an error, use a
    /// `Transfer` directly.
    #[cfg(unix)]
    pub fn send(&self, range: Range<u64>, to: impl std::os::fd::AsFd) -> Result<crate::io::Sent> {
        let mut transfer = crate::io::Transfer::new(self.read.file(), range, to)?;
        let sent = transfer.run();
        self.counters.count_transfer(transfer.sent());
        sent
    }

    /// Converts a range to `usize`, if it lies in the file.
    fn in_file(&self, range: Range<u64>) -> Result<Range<usize>> {
        let Range { start, end } = range;
        let positions = usize::try_from(start).ok().zip(usize::try_from(end).ok());
        match positions.filter(|_| start <= end && end <= self.len()) {
            Some((start, end)) => Ok(start..end),
            None => Err(ErrorKind::OutOfRange { start, end, len: self.len() }.into()),
        }
    }

    /// Returns the alignment of read buffers.
    pub(in crate::source) fn alignment(&self) -> Alignment {
        let wanted = self.config.alignment.unwrap_or(Alignment::page());
        self.direct.as_ref().map_or(wanted, |direct| wanted.max(direct.alignment().memory))
    }

    /// Returns the reader of a backend that reads into buffers.
    pub(in crate::source) fn bytes(&self, backend: Backend) -> &dyn BytesAt {
        match self.direct.as_ref().filter(|_| matches!(backend, Backend::Direct | Backend::Uring)) {
            Some(direct) => direct,
            None => &self.read,
        }
    }

    /// Returns the candidate backends; one if there is no choice.
    pub(in crate::source) fn backends(&self) -> &[Backend] {
        self.choice.backends()
    }

    /// Returns the backend for the next chunk.
    pub(in crate::source) fn next_backend(&self) -> Backend {
        self.choice.next_backend()
    }

    /// Returns whether the backend is chosen, so that no trial is under way.
    pub(in crate::source) fn has_chosen(&self) -> bool {
        self.choice.is_made()
    }

    /// Counts bytes that were read with a backend.
    pub(in crate::source) fn count(&self, backend: Backend, bytes: u64) {
        self.counters.count_read(backend, bytes);
    }

    /// Records the time that the work on a part took with a backend.
    ///
    /// After a trial of the mapping, unmaps the sampled range, so that the cost of unmapping is included. All other ranges are unmapped
    /// together at the end.
    pub(in crate::source) fn report(&self, backend: Backend, part: Range<u64>, time: Duration) {
        let tried = self.choice.report(backend, part, time);
        if let (Some(mapped), Some(tried)) = (&self.mapped, tried) {
            let begun = Instant::now();
            let released =
                self.in_file(tried.clone()).and_then(|tried| mapped.advise_range(tried, Advice::DontNeed));
            // If the kernel refuses, unmapping is not measured.
            let time = if released.is_ok() { begun.elapsed() } else { Duration::ZERO };
            self.choice.report_unmapped(tried.end - tried.start, time);
        }
    }

    /// Returns whether prefetching is configured, which costs a system call for each chunk.
    pub(in crate::source) fn prefetches(&self) -> bool {
        self.config.prefetch_size.is_some_and(|len| len > 0)
    }

    /// Prefetches the bytes after `end`, if this is configured. A refusal only delays their reading.
    pub(in crate::source) fn prefetch(&self, backend: Backend, end: u64) {
        if let (Some(len @ 1..), Backend::Mapped | Backend::Read) = (self.config.prefetch_size, backend) {
            let len = (len as u64).min(self.len() - end);
            if len > 0
                && let Err(error) = self.read.read_ahead(end, len)
            {
                let reason = format!("prefetch: {error}");
                self.counters.count_fallback(&Refusal { backend, reason });
            }
        }
    }
}

impl fmt::Debug for Reader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reader")
            .field("len", &self.len())
            .field("backend", &self.backend())
            .field("reason", &self.reason())
            .field("refusals", &self.refusals)
            .finish_non_exhaustive()
    }
}
/// Finds the first missing byte of a file of `len` bytes. If the last byte exists, no other byte is checked.
fn first_missing(len: u64, is_there: impl Fn(u64) -> Result<bool>) -> Result<Option<u64>> {
    let Some(last) = len.checked_sub(1) else { return Ok(None) };
    if is_there(last)? {
        return Ok(None);
    }
    // All bytes before `end` exist; the byte at `missing` does not.
    let (mut end, mut missing) = (0, last);
    while end < missing {
        let middle = end + (missing - end) / 2;
        if is_there(middle)? { end = middle + 1 } else { missing = middle }
    }
    Ok(Some(missing))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_missing_byte_is_found() {
        for len in 0..40 {
            for there in 0..=len {
                let found = first_missing(len, |offset| Ok(offset < there)).unwrap();
                assert_eq!(found, (there < len).then_some(there), "{there} of {len}");
            }
        }
    }
}
