//! Assignment of buffers to reads, and results of reads. Makes no system calls.

use std::collections::{BTreeMap, VecDeque};
use std::io;
use std::mem;
use std::task::Waker;

use super::read::{Purpose, Read};
use super::sys::{Buffer, Request};

/// A buffer and the number of bytes that were read into it.
#[derive(Debug)]
pub(super) struct Filled {
    pub(super) buffer: Buffer,
    pub(super) len: usize,
}

/// A completed read of a batch.
#[derive(Debug)]
pub(super) struct Done {
    pub(super) token: u64,
    pub(super) offset: u64,
    pub(super) result: io::Result<Filled>,
}

/// A read with a number that has not completed.
#[derive(Debug, Default)]
struct Single {
    /// The index of its buffer, if it has one.
    index: Option<u16>,
    waker: Option<Waker>,
}

/// The buffers and reads of a reader.
///
/// A buffer is free, in flight (owned by the ring), with a completed read, or in use. A read is queued only while no
/// buffer is free; it gets the next returned buffer.
#[derive(Debug)]
pub(super) struct State {
    is_stream: bool,
    free: Vec<Buffer>,
    /// Reads in flight, by the index of their buffer.
    in_flight: BTreeMap<u16, Read>,
    queued: VecDeque<Read>,
    singles: BTreeMap<u64, Single>,
    completed: BTreeMap<u64, io::Result<Filled>>,
    next_number: u64,
    done: Vec<Done>,
    /// Wakers to wake after the state is unlocked.
    wakers: Vec<Waker>,
    /// Error number with which every later read fails.
    closed: Option<i32>,
}

impl State {
    pub(super) fn new(buffers: Vec<Buffer>, is_stream: bool) -> Self {
        Self {
            is_stream,
            free: buffers,
            in_flight: BTreeMap::new(),
            queued: VecDeque::new(),
            singles: BTreeMap::new(),
            completed: BTreeMap::new(),
            next_number: 0,
            done: Vec::new(),
            wakers: Vec::new(),
            closed: None,
        }
    }

    pub(super) fn free(&self) -> usize {
        self.free.len()
    }

    pub(super) fn in_flight(&self) -> usize {
        self.in_flight.len()
    }

    /// Returns the indices of the buffers that the kernel may write to.
    pub(super) fn indices(&self) -> Vec<u16> {
        self.in_flight.keys().copied().collect()
    }

    /// Returns whether new reads are refused.
    pub(super) fn is_closed(&self) -> bool {
        self.closed.is_some()
    }

    /// Starts a read of a batch if a buffer is free.
    pub(super) fn start_of_batch(
        &mut self,
        token: u64,
        offset: u64,
        len: usize,
    ) -> io::Result<Option<Request>> {
        self.check_open()?;
        let read = Read::new(Purpose::Batch { token }, offset, len);
        Ok(self.free.pop().map(|buffer| self.assign(read, buffer)))
    }

    /// Starts a read, or queues it until a buffer is free, and returns its number.
    pub(super) fn start(&mut self, offset: u64, len: usize) -> io::Result<(u64, Option<Request>)> {
        self.check_open()?;
        let number = self.next_number;
        self.next_number += 1;
        self.singles.insert(number, Single::default());
        let read = Read::new(Purpose::Single { number }, offset, len);
        let request = match self.free.pop() {
            Some(buffer) => Some(self.assign(read, buffer)),
            None => {
                self.queued.push_back(read);
                None
            }
        };
        Ok((number, request))
    }

    fn check_open(&self) -> io::Result<()> {
        self.closed.map_or(Ok(()), |code| Err(io::Error::from_raw_os_error(code)))
    }

    /// Assigns a buffer to a read.
    fn assign(&mut self, read: Read, buffer: Buffer) -> Request {
        if let Purpose::Single { number } = read.purpose
            && let Some(single) = self.singles.get_mut(&number)
        {
            single.index = Some(buffer.index);
        }
        let index = buffer.index;
        let request = read.request(buffer);
        self.in_flight.insert(index, read);
        request
    }

    /// Returns a buffer, which goes to the read that has waited longest.
    pub(super) fn release(&mut self, buffer: Buffer) -> Option<Request> {
        match self.queued.pop_front() {
            Some(read) => Some(self.assign(read, buffer)),
            None => {
                self.free.push(buffer);
                None
            }
        }
    }

    /// Processes the result of a request. Returns the next request, for the rest of the read or for a queued one.
    pub(super) fn complete(&mut self, buffer: Buffer, outcome: io::Result<usize>) -> Option<Request> {
        let Some(mut read) = self.in_flight.remove(&buffer.index) else { return self.release(buffer) };
        let end = read.end(outcome, self.is_stream).or_else(|| self.check_open().err().map(Err));
        let spare = match end {
            None if self.is_wanted(&read) => return Some(self.assign(read, buffer)),
            None => Some(buffer),
            Some(Ok(len)) => self.deliver(&read, Ok(Filled { buffer, len })),
            Some(Err(error)) => {
                self.deliver(&read, Err(error));
                Some(buffer)
            }
        };
        spare.and_then(|buffer| self.release(buffer))
    }

    fn is_wanted(&self, read: &Read) -> bool {
        match read.purpose {
            Purpose::Batch { .. } => true,
            Purpose::Single { number } => self.singles.contains_key(&number),
        }
    }

    /// Delivers the result of a read to its receiver. Returns the buffer if the read was abandoned.
    fn deliver(&mut self, read: &Read, result: io::Result<Filled>) -> Option<Buffer> {
        match read.purpose {
            Purpose::Batch { token } => self.done.push(Done { token, offset: read.offset, result }),
            Purpose::Single { number } => match self.singles.remove(&number) {
                Some(single) => {
                    self.completed.insert(number, result);
                    self.wakers.extend(single.waker);
                }
                None => return result.ok().map(|filled| filled.buffer),
            },
        }
        None
    }

    /// Returns the result of a read if it has completed, and forgets its number.
    pub(super) fn take(&mut self, number: u64) -> Option<io::Result<Filled>> {
        self.completed.remove(&number)
    }

    /// Sets the waker of a read and returns the previous one: dropping it may run foreign code.
    pub(super) fn wake_by(&mut self, number: u64, waker: Waker) -> Option<Waker> {
        self.singles.get_mut(&number)?.waker.replace(waker)
    }

    /// Abandons a read.
    pub(super) fn abandon(&mut self, number: u64) -> Abandoned {
        if let Some(result) = self.completed.remove(&number) {
            let request = result.ok().and_then(|filled| self.release(filled.buffer));
            return Abandoned { request, ..Abandoned::default() };
        }
        self.queued.retain(|read| !read.belongs_to(number));
        let Single { index, waker } = self.singles.remove(&number).unwrap_or_default();
        Abandoned { in_flight: index, waker, request: None }
    }

    /// Returns whether `at_least` reads of batches have completed, or no more can complete.
    pub(super) fn has_done(&self, at_least: usize) -> bool {
        let is_of_batch = |read: &Read| matches!(read.purpose, Purpose::Batch { .. });
        self.done.len() >= at_least || !self.in_flight.values().any(is_of_batch)
    }

    pub(super) fn take_done(&mut self) -> Vec<Done> {
        mem::take(&mut self.done)
    }

    pub(super) fn take_wakers(&mut self) -> Vec<Waker> {
        mem::take(&mut self.wakers)
    }

    /// Refuses new reads: queued reads end with this error number, and the rest of a short read is not requested.
    pub(super) fn close(&mut self, code: i32) {
        self.closed.get_or_insert(code);
        for read in mem::take(&mut self.queued) {
            self.deliver(&read, Err(io::Error::from_raw_os_error(code)));
        }
    }

    /// Ends all reads with the kernel's error after the ring has failed. Their buffers stay with the ring.
    pub(super) fn fail(&mut self, error: &io::Error) {
        let code = error.raw_os_error().unwrap_or(libc::EIO);
        self.close(code);
        for read in mem::take(&mut self.in_flight).into_values() {
            self.deliver(&read, Err(io::Error::from_raw_os_error(code)));
        }
    }
}

/// Remaining work for an abandoned read.
#[derive(Debug, Default)]
pub(super) struct Abandoned {
    /// Index of the buffer that the kernel may still write to.
    pub(super) in_flight: Option<u16>,
    /// A queued read that continues with the buffer.
    pub(super) request: Option<Request>,
    /// To be dropped after the state is unlocked.
    pub(super) waker: Option<Waker>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Alignment;
    use proptest::prelude::*;

    const DEPTH: u16 = 3;
    const LEN: usize = 10;

    fn state(is_stream: bool) -> State {
        let buffer = |index| Buffer::new(index, LEN, Alignment::BYTE).unwrap();
        State::new((0..DEPTH).map(buffer).collect(), is_stream)
    }

    /// Events in any order that callers and the kernel can produce.
    #[derive(Debug, Clone)]
    enum Event {
        Start(usize),
        StartOfBatch(usize),
        Complete(usize, Result<usize, i32>),
        Take(usize),
        TakeDone,
        Abandon(usize),
        Release(usize),
        Close,
        Fail,
    }

    fn event() -> impl Strategy<Value = Event> {
        let codes = vec![libc::EINTR, libc::ECANCELED, libc::EAGAIN, libc::EFAULT, libc::EINVAL, libc::EIO];
        let outcome =
            prop_oneof![3 => (0..=LEN).prop_map(Ok), 1 => prop::sample::select(codes).prop_map(Err)];
        prop_oneof![
            8 => (0..=LEN).prop_map(Event::Start),
            4 => (0..=LEN).prop_map(Event::StartOfBatch),
            12 => (any::<usize>(), outcome).prop_map(|(which, outcome)| Event::Complete(which, outcome)),
            6 => any::<usize>().prop_map(Event::Take),
            2 => Just(Event::TakeDone),
            4 => any::<usize>().prop_map(Event::Abandon),
            8 => any::<usize>().prop_map(Event::Release),
            1 => Just(Event::Close),
            1 => Just(Event::Fail),
        ]
    }

    /// A state and all other owners of its buffers.
    struct World {
        state: State,
        kernel: Vec<Request>,
        in_use: Vec<Buffer>,
        numbers: Vec<u64>,
        /// Number of started and of completed reads of batches.
        batch: [usize; 2],
        failed: bool,
    }

    /// Removes one element, if there is one.
    fn remove_any<T>(all: &mut Vec<T>, which: usize) -> Option<T> {
        (!all.is_empty()).then(|| all.swap_remove(which % all.len()))
    }

    impl World {
        fn happen(&mut self, event: Event) {
            match event {
                Event::Start(len) => {
                    if let Ok((number, request)) = self.state.start(0, len) {
                        self.numbers.push(number);
                        self.kernel.extend(request);
                    }
                }
                Event::StartOfBatch(len) => {
                    let request = self.state.start_of_batch(0, 0, len).ok().flatten();
                    self.batch[0] += usize::from(request.is_some());
                    self.kernel.extend(request);
                }
                Event::Complete(which, outcome) => {
                    let Some(request) = remove_any(&mut self.kernel, which) else { return };
                    assert!(request.range.end <= LEN && request.offset == request.range.start as u64);
                    let outcome = outcome.map(|bytes| bytes.min(request.range.len()));
                    let outcome = outcome.map_err(io::Error::from_raw_os_error);
                    self.kernel.extend(self.state.complete(request.buffer, outcome));
                }
                Event::Take(which) => {
                    let Some(number) = remove_any(&mut self.numbers, which) else { return };
                    match self.state.take(number) {
                        Some(result) => self.in_use.extend(result.ok().map(|filled| filled.buffer)),
                        None => self.numbers.push(number),
                    }
                }
                Event::TakeDone => {
                    let done = self.state.take_done();
                    self.batch[1] += done.len();
                    self.in_use.extend(done.into_iter().filter_map(|done| Some(done.result.ok()?.buffer)));
                }
                Event::Abandon(which) => {
                    let Some(number) = remove_any(&mut self.numbers, which) else { return };
                    let Abandoned { in_flight, request, .. } = self.state.abandon(number);
                    let has = |index| self.kernel.iter().any(|request| request.buffer.index == index);
                    assert!(in_flight.is_none_or(has));
                    self.kernel.extend(request);
                }
                Event::Release(which) => {
                    let Some(buffer) = remove_any(&mut self.in_use, which) else { return };
                    self.kernel.extend(self.state.release(buffer));
                }
                Event::Close => self.state.close(libc::ECANCELED),
                Event::Fail => {
                    self.failed = true;
                    self.state.fail(&io::Error::from_raw_os_error(libc::EPERM));
                }
            }
        }

        fn check(&self) {
            let Self { state, kernel, in_use, numbers, failed, .. } = self;
            let results = state.completed.values().chain(state.done.iter().map(|done| &done.result));
            let kept = results.filter(|result| result.is_ok()).count();
            assert_eq!(kernel.len() + in_use.len() + state.free() + kept, usize::from(DEPTH));
            assert!(state.queued.is_empty() || state.free() == 0);
            assert!(*failed || state.in_flight() == kernel.len());
            for number in numbers {
                assert!(state.completed.contains_key(number) != state.singles.contains_key(number));
            }
        }
    }

    proptest! {
        #[test]
        fn buffers_have_one_owner_and_reads_end_once(
            is_stream in any::<bool>(),
            events in prop::collection::vec(event(), 1..200),
        ) {
            let (state, kernel, in_use, numbers) = (state(is_stream), Vec::new(), Vec::new(), Vec::new());
            let mut world = World { state, kernel, in_use, numbers, batch: [0; 2], failed: false };
            for event in events {
                world.happen(event);
                world.check();
            }
            // After everything has been returned, the state is empty.
            let mut which = 0;
            while !world.kernel.is_empty() || !world.numbers.is_empty() || !world.in_use.is_empty() {
                for event in [Event::Complete(0, Ok(LEN)), Event::Take(which), Event::TakeDone, Event::Release(0)] {
                    world.happen(event);
                    world.check();
                }
                which += 1;
            }
            world.happen(Event::TakeDone);
            prop_assert_eq!(world.batch[0], world.batch[1]);
            prop_assert!(world.state.singles.is_empty() && world.state.queued.is_empty());
        }
    }

    #[test]
    fn closing_the_reader_ends_a_read_in_flight() {
        let mut state = state(false);
        let (number, request) = state.start(0, LEN).unwrap();
        state.close(libc::ECANCELED);
        assert!(state.take(number).is_none(), "the kernel may still write to its buffer");
        assert!(state.complete(request.unwrap().buffer, Ok(1)).is_none(), "the rest is not requested");
        let end = state.take(number).unwrap().unwrap_err();
        assert_eq!(end.raw_os_error(), Some(libc::ECANCELED));
        assert_eq!(state.free(), usize::from(DEPTH));
    }

    #[test]
    fn the_rest_of_an_abandoned_read_is_not_requested() {
        let mut state = state(false);
        let (number, request) = state.start(0, LEN).unwrap();
        assert_eq!(state.abandon(number).in_flight, Some(request.as_ref().unwrap().buffer.index));
        assert_eq!((state.in_flight(), state.free()), (1, 2));
        assert!(state.complete(request.unwrap().buffer, Ok(1)).is_none());
        assert_eq!((state.in_flight(), state.free()), (0, 3));
    }
}
