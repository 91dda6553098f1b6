//! Opens an input the best way and hands out parts of it.
//!
//! A [`Source`] gives the same records, counts and errors whichever way it gets at the bytes, and with every number of
//! threads. What has positions is opened by a [`Reader`], and its parts are found by each worker on its own; a stream is read
//! from the left, under a lock, into a buffer that the worker keeps.

#[cfg(feature = "gzip")]
mod bgzf;
mod choice;
mod content;
mod drive;
mod file;
#[cfg_attr(not(all(feature = "io-uring", target_os = "linux")), path = "no_flight.rs")]
mod flight;
mod grid;
mod in_order;
mod inspect;
mod opener;
mod options;
mod parts;
mod reader;
mod salvage;
mod span;
mod stream;
mod whole;
mod window;

use std::fmt;
use std::fs::File;
use std::io::{self, Read};
use std::num::NonZero;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError, TryLockError};
use std::thread::available_parallelism;

#[cfg(feature = "gzip")]
pub use bgzf::BgzfReader;
pub use content::Content;
use drive::{Done, Work};
use file::FileInput;
use grid::Grid;
use in_order::{InOrder, InOrderWork};
pub use inspect::{Cost, Inspection, inspect};
pub use opener::{Opener, open_reader};
pub use options::SourceOptions;
pub use reader::Reader;
pub use salvage::Salvaged;
pub use span::Span;
use stream::{StreamInput, StreamParts};

use crate::compress::{Compression, Packed};
use crate::detect::{FileKind, HEAD_LEN};
use crate::error::{Error, ErrorKind, Result};
use crate::io::Way;
use crate::mmap::MmapReader;
use crate::record::{Format, Part, Piece, Pieces, Records, Resync, Tally};

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
    /// What was decompressed, if the input is compressed.
    pub packed: Option<Packed>,
}

impl Account {
    /// Of an input that could not be read at all.
    fn refused(error: Error) -> Self {
        Self { tally: Tally::default(), error: Some(error), complete: false, packed: None }
    }
}

/// An input, opened the best way, that hands out parts of itself.
///
/// A file can be read by any number of callers at a time; a stream, by one: others get an error. The memory that is taken is
/// that of a part for each thread, or of the longest record or gap if that is more; and if several threads work on what is read
/// from the left, of two mebibytes that wait for them, or of one part that is longer than one.
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
    input: Input,
    options: SourceOptions,
    done: AtomicU64,
    packed: Mutex<Option<Packed>>,
}

enum Input {
    File(FileInput),
    Stream { input: Box<Mutex<StreamInput<'static>>>, reason: String },
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
        options.config.validate()?;
        let file = File::open(&path)?;
        if file.metadata()?.is_dir() {
            return Err(io::Error::from(io::ErrorKind::IsADirectory).into());
        }
        match Reader::of(file.try_clone()?, options.config) {
            Ok(reader) => {
                Ok(Self::of(Input::File(FileInput::new(&file, reader, path.as_ref().into())?), options))
            }
            Err(error) if matches!(error.kind(), ErrorKind::Unmappable { .. }) => {
                let is_file = file.metadata()?.is_file();
                let input = if is_file {
                    StreamInput::new(stream::Input::File(file))
                } else {
                    StreamInput::of_stream(file)
                };
                Ok(Self::read_from_the_left(input, error.to_string(), options))
            }
            Err(error) => Err(error),
        }
    }

    /// Reads a stream: standard input, for instance.
    pub fn from_reader(reader: impl Read + Send + 'static, options: SourceOptions) -> Self {
        let reason = "a stream has no positions".into();
        Self::read_from_the_left(StreamInput::of_stream(reader), reason, options)
    }

    fn read_from_the_left(input: StreamInput<'static>, reason: String, options: SourceOptions) -> Self {
        Self::of(Input::Stream { input: Box::new(Mutex::new(input)), reason }, options)
    }

    fn of(input: Input, options: SourceOptions) -> Self {
        Self { input, options, done: AtomicU64::new(0), packed: Mutex::new(None) }
    }

    /// How the bytes are got at.
    #[must_use]
    pub fn way(&self) -> Way {
        self.reader().map_or(Way::Stream, Reader::way)
    }

    /// Why they are got at that way.
    #[must_use]
    pub fn reason(&self) -> String {
        match &self.input {
            Input::File(file) => file.reader.reason(),
            Input::Stream { reason, .. } => reason.clone(),
        }
    }

    /// What the file was opened as; `None` of a stream. Of a compressed file it has the compressed bytes.
    #[must_use]
    pub fn reader(&self) -> Option<&Reader> {
        match &self.input {
            Input::File(file) => Some(&file.reader),
            Input::Stream { .. } => None,
        }
    }

    /// What the file holds, at positions: of BGZF what is decompressed, by the `.gzi` beside the file if there is one.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Io`] of the kind [`Unsupported`](io::ErrorKind::Unsupported) if it has no positions: it is a stream, or
    /// compressed in a way that can be decompressed from its start only. Of BGZF, those of `BgzfReader::open`.
    pub fn content(&self) -> Result<&dyn Content> {
        self.file_input()?.content()
    }

    /// The file, if there are positions in what it holds.
    pub(crate) fn file_with_positions(&self) -> Result<&Reader> {
        self.file_input()?.with_positions()
    }

    fn file_input(&self) -> Result<&FileInput> {
        match &self.input {
            Input::File(file) => Ok(file),
            Input::Stream { .. } => {
                let what = "it has no positions: only in a file can records be looked up";
                Err(io::Error::new(io::ErrorKind::Unsupported, what).into())
            }
        }
    }

    /// The mapping, if the input is mapped and not compressed. Its records live as long as the source.
    #[must_use]
    pub fn mapped(&self) -> Option<&MmapReader> {
        match &self.input {
            Input::File(FileInput { reader, compression: None, .. }) => reader.mapped(),
            _ => None,
        }
    }

    /// How the input is compressed, if it is. Of a stream that is known when its first bytes were read, by
    /// [`detect`](Source::detect) for instance.
    #[must_use]
    pub fn compression(&self) -> Option<Compression> {
        match &self.input {
            Input::File(file) => file.compression,
            Input::Stream { input, .. } => lock(input).ok()?.compression(),
        }
    }

    /// Length of the input in bytes as it lies on the disk, where it is known beforehand.
    #[must_use]
    pub fn len_hint(&self) -> Option<u64> {
        self.reader().map(Reader::len)
    }

    /// Bytes of the input, compressed ones if it is compressed, that the work under way, or the last one, is done with.
    #[must_use]
    pub fn bytes_done(&self) -> u64 {
        self.done.load(Ordering::Relaxed)
    }

    /// What the last work, if it is over, decompressed of a compressed input.
    #[must_use]
    pub fn packed(&self) -> Option<Packed> {
        *self.packed.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether the input ends as it should, as far as it is known: when all of BGZF was read, or its [`content`](Source::content)
    /// was asked for, and the empty block is missing that closes it, the file may have been cut at the end of another one.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        let is_unclosed = matches!(&self.input, Input::File(file) if file.is_unclosed());
        !is_unclosed && self.packed().is_none_or(|packed| packed.closed)
    }

    /// Tells the format from the first bytes. Of a stream they are kept for the work that follows.
    ///
    /// # Errors
    ///
    /// Those of [`FileKind::detect`], and [`ErrorKind::Io`](crate::ErrorKind::Io) if the input cannot be read.
    pub fn detect(&self) -> Result<FileKind> {
        match &self.input {
            Input::File(FileInput { reader, compression: None, .. }) => {
                FileKind::detect(&reader.bytes_at(0..reader.len().min(HEAD_LEN as u64))?)
            }
            Input::File(file) => FileKind::detect(StreamInput::of_reader(&file.reader).head(HEAD_LEN)?),
            Input::Stream { input, .. } => FileKind::detect(lock(input)?.head(HEAD_LEN)?),
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
    pub fn for_each_part<F: Format>(
        &self,
        format: &F,
        work: impl Fn(&mut Records<'_, F>) -> Result<()> + Sync,
    ) -> Result<Tally> {
        let (_, account) =
            self.run(format, false, || (), &|(): &mut (), part: Part<'_>| read_records(format, part, &work));
        account.error.map_or(Ok(account.tally), Err)
    }

    /// Folds the records of every part into a value for each worker, and merges these in no order.
    ///
    /// # Errors
    ///
    /// The first one in the order of the input, be it of the format or of `fold`.
    pub fn fold_parts<F: Format, T: Send>(
        &self,
        format: &F,
        identity: impl Fn() -> T + Sync,
        fold: impl Fn(&mut T, &mut Records<'_, F>) -> Result<()> + Sync,
        merge: impl Fn(T, T) -> T,
    ) -> Result<T> {
        let (values, account) = self.run(format, false, &identity, &|value: &mut T, part: Part<'_>| {
            read_records(format, part, |records| fold(value, records))
        });
        account.error.map_or_else(|| Ok(values.into_iter().reduce(merge).unwrap_or_else(identity)), Err)
    }

    /// Calls `work` with every record, in no order and from several threads at once. Returns the account of all bytes.
    ///
    /// # Errors
    ///
    /// The first one in the order of the input.
    pub fn for_each<F: Format>(&self, format: &F, work: impl Fn(F::Record<'_>) + Sync) -> Result<Tally> {
        self.for_each_part(format, |records| records.try_for_each(|record| record.map(&work)))
    }

    /// Folds the records into a value for each worker, and merges these in no order.
    ///
    /// # Errors
    ///
    /// The first one in the order of the input.
    pub fn fold<F: Format, T: Send>(
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
                let mut folded = value.take().unwrap_or_else(&identity);
                // Not `try_fold`: the value would be wrapped up for each record, and waited for.
                for record in records {
                    folded = fold(folded, record?);
                }
                *value = Some(folded);
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
        let (values, account) = self.run(format, true, &identity, &|value: &mut T, part: Part<'_>| {
            read_pieces(format, part, |pieces| pieces.for_each(|piece| fold(value, piece)))
        });
        (values.into_iter().reduce(merge).unwrap_or_else(identity), account)
    }

    /// Makes a value of the records of every part, on several threads at once, and hands the values to `take` in the order of the
    /// input. Workers that are far ahead wait, so that only a few values are kept. Returns the account of all bytes.
    ///
    /// ```
    /// use pagecut::{Source, fastq::Fastq};
    ///
    /// let source = Source::open("testdata/illumina.fastq")?;
    /// let mut names = Vec::new();
    /// source.map_parts_in_order(
    ///     &Fastq::new(),
    ///     |records| records.map(|record| Ok(record?.name().to_vec())).collect::<Result<Vec<_>, _>>(),
    ///     |part| {
    ///         names.extend(part);
    ///         Ok(())
    ///     },
    /// )?;
    /// assert_eq!(names.len(), 250);
    /// # Ok::<(), pagecut::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// The first one in the order of the input, be it of the format, of `map` or of `take`. Nothing of the part that it is in and
    /// of those behind it is taken.
    pub fn map_parts_in_order<F: Format, T: Send>(
        &self,
        format: &F,
        map: impl Fn(&mut Records<'_, F>) -> Result<T> + Sync,
        take: impl FnMut(T) -> Result<()> + Send,
    ) -> Result<Tally> {
        let map = |part: Part<'_>| {
            let mut value = None;
            let done = read_records(format, part, |records| {
                value = Some(map(records)?);
                Ok(())
            });
            (value, done)
        };
        let work = InOrderWork { in_order: self.in_order(take), map };
        let (_, account) = self.run(format, false, || None, &work);
        account.error.map_or(Ok(account.tally), Err)
    }

    /// Makes a value of the records and gaps of every part, on several threads at once, and hands the values to `take` in the order
    /// of the input. The first gap's error is that of the account, unless `take` fails first: then that is, and the account is
    /// not complete.
    pub fn map_pieces_in_order<F: Resync, T: Send>(
        &self,
        format: &F,
        map: impl Fn(&mut Pieces<'_, F>) -> T + Sync,
        take: impl FnMut(T) -> Result<()> + Send,
    ) -> Account {
        let map = |part: Part<'_>| {
            let mut value = None;
            let done = read_pieces(format, part, |pieces| value = Some(map(pieces)));
            (value, done)
        };
        let work = InOrderWork { in_order: self.in_order(take), map };
        self.run(format, true, || None, &work).1
    }

    fn in_order<T, S: FnMut(T) -> Result<()>>(&self, take: S) -> InOrder<T, S> {
        let threads = match self.options.threads {
            // To ask rayon would start threads, which a short input does not need.
            Some(0) => available_parallelism().map_or(1, NonZero::get),
            Some(threads) => threads,
            None => rayon::current_num_threads(),
        };
        InOrder::new(2 * threads.min(drive::MOST_THREADS), take)
    }

    /// Reads everything and tells what every byte is, up to the first error.
    #[must_use]
    pub fn account<F: Format>(&self, format: &F) -> Account {
        self.run(format, false, || (), &|(): &mut (), part: Part<'_>| read_records(format, part, |_| Ok(())))
            .1
    }

    /// Reads everything and tells what every byte is, going on behind every fault.
    #[must_use]
    pub fn account_pieces<F: Resync>(&self, format: &F) -> Account {
        self.fold_pieces(format, || (), |(), _| {}, |(), ()| ()).1
    }

    /// Hands out all parts and lets `work` fold each into the value of its worker.
    fn run<F: Format, T: Send>(
        &self,
        format: &F,
        recover: bool,
        identity: impl Fn() -> T + Sync,
        work: &impl Work<T>,
    ) -> (Vec<T>, Account) {
        self.done.store(0, Ordering::Relaxed);
        let (options, done) = (self.options, &self.done);
        match &self.input {
            Input::File(FileInput { reader, compression, .. }) => match format.cuts() {
                // What can be cut only with all that lies before it in view is read from the left all the same.
                Some(cuts)
                    if compression.is_none()
                        && cuts.look_behind() < usize::MAX
                        && options.allows(reader.len()) =>
                {
                    let parts = Grid::new(format, cuts, recover, reader, options.part_len, done);
                    drive::drive(&parts, options.threads, identity, work)
                }
                _ => {
                    let mut input = StreamInput::of_reader(reader);
                    self.run_from_the_left(&mut input, format, recover, identity, work)
                }
            },
            Input::Stream { input, .. } => match lock(input) {
                Ok(mut input) => self.run_from_the_left(&mut input, format, recover, identity, work),
                Err(error) => (Vec::new(), Account::refused(error)),
            },
        }
    }

    fn run_from_the_left<F: Format, T: Send>(
        &self,
        input: &mut StreamInput<'_>,
        format: &F,
        recover: bool,
        identity: impl Fn() -> T + Sync,
        work: &impl Work<T>,
    ) -> (Vec<T>, Account) {
        let SourceOptions { threads, part_len, max_len, .. } = self.options;
        let parts = StreamParts::new(format, recover, input, part_len, max_len, &self.done);
        let (values, account) = drive::drive(&parts, threads, identity, work);
        let account = parts.complete(account);
        *self.packed.lock().unwrap_or_else(PoisonError::into_inner) = account.packed;
        (values, account)
    }
}

/// A stream, for one at a time. Nobody waits: whoever has it may be waiting for this very thread.
fn lock<'source>(
    input: &'source Mutex<StreamInput<'static>>,
) -> Result<MutexGuard<'source, StreamInput<'static>>> {
    match input.try_lock() {
        Ok(input) => Ok(input),
        Err(TryLockError::Poisoned(input)) => Ok(input.into_inner()),
        Err(TryLockError::WouldBlock) => {
            let busy = "the input is being read, and has no positions, so it can be read by one at a time";
            Err(io::Error::new(io::ErrorKind::ResourceBusy, busy).into())
        }
    }
}

/// Lets `work` have the records of a part, and reads what it leaves.
fn read_records<F: Format>(
    format: &F,
    part: Part<'_>,
    work: impl FnOnce(&mut Records<'_, F>) -> Result<()>,
) -> Done {
    let mut records = format.records_of(part);
    let refused = work(&mut records).err();
    // Whatever `work` left, and whatever it did with an error that it met.
    records.by_ref().for_each(drop);
    let error = refused.or_else(|| records.error().cloned());
    Done { tally: records.tally(), stop: error.is_some(), error, behind: false }
}

/// Lets `work` have the pieces of a part, and reads what it leaves.
fn read_pieces<F: Resync>(format: &F, part: Part<'_>, work: impl FnOnce(&mut Pieces<'_, F>)) -> Done {
    let mut pieces: Pieces<'_, F> = format.pieces_of(part);
    work(&mut pieces);
    pieces.by_ref().for_each(drop);
    Done { tally: pieces.tally(), error: pieces.error().cloned(), stop: false, behind: false }
}

impl fmt::Debug for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Source")
            .field("way", &self.way())
            .field("reason", &self.reason())
            .field("len_hint", &self.len_hint())
            .field("options", &self.options)
            .finish_non_exhaustive()
    }
}
