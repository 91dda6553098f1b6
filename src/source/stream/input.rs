//! An input that is read from the left, by several workers in turn.

use std::fs::File;
use std::io::{self, Read, Seek};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use super::ahead::ReadAhead;
use super::taking::{TakenRun, Taking};
use crate::compress::{Check, Compression, CompressionStats, Run, Taken};
use crate::error::{Error, Result};
use crate::record::PartEndSearch;
use crate::source::access::Reader;

/// Where bytes come from.
pub(in crate::source) enum Input<'input> {
    /// A file that tells no length, as those of `/proc`.
    File(File),
    /// A pipe, or whatever else can be read but once.
    Stream(ReadAhead),
    /// A file with positions that has to be read from the left all the same, from its start.
    Reader(&'input Reader, u64),
}

impl Read for Input<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::File(file) => file.read(into),
            Self::Stream(stream) => stream.read(into),
            Self::Reader(reader, offset) => reader.read_some(offset, into),
        }
    }
}

impl Input<'_> {
    /// Goes back to the start.
    pub(super) fn rewind(&mut self) -> io::Result<()> {
        match self {
            Self::File(file) => file.rewind().map_err(|_| super::read_before()),
            Self::Stream(_) => Err(super::read_before()),
            Self::Reader(_, offset) => {
                *offset = 0;
                Ok(())
            }
        }
    }
}

/// Why there is no more to read.
pub(super) enum End {
    /// There is no more.
    Reached,
    /// It cannot be had.
    Failed(Error),
}

/// An input that is read from the left.
pub(in crate::source) struct StreamInput<'input> {
    taking: Taking<'input>,
    joining: Mutex<Joining>,
    /// A run was joined.
    moved: Condvar,
    reader: Option<&'input Reader>,
}

/// What one worker at a time joins runs to.
pub(super) struct Joining {
    check: Check,
    /// How many runs were joined.
    runs: u64,
    /// How many bytes of the input they were taken of, compressed ones if it is compressed.
    pub(super) taken: u64,
    /// What was taken for them, if the input is compressed.
    packed: Option<CompressionStats>,
    /// How many compressed bytes are lost, and how many members.
    lost_bytes: u64,
    lost_members: u64,
    /// How many of the first bytes are proven by check sums.
    proven: u64,
    /// How many decompressed bytes are lost, if that is known.
    lost_len: Option<u64>,
    /// What was taken but not handed out.
    pub(super) ahead: Run,
    /// Offset of the first byte of `ahead`.
    pub(super) offset: u64,
    /// What is known of where a part that begins with `ahead` may end.
    pub(super) sought: PartEndSearch,
    /// Whether anything was handed out.
    begun: bool,
    pub(super) end: Option<End>,
    /// Offset of the part behind which there is nothing to be had.
    pub(super) failed_behind: Option<u64>,
}

impl Joining {
    fn new() -> Self {
        Self {
            check: Check::default(),
            runs: 0,
            taken: 0,
            packed: None,
            lost_bytes: 0,
            lost_members: 0,
            proven: 0,
            lost_len: Some(0),
            ahead: Run::default(),
            offset: 0,
            sought: PartEndSearch::default(),
            begun: false,
            end: None,
            failed_behind: None,
        }
    }

    /// Whether nothing is kept, not even a place where something is lost.
    fn is_empty(&self) -> bool {
        self.ahead.len() == 0 && self.ahead.losses().is_empty()
    }

    /// Notes what is lost in the next run.
    fn count_losses(&mut self, run: &mut Run) {
        self.lost_members += run.lost_blocks();
        let start = self.offset + self.ahead.len() as u64;
        for loss in run.losses_mut() {
            self.lost_bytes += loss.packed.end - loss.packed.start;
            loss.before = self.lost_len.map(|lost| start + loss.position as u64 + lost);
            self.lost_len = self.lost_len.zip(loss.len).map(|(lost, len)| lost.saturating_add(len));
        }
    }

    /// What was decompressed so far, if the input is compressed.
    pub(super) fn compression_stats(&self) -> Option<CompressionStats> {
        let decompressed_bytes = self.offset + self.ahead.len() as u64;
        self.packed.map(|packed| CompressionStats {
            members: packed.members - self.lost_members,
            lost_bytes: self.lost_bytes,
            decompressed_bytes,
            verified_bytes: self.proven.min(decompressed_bytes),
            ..packed
        })
    }

    /// How the input is compressed, if it is.
    pub(super) fn compression(&self) -> Option<Compression> {
        self.packed.map(|packed| packed.compression)
    }

    /// Why there is nothing more to be had, if there should be more.
    pub(super) fn failure(&self) -> Option<&Error> {
        match &self.end {
            Some(End::Failed(error)) => Some(error),
            Some(End::Reached) | None => None,
        }
    }
}

impl<'input> StreamInput<'input> {
    pub(in crate::source) fn new(input: Input<'input>) -> Self {
        let reader = match &input {
            Input::Reader(reader, _) => Some(*reader),
            Input::File(_) | Input::Stream(_) => None,
        };
        let mut taking = Taking::new(input);
        taking.keep(true);
        Self { taking, joining: Mutex::new(Joining::new()), moved: Condvar::new(), reader }
    }

    pub(in crate::source) fn of_reader(reader: &'input Reader) -> Self {
        Self::new(Input::Reader(reader, 0))
    }

    pub(in crate::source) fn of_stream(stream: impl Read + Send + 'static) -> Self {
        Self::new(Input::Stream(ReadAhead::new(Box::new(stream))))
    }

    /// Goes back to the start, if anything was handed out.
    fn rewind(&mut self) -> io::Result<()> {
        let joining = self.joining.get_mut().unwrap_or_else(PoisonError::into_inner);
        if joining.begun {
            self.taking.rewind()?;
            self.taking.keep(true);
            *joining = Joining::new();
        }
        Ok(())
    }

    /// From now on goes on behind damage where that can be done, or does not; what was looked at is looked at again.
    pub(in crate::source) fn recover(&mut self, recover: bool) -> io::Result<()> {
        self.rewind()?;
        if self.taking.take_again(recover) {
            *self.joining.get_mut().unwrap_or_else(PoisonError::into_inner) = Joining::new();
        }
        Ok(())
    }

    /// Starts reading in runs of about this many bytes; `recover` says whether reading continues after damage.
    pub(super) fn begin(&mut self, len: usize, recover: bool) -> Result<()> {
        self.recover(recover)?;
        self.taking.keep(false);
        // The first bytes are read at once, so that it is known whether there is a second run.
        self.head(len)?;
        let joining = self.joining.get_mut().unwrap_or_else(PoisonError::into_inner);
        joining.begun = joining.end.is_none() || !joining.is_empty();
        Ok(())
    }

    /// The first bytes of the input, `len` of them or more if it has so many.
    pub(in crate::source) fn head(&mut self, len: usize) -> Result<&[u8]> {
        self.rewind()?;
        let mut run = Run::default();
        let wanting = |joining: &Joining| joining.end.is_none() && joining.ahead.len() < len;
        while wanting(&self.joining()) {
            let Some(mut joining) = self.next_run(&mut run, len) else { break };
            if let Err(error) = joining.ahead.append(&mut run, 0) {
                joining.end = Some(End::Failed(error));
            }
        }
        let joining = self.joining.get_mut().unwrap_or_else(PoisonError::into_inner);
        match joining.failure() {
            Some(error) if joining.ahead.len() == 0 => Err(error.clone()),
            // What was read before is something, and comes first.
            _ => Ok(joining.ahead.as_slice()),
        }
    }

    /// As much of the [head](StreamInput::head) as follows each other in the input, and whether the input begins with it.
    pub(in crate::source) fn sound_head(&mut self, len: usize) -> Result<(&[u8], bool)> {
        self.head(len)?;
        let joining = self.joining.get_mut().unwrap_or_else(PoisonError::into_inner);
        let mut losses = joining.ahead.losses().iter().map(|loss| loss.position).peekable();
        let is_start = losses.peek() != Some(&0);
        let end = losses.find(|&position| position > 0).unwrap_or(joining.ahead.len());
        Ok((&joining.ahead.as_slice()[..end], is_start))
    }

    /// Takes the next run, does what is left to be done with it, and waits until those before it were joined. `None` if there is
    /// none.
    ///
    /// What has been found out of the input by then is handed out for the run to be joined.
    pub(super) fn next_run(&self, run: &mut Run, len: usize) -> Option<MutexGuard<'_, Joining>> {
        run.clear();
        let joining = self.joining();
        if joining.end.is_some() {
            // Everything was taken before: what is left of it makes an empty run.
            return Some(joining).filter(|joining| !joining.is_empty());
        }
        drop(joining);
        let _guard = EndOnPanic(self);
        // If there is none, whoever took the last one hands out all that is left.
        let TakenRun { number, taken, offset, packed } = self.taking.take(run, len)?;

        let (sums, finished) = run.finish();
        let mut joining = self.joining();
        while joining.runs != number && joining.end.is_none() {
            joining = self.moved.wait(joining).unwrap_or_else(PoisonError::into_inner);
        }
        if joining.end.is_some() {
            return None;
        }
        joining.runs += 1;
        (joining.taken, joining.packed) = (offset, packed);
        self.moved.notify_all();
        joining.count_losses(run);
        let joined = joining.check.join(run, sums);
        if let Some(proven) = run.proven(joined.is_err()) {
            joining.proven = joining.offset + (joining.ahead.len() + proven) as u64;
        }
        // In the order in which they lie in the input.
        joining.end = match joined.and(finished).and(taken) {
            Ok(Taken::Some) => None,
            Ok(Taken::Last) => Some(End::Reached),
            Err(error) => Some(End::Failed(error)),
        };
        Some(joining)
    }

    /// There is another worker.
    pub(super) fn add_worker(&self) {
        self.taking.add_worker();
    }

    /// Whether all of the input was taken.
    pub(super) fn has_ended(&self) -> bool {
        self.taking.has_ended()
    }

    /// How the input is compressed, if it is.
    pub(in crate::source) fn compression(&self) -> Option<Compression> {
        self.joining().compression()
    }

    /// Whether the input is still what it was when it was opened, as far as can be told.
    pub(super) fn check(&self) -> Result<()> {
        // What cannot be read at positions cannot be looked at again either.
        self.reader.map_or(Ok(()), Reader::check)
    }

    pub(super) fn joining(&self) -> MutexGuard<'_, Joining> {
        self.joining.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Lets nobody wait for a run that will not be joined, since its worker panics.
struct EndOnPanic<'run, 'input>(&'run StreamInput<'input>);

impl Drop for EndOnPanic<'_, '_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.0.joining().end = Some(End::Failed(io::Error::other("a worker has panicked").into()));
            self.0.moved.notify_all();
        }
    }
}
