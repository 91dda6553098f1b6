//! Which way to take: by what is measured.

use std::ops::Range;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::io::Backend;

/// How long a stretch is at the most, unless it is said otherwise: long enough that taking it costs nothing, short enough that what is
/// read stays in a cache, and that all workers end at about the same time. A part that is longer counts as several.
pub(in crate::source) const STRETCH_LEN: u64 = 1 << 20;

/// How many stretches in a row are had one way, while the ways are tried: what the kernel reads ahead of one serves that one.
const RUN: usize = 8;

/// How many of a run are enough, if it is in doubt which way is better: the first of each worker does not count.
const TRIALS: usize = 6;

/// How many are enough before one way is better than another beyond doubt.
const FEW_TRIALS: usize = 3;

/// How many times as long another way takes then. Where there is less between them, it may be the other way round further on.
const BEYOND_DOUBT: f64 = 1.25;

/// How many stretches at the start the ways are not tried on, at the most: the kernel reads a file in by pieces that grow, and so keeps
/// the first megabytes in smaller folios than all the others, which says nothing about the others.
const MOST_LED_IN: usize = 16;

/// How many stretches are looked at together to tell whether the way that is taken is still what it was, at first; twice as many
/// each time that the ways were tried again, so that a file that is never the same costs few trials.
const WATCHED: u64 = 16;

/// The choice among the ways that a file can be had, made while its parts are worked on. It is made again when the file turns out to be
/// different further on: cached up to here, say, and not from here on; and as long as it is in doubt, by what comes to light in other
/// places too.
#[derive(Debug)]
pub(in crate::source) struct Choice {
    backends: Vec<Backend>,
    /// The place of the one taken; [`TRYING`] while they are tried.
    taken: AtomicUsize,
    /// What the way that is taken comes to, since it was last looked at.
    watched: Pace,
    /// Stretches at the start that the ways are not tried on.
    led_in: usize,
    trial: Mutex<Trial>,
}

const TRYING: usize = usize::MAX;

/// How fast stretches were worked on.
#[derive(Debug, Default)]
struct Pace {
    stretches: AtomicU64,
    bytes: AtomicU64,
    nanos: AtomicU64,
}

impl Pace {
    /// Takes in a part. Returns how many stretches there are with it.
    fn add(&self, bytes: u64, time: Duration) -> u64 {
        self.bytes.fetch_add(bytes, Ordering::Relaxed);
        self.nanos.fetch_add(u64::try_from(time.as_nanos()).unwrap_or(u64::MAX), Ordering::Relaxed);
        let stretches = stretches(bytes);
        self.stretches.fetch_add(stretches, Ordering::Relaxed) + stretches
    }

    /// Bytes per nanosecond, which is gigabytes per second; and begins anew.
    fn take(&self) -> f64 {
        self.stretches.store(0, Ordering::Relaxed);
        let bytes = self.bytes.swap(0, Ordering::Relaxed) as f64;
        bytes / self.nanos.swap(0, Ordering::Relaxed).max(1) as f64
    }
}

/// As how many stretches a part counts.
fn stretches(bytes: u64) -> u64 {
    (bytes / STRETCH_LEN).max(1)
}

/// What is known of the ways.
#[derive(Debug)]
struct Trial {
    /// Stretches that were handed out to be tried on, and before.
    handed: usize,
    /// Stretches at the start that were worked on.
    led_in: usize,
    tried: Tried,
    /// How fast each way was when the choice was made, in gigabytes per second.
    speeds: Vec<f64>,
    /// Whether there was little between the ways when the choice was made.
    is_in_doubt: bool,
    /// What the way that is taken came to when it was first looked at.
    expected: Option<f64>,
    /// How often a choice was made.
    choices: u32,
}

/// What trying the ways came to, since that was begun.
#[derive(Debug)]
struct Tried {
    /// Of each way, how many nanoseconds a byte took, for each stretch.
    times: Vec<Vec<f64>>,
    /// How many of each are enough, if it is in doubt which way is better.
    enough: usize,
    /// Where the mapping was tried.
    mapped: Range<u64>,
    /// Whether that is taken out of it, and how many nanoseconds a byte of it took.
    release: Release,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Release {
    Due,
    Begun,
    Took(f64),
}

impl Tried {
    fn nothing(backends: usize) -> Self {
        Self { times: vec![Vec::new(); backends], enough: TRIALS, mapped: 0..0, release: Release::Due }
    }

    /// How many nanoseconds a byte took, for each way and stretch in order, if each way was tried enough.
    fn in_order(&self, backends: &[Backend]) -> Option<Vec<Vec<f64>>> {
        let Release::Took(release) = self.release else { return None };
        let mut times = self.times.clone();
        for (backend, times) in backends.iter().zip(&mut times) {
            let unmapping = if *backend == Backend::Mapped { release } else { 0.0 };
            times.iter_mut().for_each(|time| *time += unmapping);
            times.sort_by(f64::total_cmp);
        }
        let is_enough = times.iter().all(|times| times.len() >= self.enough) || are_apart(&times);
        is_enough.then_some(times)
    }
}

/// Whether each of these, which are in order, has a few numbers, and they are all much less or much more than those of every other one.
fn are_apart(all: &[Vec<f64>]) -> bool {
    all.iter().all(|few| few.len() >= FEW_TRIALS)
        && are_far_from_each_other(all.iter().map(|few| (few[0], few[few.len() - 1])).collect())
}

/// Whether each of these, from the least to the most, is far from every other one.
fn are_far_from_each_other(mut all: Vec<(f64, f64)>) -> bool {
    all.sort_by(|a, b| a.0.total_cmp(&b.0));
    all.windows(2).all(|pair| BEYOND_DOUBT * pair[0].1 < pair[1].0)
}

impl Choice {
    /// The choice among these ways, of which there is one at least, for a file of so many bytes.
    pub(in crate::source) fn among(backends: Vec<Backend>, len: u64) -> Self {
        let taken = AtomicUsize::new(if backends.len() > 1 { TRYING } else { 0 });
        let trial = Trial {
            handed: 0,
            led_in: 0,
            tried: Tried::nothing(backends.len()),
            speeds: Vec::new(),
            is_in_doubt: false,
            expected: None,
            choices: 0,
        };
        let led_in = usize::try_from(len / STRETCH_LEN / 4).unwrap_or(MOST_LED_IN).min(MOST_LED_IN);
        Self { backends, taken, watched: Pace::default(), led_in, trial: Mutex::new(trial) }
    }

    /// The ways that there are.
    pub(in crate::source) fn backends(&self) -> &[Backend] {
        &self.backends
    }

    /// The way that is taken, or the first of those that are tried.
    pub(in crate::source) fn taken(&self) -> Backend {
        self.backends[self.place().unwrap_or(0)]
    }

    /// Whether no ways are tried.
    pub(in crate::source) fn is_made(&self) -> bool {
        self.place().is_some()
    }

    /// The place of the way that is taken; `None` while they are tried.
    fn place(&self) -> Option<usize> {
        Some(self.taken.load(Ordering::Relaxed)).filter(|&taken| taken < self.backends.len())
    }

    /// The way for the next stretch.
    pub(in crate::source) fn next(&self) -> Backend {
        if let Some(place) = self.place() {
            return self.backends[place];
        }
        let mut trial = self.trial();
        trial.handed += 1;
        // What is not tried on is had by the first of them.
        let run = (trial.handed - 1).saturating_sub(self.led_in) / RUN;
        self.backends[run % self.backends.len()]
    }

    /// The work on a part, whose bytes were had this way, took so long. If a mapping was tried on enough with it, returns where: that is
    /// to be taken out of it, and to be [reported](Choice::report_released).
    pub(in crate::source) fn report(
        &self,
        backend: Backend,
        part: Range<u64>,
        time: Duration,
    ) -> Option<Range<u64>> {
        if self.backends.len() == 1 || part.is_empty() {
            return None;
        }
        let place = self.backends.iter().position(|&other| other == backend)?;
        match self.place() {
            None => return self.try_out(place, part, time),
            Some(taken) if taken == place => self.watch(taken, part.end - part.start, time),
            // A straggler of the trial.
            Some(_) => {}
        }
        None
    }

    /// To take so many bytes out of the mapping took so long.
    pub(in crate::source) fn report_released(&self, bytes: u64, time: Duration) {
        let mut trial = self.trial();
        trial.tried.release = Release::Took(time.as_nanos() as f64 / bytes.max(1) as f64);
        self.choose(&mut trial);
    }

    fn try_out(&self, place: usize, part: Range<u64>, time: Duration) -> Option<Range<u64>> {
        let bytes = part.end - part.start;
        // As many of a part that counts as more are as good as all.
        let stretches = usize::try_from(stretches(bytes)).unwrap_or(usize::MAX).min(MOST_LED_IN);
        let mut trial = self.trial();
        if trial.led_in < self.led_in {
            trial.led_in += stretches;
            return None;
        }
        let tried = &mut trial.tried;
        let time = time.as_nanos() as f64 / bytes as f64;
        tried.times[place].extend(std::iter::repeat_n(time, stretches));
        let mut release = None;
        if self.backends[place] == Backend::Mapped && tried.release == Release::Due {
            let Range { start, end } = tried.mapped;
            tried.mapped = if end == 0 { part } else { start.min(part.start)..end.max(part.end) };
            if tried.times[place].len() >= TRIALS {
                tried.release = Release::Begun;
                release = Some(tried.mapped.clone());
            }
        }
        self.choose(&mut trial);
        release
    }

    /// Makes the choice, if it is not made and enough was tried.
    fn choose(&self, trial: &mut Trial) {
        let Some(times) = trial.tried.in_order(&self.backends).filter(|_| !self.is_made()) else { return };
        // The medians, and not the shortest times: while other workers are still on their way, a mapping has the kernel for itself.
        let medians: Vec<f64> = times.iter().map(|times| times[times.len() / 2]).collect();
        let best = (0..medians.len()).min_by(|&a, &b| medians[a].total_cmp(&medians[b])).unwrap_or(0);
        trial.is_in_doubt =
            !are_far_from_each_other(medians.iter().map(|&median| (median, median)).collect());
        trial.tried.enough += TRIALS;
        trial.speeds = medians.iter().map(|time| 1.0 / time).collect();
        trial.choices += 1;
        self.watched.take();
        self.taken.store(best, Ordering::Relaxed);
    }

    /// Has the ways tried again when the one taken is not any more what it was, or may not be the best one.
    fn watch(&self, taken: usize, bytes: u64, time: Duration) {
        if self.watched.add(bytes, time) < WATCHED {
            return;
        }
        let mut trial = self.trial();
        // Another worker may have looked meanwhile.
        let stretches = self.watched.stretches.load(Ordering::Relaxed);
        if self.place() != Some(taken) || stretches < WATCHED << trial.choices.min(32).saturating_sub(1) {
            return;
        }
        let now = self.watched.take();
        let expected = *trial.expected.get_or_insert(now);
        let is_different = now > 2.0 * expected || now < expected / 2.0;
        if is_different {
            (trial.tried, trial.expected) = (Tried::nothing(self.backends.len()), None);
        }
        if is_different || trial.is_in_doubt {
            trial.handed = self.led_in;
            self.taken.store(TRYING, Ordering::Relaxed);
        }
    }

    /// What was measured, in words: gigabytes per second of each way, as one worker has them; `None` before there was a choice.
    pub(in crate::source) fn reason(&self) -> Option<String> {
        let trial = self.trial();
        let told = |(backend, speed): (&Backend, &f64)| format!("{backend} {speed:.1} GB/s");
        let measured: Vec<String> = self.backends.iter().zip(&trial.speeds).map(told).collect();
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

    /// Bytes of a stretch.
    const LEN: u64 = STRETCH_LEN;

    /// Works on a part that takes so many microseconds, and releases what it is told to: that takes so many for a stretch.
    fn report(
        choice: &Choice,
        backend: Backend,
        part: Range<u64>,
        micros: u64,
        unmapping: u64,
    ) -> Option<Range<u64>> {
        let release = choice.report(backend, part, Duration::from_micros(micros));
        if let Some(release) = &release {
            let stretches = (release.end - release.start) / LEN;
            choice.report_released(release.end - release.start, Duration::from_micros(stretches * unmapping));
        }
        release
    }

    /// Works on stretches, each of which takes so many microseconds by the way it is had.
    fn work(choice: &Choice, stretches: usize, mapped: u64, read: u64) -> Vec<Backend> {
        (0..stretches as u64)
            .map(|stretch| {
                let backend = choice.next();
                let micros = if backend == Backend::Mapped { mapped } else { read };
                report(choice, backend, stretch * LEN..(stretch + 1) * LEN, micros, 0);
                backend
            })
            .collect()
    }

    fn both() -> Vec<Backend> {
        vec![Backend::Mapped, Backend::Read]
    }

    #[test]
    fn each_way_is_tried_and_the_fastest_is_taken() {
        for (mapped, read, best) in [(100, 150, Backend::Mapped), (150, 100, Backend::Read)] {
            let choice = Choice::among(both(), 0);
            assert_eq!(choice.reason(), None);
            let taken = work(&choice, 24, mapped, read);
            assert_eq!(taken[..11], [vec![Backend::Mapped; 8], vec![Backend::Read; 3]].concat());
            assert!(taken[11..].iter().all(|&backend| backend == best), "{taken:?}");
            assert_eq!(choice.taken(), best);
        }
    }

    #[test]
    fn where_it_is_in_doubt_the_ways_are_tried_on_more() {
        let choice = Choice::among(both(), 0);
        work(&choice, 6, 100, 0);
        work(&choice, 2, 140, 0);
        let taken = work(&choice, 10, 100, 120);
        assert_eq!(taken[..6], [Backend::Read; 6]);
        assert_eq!(taken[6..], [Backend::Mapped; 4]);
    }

    #[test]
    fn where_it_is_in_doubt_the_ways_are_tried_again_further_on() {
        let choice = Choice::among(both(), 0);
        work(&choice, 5, 100, 0);
        work(&choice, 3, 120, 0);
        work(&choice, 6, 0, 110);
        assert_eq!((choice.taken(), choice.trial().choices), (Backend::Mapped, 1));
        // Further on it is the other one that is better, by a little: what was seen before counts too.
        let watched = usize::try_from(WATCHED).unwrap();
        let taken = work(&choice, watched + 16, 120, 110);
        assert!(taken[..watched + 8].iter().all(|&backend| backend == Backend::Mapped), "{taken:?}");
        assert!(taken[watched + 8..].iter().all(|&backend| backend == Backend::Read), "{taken:?}");
        assert_eq!((choice.taken(), choice.trial().choices), (Backend::Read, 2));
        // Then it is left alone for twice as long.
        work(&choice, 2 * watched - 3, 120, 110);
        assert!(choice.is_made());
        work(&choice, 1, 120, 110);
        assert!(!choice.is_made());
    }

    #[test]
    fn a_mapping_costs_what_unmapping_does() {
        for (unmapping, best) in [(40, Backend::Mapped), (60, Backend::Read)] {
            let choice = Choice::among(both(), 0);
            let mut released = Vec::new();
            for stretch in 10..30 {
                let backend = choice.next();
                let micros = if backend == Backend::Mapped { 100 } else { 150 };
                released.extend(report(
                    &choice,
                    backend,
                    stretch * LEN..(stretch + 1) * LEN,
                    micros,
                    unmapping,
                ));
            }
            assert_eq!(released.len(), 1);
            assert_eq!(released[0], 10 * LEN..16 * LEN, "all that was tried");
            assert_eq!(choice.taken(), best);
        }
    }

    #[test]
    fn a_part_that_is_longer_counts_as_several_stretches() {
        let choice = Choice::among(both(), 200 * LEN);
        for (part, micros) in [(0..16, 5000), (16..22, 600), (22..25, 600)] {
            assert!(!choice.is_made());
            let backend = if part.start < 22 { Backend::Mapped } else { Backend::Read };
            report(&choice, backend, part.start * LEN..part.end * LEN, micros, 0);
        }
        assert_eq!(choice.taken(), Backend::Mapped);
        assert_eq!(choice.trial().speeds.iter().map(|speed| speed.round()).collect::<Vec<_>>(), [10.0, 5.0]);
    }

    #[test]
    fn the_start_of_a_long_file_decides_nothing() {
        for (len, led_in) in [(3, 0), (8, 2), (200, 16)] {
            let choice = Choice::among(both(), len * LEN);
            assert!(work(&choice, led_in, 500, 100).iter().all(|&backend| backend == Backend::Mapped));
            let taken = work(&choice, 24, 100, 150);
            assert_eq!(taken[..11], [vec![Backend::Mapped; 8], vec![Backend::Read; 3]].concat());
            assert_eq!((choice.taken(), choice.trial().speeds[0].round()), (Backend::Mapped, 10.0));
        }
    }

    #[test]
    fn what_happens_once_decides_nothing() {
        let choice = Choice::among(both(), 0);
        work(&choice, 8, 100, 70);
        // A worker is held up.
        assert_eq!(choice.next(), Backend::Read);
        report(&choice, Backend::Read, 0..LEN, 400, 0);
        let taken = work(&choice, 100, 100, 70);
        assert!(taken.iter().all(|&backend| backend == Backend::Read), "{taken:?}");
        assert_eq!(choice.trial().choices, 1);
    }

    #[test]
    fn a_file_that_is_different_further_on_is_tried_again() {
        let choice = Choice::among(both(), 0);
        work(&choice, 300, 100, 150);
        assert_eq!(choice.taken(), Backend::Mapped);
        // A worker that is held up once is no reason.
        report(&choice, Backend::Mapped, 0..LEN, 1000, 0);
        work(&choice, 300, 100, 150);
        assert_eq!(choice.trial().choices, 1);
        work(&choice, 300, 500, 300);
        assert_eq!((choice.taken(), choice.trial().choices), (Backend::Read, 2));
        assert!(choice.reason().unwrap().ends_with("at the last of several choices"));
        // Much faster is different too: the other way may be faster still.
        work(&choice, 300, 20, 100);
        assert_eq!((choice.taken(), choice.trial().choices), (Backend::Mapped, 3));
    }

    #[test]
    fn a_file_that_is_never_the_same_costs_few_trials() {
        let choice = Choice::among(both(), 0);
        for round in 0..2000 {
            let time = if round % 2 == 0 { 100 } else { 1000 };
            work(&choice, 16, time, time);
        }
        assert!(choice.trial().choices < 15, "{}", choice.trial().choices);
    }

    #[test]
    fn one_way_is_no_choice() {
        let choice = Choice::among(vec![Backend::Direct], 50);
        assert!(work(&choice, 50, 1, 1).iter().all(|&backend| backend == Backend::Direct));
        assert_eq!(choice.reason(), None);
    }
}
