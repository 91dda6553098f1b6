//! Threads that pack blocks.

use std::collections::VecDeque;
use std::io;
use std::sync::mpsc::{Receiver, SyncSender, TryRecvError, sync_channel};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};

use super::packing::{Packer, Packing};
use crate::error::Result;

/// How many blocks there are for each thread, so that none waits for another.
const BLOCKS_PER_THREAD: usize = 4;

/// Blocks that are packed by several threads, and come back in the order in which they went.
///
/// The thread that gives and takes them packs too, where it would have to wait. Others are started when there are blocks that
/// wait for them, so that few blocks need no threads.
pub(super) struct Workers {
    level: u8,
    packer: Packer,
    queue: Arc<Queue>,
    threads: Vec<JoinHandle<()>>,
    /// How many threads may be started.
    most_threads: usize,
    /// Blocks that are under way, the oldest one first.
    under_way: VecDeque<Receiver<Packing>>,
}

impl Workers {
    /// Packs with so many threads, of which the caller's is one.
    pub(super) fn new(level: u8, threads: usize) -> Self {
        Self {
            level,
            packer: Packer::new(level),
            queue: Arc::default(),
            threads: Vec::new(),
            most_threads: threads.saturating_sub(1),
            under_way: VecDeque::new(),
        }
    }

    /// How many blocks may be under way, so that nobody waits and memory is bounded.
    pub(super) fn most_under_way(&self) -> usize {
        self.most_threads * BLOCKS_PER_THREAD
    }

    /// Takes a block that is to be packed.
    pub(super) fn push(&mut self, block: Packing) {
        let (sender, packed) = sync_channel(1);
        self.under_way.push_back(packed);
        let waited = self.queue.push(Job { block, packed: sender });
        if waited && self.threads.len() < self.most_threads {
            self.start_thread();
        }
    }

    /// Gives back the oldest block, if it is packed. While there are more than `most` blocks under way, it is waited for.
    ///
    /// # Errors
    ///
    /// If the thread that packs it has panicked.
    pub(super) fn take(&mut self, most: usize) -> Result<Option<Packing>> {
        let Some(oldest) = self.under_way.front() else { return Ok(None) };
        let packed = loop {
            match oldest.try_recv() {
                Err(TryRecvError::Empty) if self.under_way.len() <= most => return Ok(None),
                Err(TryRecvError::Empty) => match self.queue.try_pop() {
                    Some(job) => job.pack(&mut self.packer),
                    None => break oldest.recv().ok(),
                },
                packed => break packed.ok(),
            }
        };
        self.under_way.pop_front();
        let panicked = || io::Error::other("a thread that compresses has panicked");
        Ok(Some(packed.ok_or_else(panicked)?))
    }

    fn start_thread(&mut self) {
        let (level, queue) = (self.level, Arc::clone(&self.queue));
        let work = move || {
            let mut packer = Packer::new(level);
            while let Some(job) = queue.pop() {
                job.pack(&mut packer);
            }
        };
        match thread::Builder::new().name("pagecut bgzf".into()).spawn(work) {
            Ok(thread) => self.threads.push(thread),
            // There are no more to be had, and those that there are do it.
            Err(_) => self.most_threads = self.threads.len(),
        }
    }
}

impl Drop for Workers {
    /// Blocks that are still waiting are not packed, and the threads end.
    fn drop(&mut self) {
        self.queue.close();
        for thread in self.threads.drain(..) {
            // One that has panicked was told of when its block was taken.
            let _ = thread.join();
        }
    }
}

/// A block that waits, and where it goes.
struct Job {
    block: Packing,
    packed: SyncSender<Packing>,
}

impl Job {
    fn pack(mut self, packer: &mut Packer) {
        packer.pack(&mut self.block);
        // Nobody takes it if the writer was dropped.
        let _ = self.packed.send(self.block);
    }
}

/// Blocks that wait for a thread.
#[derive(Default)]
struct Queue {
    state: Mutex<State>,
    /// Told when there is another one, or will be none.
    changed: Condvar,
}

#[derive(Default)]
struct State {
    waiting: VecDeque<Job>,
    closed: bool,
}

impl Queue {
    /// Adds one, and tells whether there were others.
    fn push(&self, job: Job) -> bool {
        let mut state = self.state();
        let others = !state.waiting.is_empty();
        state.waiting.push_back(job);
        drop(state);
        self.changed.notify_one();
        others
    }

    /// The one that waited longest, if any waits.
    fn try_pop(&self) -> Option<Job> {
        self.state().waiting.pop_front()
    }

    /// The one that waited longest, when there is one; `None` if there will be none.
    fn pop(&self) -> Option<Job> {
        let mut state = self.state();
        while state.waiting.is_empty() && !state.closed {
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        state.waiting.pop_front()
    }

    /// Forgets those that wait. There will be no others.
    fn close(&self) {
        let mut state = self.state();
        state.waiting.clear();
        state.closed = true;
        drop(state);
        self.changed.notify_all();
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn block(number: usize) -> Packing {
        Packing { bytes: number.to_string().into_bytes(), packed: Vec::new() }
    }

    #[test]
    fn blocks_come_back_in_their_order_and_few_are_under_way() {
        for threads in [0, 1, 2, 5] {
            let mut workers = Workers::new(1, threads);
            let most = workers.most_under_way();
            assert_eq!(most, threads.saturating_sub(1) * BLOCKS_PER_THREAD);
            let mut taken = Vec::new();
            for number in 0..100 {
                workers.push(block(number));
                while let Some(packed) = workers.take(most).unwrap() {
                    taken.push(packed.bytes);
                }
                assert!(workers.under_way.len() <= most);
            }
            while let Some(packed) = workers.take(0).unwrap() {
                taken.push(packed.bytes);
            }
            assert!(taken.into_iter().eq((0..100).map(|number| block(number).bytes)));
            assert!(workers.threads.len() < threads.max(1), "the caller is one of {threads}");
        }
    }

    #[test]
    fn one_block_needs_no_thread() {
        let mut workers = Workers::new(1, 8);
        for _ in 0..10 {
            workers.push(block(0));
            assert!(workers.take(0).unwrap().is_some());
        }
        assert!(workers.threads.is_empty());
        assert!(workers.take(0).unwrap().is_none());
    }

    #[test]
    fn a_block_that_is_lost_with_its_thread_is_an_error() {
        let mut workers = Workers::new(1, 2);
        workers.push(block(0));
        drop(workers.queue.pop());
        assert!(workers.take(1).is_err());
    }

    #[test]
    fn blocks_that_nobody_takes_end_with_the_workers() {
        let mut workers = Workers::new(1, 3);
        (0..8).for_each(|number| workers.push(block(number)));
        let queue = Arc::clone(&workers.queue);
        drop(workers);
        assert_eq!(Arc::strong_count(&queue), 1, "every thread has ended");
        assert!(queue.pop().is_none());
    }
}
