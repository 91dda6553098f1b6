//! Delivery of values in the order of the input, which workers compute in any order.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use super::drive::Work;
use super::outcome::{Outcome, Then};
use crate::error::Error;
use crate::record::Part;

/// Values of parts, which workers add in any order and `take` gets in the order of the input.
///
/// A worker that is far ahead of the others waits, so that only a few values are kept. The worker on the next part never waits, so the
/// work always proceeds.
pub(in crate::source) struct InOrder<T, S> {
    state: Mutex<State<T, S>>,
    moved: Condvar,
    most: usize,
}

struct State<T, S> {
    /// Where the next part starts.
    next: u64,
    /// Values that wait, by the start of their part, with its end.
    waiting: BTreeMap<u64, (u64, T)>,
    take: S,
    /// `take` gets no value of a part that starts here or later.
    stop_from: u64,
}

impl<T, S: FnMut(T) -> Result<(), Error>> InOrder<T, S> {
    /// Keeps no more than about `most` values.
    pub(in crate::source) fn new(most: usize, take: S) -> Self {
        let state = State { next: 0, waiting: BTreeMap::new(), take, stop_from: u64::MAX };
        Self { state: Mutex::new(state), moved: Condvar::new(), most }
    }

    /// Waits until there is room for the value of the part that starts at `offset`.
    pub(in crate::source) fn wait(&self, offset: u64) {
        let mut state = self.state();
        while offset < state.stop_from && offset != state.next && state.waiting.len() >= self.most {
            state = self.moved.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Adds the value of a part. If the part is the next one, passes on its value, and those that waited for it.
    ///
    /// # Errors
    ///
    /// The error of `take`, with the start of the part. `take` is not called again.
    pub(in crate::source) fn add(&self, part: Range<u64>, value: T) -> Result<(), (u64, Error)> {
        let mut state = self.state();
        state.waiting.insert(part.start, (part.end, value));
        let State { next, waiting, take, stop_from } = &mut *state;
        let mut taken = Ok(());
        while *next < *stop_from
            && let Some((end, value)) = waiting.remove(next)
        {
            match take(value) {
                Ok(()) => *next = end,
                Err(error) => {
                    taken = Err((*next, error));
                    *stop_from = *next;
                }
            }
        }
        drop(state);
        self.moved.notify_all();
        taken
    }

    /// Drops the values of parts that start at `offset` or later; no worker waits for them.
    pub(in crate::source) fn stop(&self, offset: u64) {
        let mut state = self.state();
        state.stop_from = state.stop_from.min(offset);
        drop(state);
        self.moved.notify_all();
    }

    fn state(&self) -> MutexGuard<'_, State<T, S>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Work that computes a value for each part, and delivers the values in order.
pub(in crate::source) struct InOrderWork<T, S, M> {
    pub(in crate::source) in_order: InOrder<T, S>,
    /// Computes the value of a part; `None` if there is none.
    pub(in crate::source) map: M,
}

impl<T, S, M> Work<Option<T>> for InOrderWork<T, S, M>
where
    T: Send,
    S: FnMut(T) -> Result<(), Error> + Send,
    M: Fn(Part<'_>) -> (Option<T>, Outcome) + Sync,
{
    fn work(&self, value: &mut Option<T>, part: Part<'_>) -> Outcome {
        self.in_order.wait(part.offset());
        let (made, done) = (self.map)(part);
        *value = made;
        done
    }

    fn finish(
        &self,
        value: &mut Option<T>,
        part: Range<u64>,
        done: Outcome,
    ) -> (Outcome, Option<(u64, Error)>) {
        if done.then == Then::StopAfter {
            // Before the value is added, since `take` gets those that wait for it.
            self.in_order.stop(part.end);
        }
        match value
            .take()
            .filter(|_| done.then != Then::Stop)
            .map(|value| self.in_order.add(part.clone(), value))
        {
            Some(Err((offset, error))) if offset == part.start => (Outcome::stopped_by(error), None),
            Some(Err(failed)) => (done, Some(failed)),
            Some(Ok(())) | None => (done, None),
        }
    }

    fn stop(&self, offset: u64) {
        self.in_order.stop(offset);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::ErrorKind;
    use crate::record::Tally;

    /// Adds parts of one byte in this order, and returns which were taken.
    fn taken(order: &[u64], stop: Option<u64>, refuse: Option<u64>) -> Vec<u64> {
        let mut taken = Vec::new();
        let in_order = InOrder::new(100, |value| {
            if refuse == Some(value) {
                return Err(ErrorKind::Changed.into());
            }
            taken.push(value);
            Ok(())
        });
        let mut errors = 0;
        for &part in order {
            in_order.wait(part);
            if stop == Some(part) {
                in_order.stop(part);
            } else if let Err((at, _)) = in_order.add(part..part + 1, part) {
                assert_eq!(Some(at), refuse, "the part whose value was refused");
                errors += 1;
            }
        }
        assert_eq!(errors, usize::from(refuse.is_some()), "an error of `take` is returned once");
        drop(in_order);
        taken
    }

    #[test]
    fn values_are_taken_in_order() {
        for a in 0..4 {
            for b in (0..4).filter(|&b| b != a) {
                for c in (0..4).filter(|&c| c != a && c != b) {
                    let order = [a, b, c, 6 - a - b - c];
                    assert_eq!(taken(&order, None, None), [0, 1, 2, 3], "{order:?}");
                    assert_eq!(taken(&order, Some(2), None), [0, 1], "{order:?}");
                    assert_eq!(taken(&order, None, Some(2)), [0, 1], "{order:?}");
                }
            }
        }
    }

    #[test]
    fn no_value_after_that_of_an_error_is_taken() {
        for then in [Then::StopAfter, Then::Stop] {
            let mut taken = Vec::new();
            let in_order = InOrder::new(100, |value| {
                taken.push(value);
                Ok(())
            });
            let work = InOrderWork { in_order, map: |_: Part<'_>| unreachable!("values are given") };
            let finish = |part: u64, then| {
                let done = Outcome { then, ..Outcome::read(Tally::default()) };
                assert!(work.finish(&mut Some(part), part..part + 1, done).1.is_none());
            };
            // The part after the error is ready first.
            finish(2, Then::Continue);
            finish(0, Then::Continue);
            finish(1, then);
            drop(work);
            let expected = if then == Then::StopAfter { vec![0, 1] } else { vec![0] };
            assert_eq!(taken, expected);
        }
    }

    #[test]
    fn a_worker_far_ahead_waits() {
        let in_order = InOrder::new(1, |_: u64| Ok(()));
        in_order.add(5..6, 5).unwrap();
        in_order.wait(0);
        std::thread::scope(|scope| {
            let ahead = scope.spawn(|| in_order.wait(7));
            std::thread::sleep(std::time::Duration::from_millis(20));
            assert!(!ahead.is_finished());
            in_order.add(0..5, 0).unwrap();
            ahead.join().unwrap();
            in_order.add(8..9, 8).unwrap();
            let after_the_error = scope.spawn(|| in_order.wait(9));
            in_order.stop(7);
            after_the_error.join().unwrap();
        });
    }
}
