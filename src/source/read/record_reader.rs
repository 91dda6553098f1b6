//! Records one after the other, on the calling thread.

use std::fmt;
use std::sync::PoisonError;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::error::{Error, Result};
use crate::fastq::Evidence;
use crate::record::{Boundaries, CursorState, Format, Part, Reading, RecordLocation, Tally};
use crate::source::open::{Input, Source, lock};
use crate::source::schedule::{Account, Division, FileParts, Outcome, PartQueue};
use crate::source::stream::{StreamInput, StreamParts};
use crate::source::variant::{PendingCensus, is_in_doubt};

impl Source {
    /// Reads the records one after the other on the calling thread, from any input: mapped, read, compressed or a stream. This takes the
    /// memory of one part, or of the longest record if that is longer.
    ///
    /// ```
    /// use pagecut::{Source, fastq::Fastq};
    ///
    /// let source = Source::open("testdata/illumina.fastq")?;
    /// let mut records = source.records(&Fastq::new())?;
    /// let mut bases = 0;
    /// while let Some(record) = records.next()? {
    ///     bases += record.sequence().len();
    ///     if bases > 1000 {
    ///         break;
    ///     }
    /// }
    /// assert!(bases > 1000);
    /// # Ok::<(), pagecut::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Io`](crate::ErrorKind::Io) if the input is a stream that is being read, or was read before.
    pub fn records<'source, F: Format + 'source>(
        &'source self,
        format: &F,
    ) -> Result<RecordReader<'source, F>> {
        self.done.store(0, Ordering::Relaxed);
        let (options, done) = (self.options, &self.done);
        let mut finds_variant = false;
        let parts: Box<dyn Serial<'source> + 'source> = match &self.input {
            Input::File(file) if self.has_file_parts(file, format) => Box::new(SerialParts::new(
                FileParts::new(format, Division::Records, &file.reader, options.part_len, done),
            )),
            Input::File(file) => {
                let input = Box::new(StreamInput::from_reader(&file.reader));
                Box::new(SerialParts::new(StreamParts::new(format, false, input, options, done)))
            }
            Input::Stream { input, .. } => {
                let input = lock(input)?;
                let needs_proof = format.boundaries().is_some_and(Boundaries::needs_proof);
                finds_variant = needs_proof && self.variant_request.take();
                Box::new(SerialParts::new(StreamParts::new(format, false, input, options, done)))
            }
        };
        Ok(RecordReader {
            source: self,
            format: format.clone(),
            parts,
            state: CursorState::default(),
            before: Tally::default(),
            finds_variant,
            has_ended: false,
        })
    }
}

/// The records of a source, one after the other. Made by [`Source::records`].
///
/// A record borrows from the reader, and is valid until the next one is read.
pub struct RecordReader<'source, F: Format> {
    source: &'source Source,
    format: F,
    parts: Box<dyn Serial<'source> + 'source>,
    state: CursorState<F>,
    /// The account of the parts before the current one.
    before: Tally,
    /// Whether a stream is read on after an error that leaves its variant of FASTQ in doubt.
    finds_variant: bool,
    has_ended: bool,
}

impl<F: Format> RecordReader<'_, F> {
    /// Returns the next record; `None` at the end of the input, and after an error.
    ///
    /// # Errors
    ///
    /// The first fault in the input, with its offset, record and line; those of reading it.
    #[expect(clippy::should_implement_trait, reason = "an iterator cannot lend its items")]
    #[inline]
    pub fn next(&mut self) -> Result<Option<F::Record<'_>>> {
        let found = self.find_next()?;
        Ok(found.map(|found| found.record(&self.format, &self.parts.part())))
    }

    /// Returns the bytes of the next record as they stand in the input, without blank lines around it; `None` at the end of the input,
    /// and after an error. This works for records of every format.
    ///
    /// ```
    /// use pagecut::{Source, fastq::Fastq};
    ///
    /// let source = Source::open("testdata/two.fastq")?;
    /// let mut records = source.records(&Fastq::new())?;
    /// let first = records.next_bytes()?.map(<[u8]>::to_vec);
    /// assert!(first.is_some_and(|record| record.starts_with(b"@") && record.ends_with(b"\n")));
    /// # Ok::<(), pagecut::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Those of [`next`](RecordReader::next).
    #[inline]
    pub fn next_bytes(&mut self) -> Result<Option<&[u8]>> {
        let found = self.find_next()?;
        Ok(found.map(|found| found.bytes(&self.parts.part())))
    }

    /// Finds the next record, in the current part or a later one.
    #[inline]
    pub(in crate::source) fn find_next(&mut self) -> Result<Option<RecordLocation<F::Layout>>> {
        if self.has_ended {
            return Ok(None);
        }
        loop {
            match self.state.next(&self.format, &self.parts.part()) {
                Some(found) => return Ok(Some(found)),
                None if self.advance()? => {}
                None => return Ok(None),
            }
        }
    }

    /// The present part.
    #[inline]
    pub(in crate::source) fn part(&self) -> Part<'_> {
        self.parts.part()
    }

    /// Checks that no byte of the present part has vanished since the part was read.
    pub(in crate::source) fn check_part(&self) -> Result<()> {
        self.parts.check_part()
    }

    /// Returns the account of the bytes read so far. After the last record, that is the whole input.
    #[must_use]
    pub fn tally(&self) -> Tally {
        self.before + self.state.tally()
    }

    /// Moves to the next part, if there is one and the current one has no fault.
    #[cold]
    fn advance(&mut self) -> Result<bool> {
        let stop = self.state.take_stop();
        self.leave_part(stop.map(|stop| self.state.error(stop, &self.parts.part())))?;
        match self.parts.advance() {
            Ok(true) => Ok(true),
            Ok(false) => self.end(None).map(|()| false),
            Err(error) => self.end(Some(error)).map(|()| false),
        }
    }

    /// Leaves the current part, with the error met in it. An error about vanished bytes takes precedence.
    #[cold]
    fn leave_part(&mut self, met: Option<Error>) -> Result<()> {
        let tally = self.state.tally();
        let census = met.as_ref().and_then(|error| self.begin_census(error));
        match self.parts.leave(Outcome::read_up_to(met, tally)).error {
            Some(error) => {
                if let Some(census) = census {
                    self.find_variant(census);
                }
                self.end(Some(error))
            }
            None => {
                self.before += tally;
                self.state = CursorState::default();
                Ok(())
            }
        }
    }

    /// Starts the census of a stream at the record with this error, if the variant is wanted and the error leaves it in doubt.
    #[cold]
    fn begin_census(&self, error: &Error) -> Option<PendingCensus> {
        let location = error.location().filter(|_| self.finds_variant && is_in_doubt(error))?;
        let part = self.parts.part();
        let mut census = PendingCensus::from(location.record_offset, Evidence::default());
        // The record starts in the part, so its position fits into `usize`.
        let start = usize::try_from(location.record_offset - part.offset()).unwrap_or(usize::MAX);
        census.add(part.as_bytes().get(start..)?).ok()?;
        Some(census)
    }

    /// Reads on until the variant of the stream is certain.
    #[cold]
    fn find_variant(&mut self, mut census: PendingCensus) {
        while census.look(false, Evidence::is_enough_up_to_fault).is_none() {
            match self.parts.advance() {
                Ok(true) => {}
                Ok(false) => {
                    census.look(true, Evidence::is_enough_up_to_fault);
                    break;
                }
                Err(_) => break,
            }
            // If memory is exhausted, the evidence so far decides.
            let has_room = census.add(self.parts.part().as_bytes()).is_ok();
            let has_failed = self.parts.leave(Outcome::read(Tally::default())).error.is_some();
            if !has_room || has_failed {
                census.look(false, Evidence::is_enough_up_to_fault);
                break;
            }
        }
        self.source.variant_request.answer(Some(census.evidence.variant_up_to_fault()));
    }

    /// Ends reading, with an error of the current or the next part.
    fn end(&mut self, error: Option<Error>) -> Result<()> {
        self.has_ended = true;
        let Tally { records, lines, .. } = self.before;
        let error = error.map(|error| error.count_before(records, lines));
        let account = Account { tally: self.tally(), complete: error.is_none(), error, compression: None };
        let Account { error, compression, .. } = self.parts.complete(account);
        *self.source.compression_stats.lock().unwrap_or_else(PoisonError::into_inner) = compression;
        error.map_or(Ok(()), Err)
    }
}

impl<F: Format> fmt::Debug for RecordReader<'_, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RecordReader")
            .field("format", &F::NAME)
            .field("tally", &self.tally())
            .finish_non_exhaustive()
    }
}

/// The parts of an input for one worker.
trait Serial<'run> {
    /// Returns the current part; an empty one before the first.
    fn part(&self) -> Part<'_>;

    /// Moves to the next part, if there is one.
    fn advance(&mut self) -> Result<bool>;

    /// Leaves the current part, and completes its outcome.
    fn leave(&mut self, done: Outcome) -> Outcome;

    /// Checks that no byte of the present part has vanished.
    fn check_part(&self) -> Result<()>;

    /// Completes the account of the input.
    fn complete(&self, account: Account) -> Account;
}

/// All parts of a queue, for one worker.
struct SerialParts<'run, P: PartQueue<'run>> {
    parts: P,
    worker: P::Worker,
    reading: Option<Box<dyn Reading + 'run>>,
    has_part: bool,
    /// Never set, so that no part is skipped.
    stop_from: AtomicU64,
}

impl<'run, P: PartQueue<'run>> SerialParts<'run, P> {
    fn new(parts: P) -> Self {
        let worker = parts.new_worker();
        Self { parts, worker, reading: None, has_part: false, stop_from: AtomicU64::new(u64::MAX) }
    }
}

impl<'run, P: PartQueue<'run>> Serial<'run> for SerialParts<'run, P> {
    #[inline]
    fn part(&self) -> Part<'_> {
        self.parts.part(&self.worker)
    }

    fn advance(&mut self) -> Result<bool> {
        match self.parts.advance(&mut self.worker, &self.stop_from) {
            None => Ok(false),
            Some(Ok(reading)) => {
                (self.reading, self.has_part) = (reading, true);
                Ok(true)
            }
            Some(Err((_, error))) => Err(error),
        }
    }

    fn leave(&mut self, done: Outcome) -> Outcome {
        if !std::mem::take(&mut self.has_part) {
            return done;
        }
        let range = self.part().range();
        let (range, done) = self.parts.end(&mut self.worker, range, done);
        if let Some(mut reading) = self.reading.take() {
            // A mapping fits into `usize`.
            reading.at(usize::try_from(range.end).unwrap_or(usize::MAX));
        }
        done
    }

    fn check_part(&self) -> Result<()> {
        self.parts.check_part(&self.worker)
    }

    fn complete(&self, account: Account) -> Account {
        let account = match self.parts.check() {
            Ok(()) => account,
            Err(error) => Account { error: Some(error), complete: false, ..account },
        };
        self.parts.complete(account)
    }
}
