//! Which read has which buffer, and what became of it. Nothing here talks to the kernel.

use std::collections::{BTreeMap, VecDeque};
use std::io;
use std::mem;
use std::task::Waker;

use super::read::{Purpose, Read};
use super::sys::{Buffer, Request};

/// A buffer, and how many bytes were read into it.
#[derive(Debug)]
pub(super) struct Filled {
    pub(super) buffer: Buffer,
    pub(super) len: usize,
}

/// A read of a batch that is over.
#[derive(Debug)]
pub(super) struct Done {
    pub(super) token: u64,
    pub(super) offset: u64,
    pub(super) result: io::Result<Filled>,
}

/// A read that somebody has the number of, and that is not over.
#[derive(Debug, Default)]
struct Single {
    /// The index of its buffer, if it has one.
    index: Option<u16>,
    waker: Option<Waker>,
}

/// The buffers and reads of a reader.
///
/// A buffer is free, in flight (it belongs to the ring), with a read that is over, or lent out. A read is queued only while no
/// buffer is free, and the next buffer that is given back is its.
#[derive(Debug)]
pub(super) struct State {
    is_stream: bool,
    free: Vec<Buffer>,
    /// The reads that the kernel makes, by the index of their buffer.
    in_flight: BTreeMap<u16, Read>,
    queued: VecDeque<Read>,
    singles: BTreeMap<u64, Single>,
    over: BTreeMap<u64, io::Result<Filled>>,
    next_number: u64,
    done: Vec<Done>,
    /// Who is to be woken when the state is not locked any more.
    wakers: Vec<Waker>,
    /// The code of the system with which every read ends from now on.
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
            over: BTreeMap::new(),
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

    /// The buffers that the kernel may write to.
    pub(super) fn indices(&self) -> Vec<u16> {
        self.in_flight.keys().copied().collect()
    }

    /// Whether no read is begun any more.
    pub(super) fn is_closed(&self) -> bool {
        self.closed.is_some()
    }

    /// Begins a read of a batch, unless there is no free buffer.
    pub(super) fn begin_of_batch(
        &mut self,
        token: u64,
        offset: u64,
        len: usize,
    ) -> io::Result<Option<Request>> {
        self.check_open()?;
        let read = Read::new(Purpose::Batch { token }, offset, len);
        Ok(self.free.pop().map(|buffer| self.start(read, buffer)))
    }

    /// Begins a read, or has it wait for a buffer; it is known by the number that is returned.
    pub(super) fn begin(&mut self, offset: u64, len: usize) -> io::Result<(u64, Option<Request>)> {
        self.check_open()?;
        let number = self.next_number;
        self.next_number += 1;
        self.singles.insert(number, Single::default());
        let read = Read::new(Purpose::Single { number }, offset, len);
        let request = match self.free.pop() {
            Some(buffer) => Some(self.start(read, buffer)),
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

    /// Gives a read a buffer.
    fn start(&mut self, read: Read, buffer: Buffer) -> Request {
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

    /// Takes back a buffer, which goes to the read that has waited longest.
    pub(super) fn release(&mut self, buffer: Buffer) -> Option<Request> {
        match self.queued.pop_front() {
            Some(read) => Some(self.start(read, buffer)),
            None => {
                self.free.push(buffer);
                None
            }
        }
    }

    /// Takes note of what became of a request. What follows is for the rest of the read, or for the next one.
    pub(super) fn complete(&mut self, buffer: Buffer, outcome: io::Result<usize>) -> Option<Request> {
        let Some(mut read) = self.in_flight.remove(&buffer.index) else { return self.release(buffer) };
        let end = read.end(outcome, self.is_stream).or_else(|| self.check_open().err().map(Err));
        let spare = match end {
            None if self.is_wanted(&read) => return Some(self.start(read, buffer)),
            None => Some(buffer),
            Some(Ok(len)) => self.tell(&read, Ok(Filled { buffer, len })),
            Some(Err(error)) => {
                self.tell(&read, Err(error));
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

    /// Hands what became of a read to whom it is for; returns a buffer that nobody wants any more.
    fn tell(&mut self, read: &Read, result: io::Result<Filled>) -> Option<Buffer> {
        match read.purpose {
            Purpose::Batch { token } => self.done.push(Done { token, offset: read.offset, result }),
            Purpose::Single { number } => match self.singles.remove(&number) {
                Some(single) => {
                    self.over.insert(number, result);
                    self.wakers.extend(single.waker);
                }
                None => return result.ok().map(|filled| filled.buffer),
            },
        }
        None
    }

    /// What became of a read, if it is over. Its number is then forgotten.
    pub(super) fn take(&mut self, number: u64) -> Option<io::Result<Filled>> {
        self.over.remove(&number)
    }

    /// Has this one woken, and no other, when a read is over. The one before is returned: to drop it may run code of others.
    pub(super) fn wake_by(&mut self, number: u64, waker: Waker) -> Option<Waker> {
        self.singles.get_mut(&number)?.waker.replace(waker)
    }

    /// Forgets a read that nobody wants any more.
    pub(super) fn abandon(&mut self, number: u64) -> Abandoned {
        if let Some(result) = self.over.remove(&number) {
            let request = result.ok().and_then(|filled| self.release(filled.buffer));
            return Abandoned { request, ..Abandoned::default() };
        }
        self.queued.retain(|read| !read.is_of(number));
        let Single { index, waker } = self.singles.remove(&number).unwrap_or_default();
        Abandoned { in_flight: index, waker, request: None }
    }

    /// Whether there are `at_least` reads of a batch that are over, or as many as there can be.
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

    /// Begins no read any more: those that wait end with this code, and those that the kernel makes are not made again.
    pub(super) fn close(&mut self, code: i32) {
        self.closed.get_or_insert(code);
        for read in mem::take(&mut self.queued) {
            self.tell(&read, Err(io::Error::from_raw_os_error(code)));
        }
    }

    /// The kernel is of no help any more: all reads end with its error. Their buffers stay with the ring.
    pub(super) fn fail(&mut self, error: &io::Error) {
        let code = error.raw_os_error().unwrap_or(libc::EIO);
        self.close(code);
        for read in mem::take(&mut self.in_flight).into_values() {
            self.tell(&read, Err(io::Error::from_raw_os_error(code)));
        }
    }
}

/// What is left to do for a read that was forgotten.
#[derive(Debug, Default)]
pub(super) struct Abandoned {
    /// The buffer that the kernel still reads into.
    pub(super) in_flight: Option<u16>,
    /// The read that goes on with its buffer.
    pub(super) request: Option<Request>,
    /// To be dropped when the state is not locked.
    pub(super) waker: Option<Waker>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::io::Alignment;
    use proptest::prelude::*;

    const DEPTH: u16 = 3;
    const LEN: usize = 10;

    fn state(is_stream: bool) -> State {
        let buffer = |index| Buffer::new(index, LEN, Alignment::BYTE).unwrap();
        State::new((0..DEPTH).map(buffer).collect(), is_stream)
    }

    /// What may happen, in the order in which whoever uses a state or the kernel likes.
    #[derive(Debug, Clone)]
    enum Event {
        Begin(usize),
        BeginOfBatch(usize),
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
            8 => (0..=LEN).prop_map(Event::Begin),
            4 => (0..=LEN).prop_map(Event::BeginOfBatch),
            12 => (any::<usize>(), outcome).prop_map(|(which, outcome)| Event::Complete(which, outcome)),
            6 => any::<usize>().prop_map(Event::Take),
            2 => Just(Event::TakeDone),
            4 => any::<usize>().prop_map(Event::Abandon),
            8 => any::<usize>().prop_map(Event::Release),
            1 => Just(Event::Close),
            1 => Just(Event::Fail),
        ]
    }

    /// A state, and all with whom its buffers can be.
    struct World {
        state: State,
        kernel: Vec<Request>,
        lent: Vec<Buffer>,
        numbers: Vec<u64>,
        /// Reads of batches that were begun, and that are over.
        batch: [usize; 2],
        failed: bool,
    }

    /// One of them, if there is one.
    fn any_of<T>(all: &mut Vec<T>, which: usize) -> Option<T> {
        (!all.is_empty()).then(|| all.swap_remove(which % all.len()))
    }

    impl World {
        fn happen(&mut self, event: Event) {
            match event {
                Event::Begin(len) => {
                    if let Ok((number, request)) = self.state.begin(0, len) {
                        self.numbers.push(number);
                        self.kernel.extend(request);
                    }
                }
                Event::BeginOfBatch(len) => {
                    let request = self.state.begin_of_batch(0, 0, len).ok().flatten();
                    self.batch[0] += usize::from(request.is_some());
                    self.kernel.extend(request);
                }
                Event::Complete(which, outcome) => {
                    let Some(request) = any_of(&mut self.kernel, which) else { return };
                    assert!(request.range.end <= LEN && request.offset == request.range.start as u64);
                    let outcome = outcome.map(|bytes| bytes.min(request.range.len()));
                    let outcome = outcome.map_err(io::Error::from_raw_os_error);
                    self.kernel.extend(self.state.complete(request.buffer, outcome));
                }
                Event::Take(which) => {
                    let Some(number) = any_of(&mut self.numbers, which) else { return };
                    match self.state.take(number) {
                        Some(result) => self.lent.extend(result.ok().map(|filled| filled.buffer)),
                        None => self.numbers.push(number),
                    }
                }
                Event::TakeDone => {
                    let done = self.state.take_done();
                    self.batch[1] += done.len();
                    self.lent.extend(done.into_iter().filter_map(|done| Some(done.result.ok()?.buffer)));
                }
                Event::Abandon(which) => {
                    let Some(number) = any_of(&mut self.numbers, which) else { return };
                    let Abandoned { in_flight, request, .. } = self.state.abandon(number);
                    let has = |index| self.kernel.iter().any(|request| request.buffer.index == index);
                    assert!(in_flight.is_none_or(has));
                    self.kernel.extend(request);
                }
                Event::Release(which) => {
                    let Some(buffer) = any_of(&mut self.lent, which) else { return };
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
            let Self { state, kernel, lent, numbers, failed, .. } = self;
            let results = state.over.values().chain(state.done.iter().map(|done| &done.result));
            let kept = results.filter(|result| result.is_ok()).count();
            assert_eq!(kernel.len() + lent.len() + state.free() + kept, usize::from(DEPTH));
            assert!(state.queued.is_empty() || state.free() == 0);
            assert!(*failed || state.in_flight() == kernel.len());
            for number in numbers {
                assert!(state.over.contains_key(number) != state.singles.contains_key(number));
            }
        }
    }

    proptest! {
        #[test]
        fn every_buffer_is_in_one_place_and_every_read_ends_once(
            is_stream in any::<bool>(),
            events in prop::collection::vec(event(), 1..200),
        ) {
            let (state, kernel, lent, numbers) = (state(is_stream), Vec::new(), Vec::new(), Vec::new());
            let mut world = World { state, kernel, lent, numbers, batch: [0; 2], failed: false };
            for event in events {
                world.happen(event);
                world.check();
            }
            // When nobody holds anything any more, nothing is left.
            let mut which = 0;
            while !world.kernel.is_empty() || !world.numbers.is_empty() || !world.lent.is_empty() {
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
    fn a_read_that_is_not_over_when_the_reader_is_closed_ends_with_it() {
        let mut state = state(false);
        let (number, request) = state.begin(0, LEN).unwrap();
        state.close(libc::ECANCELED);
        assert!(state.take(number).is_none(), "the kernel may still write to its buffer");
        assert!(state.complete(request.unwrap().buffer, Ok(1)).is_none(), "the rest is not asked for");
        let end = state.take(number).unwrap().unwrap_err();
        assert_eq!(end.raw_os_error(), Some(libc::ECANCELED));
        assert_eq!(state.free(), usize::from(DEPTH));
    }

    #[test]
    fn the_rest_of_a_read_that_nobody_wants_is_not_asked_for() {
        let mut state = state(false);
        let (number, request) = state.begin(0, LEN).unwrap();
        assert_eq!(state.abandon(number).in_flight, Some(request.as_ref().unwrap().buffer.index));
        assert_eq!((state.in_flight(), state.free()), (1, 2));
        assert!(state.complete(request.unwrap().buffer, Ok(1)).is_none());
        assert_eq!((state.in_flight(), state.free()), (0, 3));
    }
}
