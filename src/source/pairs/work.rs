//! Workers that read batches of pairs, and the threads that fill blocks for them.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{self, Receiver, SyncSender};
use std::sync::{Mutex, PoisonError};
use std::thread::{self, Scope};

use super::batch::{Mates, PairBatch};
use super::block::Blocks;
use super::lanes::{Feed, Filled, Lanes, Pool};
use super::paired_source::{PairTally, PairedSource};
use crate::error::{Error, PairFile, Result};
use crate::fastq::MateFormat;
use crate::source::open::Source;
use crate::source::schedule::{InOrder, on_workers};
use crate::source::threads::not_started;

/// Maximum number of filled blocks of an input that wait for workers.
const WAITING: usize = 2;

/// The result of work on a batch. An error has the number of the pair at fault.
type Done<T> = std::result::Result<T, (u64, Error)>;

/// Work on batches.
trait BatchWork<F: MateFormat, T>: Sync {
    /// Works on a batch.
    fn work(&self, value: &mut T, batch: PairBatch<'_, F>, mates: &Mates<F::Layout>) -> Done<()>;

    /// Ends the work after a panic: no worker waits for another one.
    fn stop(&self) {}
}

/// Folds batches into the value of each worker. Returns the values.
pub(super) fn fold<F: MateFormat, T: Send>(
    source: &PairedSource,
    format: &F,
    identity: impl Fn() -> T + Sync,
    fold: impl Fn(&mut T, &mut PairBatch<'_, F>) -> Result<()> + Sync,
) -> Result<(Vec<T>, PairTally)> {
    run(source, format, identity, &Fold(fold))
}

struct Fold<W>(W);

impl<F: MateFormat, T, W: Fn(&mut T, &mut PairBatch<'_, F>) -> Result<()> + Sync> BatchWork<F, T>
    for Fold<W>
{
    fn work(&self, value: &mut T, mut batch: PairBatch<'_, F>, _: &Mates<F::Layout>) -> Done<()> {
        refused_or_fault((self.0)(value, &mut batch), batch)
    }
}

/// Returns the first error of a batch: that of the work on it, or its own.
fn refused_or_fault<F: MateFormat, T>(done: Result<T>, batch: PairBatch<'_, F>) -> Done<T> {
    let number = batch.last_number();
    match (done, batch.into_error()) {
        (Err(error), Some((at, _))) if number < at => Err((number, error)),
        (_, Some(fault)) => Err(fault),
        (Err(error), None) => Err((number, error)),
        (Ok(value), None) => Ok(value),
    }
}

/// Computes values of batches, and calls `take` with them in the order of the pairs.
pub(super) fn map_in_order<F: MateFormat, T: Send>(
    source: &PairedSource,
    format: &F,
    map: impl Fn(&mut PairBatch<'_, F>) -> Result<T> + Sync,
    take: impl FnMut(T) -> Result<()> + Send,
) -> Result<PairTally> {
    let map = |mut batch: PairBatch<'_, F>| match refused_or_fault(map(&mut batch), batch) {
        Ok(value) => (Some(value), Ok(())),
        Err(error) => (None, Err(error)),
    };
    in_order(source, format, map, take)
}

/// Computes values of batches, and calls `take` with them in the order of the pairs, and last with that of the pairs before the first
/// error.
pub(super) fn map_in_order_to_error<F: MateFormat, T: Send>(
    source: &PairedSource,
    format: &F,
    map: impl Fn(&mut PairBatch<'_, F>) -> T + Sync,
    take: impl FnMut(T) -> Result<()> + Send,
) -> Result<PairTally> {
    let map = |mut batch: PairBatch<'_, F>| {
        let value = map(&mut batch);
        (Some(value), batch.into_error().map_or(Ok(()), Err))
    };
    in_order(source, format, map, take)
}

/// Computes values of batches, which may have a value in spite of an error, and calls `take` with them in the order of the pairs.
fn in_order<F: MateFormat, T: Send>(
    source: &PairedSource,
    format: &F,
    map: impl Fn(PairBatch<'_, F>) -> (Option<T>, Done<()>) + Sync,
    take: impl FnMut(T) -> Result<()> + Send,
) -> Result<PairTally> {
    let work = Ordered { in_order: InOrder::new(source.first.max_waiting(), take), map };
    run(source, format, || (), &work).map(|(_, tally)| tally)
}

struct Ordered<T, S, M> {
    in_order: InOrder<T, S>,
    map: M,
}

impl<F, T, S, M> BatchWork<F, ()> for Ordered<T, S, M>
where
    F: MateFormat,
    T: Send,
    S: FnMut(T) -> Result<()> + Send,
    M: Fn(PairBatch<'_, F>) -> (Option<T>, Done<()>) + Sync,
{
    fn work(&self, (): &mut (), batch: PairBatch<'_, F>, mates: &Mates<F::Layout>) -> Done<()> {
        let pairs = mates.pairs.clone();
        self.in_order.wait(pairs.start);
        let (value, done) = (self.map)(batch);
        if done.is_err() {
            // Before the value is added, since `take` gets those that wait for it.
            self.in_order.stop(if value.is_some() { pairs.end } else { pairs.start });
        }
        value.map_or(Ok(()), |value| self.in_order.add(pairs, value))?;
        done
    }

    fn stop(&self) {
        self.in_order.stop(0);
    }
}

/// Gives all batches to workers, in the order of the pairs. Returns the value of each worker.
///
/// # Errors
///
/// The first one in the order of the pairs.
fn run<F: MateFormat, T: Send>(
    source: &PairedSource,
    format: &F,
    identity: impl Fn() -> T + Sync,
    work: &impl BatchWork<F, T>,
) -> Result<(Vec<T>, PairTally)> {
    let threads = source.first.options.threads;
    let workers = source.first.max_waiting() / 2;
    let crew = Crew {
        format,
        check_names: source.check_names,
        work,
        pool: Pool::new(2 * (workers + WAITING)),
        stop_from: AtomicU64::new(u64::MAX),
        first_error: Mutex::default(),
    };
    let (values, end) = if workers == 1 {
        let mut lanes = Lanes::open(source, |source, mates, file| {
            let reader = source.records(format).map_err(|error| error.in_file(file))?;
            Ok(Blocks::new(reader, mates, file))
        })?;
        let value = crew.work_on(identity(), || crew.next_batch(&mut lanes));
        (vec![value], lanes.end)
    } else {
        thread::scope(|scope| {
            let lanes = Lanes::open(source, |source, mates, file| {
                fill_on_thread(scope, source, format, &crew.pool, mates, file)
            })?;
            let lanes = Mutex::new(lanes);
            let next = || crew.next_batch(&mut lanes.lock().unwrap_or_else(PoisonError::into_inner));
            let values = on_workers(threads, || crew.work_on(identity(), next))?;
            Ok::<_, Error>((values, lanes.into_inner().unwrap_or_else(PoisonError::into_inner).end))
        })?
    };
    let first_error = crew.first_error.into_inner().unwrap_or_else(PoisonError::into_inner);
    let end = match (first_error, end) {
        (Some((_, error)), _) => Err(error),
        // Without an error, workers stop only at the end.
        (None, end) => end.unwrap_or_else(|| Ok(PairTally::default())),
    };
    // An error about vanished bytes takes precedence: faults in such bytes mean nothing.
    source.check()?;
    end.map(|tally| (values, tally))
}

/// State that all workers share.
struct Crew<'run, F: MateFormat, W> {
    format: &'run F,
    check_names: bool,
    work: &'run W,
    pool: Pool<F::Layout>,
    /// Batches that begin with this pair or a later one are not needed.
    stop_from: AtomicU64,
    /// The error with the lowest pair number so far.
    first_error: Mutex<Option<(u64, Error)>>,
}

impl<F: MateFormat, W> Crew<'_, F, W> {
    /// Returns the next batch, if one is needed.
    fn next_batch<D: Feed<F::Layout>>(&self, lanes: &mut Lanes<F, D>) -> Option<Mates<F::Layout>> {
        let is_wanted = lanes.pairs < self.stop_from.load(Ordering::Relaxed);
        if is_wanted { lanes.next_batch(self.format, &self.pool) } else { None }
    }

    /// Works on batches until there are no more. Returns the value of the worker.
    fn work_on<T>(&self, mut value: T, mut next: impl FnMut() -> Option<Mates<F::Layout>>) -> T
    where
        W: BatchWork<F, T>,
    {
        let _guard = StopOnPanic(|| {
            self.stop_from.store(0, Ordering::Relaxed);
            self.work.stop();
        });
        while let Some(mates) = next() {
            let batch = PairBatch::new(self.format, &mates, self.check_names);
            if let Err((pair, error)) = self.work.work(&mut value, batch, &mates) {
                self.stop_from.fetch_min(pair, Ordering::Relaxed);
                self.note(pair, error);
            }
            self.pool.give_all(mates);
        }
        value
    }

    fn note(&self, pair: u64, error: Error) {
        let mut first = self.first_error.lock().unwrap_or_else(PoisonError::into_inner);
        if first.as_ref().is_none_or(|(before, _)| pair < *before) {
            *first = Some((pair, error));
        }
    }
}

/// Stops the work if a worker panics, so that no other worker waits for it.
struct StopOnPanic<F: FnMut()>(F);

impl<F: FnMut()> Drop for StopOnPanic<F> {
    fn drop(&mut self) {
        if thread::panicking() {
            (self.0)();
        }
    }
}

/// Starts a thread that fills blocks of an input until the receiver is dropped.
fn fill_on_thread<'scope, F: MateFormat>(
    scope: &'scope Scope<'scope, '_>,
    source: &'scope Source,
    format: &'scope F,
    pool: &'scope Pool<F::Layout>,
    mates: usize,
    file: Option<PairFile>,
) -> Result<Receiver<Filled<F::Layout>>> {
    let (sender, receiver): (SyncSender<Filled<F::Layout>>, _) = mpsc::sync_channel(WAITING);
    let fill = move || {
        let mut blocks = match source.records(format) {
            Ok(reader) => Blocks::new(reader, mates, file),
            Err(error) => {
                let _ = sender.send((pool.take(), Some(Err(error.in_file(file)))));
                return;
            }
        };
        loop {
            let filled = blocks.next(pool);
            let has_ended = filled.1.is_some();
            if sender.send(filled).is_err() || has_ended {
                return;
            }
        }
    };
    thread::Builder::new()
        .name("pagecut-mates".into())
        .spawn_scoped(scope, fill)
        .map_err(|error| not_started(&error))?;
    Ok(receiver)
}
