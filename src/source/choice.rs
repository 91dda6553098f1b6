//! Which way to take: by what is measured.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::io::Way;

/// How many stretches each way is tried on.
const TRIALS: usize = 4;

/// How many stretches in a row have to take twice as long, or half as long, as those of the trial for the ways to be tried again:
/// more than one that a worker was held up in.
const SURPRISES: usize = 6;

/// The choice among the ways that a file can be had, made while its parts are worked on and made again when the file turns out to
/// be different further on.
#[derive(Debug)]
pub(super) struct Choice {
    ways: Vec<Way>,
    /// The place of the one taken; [`TRYING`] while they are tried.
    taken: AtomicUsize,
    trial: Mutex<Trial>,
}

const TRYING: usize = usize::MAX;

/// What trying the ways came to.
#[derive(Debug, Default)]
struct Trial {
    /// Stretches that were handed out to be tried on.
    handed: usize,
    /// Nanoseconds for each mebibyte of the stretches of each way.
    paces: Vec<Vec<u64>>,
    /// The middle ones when the choice was made.
    medians: Vec<u64>,
    /// Stretches in a row since then that were much slower or faster.
    surprises: usize,
    /// How often a choice was made.
    choices: usize,
}

impl Choice {
    /// The choice among these ways, of which there is one at least.
    pub(super) fn among(ways: Vec<Way>) -> Self {
        let taken = AtomicUsize::new(if ways.len() > 1 { TRYING } else { 0 });
        let trial = Trial { paces: vec![Vec::new(); ways.len()], ..Trial::default() };
        Self { ways, taken, trial: Mutex::new(trial) }
    }

    /// The ways that there are.
    pub(super) fn ways(&self) -> &[Way] {
        &self.ways
    }

    /// The way that is taken, or the first of those that are tried.
    pub(super) fn taken(&self) -> Way {
        self.ways[self.place().unwrap_or(0)]
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
        // The runs of the ways follow each other, so that what the kernel reads ahead of one serves that one.
        self.ways[(trial.handed - 1) / TRIALS % self.ways.len()]
    }

    /// A stretch of so many bytes took so long.
    pub(super) fn report(&self, way: Way, bytes: u64, time: Duration) {
        if self.ways.len() == 1 || bytes == 0 {
            return;
        }
        let Some(place) = self.ways.iter().position(|&other| other == way) else { return };
        let nanos = u64::try_from(time.as_nanos()).unwrap_or(u64::MAX);
        let pace = nanos.saturating_mul(1 << 20) / bytes;
        match self.place() {
            None => self.try_out(place, pace),
            Some(taken) if taken == place => self.watch(taken, pace),
            // A straggler of the trial.
            Some(_) => {}
        }
    }

    fn try_out(&self, place: usize, pace: u64) {
        let mut trial = self.trial();
        trial.paces[place].push(pace);
        if trial.paces.iter().all(|paces| paces.len() >= TRIALS) {
            trial.medians = trial.paces.iter_mut().map(|paces| median(paces)).collect();
            let best = (0..self.ways.len()).min_by_key(|&place| trial.medians[place]).unwrap_or(0);
            (trial.surprises, trial.choices) = (0, trial.choices + 1);
            self.taken.store(best, Ordering::Relaxed);
        }
    }

    /// Has the ways tried again when the one taken is not any more what it was.
    fn watch(&self, taken: usize, pace: u64) {
        let mut trial = self.trial();
        let expected = trial.medians[taken];
        let is_surprise = pace > expected.saturating_mul(2) || pace < expected / 2;
        trial.surprises = if is_surprise { trial.surprises + 1 } else { 0 };
        if trial.surprises == SURPRISES {
            trial.paces.iter_mut().for_each(Vec::clear);
            trial.handed = 0;
            self.taken.store(TRYING, Ordering::Relaxed);
        }
    }

    /// What was measured, in words: gigabytes per second of each way, as one worker has them; `None` before there was a choice.
    pub(super) fn reason(&self) -> Option<String> {
        let trial = self.trial();
        let told = |(way, &pace): (&Way, &u64)| {
            format!("{way} {:.1} GB/s", (1u64 << 20) as f64 / pace.max(1) as f64)
        };
        let measured: Vec<String> = self.ways.iter().zip(&trial.medians).map(told).collect();
        let again = if trial.choices > 1 { ", at the last of several choices" } else { "" };
        (trial.choices > 0).then(|| format!("measured on the file: {}{again}", measured.join(", ")))
    }

    fn trial(&self) -> MutexGuard<'_, Trial> {
        self.trial.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The middle one of some numbers, of which there is one at least.
fn median(numbers: &mut [u64]) -> u64 {
    numbers.sort_unstable();
    // Of an even number the smaller one: what holds a worker up makes it slower, never faster.
    numbers[(numbers.len() - 1) / 2]
}
