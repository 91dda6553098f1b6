//! Which way to take: by what is measured.

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::io::Way;

/// How many stretches each way is tried on.
const TRIALS: usize = 6;

/// How many stretches at the start the ways are not tried on, at the most: the kernel reads a file in by pieces that grow, and so keeps
/// the first megabytes in smaller folios than all the others, which says nothing about the others.
const MOST_LED_IN: usize = 16;

/// How many stretches are looked at together to tell whether the way that is taken is still what it was, at first; twice as many
/// each time that the ways were tried again, so that a file that is never the same costs few trials.
const WATCHED: u64 = 16;

/// The choice among the ways that a file can be had, made while its parts are worked on and made again when the file turns out to
/// be different further on: cached up to here, say, and not from here on.
#[derive(Debug)]
pub(super) struct Choice {
    ways: Vec<Way>,
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
    /// Takes in a stretch. Returns how many there are with it.
    fn add(&self, bytes: u64, time: Duration) -> u64 {
        self.bytes.fetch_add(bytes, Ordering::Relaxed);
        self.nanos.fetch_add(u64::try_from(time.as_nanos()).unwrap_or(u64::MAX), Ordering::Relaxed);
        self.stretches.fetch_add(1, Ordering::Relaxed) + 1
    }

    /// Bytes per nanosecond, which is gigabytes per second; and begins anew.
    fn take(&self) -> f64 {
        self.stretches.store(0, Ordering::Relaxed);
        let bytes = self.bytes.swap(0, Ordering::Relaxed) as f64;
        bytes / self.nanos.swap(0, Ordering::Relaxed).max(1) as f64
    }
}

/// What trying the ways came to.
#[derive(Debug, Default)]
struct Trial {
    /// Stretches that were handed out to be tried on, and before.
    handed: usize,
    /// Stretches at the start that were worked on.
    led_in: usize,
    /// Of each way, how fast each stretch was worked on, in gigabytes per second.
    paces: Vec<Vec<f64>>,
    /// The medians, when the choice was made. Not the means: the first stretch that a worker reads waits for the memory that it is
    /// read into, and that happens once; nor the fastest: while other workers are still on their way, a mapping has the kernel for itself.
    speeds: Vec<f64>,
    /// What the way that is taken came to when it was first looked at.
    expected: Option<f64>,
    /// How often a choice was made.
    choices: u32,
}

impl Choice {
    /// The choice among these ways, of which there is one at least, for a file of about so many stretches.
    pub(super) fn among(ways: Vec<Way>, stretches: u64) -> Self {
        let taken = AtomicUsize::new(if ways.len() > 1 { TRYING } else { 0 });
        let paces = vec![Vec::new(); ways.len()];
        let trial = Trial { paces, ..Trial::default() };
        let led_in = usize::try_from(stretches / 4).unwrap_or(MOST_LED_IN).min(MOST_LED_IN);
        Self { ways, taken, watched: Pace::default(), led_in, trial: Mutex::new(trial) }
    }

    /// The ways that there are.
    pub(super) fn ways(&self) -> &[Way] {
        &self.ways
    }

    /// The way that is taken, or the first of those that are tried.
    pub(super) fn taken(&self) -> Way {
        self.ways[self.place().unwrap_or(0)]
    }

    /// Whether no ways are tried.
    pub(super) fn is_made(&self) -> bool {
        self.place().is_some()
    }

    /// The place of the way that is taken; `None` while they are tried.
    fn place(&self) -> Option<usize> {
        Some(self.taken.load(Ordering::Relaxed)).filter(|&taken| taken < self.ways.len())
    }

    /// The way for the next stretch.
    pub(super) fn next(&self) -> Way {
        if let Some(place) = self.place() {
            return self.ways[place];
        }
        let mut trial = self.trial();
        trial.handed += 1;
        // The runs of the ways follow each other, so that what the kernel reads ahead of one serves that one. What is not tried on is had
        // by the first of them.
        let run = (trial.handed - 1).saturating_sub(self.led_in) / TRIALS;
        self.ways[run % self.ways.len()]
    }

    /// A stretch of so many bytes took so long.
    pub(super) fn report(&self, way: Way, bytes: u64, time: Duration) {
        if self.ways.len() == 1 || bytes == 0 {
            return;
        }
        let Some(place) = self.ways.iter().position(|&other| other == way) else { return };
        match self.place() {
            None => self.try_out(place, bytes, time),
            Some(taken) if taken == place => self.watch(taken, bytes, time),
            // A straggler of the trial.
            Some(_) => {}
        }
    }

    fn try_out(&self, place: usize, bytes: u64, time: Duration) {
        let mut trial = self.trial();
        if trial.led_in < self.led_in {
            trial.led_in += 1;
            return;
        }
        trial.paces[place].push(bytes as f64 / time.as_nanos().max(1) as f64);
        if self.place().is_none() && trial.paces.iter().all(|paces| paces.len() >= TRIALS) {
            trial.speeds = trial.paces.iter_mut().map(|paces| median(std::mem::take(paces))).collect();
            trial.expected = None;
            trial.choices += 1;
            let fastest = |&a: &usize, &b: &usize| trial.speeds[a].total_cmp(&trial.speeds[b]);
            let best = (0..self.ways.len()).max_by(fastest).unwrap_or(0);
            self.watched.take();
            self.taken.store(best, Ordering::Relaxed);
        }
    }

    /// Has the ways tried again when the one taken is not any more what it was.
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
        if now > 2.0 * expected || now < expected / 2.0 {
            trial.handed = self.led_in;
            self.taken.store(TRYING, Ordering::Relaxed);
        }
    }

    /// What was measured, in words: gigabytes per second of each way, as one worker has them; `None` before there was a choice.
    pub(super) fn reason(&self) -> Option<String> {
        let trial = self.trial();
        let told = |(way, speed): (&Way, &f64)| format!("{way} {speed:.1} GB/s");
        let measured: Vec<String> = self.ways.iter().zip(&trial.speeds).map(told).collect();
        let again = if trial.choices > 1 { ", at the last of several choices" } else { "" };
        (trial.choices > 0).then(|| format!("measured on the file: {}{again}", measured.join(", ")))
    }

    fn trial(&self) -> MutexGuard<'_, Trial> {
        self.trial.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The number in the middle, of which there is one at least.
fn median(mut numbers: Vec<f64>) -> f64 {
    numbers.sort_by(f64::total_cmp);
    numbers[numbers.len() / 2]
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Works on stretches of a mebibyte, each of which takes so many microseconds by the way it is had.
    fn work(choice: &Choice, stretches: usize, mapped: u64, read: u64) -> Vec<Way> {
        (0..stretches)
            .map(|_| {
                let way = choice.next();
                let micros = if way == Way::Mapped { mapped } else { read };
                choice.report(way, 1 << 20, Duration::from_micros(micros));
                way
            })
            .collect()
    }

    #[test]
    fn each_way_is_tried_and_the_fastest_is_taken() {
        for (mapped, read, best) in [(100, 150, Way::Mapped), (150, 100, Way::Read)] {
            let choice = Choice::among(vec![Way::Mapped, Way::Read], 0);
            assert_eq!(choice.reason(), None);
            let taken = work(&choice, 24, mapped, read);
            assert_eq!(taken[..12], [[Way::Mapped; 6], [Way::Read; 6]].concat());
            assert!(taken[12..].iter().all(|&way| way == best), "{taken:?}");
            assert_eq!(choice.taken(), best);
        }
    }

    #[test]
    fn the_start_of_a_long_file_decides_nothing() {
        for (stretches, led_in) in [(3, 0), (8, 2), (200, 16)] {
            let choice = Choice::among(vec![Way::Mapped, Way::Read], stretches);
            assert!(work(&choice, led_in, 500, 100).iter().all(|&way| way == Way::Mapped));
            let taken = work(&choice, 24, 100, 150);
            assert_eq!(taken[..12], [[Way::Mapped; 6], [Way::Read; 6]].concat());
            assert_eq!((choice.taken(), choice.trial().speeds[0].round()), (Way::Mapped, 10.0));
        }
    }

    #[test]
    fn what_happens_once_decides_nothing() {
        let choice = Choice::among(vec![Way::Mapped, Way::Read], 0);
        work(&choice, 6, 100, 80);
        // The memory that is read into is touched for the first time.
        assert_eq!(choice.next(), Way::Read);
        choice.report(Way::Read, 1 << 20, Duration::from_micros(400));
        let taken = work(&choice, 100, 100, 80);
        assert!(taken.iter().all(|&way| way == Way::Read), "{taken:?}");
        assert_eq!(choice.trial().choices, 1);
    }

    #[test]
    fn a_file_that_is_different_further_on_is_tried_again() {
        let choice = Choice::among(vec![Way::Mapped, Way::Read], 0);
        work(&choice, 100, 100, 150);
        assert_eq!(choice.taken(), Way::Mapped);
        // A worker that is held up once is no reason.
        choice.report(Way::Mapped, 1 << 20, Duration::from_millis(1));
        work(&choice, 100, 100, 150);
        assert_eq!(choice.trial().choices, 1);
        work(&choice, 100, 500, 300);
        assert_eq!((choice.taken(), choice.trial().choices), (Way::Read, 2));
        assert!(choice.reason().unwrap().ends_with("at the last of several choices"));
        // Much faster is different too: the other way may be faster still.
        work(&choice, 100, 20, 100);
        assert_eq!((choice.taken(), choice.trial().choices), (Way::Mapped, 3));
    }

    #[test]
    fn a_file_that_is_never_the_same_costs_few_trials() {
        let choice = Choice::among(vec![Way::Mapped, Way::Read], 0);
        for round in 0..2000 {
            let time = if round % 2 == 0 { 100 } else { 1000 };
            work(&choice, 16, time, time);
        }
        assert!(choice.trial().choices < 15, "{}", choice.trial().choices);
    }

    #[test]
    fn one_way_is_no_choice() {
        let choice = Choice::among(vec![Way::Direct], 50);
        assert!(work(&choice, 50, 1, 1).iter().all(|&way| way == Way::Direct));
        assert_eq!(choice.reason(), None);
    }
}
