//! A thread that flushes at intervals.

use std::io;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use super::disk::Disk;

/// A thread that flushes at intervals until this value is dropped.
#[derive(Debug)]
pub(super) struct Ticker {
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Debug, Default)]
struct Shared {
    state: Mutex<State>,
    stopped: Condvar,
}

#[derive(Debug, Default)]
struct State {
    dirty: bool,
    stop: bool,
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Ticker {
    pub(super) fn start(disk: Arc<Disk>, interval: Duration) -> io::Result<Self> {
        let shared = Arc::new(Shared::default());
        let thread_shared = Arc::clone(&shared);
        let name = "pagecut-flush".to_owned();
        let thread = thread::Builder::new().name(name).spawn(move || thread_shared.run(&disk, interval))?;
        Ok(Self { shared, thread: Some(thread) })
    }

    /// Records that bytes were written since the last flush.
    pub(super) fn wrote(&self) {
        self.shared.state().dirty = true;
    }
}

impl Shared {
    fn run(&self, disk: &Disk, interval: Duration) {
        loop {
            let waiting = self.stopped.wait_timeout_while(self.state(), interval, |state| !state.stop);
            let mut state = waiting.unwrap_or_else(PoisonError::into_inner).0;
            if state.stop {
                return;
            }
            if std::mem::take(&mut state.dirty) {
                drop(state);
                // `Disk` keeps the failure; the writer returns it at its next step.
                if disk.sync().is_err_and(|error| error.kind() == io::ErrorKind::Interrupted) {
                    self.state().dirty = true;
                }
            }
        }
    }
}

impl Drop for Ticker {
    fn drop(&mut self) {
        self.shared.state().stop = true;
        self.shared.stopped.notify_all();
        if let Some(thread) = self.thread.take() {
            // The thread does not panic. A flush in progress completes first.
            let _ = thread.join();
        }
    }
}
