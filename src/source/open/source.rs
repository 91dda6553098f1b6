//! The input of a program: a file, a pipe, or any reader.

use std::fmt;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;
use std::sync::atomic::AtomicU64;
use std::sync::{Mutex, MutexGuard, PoisonError, TryLockError};

use super::error::OpenError;
use super::file::FileInput;
use crate::compress::CompressionStats;
use crate::error::{ErrorKind, Result};
use crate::source::access::Reader;
use crate::source::options::SourceOptions;
use crate::source::stream::{Side, StreamInput};
use crate::source::variant::VariantRequest;

/// An input, opened with the best available backend, that is read in parts.
///
/// Any number of threads can read a file at the same time. A stream can be read by one caller at a time; others get an error. Reading takes
/// the memory of one part per thread, or of the longest record or gap if that is longer. If several threads work on an input that is read
/// from its start, up to 2 MiB of waiting parts are added, or one part that is longer than 1 MiB.
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
    pub(in crate::source) input: Input,
    pub(in crate::source) options: SourceOptions,
    pub(in crate::source) done: AtomicU64,
    pub(in crate::source) compression_stats: Mutex<Option<CompressionStats>>,
    pub(in crate::source) variant_request: VariantRequest,
}

pub(in crate::source) enum Input {
    File(FileInput),
    Stream { input: Box<Mutex<StreamInput<'static>>>, reason: String },
}

impl Source {
    /// Opens a file, a pipe or a device.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Io`](crate::ErrorKind::Io) if the path cannot be opened, which the message names, or is a directory;
    /// [`ErrorKind::Compressed`](crate::ErrorKind::Compressed) if the file is empty, but its name ends as that of a compressed file: `.gz`,
    /// `.bgz`, `.zst`, `.bz2`, `.xz`.
    pub fn open(path: impl AsRef<Path>) -> Result<Self> {
        Self::with_options(path, SourceOptions::new())
    }

    /// Opens a file, a pipe or a device with these options.
    ///
    /// # Errors
    ///
    /// Those of [`open`](Source::open).
    pub fn with_options(path: impl AsRef<Path>, options: SourceOptions) -> Result<Self> {
        options.config.validate()?;
        let path = path.as_ref();
        let file = File::open(path).map_err(|error| OpenError::wrap(path, error))?;
        Self::of_file(file, Some(path), options)
    }

    /// Takes an open file, and reads it from its start. An index next to the file is not used, since its path is unknown.
    ///
    /// Sets the offset that the file shares with its other descriptors to the end, as if the file had been read.
    ///
    /// # Errors
    ///
    /// Those of [`open`](Source::open).
    ///
    /// ```
    /// use std::fs::File;
    ///
    /// use pagecut::{Source, SourceOptions, fastq::Fastq};
    ///
    /// let file = File::open("testdata/illumina.fastq")?;
    /// let source = Source::from_file(file, SourceOptions::new())?;
    /// assert_eq!(source.account(&Fastq::new()).tally.records, 250);
    /// # Ok::<(), pagecut::Error>(())
    /// ```
    pub fn from_file(mut file: File, options: SourceOptions) -> Result<Self> {
        options.config.validate()?;
        let shared = file.try_clone()?;
        if file.metadata()?.is_file() {
            file.rewind()?;
        }
        let source = Self::of_file(file, None, options)?;
        if let Some(reader) = source.reader() {
            (&shared).seek(SeekFrom::Start(reader.len()))?;
        }
        Ok(source)
    }

    fn of_file(file: File, path: Option<&Path>, options: SourceOptions) -> Result<Self> {
        if file.metadata()?.is_dir() {
            return Err(io::Error::from(io::ErrorKind::IsADirectory).into());
        }
        match Reader::from_file(file.try_clone()?, options.config) {
            Ok(reader) => Ok(Self::of(Input::File(FileInput::new(&file, reader, path)?), options)),
            Err(error) if matches!(error.kind(), ErrorKind::Unmappable { .. }) => {
                let is_file = file.metadata()?.is_file();
                let input =
                    if is_file { StreamInput::from_file(file) } else { StreamInput::from_stream(file) };
                Ok(Self::read_from_the_left(input, error.to_string(), options))
            }
            Err(error) => Err(error),
        }
    }

    /// Takes a stream, for example standard input.
    pub fn from_reader(reader: impl Read + Send + 'static, options: SourceOptions) -> Self {
        let reason = "a stream is read from its start".into();
        Self::read_from_the_left(StreamInput::from_stream(reader), reason, options)
    }

    fn read_from_the_left(input: StreamInput<'static>, reason: String, options: SourceOptions) -> Self {
        Self::of(Input::Stream { input: Box::new(Mutex::new(input)), reason }, options)
    }

    /// Starts to read a stream ahead on a thread, so that its writer does not wait while the other one of two inputs is read.
    pub(in crate::source) fn start_read_ahead(&mut self, side: Side) {
        if let Input::Stream { input, .. } = &mut self.input {
            input.get_mut().unwrap_or_else(PoisonError::into_inner).start_read_ahead(side);
        }
    }

    fn of(input: Input, options: SourceOptions) -> Self {
        Self {
            input,
            options,
            done: AtomicU64::new(0),
            compression_stats: Mutex::new(None),
            variant_request: VariantRequest::default(),
        }
    }
}

/// Locks a stream. It never waits, since the holder of the lock may be waiting for this thread.
pub(in crate::source) fn lock<'source>(
    input: &'source Mutex<StreamInput<'static>>,
) -> Result<MutexGuard<'source, StreamInput<'static>>> {
    match input.try_lock() {
        Ok(input) => Ok(input),
        Err(TryLockError::Poisoned(input)) => Ok(input.into_inner()),
        Err(TryLockError::WouldBlock) => {
            let busy = "the input is a stream that is being read by another reader";
            Err(io::Error::new(io::ErrorKind::ResourceBusy, busy).into())
        }
    }
}

impl fmt::Debug for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Source")
            .field("backend", &self.backend())
            .field("reason", &self.reason())
            .field("len_hint", &self.len_hint())
            .field("options", &self.options)
            .finish_non_exhaustive()
    }
}
