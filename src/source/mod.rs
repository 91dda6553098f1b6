//! Opens an input the best way and hands out parts of it.
//!
//! A [`Source`] gives the same records, counts and errors whichever way it gets at the bytes, and with every number of
//! threads. Parts are handed out from the left, one for each worker at a time: of a mapping, by moving an atomic mark from
//! cut to cut; of an input that is read, under a lock, into a buffer that the worker keeps.

mod drive;
mod parts;

use std::fmt;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, TryLockError};

use drive::Done;
use parts::{MappedParts, ReadInput, ReadParts};

use crate::detect::{FileKind, HEAD_LEN};
use crate::error::{Error, Result};
use crate::mmap::{MmapOptions, MmapReader};
use crate::record::{Part, Piece, Pieces, Records, Resync, Tally};

/// How an input is opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use]
pub struct SourceOptions {
    mmap: bool,
    threads: Option<usize>,
    part_len: Option<usize>,
}

impl SourceOptions {
    /// Mapped where that is possible, with the threads of the rayon pool that the work is started in.
    pub const fn new() -> Self {
        Self { mmap: true, threads: None, part_len: None }
    }

    /// Whether the input may be mapped; it is read if not.
    pub const fn mmap(self, mmap: bool) -> Self {
        Self { mmap, ..self }
    }

    /// Work with so many threads, started for the work if there is more than one part; 1024 at the most. 0 stands for one for
    /// each core.
    pub const fn threads(self, threads: usize) -> Self {
        Self { threads: Some(threads), ..self }
    }

    /// Make parts of about so many bytes. Unless it is said, it is up to 4 MiB of a mapping and 1 MiB of what is read.
    pub const fn part_len(self, len: usize) -> Self {
        Self { part_len: Some(len), ..self }
    }
}

impl Default for SourceOptions {
    fn default() -> Self {
        Self::new()
    }
}

/// How a [`Source`] gets at the bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Way {
    /// The input is mapped into memory.
    Mapped,
    /// The input is read into buffers that are used again.
    Read,
}

/// What an input came to: the account of its bytes, and the first error.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Account {
    /// What was read; up to the first error, if there is one and reading did not go on behind it.
    pub tally: Tally,
    /// The first error, in the order of the input.
    pub error: Option<Error>,
    /// Whether the input was read to its end.
    pub complete: bool,
}

impl Account {
    /// Of an input that could not be read at all.
    fn refused(error: Error) -> Self {
        Self { tally: Tally::default(), error: Some(error), complete: false }
    }
}

/// An input, opened the best way, that hands out parts of itself.
///
/// An input that is mapped can be read by any number of callers at a time; one that is read, by one: others get an error. The
/// memory that is taken is that of a part for each thread, or of the longest record or gap if that is more.
///
/// ```
/// use pagecut::{Source, fastq::Fastq};
///
/// let source = Source::open("testdata/illumina.fastq")?;
/// let bases = source.fold(
///     &Fastq::new(),
///     || 0,
///     |bases, record| bases + record.sequence().len(),
///     |left, right| left + right,
/// )?;
/// assert_eq!(bases, 58_235);
/// # Ok::<(), pagecut::Error>(())
/// ```
pub struct Source {
    bytes: Bytes,
    reason: String,
    options: SourceOptions,
    done: AtomicU64,
}

enum Bytes {
    Mapped(MmapReader),
    Read { len: Option<u64>, reading: Mutex<ReadInput> },
}

impl Source {
    /// Opens a file, a pipe, or whatever else the path leads to.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Io`](crate::ErrorKind::Io) if it cannot be opened, or is a directory.
    pub fn open(path: impl AsRef<Path>) -> Result<Self> {
        Self::with_options(path, SourceOptions::new())
    }

    /// Opens a file, a pipe, or whatever else the path leads to, by these options.
    ///
    /// # Errors
    ///
    /// Those of [`open`](Source::open).
    pub fn with_options(path: impl AsRef<Path>, options: SourceOptions) -> Result<Self> {
        let file = File::open(path)?;
        let metadata = file.metadata()?;
        if metadata.is_dir() {
            return Err(io::Error::from(io::ErrorKind::IsADirectory).into());
        }
        let refused = if options.mmap {
            match MmapReader::from_file(&file, MmapOptions::new()) {
                Ok(reader) => return Ok(Self::mapped_by(reader, options)),
                Err(error) => error.to_string(),
            }
        } else {
            "mapping is switched off".into()
        };
        let len = Some(metadata.len()).filter(|&len| metadata.is_file() && len > 0);
        Ok(Self::read_by(ReadInput::of_file(file)?, len, refused, options))
    }

    /// Reads a stream: standard input, for instance.
    pub fn from_reader(reader: impl Read + Send + 'static, options: SourceOptions) -> Self {
        Self::read_by(
            ReadInput::of_stream(Box::new(reader)),
            None,
            "a stream cannot be mapped".into(),
            options,
        )
    }

    fn mapped_by(reader: MmapReader, options: SourceOptions) -> Self {
        let reason = "it is a file that can be mapped".into();
        Self { bytes: Bytes::Mapped(reader), reason, options, done: AtomicU64::new(0) }
    }

    fn read_by(reading: ReadInput, len: Option<u64>, reason: String, options: SourceOptions) -> Self {
        let bytes = Bytes::Read { len, reading: Mutex::new(reading) };
        Self { bytes, reason, options, done: AtomicU64::new(0) }
    }

    /// How the bytes are got at.
    #[must_use]
    pub fn way(&self) -> Way {
        match self.bytes {
            Bytes::Mapped(_) => Way::Mapped,
            Bytes::Read { .. } => Way::Read,
        }
    }

    /// Why they are got at that way.
    #[must_use]
    pub fn reason(&self) -> &str {
        &self.reason
    }

    /// The mapping, if the input is mapped. Its records live as long as the source.
    #[must_use]
    pub fn mapped(&self) -> Option<&MmapReader> {
        match &self.bytes {
            Bytes::Mapped(reader) => Some(reader),
            Bytes::Read { .. } => None,
        }
    }

    /// Length of the input in bytes, where it is known beforehand.
    #[must_use]
    pub fn len_hint(&self) -> Option<u64> {
        match &self.bytes {
            Bytes::Mapped(reader) => Some(reader.len() as u64),
            Bytes::Read { len, .. } => *len,
        }
    }

    /// Bytes of the input that the work under way, or the last one, is done with.
    #[must_use]
    pub fn bytes_done(&self) -> u64 {
        self.done.load(Ordering::Relaxed)
    }

    /// Tells the format from the first bytes. Of a stream they are kept for the work that follows.
    ///
    /// # Errors
    ///
    /// Those of [`FileKind::detect`], and [`ErrorKind::Io`](crate::ErrorKind::Io) if the input cannot be read.
    pub fn detect(&self) -> Result<FileKind> {
        match &self.bytes {
            Bytes::Mapped(reader) => FileKind::detect(&reader.as_slice()[..reader.len().min(HEAD_LEN)]),
            Bytes::Read { reading, .. } => FileKind::detect(lock(reading)?.head(HEAD_LEN)?),
        }
    }

    /// Calls `work` with the records of every part, in no order and from several threads at once. An error that `work` meets
    /// there has no numbers of record and line yet; the one that comes back has.
    ///
    /// Records that `work` leaves are read all the same, so that a fault among them is not missed. Returns the account of
    /// all bytes.
    ///
    /// # Errors
    ///
    /// The first one in the order of the input, be it of the format or of `work`.
    pub fn for_each_part<F: Resync>(
        &self,
        format: &F,
        work: impl Fn(&mut Records<'_, F>) -> Result<()> + Sync,
    ) -> Result<Tally> {
        let (_, account) = self.run(format, false, || (), |(), part| read_records(format, part, &work));
        account.error.map_or(Ok(account.tally), Err)
    }

    /// Folds the records of every part into a value for each worker, and merges these in no order.
    ///
    /// # Errors
    ///
    /// The first one in the order of the input, be it of the format or of `fold`.
    pub fn fold_parts<F: Resync, T: Send>(
        &self,
        format: &F,
        identity: impl Fn() -> T + Sync,
        fold: impl Fn(&mut T, &mut Records<'_, F>) -> Result<()> + Sync,
        merge: impl Fn(T, T) -> T,
    ) -> Result<T> {
        let (values, account) = self.run(format, false, &identity, |value, part| {
            read_records(format, part, |records| fold(value, records))
        });
        account.error.map_or_else(|| Ok(values.into_iter().reduce(merge).unwrap_or_else(identity)), Err)
    }

    /// Calls `work` with every record, in no order and from several threads at once. Returns the account of all bytes.
    ///
    /// # Errors
    ///
    /// The first one in the order of the input.
    pub fn for_each<F: Resync>(&self, format: &F, work: impl Fn(F::Record<'_>) + Sync) -> Result<Tally> {
        self.for_each_part(format, |records| records.try_for_each(|record| record.map(&work)))
    }

    /// Folds the records into a value for each worker, and merges these in no order.
    ///
    /// # Errors
    ///
    /// The first one in the order of the input.
    pub fn fold<F: Resync, T: Send>(
        &self,
        format: &F,
        identity: impl Fn() -> T + Sync,
        fold: impl Fn(T, F::Record<'_>) -> T + Sync,
        merge: impl Fn(T, T) -> T,
    ) -> Result<T> {
        let merged = self.fold_parts(
            format,
            || None,
            |value: &mut Option<T>, records| {
                let start = value.take().unwrap_or_else(&identity);
                *value =
                    Some(records.try_fold(start, |value, record| record.map(|record| fold(value, record)))?);
                Ok(())
            },
            |left, right| match (left, right) {
                (Some(left), Some(right)) => Some(merge(left, right)),
                (left, right) => left.or(right),
            },
        )?;
        Ok(merged.unwrap_or_else(identity))
    }

    /// Folds records and the gaps between them, going on behind every fault. The first gap's error is that of the account,
    /// with the numbers of record and line, which `fold` is not given since what lies before may not be read yet.
    pub fn fold_pieces<F: Resync, T: Send>(
        &self,
        format: &F,
        identity: impl Fn() -> T + Sync,
        fold: impl Fn(&mut T, Piece<F::Record<'_>>) + Sync,
        merge: impl Fn(T, T) -> T,
    ) -> (T, Account) {
        let (values, account) = self.run(format, true, &identity, |value, part| {
            read_pieces(format, part, |piece| fold(value, piece))
        });
        (values.into_iter().reduce(merge).unwrap_or_else(identity), account)
    }

    /// Reads everything and tells what every byte is, up to the first error or, if `recover`, behind it too.
    #[must_use]
    pub fn account<F: Resync>(&self, format: &F, recover: bool) -> Account {
        if recover {
            self.fold_pieces(format, || (), |(), _| {}, |(), ()| ()).1
        } else {
            self.run(format, false, || (), |(), part| read_records(format, part, |_| Ok(()))).1
        }
    }

    /// Hands out all parts and lets `work` fold each into the value of its worker.
    fn run<F: Resync, T: Send>(
        &self,
        format: &F,
        recover: bool,
        identity: impl Fn() -> T + Sync,
        work: impl Fn(&mut T, Part<'_>) -> Done + Sync,
    ) -> (Vec<T>, Account) {
        self.done.store(0, Ordering::Relaxed);
        let (options, done) = (self.options, &self.done);
        match &self.bytes {
            Bytes::Mapped(reader) => {
                let parts = MappedParts::new(format, recover, reader, options.part_len);
                drive::drive(&parts, options.threads, done, identity, work)
            }
            Bytes::Read { reading, .. } => {
                let mut reading = match lock(reading) {
                    Ok(reading) => reading,
                    Err(error) => return (Vec::new(), Account::refused(error)),
                };
                let parts = ReadParts::new(format, recover, &mut reading, options.part_len);
                drive::drive(&parts, options.threads, done, identity, work)
            }
        }
    }
}

/// What is read, for one at a time. Nobody waits: whoever has it may be waiting for this very thread.
fn lock(reading: &Mutex<ReadInput>) -> Result<MutexGuard<'_, ReadInput>> {
    match reading.try_lock() {
        Ok(reading) => Ok(reading),
        Err(TryLockError::Poisoned(reading)) => Ok(reading.into_inner()),
        Err(TryLockError::WouldBlock) => {
            let busy = "the input is being read, and can be read by one at a time unless it is mapped";
            Err(io::Error::new(io::ErrorKind::ResourceBusy, busy).into())
        }
    }
}

/// Lets `work` have the records of a part, and reads what it leaves.
fn read_records<F: Resync>(
    format: &F,
    part: Part<'_>,
    work: impl FnOnce(&mut Records<'_, F>) -> Result<()>,
) -> Done {
    let mut records = format.records_of(part);
    let refused = work(&mut records).err();
    // Whatever `work` left, and whatever it did with an error that it met.
    records.by_ref().for_each(drop);
    let error = refused.or_else(|| records.error().cloned());
    Done { tally: records.tally(), stop: error.is_some(), error }
}

/// Lets `work` have the pieces of a part.
fn read_pieces<F: Resync>(format: &F, part: Part<'_>, mut work: impl FnMut(Piece<F::Record<'_>>)) -> Done {
    let mut pieces: Pieces<'_, F> = format.pieces_of(part);
    let mut error = None;
    for piece in pieces.by_ref() {
        if let (Piece::Gap(gap), None) = (&piece, &error) {
            error = Some(gap.error.clone());
        }
        work(piece);
    }
    Done { tally: pieces.tally(), error, stop: false }
}

impl fmt::Debug for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Source")
            .field("way", &self.way())
            .field("reason", &self.reason)
            .field("len_hint", &self.len_hint())
            .field("options", &self.options)
            .finish_non_exhaustive()
    }
}
