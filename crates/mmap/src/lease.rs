//! Read leases and the thread that releases them.

use std::fs::File;
use std::io;
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use pagecut_core::error::{ErrorKind, Result};

use super::sys::lease;
use super::{Grant, MmapOption, MmapOptions};

/// Interval at which the watcher thread checks for a pending lease break.
const POLL_INTERVAL: Duration = Duration::from_millis(50);

/// A read lease on a file. While it is held, the kernel blocks every process that opens the file for writing or truncates it.
///
/// When a process waits, the holder has half of the kernel's break time to finish; then a watcher thread releases the
/// lease. Drop releases it at once.
#[derive(Debug)]
pub(super) struct Lease {
    shared: Arc<Shared>,
    watcher: Option<JoinHandle<()>>,
}

#[derive(Debug)]
struct Shared {
    file: File,
    dropped: Mutex<bool>,
    is_dropped: Condvar,
}

impl Lease {
    /// Takes a lease if the options request one, and records the kernel's answer.
    pub(super) fn request(file: &File, options: MmapOptions) -> (Option<Self>, Vec<Grant>) {
        if !options.lease {
            return (None, Vec::new());
        }
        let (lease, refused) = match Self::take(file) {
            Ok(lease) => (Some(lease), None),
            Err(refused) => (None, Some(refused)),
        };
        (lease, vec![Grant { option: MmapOption::Lease, refused }])
    }

    /// Takes a lease on a file.
    pub(super) fn take(file: &File) -> io::Result<Self> {
        // The file is opened again: a lease belongs to an open file description. If descriptors shared it, closing or
        // unlocking one of them would release the lease for all.
        let file = lease::open_again(file)?;
        lease::take(&file)?;
        let shared = Arc::new(Shared { file, dropped: Mutex::new(false), is_dropped: Condvar::new() });
        let watched = Arc::clone(&shared);
        let watcher = thread::Builder::new().name("pagecut-lease".into()).spawn(move || watched.watch());
        match watcher {
            Ok(watcher) => Ok(Self { shared, watcher: Some(watcher) }),
            Err(error) => {
                lease::release(&shared.file)?;
                Err(error)
            }
        }
    }

    /// Returns whether the lease is held and no process waits for it.
    pub(super) fn is_held(&self) -> bool {
        lease::is_held(&self.shared.file)
    }

    /// Checks that the lease still protects the file.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::LeaseBroken`] if another process waits for the lease or the lease is gone.
    pub(super) fn check(&self) -> Result<()> {
        if self.is_held() { Ok(()) } else { Err(ErrorKind::LeaseBroken.into()) }
    }
}

impl Shared {
    /// Waits until the lease is dropped, or until half of the break time has passed after another process asked for the
    /// file; then releases the lease.
    fn watch(&self) {
        while lease::is_held(&self.file) && !self.wait(POLL_INTERVAL) {}
        self.wait(lease::break_time() / 2);
        // The kernel may have removed the lease already.
        let _ = lease::release(&self.file);
    }

    /// Waits for a duration or until the lease is dropped. Returns whether it was dropped.
    fn wait(&self, duration: Duration) -> bool {
        let dropped = self.dropped.lock().unwrap_or_else(PoisonError::into_inner);
        let waited = self.is_dropped.wait_timeout_while(dropped, duration, |dropped| !*dropped);
        *waited.unwrap_or_else(PoisonError::into_inner).0
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        *self.shared.dropped.lock().unwrap_or_else(PoisonError::into_inner) = true;
        self.shared.is_dropped.notify_all();
        if let Some(watcher) = self.watcher.take() {
            // The watcher thread does not panic. If it did, closing the file releases the lease.
            let _ = watcher.join();
        }
    }
}
