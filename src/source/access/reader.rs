//! A file, opened in every way that is wanted and can be had.

use std::fmt;
use std::fs::File;
use std::io;
use std::ops::Range;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::choice::Choice;
use super::flight::Flight;
use super::span::Span;
use crate::error::{ErrorKind, Result};
use crate::identity::{FileIdentity, Stamp};
use crate::io::{
    AlignedBuffer, Alignment, Backend, BytesAt, Counters, DirectReader, PositionedReader, ReadAhead, Refusal,
    Strategy, ZeroCopyConfig, ZeroCopyStats,
};
use crate::mmap::{Advice, MmapOptions, MmapReader, Residency};

/// How far ahead of a worker reads are in flight, unless it is said otherwise.
const PREFETCH_SIZE: usize = 4 << 20;

/// More reads in flight than this gain nothing, however short they are.
const MOST_IN_FLIGHT: usize = 64;

/// A file whose bytes are had by the fastest way, or the one that is configured.
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
    /// Takes a file that is open.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InvalidConfig`] if the settings contradict each other; [`ErrorKind::Unmappable`] if it is a directory, a pipe, or
    /// whatever else has no length and so no positions; [`ErrorKind::Io`] if the system refuses.
    pub fn of(file: File, config: ZeroCopyConfig) -> Result<Self> {
        config.validate()?;
        Self::counted(file, config, Arc::default())
    }

    pub(in crate::source) fn counted(
        file: File,
        config: ZeroCopyConfig,
        counters: Arc<Counters>,
    ) -> Result<Self> {
        // To map nothing asks for no more than that there are positions.
        MmapReader::from_file(&file, MmapOptions::new().len(0))?;
        let identity = FileIdentity::of(&file)?;
        let is_short = config.strategy == Strategy::Auto && identity.len() < config.threshold;
        let mut reader = Self {
            identity,
            mapped: None,
            read: PositionedReader::from_file(file).uncached(config.uncached),
            direct: None,
            config,
            choice: Choice::among(vec![Backend::Read], 0),
            is_short,
            refusals: Vec::new(),
            counters,
        };
        reader.probe_uncached();
        reader.open_ways();
        reader.read_ahead();
        Ok(reader)
    }

    /// Opens the ways that are wanted, up to the first that can be had unless they are to be tried.
    fn open_ways(&mut self) {
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
            match self.open_way(backend) {
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
        self.choice = Choice::among(backends, self.len());
    }

    /// Opens one way, or tells what is against it.
    fn open_way(&mut self, backend: Backend) -> std::result::Result<(), String> {
        match backend {
            Backend::Mapped if !self.config.mmap => Err("mapping is switched off".into()),
            Backend::Mapped if self.len() > self.config.max_map_bytes => {
                let most = self.config.max_map_bytes;
                Err(format!("it has {} bytes, and {most} may be mapped at the most", self.len()))
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
                match Flight::refused(file) {
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

    /// Finds out whether reads can be had that leave no trace, if they are wanted.
    fn probe_uncached(&mut self) {
        if self.config.uncached && self.read.read_at(0, &mut [0]).is_ok() && !self.read.is_uncached() {
            let reason = "the system has no reads here that leave no trace in the page cache".into();
            let refusal = Refusal { backend: Backend::Read, reason };
            self.counters.count_fallback(&refusal);
            self.refusals.push(refusal);
        }
    }

    /// Reads that are in flight go past the page cache, if most of the file is not in it.
    fn open_direct_if_cold(&mut self) {
        let is_cold = || Residency::of_file(self.read.file()).is_ok_and(|residency| residency.share() < 0.5);
        if self.config.direct && self.direct.is_none() && is_cold() {
            self.direct = DirectReader::from_file(self.read.file()).ok();
        }
    }

    /// Reads in flight for a worker, each of up to so many bytes; `None` if they cannot be had after all.
    pub(in crate::source) fn flight(&self, len: usize) -> Option<Flight> {
        let ahead = self.config.prefetch_size.unwrap_or(PREFETCH_SIZE);
        // One is looked at while others are in flight.
        let depth = 1 + (ahead / len.max(1)).clamp(1, MOST_IN_FLIGHT);
        let file = self.direct.as_ref().map_or(self.read.file(), DirectReader::file).try_clone();
        let flight = file.map_err(Into::into).and_then(|file| Flight::new(file, depth, len));
        flight
            .inspect_err(|error| {
                let reason = error.to_string();
                self.counters.count_fallback(&Refusal { backend: Backend::Uring, reason });
            })
            .ok()
    }

    /// Tells the kernel how far to read ahead. It is a hint: a kernel that does not take it reads as it likes.
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

    /// Length of the file in bytes.
    #[must_use]
    pub fn len(&self) -> u64 {
        self.identity.len()
    }

    /// Whether the file has no bytes.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The way that is taken; with [`Strategy::Auto`], the first that is tried until there was a choice.
    #[must_use]
    pub fn backend(&self) -> Backend {
        self.choice.taken()
    }

    /// Why it is that one.
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

    /// The ways that were wanted and could not be had, with what was against them.
    #[must_use]
    pub fn refusals(&self) -> &[Refusal] {
        &self.refusals
    }

    /// What was moved so far by this reader, or by all that were opened by the same [`ReaderFactory`](crate::ReaderFactory).
    #[must_use]
    pub fn stats(&self) -> ZeroCopyStats {
        self.counters.snapshot()
    }

    /// The mapping, if the file is mapped.
    #[must_use]
    pub fn mapped(&self) -> Option<&MmapReader> {
        self.mapped.as_ref()
    }

    /// Checks that the file is still the one that was opened, and that its last byte can be read: a file system can state a length that
    /// the file does not have, and then fill reads in flight with other bytes.
    ///
    /// # Errors
    ///
    /// Those of [`MmapReader::check`]; [`ErrorKind::Truncated`] too if the file has fewer bytes than its length says;
    /// [`ErrorKind::Io`] if the system refuses to read.
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

    /// What an index of the file keeps, to tell whether it is still the same.
    pub(crate) fn stamp(&self) -> Stamp {
        self.identity.stamp()
    }

    /// Copies bytes from `offset` on, until `into` is full.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::OutOfRange`] if the file has not so many; [`ErrorKind::Truncated`] if it was cut short;
    /// [`ErrorKind::Io`] with the reason of the system if it refuses.
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

    /// Reads on from `offset`, and moves it; 0 bytes at the end.
    pub(in crate::source) fn read_some(&self, offset: &mut u64, into: &mut [u8]) -> io::Result<usize> {
        let left = usize::try_from(self.len() - *offset).unwrap_or(usize::MAX);
        let len = into.len().min(left);
        self.read_at(*offset, &mut into[..len]).map_err(io::Error::other)?;
        *offset += len as u64;
        Ok(len)
    }

    /// The bytes of a range: borrowed where the file is mapped, and copied where it is not.
    ///
    /// # Errors
    ///
    /// Those of [`read_at`](Reader::read_at).
    pub fn bytes_at(&self, range: Range<u64>) -> Result<Span<'_>> {
        let positions = self.in_file(range.clone())?;
        match self.mapped().filter(|_| self.backend() == Backend::Mapped) {
            Some(mapped) => {
                self.counters.count_read(Backend::Mapped, positions.len() as u64);
                Ok(Span::borrowed(&mapped.as_slice()[positions], mapped))
            }
            None => {
                let mut copy = AlignedBuffer::new(positions.len(), self.alignment())?;
                self.read_at(range.start, &mut copy)?;
                Ok(Span::copied(copy))
            }
        }
    }

    /// Sends a range to a socket, a pipe or another file, without a look at its bytes ([`io::Transfer`](crate::io::Transfer)).
    ///
    /// # Errors
    ///
    /// Those of [`io::send`](crate::io::send). What was sent before counts all the same; who wants to go on behind an error uses a
    /// `Transfer` of its own.
    #[cfg(unix)]
    pub fn send(&self, range: Range<u64>, to: impl std::os::fd::AsFd) -> Result<crate::io::Sent> {
        let mut transfer = crate::io::Transfer::new(self.read.file(), range, to)?;
        let sent = transfer.run();
        self.counters.count_transfer(transfer.sent());
        sent
    }

    /// A range as positions, if it lies in the file.
    fn in_file(&self, range: Range<u64>) -> Result<Range<usize>> {
        let Range { start, end } = range;
        let positions = usize::try_from(start).ok().zip(usize::try_from(end).ok());
        match positions.filter(|_| start <= end && end <= self.len()) {
            Some((start, end)) => Ok(start..end),
            None => Err(ErrorKind::OutOfRange { start, end, len: self.len() }.into()),
        }
    }

    /// Where buffers have to begin.
    pub(in crate::source) fn alignment(&self) -> Alignment {
        let wanted = self.config.alignment.unwrap_or(Alignment::page());
        self.direct.as_ref().map_or(wanted, |direct| wanted.max(direct.alignment().memory))
    }

    /// What reads, where the file is read.
    pub(in crate::source) fn bytes(&self, backend: Backend) -> &dyn BytesAt {
        match self.direct.as_ref().filter(|_| matches!(backend, Backend::Direct | Backend::Uring)) {
            Some(direct) => direct,
            None => &self.read,
        }
    }

    /// The ways that are tried; one if there is no choice.
    pub(in crate::source) fn backends(&self) -> &[Backend] {
        self.choice.backends()
    }

    /// The way for the next stretch.
    pub(in crate::source) fn next_way(&self) -> Backend {
        self.choice.next()
    }

    /// Whether it is known which way that is, so that none is tried.
    pub(in crate::source) fn has_chosen(&self) -> bool {
        self.choice.is_made()
    }

    /// So many bytes were had this way.
    pub(in crate::source) fn count(&self, backend: Backend, bytes: u64) {
        self.counters.count_read(backend, bytes);
    }

    /// A part was worked on that was to be had this way.
    ///
    /// When a mapping was tried on as much as it is to be, that is taken out of it: somebody has to in the end, and it belongs to what a
    /// mapping costs. All others are left to be unmapped together.
    pub(in crate::source) fn report(&self, backend: Backend, part: Range<u64>, time: Duration) {
        let tried = self.choice.report(backend, part, time);
        if let (Some(mapped), Some(tried)) = (&self.mapped, tried) {
            let begun = Instant::now();
            let released =
                self.in_file(tried.clone()).and_then(|tried| mapped.advise_range(tried, Advice::DontNeed));
            // Where that is refused, it is not part of what is measured.
            let time = if released.is_ok() { begun.elapsed() } else { Duration::ZERO };
            self.choice.report_released(tried.end - tried.start, time);
        }
    }

    /// Whether the kernel is told what to read ahead, which is done for each stretch.
    pub(in crate::source) fn prefetches(&self) -> bool {
        self.config.prefetch_size.is_some_and(|len| len > 0)
    }

    /// Has the kernel read ahead behind `end`, if that is configured. What it does not read now, it reads later.
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
/// Finds the first byte of `len` that is missing at the end of a file. The last byte alone is looked at if it is there.
fn first_missing(len: u64, is_there: impl Fn(u64) -> Result<bool>) -> Result<Option<u64>> {
    let Some(last) = len.checked_sub(1) else { return Ok(None) };
    if is_there(last)? {
        return Ok(None);
    }
    // All bytes before `end` are there, and `missing` is not.
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
