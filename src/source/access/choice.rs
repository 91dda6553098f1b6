//! Choice of the backend for a file by measured throughput.

use std::ops::Range;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::io::Backend;

/// Default length of a chunk in bytes. It is long enough that claiming a chunk costs nothing, and short enough that its bytes stay in the
/// cache and all workers finish at about the same time. A longer part counts as several chunks.
pub(in crate::source) const CHUNK_LEN: u64 = 1 << 20;

/// Number of consecutive chunks read with one backend during a trial, so that the kernel's readahead for one chunk benefits the same
/// backend.
const TRIAL_RUN: usize = 8;

/// Number of samples of a backend that suffice when the results are close. It is less than a run because the first chunk of each worker
/// does not count.
const MIN_SAMPLES: usize = 6;

/// Number of samples of a backend that suffice when the results are far apart.
const MIN_DECISIVE_SAMPLES: usize = 3;

/// Minimum ratio of times for a decisive result. With a smaller ratio, another part of the file may give the opposite result.
const DECISIVE_RATIO: f64 = 1.25;

/// Maximum number of warm-up chunks at the start of the file, which are not measured. The kernel's readahead grows, so the first megabytes
/// are cached in smaller folios than the rest of the file and do not represent it.
const MAX_WARM_UP: usize = 16;

/// Number of chunks after which the throughput of the current backend is compared with the expected one, at first. The number doubles with
/// each trial, so that a file whose throughput varies all the time costs few trials.
const WATCH_LEN: u64 = 16;

/// Chooses among the backends of a file while its parts are processed. A new trial starts when the throughput changes, for example where
/// the cached part of the file ends; and while the results are close, it also adds samples from other places of the file.
#[derive(Debug)]
pub(in crate::source) struct Choice {
    backends: Vec<Backend>,
    /// Index of the current backend; [`TRYING`] during a trial.
    current: AtomicUsize,
    /// Throughput of the current backend since the last comparison.
    recent: Throughput,
    /// Number of warm-up chunks.
    warm_up: usize,
    trial: Mutex<Trial>,
}

const TRYING: usize = usize::MAX;

/// Throughput of processed chunks.
#[derive(Debug, Default)]
struct Throughput {
    chunks: AtomicU64,
    bytes: AtomicU64,
    nanos: AtomicU64,
}

impl Throughput {
    /// Adds a part. Returns the number of chunks, this part included.
    fn add(&self, bytes: u64, time: Duration) -> u64 {
        self.bytes.fetch_add(bytes, Ordering::Relaxed);
        self.nanos.fetch_add(u64::try_from(time.as_nanos()).unwrap_or(u64::MAX), Ordering::Relaxed);
        let chunks = chunks(bytes);
        self.chunks.fetch_add(chunks, Ordering::Relaxed) + chunks
    }

    /// Returns the throughput in bytes per nanosecond, which equals gigabytes per second, and resets the counters.
    fn take(&self) -> f64 {
        self.chunks.store(0, Ordering::Relaxed);
        let bytes = self.bytes.swap(0, Ordering::Relaxed) as f64;
        bytes / self.nanos.swap(0, Ordering::Relaxed).max(1) as f64
    }
}

/// Number of chunks that a part of this length counts as.
fn chunks(bytes: u64) -> u64 {
    (bytes / CHUNK_LEN).max(1)
}

/// State of the trial.
#[derive(Debug)]
struct Trial {
    /// Number of chunks assigned to backends, warm-up chunks included.
    assigned: usize,
    /// Number of warm-up chunks processed.
    warm_up: usize,
    samples: Samples,
    /// Throughput of each backend at the last decision, in gigabytes per second.
    speeds: Vec<f64>,
    /// Whether the results were close at the last decision.
    is_close: bool,
    /// Throughput of the current backend at its first comparison.
    expected: Option<f64>,
    /// Number of decisions.
    choices: u32,
}

/// Samples of a trial.
#[derive(Debug)]
struct Samples {
    /// Nanoseconds per byte, by backend and chunk.
    times: Vec<Vec<f64>>,
    /// Number of samples needed of each backend while the results are close.
    needed: usize,
    /// Range of the file that was read through the mapping.
    mapped: Range<u64>,
    /// Cost of unmapping that range.
    unmapping: Unmapping,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Unmapping {
    Pending,
    Started,
    Took(f64),
}

impl Samples {
    fn new(backends: usize) -> Self {
        Self {
            times: vec![Vec::new(); backends],
            needed: MIN_SAMPLES,
            mapped: 0..0,
            unmapping: Unmapping::Pending,
        }
    }

    /// Returns the sorted nanoseconds per byte of each backend, if there are enough samples. The times of the mapping include unmapping.
    fn sorted(&self, backends: &[Backend]) -> Option<Vec<Vec<f64>>> {
        let Unmapping::Took(unmapping) = self.unmapping else { return None };
        let mut times = self.times.clone();
        for (backend, times) in backends.iter().zip(&mut times) {
            let unmapping = if *backend == Backend::Mapped { unmapping } else { 0.0 };
            times.iter_mut().for_each(|time| *time += unmapping);
            times.sort_by(f64::total_cmp);
        }
        let is_enough = times.iter().all(|times| times.len() >= self.needed) || are_decisive(&times);
        is_enough.then_some(times)
    }
}

/// Returns whether every backend has a few samples, and the ranges of times are far apart. Each list is sorted.
fn are_decisive(all: &[Vec<f64>]) -> bool {
    all.iter().all(|few| few.len() >= MIN_DECISIVE_SAMPLES)
        && are_separated(all.iter().map(|few| (few[0], few[few.len() - 1])).collect())
}

/// Returns whether the ranges, given by minimum and maximum, are far apart.
fn are_separated(mut all: Vec<(f64, f64)>) -> bool {
    all.sort_by(|a, b| a.0.total_cmp(&b.0));
    all.windows(2).all(|pair| DECISIVE_RATIO * pair[0].1 < pair[1].0)
}

impl Choice {
    /// Creates a choice among one or more backends for a file of `len` bytes.
    pub(in crate::source) fn new(backends: Vec<Backend>, len: u64) -> Self {
        let current = AtomicUsize::new(if backends.len() > 1 { TRYING } else { 0 });
        let trial = Trial {
            assigned: 0,
            warm_up: 0,
            samples: Samples::new(backends.len()),
            speeds: Vec::new(),
            is_close: false,
            expected: None,
            choices: 0,
        };
        let warm_up = usize::try_from(len / CHUNK_LEN / 4).unwrap_or(MAX_WARM_UP).min(MAX_WARM_UP);
        Self { backends, current, recent: Throughput::default(), warm_up, trial: Mutex::new(trial) }
    }

    /// Returns the backends to choose from.
    pub(in crate::source) fn backends(&self) -> &[Backend] {
        &self.backends
    }

    /// Returns the current backend; the first one during a trial.
    pub(in crate::source) fn current(&self) -> Backend {
        self.backends[self.index().unwrap_or(0)]
    }

    /// Returns whether a backend is chosen; `false` during a trial.
    pub(in crate::source) fn is_made(&self) -> bool {
        self.index().is_some()
    }

    /// Returns the index of the current backend; `None` during a trial.
    fn index(&self) -> Option<usize> {
        Some(self.current.load(Ordering::Relaxed)).filter(|&index| index < self.backends.len())
    }

    /// Returns the backend for the next chunk.
    pub(in crate::source) fn next_backend(&self) -> Backend {
        if let Some(index) = self.index() {
            return self.backends[index];
        }
        let mut trial = self.trial();
        trial.assigned += 1;
        // Warm-up chunks use the first backend.
        let run = (trial.assigned - 1).saturating_sub(self.warm_up) / TRIAL_RUN;
        self.backends[run % self.backends.len()]
    }

    /// Records the time that the work on a part took with a backend. Returns the range to unmap once enough samples of the mapping exist;
    /// the caller [reports](Choice::report_unmapped) the time of that.
    pub(in crate::source) fn report(
        &self,
        backend: Backend,
        part: Range<u64>,
        time: Duration,
    ) -> Option<Range<u64>> {
        if self.backends.len() == 1 || part.is_empty() {
            return None;
        }
        let index = self.backends.iter().position(|&other| other == backend)?;
        match self.index() {
            None => return self.sample(index, part, time),
            Some(current) if current == index => self.watch(current, part.end - part.start, time),
            // A chunk that was assigned during the trial.
            Some(_) => {}
        }
        None
    }

    /// Records the time that unmapping `bytes` bytes took.
    pub(in crate::source) fn report_unmapped(&self, bytes: u64, time: Duration) {
        let mut trial = self.trial();
        trial.samples.unmapping = Unmapping::Took(time.as_nanos() as f64 / bytes.max(1) as f64);
        self.decide(&mut trial);
    }

    fn sample(&self, index: usize, part: Range<u64>, time: Duration) -> Option<Range<u64>> {
        let bytes = part.end - part.start;
        // A long part needs no more samples than this.
        let chunks = usize::try_from(chunks(bytes)).unwrap_or(usize::MAX).min(MAX_WARM_UP);
        let mut trial = self.trial();
        if trial.warm_up < self.warm_up {
            trial.warm_up += chunks;
            return None;
        }
        let samples = &mut trial.samples;
        let time = time.as_nanos() as f64 / bytes as f64;
        samples.times[index].extend(std::iter::repeat_n(time, chunks));
        let mut unmapping = None;
        if self.backends[index] == Backend::Mapped && samples.unmapping == Unmapping::Pending {
            let Range { start, end } = samples.mapped;
            samples.mapped = if end == 0 { part } else { start.min(part.start)..end.max(part.end) };
            if samples.times[index].len() >= MIN_SAMPLES {
                samples.unmapping = Unmapping::Started;
                unmapping = Some(samples.mapped.clone());
            }
        }
        self.decide(&mut trial);
        unmapping
    }

    /// Chooses the backend with the lowest median time, if there are enough samples and none is chosen yet.
    fn decide(&self, trial: &mut Trial) {
        let Some(times) = trial.samples.sorted(&self.backends).filter(|_| !self.is_made()) else { return };
        // The median, not the minimum: a mapping is unusually fast before the other workers start to compete for the kernel.
        let medians: Vec<f64> = times.iter().map(|times| times[times.len() / 2]).collect();
        let best = (0..medians.len()).min_by(|&a, &b| medians[a].total_cmp(&medians[b])).unwrap_or(0);
        trial.is_close = !are_separated(medians.iter().map(|&median| (median, median)).collect());
        trial.samples.needed += MIN_SAMPLES;
        trial.speeds = medians.iter().map(|time| 1.0 / time).collect();
        trial.choices += 1;
        self.recent.take();
        self.current.store(best, Ordering::Relaxed);
    }

    /// Starts a new trial if the throughput of the current backend has changed, or if the last results were close.
    fn watch(&self, current: usize, bytes: u64, time: Duration) {
        if self.recent.add(bytes, time) < WATCH_LEN {
            return;
        }
        let mut trial = self.trial();
        // Another worker may have compared in the meantime.
        let chunks = self.recent.chunks.load(Ordering::Relaxed);
        if self.index() != Some(current) || chunks < WATCH_LEN << trial.choices.min(32).saturating_sub(1) {
            return;
        }
        let now = self.recent.take();
        let expected = *trial.expected.get_or_insert(now);
        let is_different = now > 2.0 * expected || now < expected / 2.0;
        if is_different {
            (trial.samples, trial.expected) = (Samples::new(self.backends.len()), None);
        }
        if is_different || trial.is_close {
            trial.assigned = self.warm_up;
            self.current.store(TRYING, Ordering::Relaxed);
        }
    }

    /// Describes the measured throughput of each backend for one worker, in gigabytes per second; `None` before the first decision.
    pub(in crate::source) fn reason(&self) -> Option<String> {
        let trial = self.trial();
        let describe = |(backend, speed): (&Backend, &f64)| format!("{backend} {speed:.1} GB/s");
        let measured: Vec<String> = self.backends.iter().zip(&trial.speeds).map(describe).collect();
        let again = if trial.choices > 1 { ", at the last of several choices" } else { "" };
        (trial.choices > 0).then(|| format!("measured on the file: {}{again}", measured.join(", ")))
    }

    fn trial(&self) -> MutexGuard<'_, Trial> {
        self.trial.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Bytes of a chunk.
    const LEN: u64 = CHUNK_LEN;

    /// Reports a part that took `micros` microseconds, and unmaps the returned range at `unmapping` microseconds per chunk.
    fn report(
        choice: &Choice,
        backend: Backend,
        part: Range<u64>,
        micros: u64,
        unmapping: u64,
    ) -> Option<Range<u64>> {
        let range = choice.report(backend, part, Duration::from_micros(micros));
        if let Some(range) = &range {
            let chunks = (range.end - range.start) / LEN;
            choice.report_unmapped(range.end - range.start, Duration::from_micros(chunks * unmapping));
        }
        range
    }

    /// Processes chunks that take `mapped` or `read` microseconds each, depending on the backend.
    fn work(choice: &Choice, chunks: usize, mapped: u64, read: u64) -> Vec<Backend> {
        (0..chunks as u64)
            .map(|chunk| {
                let backend = choice.next_backend();
                let micros = if backend == Backend::Mapped { mapped } else { read };
                report(choice, backend, chunk * LEN..(chunk + 1) * LEN, micros, 0);
                backend
            })
            .collect()
    }

    fn both() -> Vec<Backend> {
        vec![Backend::Mapped, Backend::Read]
    }

    #[test]
    fn the_fastest_backend_is_chosen() {
        for (mapped, read, best) in [(100, 150, Backend::Mapped), (150, 100, Backend::Read)] {
            let choice = Choice::new(both(), 0);
            assert_eq!(choice.reason(), None);
            let taken = work(&choice, 24, mapped, read);
            assert_eq!(taken[..11], [vec![Backend::Mapped; 8], vec![Backend::Read; 3]].concat());
            assert!(taken[11..].iter().all(|&backend| backend == best), "{taken:?}");
            assert_eq!(choice.current(), best);
        }
    }

    #[test]
    fn close_results_need_more_samples() {
        let choice = Choice::new(both(), 0);
        work(&choice, 6, 100, 0);
        work(&choice, 2, 140, 0);
        let taken = work(&choice, 10, 100, 120);
        assert_eq!(taken[..6], [Backend::Read; 6]);
        assert_eq!(taken[6..], [Backend::Mapped; 4]);
    }

    #[test]
    fn close_results_lead_to_another_trial() {
        let choice = Choice::new(both(), 0);
        work(&choice, 5, 100, 0);
        work(&choice, 3, 120, 0);
        work(&choice, 6, 0, 110);
        assert_eq!((choice.current(), choice.trial().choices), (Backend::Mapped, 1));
        // The other backend is slightly better later in the file; earlier samples count too.
        let recent = usize::try_from(WATCH_LEN).unwrap();
        let taken = work(&choice, recent + 16, 120, 110);
        assert!(taken[..recent + 8].iter().all(|&backend| backend == Backend::Mapped), "{taken:?}");
        assert!(taken[recent + 8..].iter().all(|&backend| backend == Backend::Read), "{taken:?}");
        assert_eq!((choice.current(), choice.trial().choices), (Backend::Read, 2));
        // The next comparison comes after twice as many chunks.
        work(&choice, 2 * recent - 3, 120, 110);
        assert!(choice.is_made());
        work(&choice, 1, 120, 110);
        assert!(!choice.is_made());
    }

    #[test]
    fn the_cost_of_a_mapping_includes_unmapping() {
        for (unmapping, best) in [(40, Backend::Mapped), (60, Backend::Read)] {
            let choice = Choice::new(both(), 0);
            let mut released = Vec::new();
            for chunk in 10..30 {
                let backend = choice.next_backend();
                let micros = if backend == Backend::Mapped { 100 } else { 150 };
                released.extend(report(&choice, backend, chunk * LEN..(chunk + 1) * LEN, micros, unmapping));
            }
            assert_eq!(released.len(), 1);
            assert_eq!(released[0], 10 * LEN..16 * LEN, "all chunks of the trial");
            assert_eq!(choice.current(), best);
        }
    }

    #[test]
    fn a_long_part_counts_as_several_chunks() {
        let choice = Choice::new(both(), 200 * LEN);
        for (part, micros) in [(0..16, 5000), (16..22, 600), (22..25, 600)] {
            assert!(!choice.is_made());
            let backend = if part.start < 22 { Backend::Mapped } else { Backend::Read };
            report(&choice, backend, part.start * LEN..part.end * LEN, micros, 0);
        }
        assert_eq!(choice.current(), Backend::Mapped);
        assert_eq!(choice.trial().speeds.iter().map(|speed| speed.round()).collect::<Vec<_>>(), [10.0, 5.0]);
    }

    #[test]
    fn warm_up_chunks_are_not_measured() {
        for (len, warm_up) in [(3, 0), (8, 2), (200, 16)] {
            let choice = Choice::new(both(), len * LEN);
            assert!(work(&choice, warm_up, 500, 100).iter().all(|&backend| backend == Backend::Mapped));
            let taken = work(&choice, 24, 100, 150);
            assert_eq!(taken[..11], [vec![Backend::Mapped; 8], vec![Backend::Read; 3]].concat());
            assert_eq!((choice.current(), choice.trial().speeds[0].round()), (Backend::Mapped, 10.0));
        }
    }

    #[test]
    fn a_single_delay_decides_nothing() {
        let choice = Choice::new(both(), 0);
        work(&choice, 8, 100, 70);
        // One chunk is delayed.
        assert_eq!(choice.next_backend(), Backend::Read);
        report(&choice, Backend::Read, 0..LEN, 400, 0);
        let taken = work(&choice, 100, 100, 70);
        assert!(taken.iter().all(|&backend| backend == Backend::Read), "{taken:?}");
        assert_eq!(choice.trial().choices, 1);
    }

    #[test]
    fn a_change_of_throughput_starts_a_trial() {
        let choice = Choice::new(both(), 0);
        work(&choice, 300, 100, 150);
        assert_eq!(choice.current(), Backend::Mapped);
        // A single delay starts no trial.
        report(&choice, Backend::Mapped, 0..LEN, 1000, 0);
        work(&choice, 300, 100, 150);
        assert_eq!(choice.trial().choices, 1);
        work(&choice, 300, 500, 300);
        assert_eq!((choice.current(), choice.trial().choices), (Backend::Read, 2));
        assert!(choice.reason().unwrap().ends_with("at the last of several choices"));
        // A much higher throughput also starts a trial: the other backend may be faster still.
        work(&choice, 300, 20, 100);
        assert_eq!((choice.current(), choice.trial().choices), (Backend::Mapped, 3));
    }

    #[test]
    fn varying_throughput_starts_few_trials() {
        let choice = Choice::new(both(), 0);
        for round in 0..2000 {
            let time = if round % 2 == 0 { 100 } else { 1000 };
            work(&choice, 16, time, time);
        }
        assert!(choice.trial().choices < 15, "{}", choice.trial().choices);
    }

    #[test]
    fn one_backend_needs_no_trial() {
        let choice = Choice::new(vec![Backend::Direct], 50);
        assert!(work(&choice, 50, 1, 1).iter().all(|&backend| backend == Backend::Direct));
        assert_eq!(choice.reason(), None);
    }
}
