//! Threads that compress blocks.

use std::collections::VecDeque;
use std::io;
use std::sync::mpsc::{Receiver, SyncSender, TryRecvError, sync_channel};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};

use super::packing::{Packer, Packing};
use crate::error::Result;

/// Number of blocks per thread, so that no thread waits for another.
const BLOCKS_PER_THREAD: usize = 4;

/// Compresses blocks on several threads and returns them in order.
///
/// The calling thread compresses blocks, too, where it would have to wait. Other threads are started when blocks wait,
/// so that few blocks need no threads.
pub(super) struct Workers {
    level: u8,
    packer: Packer,
    queue: Arc<Queue>,
    threads: Vec<JoinHandle<()>>,
    /// Maximum number of threads to start.
    max_threads: usize,
    /// Blocks in progress, the oldest first.
    in_progress: VecDeque<Receiver<Packing>>,
}

impl Workers {
    /// Creates workers with a number of threads that includes the calling one.
    pub(super) fn new(level: u8, threads: usize) -> Self {
        Self {
            level,
            packer: Packer::new(level),
            queue: Arc::default(),
            threads: Vec::new(),
            max_threads: threads.saturating_sub(1),
            in_progress: VecDeque::new(),
        }
    }

    /// Returns the maximum number of blocks in progress, which keeps all threads busy and memory bounded.
    pub(super) fn max_in_progress(&self) -> usize {
        self.max_threads * BLOCKS_PER_THREAD
    }

    /// Adds a block.
    pub(super) fn push(&mut self, block: Packing) {
        let (sender, packed) = sync_channel(1);
        self.in_progress.push_back(packed);
        let waited = self.queue.push(Job { block, packed: sender });
        if waited && self.threads.len() < self.max_threads {
            self.start_thread();
        }
    }

    /// Returns the oldest block if it is compressed. While more than `most` blocks are in progress, waits for it.
    ///
    /// # Errors
    ///
    /// If the thread that compresses it has panicked.
    pub(super) fn take(&mut self, most: usize) -> Result<Option<Packing>> {
        let Some(oldest) = self.in_progress.front() else { return Ok(None) };
        let packed = loop {
            match oldest.try_recv() {
                Err(TryRecvError::Empty) if self.in_progress.len() <= most => return Ok(None),
                Err(TryRecvError::Empty) => match self.queue.try_pop() {
                    Some(job) => job.pack(&mut self.packer),
                    None => break oldest.recv().ok(),
                },
                packed => break packed.ok(),
            }
        };
        self.in_progress.pop_front();
        let panicked = || io::Error::other("a compression thread panicked");
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
            // The system has no more threads; the existing ones do the work.
            Err(_) => self.max_threads = self.threads.len(),
        }
    }
}

impl Drop for Workers {
    /// Discards waiting blocks and ends the threads.
    fn drop(&mut self) {
        self.queue.close();
        for thread in self.threads.drain(..) {
            // The panic of a thread was reported when its block was taken.
            let _ = thread.join();
        }
    }
}

/// A waiting block, and the channel for its result.
struct Job {
    block: Packing,
    packed: SyncSender<Packing>,
}

impl Job {
    fn pack(mut self, packer: &mut Packer) {
        packer.pack(&mut self.block);
        // The receiver is gone if the writer was dropped.
        let _ = self.packed.send(self.block);
    }
}

/// Blocks that wait for a thread.
#[derive(Default)]
struct Queue {
    state: Mutex<State>,
    /// Signalled when a block is added or the queue is closed.
    changed: Condvar,
}

#[derive(Default)]
struct State {
    waiting: VecDeque<Job>,
    closed: bool,
}

impl Queue {
    /// Adds a block. Returns whether others were waiting.
    fn push(&self, job: Job) -> bool {
        let mut state = self.state();
        let others = !state.waiting.is_empty();
        state.waiting.push_back(job);
        drop(state);
        self.changed.notify_one();
        others
    }

    /// Removes the oldest block, if there is one.
    fn try_pop(&self) -> Option<Job> {
        self.state().waiting.pop_front()
    }

    /// Waits for the oldest block and removes it; `None` after the queue was closed.
    fn pop(&self) -> Option<Job> {
        let mut state = self.state();
        while state.waiting.is_empty() && !state.closed {
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        state.waiting.pop_front()
    }

    /// Discards waiting blocks and refuses new ones.
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
    fn blocks_return_in_order_and_bounded() {
        for threads in [0, 1, 2, 5] {
            let mut workers = Workers::new(1, threads);
            let most = workers.max_in_progress();
            assert_eq!(most, threads.saturating_sub(1) * BLOCKS_PER_THREAD);
            let mut taken = Vec::new();
            for number in 0..100 {
                workers.push(block(number));
                while let Some(packed) = workers.take(most).unwrap() {
                    taken.push(packed.bytes);
                }
                assert!(workers.in_progress.len() <= most);
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
    fn a_lost_block_is_an_error() {
        let mut workers = Workers::new(1, 2);
        workers.push(block(0));
        drop(workers.queue.pop());
        assert!(workers.take(1).is_err());
    }

    #[test]
    fn drop_discards_waiting_blocks() {
        let mut workers = Workers::new(1, 3);
        (0..8).for_each(|number| workers.push(block(number)));
        let queue = Arc::clone(&workers.queue);
        drop(workers);
        assert_eq!(Arc::strong_count(&queue), 1, "every thread has ended");
        assert!(queue.pop().is_none());
    }
}
