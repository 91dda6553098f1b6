//! A read lease, and somebody who watches over it.

use std::fs::File;
use std::io;
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use super::sys::lease;
use super::{Grant, MmapOption, MmapOptions};
use crate::error::{ErrorKind, Result};

/// How often the watcher asks whether somebody waits for the lease.
const ASK_EVERY: Duration = Duration::from_millis(50);

/// A read lease on a file, under which the kernel holds back whoever would write to it or cut it.
///
/// When somebody does wait, the holder has half of the time that the kernel grants to be done; then the lease is given back
/// for him. It is given back at once when it is dropped.
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
    /// Takes a lease on a file if the options ask for it, and notes what the system said.
    pub(super) fn asked(file: &File, options: MmapOptions) -> (Option<Self>, Vec<Grant>) {
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
        // Opened once more: a lease belongs to all descriptors that came of one `open`, so that one who shares it would give
        // it back for everybody.
        let file = lease::open_again(file)?;
        lease::take(&file)?;
        let shared = Arc::new(Shared { file, dropped: Mutex::new(false), is_dropped: Condvar::new() });
        let watched = Arc::clone(&shared);
        let watcher = thread::Builder::new().name("pagecut-lease".into()).spawn(move || watched.watch());
        match watcher {
            Ok(watcher) => Ok(Self { shared, watcher: Some(watcher) }),
            Err(error) => {
                lease::give_back(&shared.file)?;
                Err(error)
            }
        }
    }

    /// Whether the lease is held and nobody waits for it.
    pub(super) fn is_held(&self) -> bool {
        lease::is_held(&self.shared.file)
    }

    /// Whether the lease still proves what it was taken for.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::LeaseBroken`] if it does not.
    pub(super) fn check(&self) -> Result<()> {
        if self.is_held() { Ok(()) } else { Err(ErrorKind::LeaseBroken.into()) }
    }
}

impl Shared {
    /// Waits until the lease is dropped, or until somebody else has waited for it long enough, and gives it back.
    fn watch(&self) {
        while lease::is_held(&self.file) && !self.wait(ASK_EVERY) {}
        self.wait(lease::break_time() / 2);
        // That it is gone already is no harm.
        let _ = lease::give_back(&self.file);
    }

    /// Waits this long, or until the lease is dropped. Returns whether it was.
    fn wait(&self, long: Duration) -> bool {
        let dropped = self.dropped.lock().unwrap_or_else(PoisonError::into_inner);
        let waited = self.is_dropped.wait_timeout_while(dropped, long, |dropped| !*dropped);
        *waited.unwrap_or_else(PoisonError::into_inner).0
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        *self.shared.dropped.lock().unwrap_or_else(PoisonError::into_inner) = true;
        self.shared.is_dropped.notify_all();
        if let Some(watcher) = self.watcher.take() {
            // The watcher does nothing that panics; if it did, the lease goes with the file.
            let _ = watcher.join();
        }
    }
}
