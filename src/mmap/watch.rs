//! Tells when a file changes.

use std::fmt;
use std::fs::Metadata;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle, ThreadId};
use std::time::{Duration, SystemTime};

use notify::event::{EventKind, ModifyKind};
use notify::{Event, RecommendedWatcher, RecursiveMode, Watcher};

use super::reader::refuse_unmappable;
use crate::error::Result;

/// How often a file is looked at where the system does not tell.
const POLL_INTERVAL: Duration = Duration::from_secs(1);

/// What happened to a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Change {
    /// It was written to or has grown, or the system lost count of what happened.
    Modified,
    /// It has become shorter: a mapping has pages now that are a fault to touch.
    Truncated,
    /// It has another name now, or none. A mapping of it stays as it is.
    Removed,
    /// Another file has its name now, also after it was removed. A mapping stays one of the old file.
    Replaced,
}

/// Calls back when a file changes, until it is dropped.
///
/// Dropping waits for a call that is under way (unless it is dropped by that very call), and none comes after.
#[derive(Debug)]
pub struct Watch {
    gate: Arc<Gate>,
    /// Held for its thread.
    notified: Option<RecommendedWatcher>,
    poller: Option<Poller>,
    polled_because: Option<String>,
}

/// Calls back when a file changes, until what is returned is dropped.
///
/// The system tells (`inotify(7)` on Linux), and where it does not, for want of watches or support, the file is looked at every
/// second; [`Watch::polled_because`] says so. The calls come one at a time, from a thread of their own. Changes that follow
/// each other closely may be told as one, and a file that is cut and filled again at once as [`Change::Modified`].
///
/// Linux does not tell of writes through a mapping, nor of those of other machines to a network file system;
/// [`watch_by_polling`] sees both as soon as the time of the file shows them.
///
/// ```
/// use pagecut::mmap::{Change, watch};
/// use std::sync::mpsc::channel;
///
/// # let folder = tempfile::tempdir()?;
/// # let path = folder.path().join("reads.fastq");
/// # std::fs::write(&path, "@r1\nACGT\n+\nIIII\n")?;
/// let (tell, told) = channel();
/// let watch = watch(&path, move |change| drop(tell.send(change)))?;
/// std::fs::OpenOptions::new().write(true).open(&path)?.set_len(7)?;
/// assert_eq!(told.recv()?, Change::Truncated);
/// drop(watch);
/// assert!(told.recv().is_err(), "nobody is left to tell");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
///
/// [`ErrorKind::Io`](crate::ErrorKind::Io) if there is no such file, or no thread can be had;
/// [`ErrorKind::Unmappable`](crate::ErrorKind::Unmappable) if it is no regular file.
pub fn watch(path: impl AsRef<Path>, callback: impl FnMut(Change) + Send + 'static) -> Result<Watch> {
    let gate = Gate::new(path.as_ref(), Box::new(callback))?;
    // Nothing is told before the state of the file is known that it is compared with.
    let mut file = gate.file();
    match notified(&gate) {
        Ok(notified) => {
            file.seen = Print::of(&gate.path);
            drop(file);
            Ok(Watch { gate, notified: Some(notified), poller: None, polled_because: None })
        }
        Err(error) => {
            drop(file);
            Watch::polled(gate, POLL_INTERVAL, error.to_string())
        }
    }
}

/// Calls back when a file changes, which is looked at every so often, until what is returned is dropped.
///
/// For files of which the system does not tell; [`watch`] says which. A change is noticed by the length, the time of the last
/// modification, and the identity of the file. An interval of 0 is as one of a millisecond.
///
/// # Errors
///
/// Those of [`watch`].
pub fn watch_by_polling(
    path: impl AsRef<Path>,
    interval: Duration,
    callback: impl FnMut(Change) + Send + 'static,
) -> Result<Watch> {
    let gate = Gate::new(path.as_ref(), Box::new(callback))?;
    Watch::polled(gate, interval.max(Duration::from_millis(1)), "polling was asked for".to_owned())
}

impl Watch {
    fn polled(gate: Arc<Gate>, interval: Duration, because: String) -> Result<Self> {
        let poller = Poller::start(Arc::clone(&gate), interval)?;
        Ok(Self { gate, notified: None, poller: Some(poller), polled_because: Some(because) })
    }

    /// Why the file is looked at every so often; `None` where the system tells of changes.
    #[must_use]
    pub fn polled_because(&self) -> Option<&str> {
        self.polled_because.as_deref()
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.gate.close();
        self.poller = None;
        // The thread of a watcher ends later, and finds the gate closed until it does.
        self.notified = None;
    }
}

/// Asks the system to tell of what happens to the name in its folder: a watch of the file itself would end with the file.
fn notified(gate: &Arc<Gate>) -> notify::Result<RecommendedWatcher> {
    let theirs = Arc::clone(gate);
    let mut watcher = notify::recommended_watcher(move |event| theirs.handle(event))?;
    let folder = gate.path.parent().unwrap_or(&gate.path);
    watcher.watch(folder, RecursiveMode::NonRecursive)?;
    Ok(watcher)
}

/// What stands between the events and the callback.
struct Gate {
    path: PathBuf,
    closed: AtomicBool,
    /// The thread that is in the callback.
    inside: Mutex<Option<ThreadId>>,
    file: Mutex<Watched>,
}

struct Watched {
    seen: Option<Print>,
    callback: Box<dyn FnMut(Change) + Send>,
}

impl Gate {
    fn new(path: &Path, callback: Box<dyn FnMut(Change) + Send>) -> Result<Arc<Self>> {
        let path = path.canonicalize()?;
        refuse_unmappable(&path.metadata()?)?;
        let file = Mutex::new(Watched { seen: Print::of(&path), callback });
        Ok(Arc::new(Self { path, closed: AtomicBool::new(false), inside: Mutex::default(), file }))
    }

    /// The file, for one thread at a time. A callback that panicked leaves nothing half done behind.
    fn file(&self) -> MutexGuard<'_, Watched> {
        self.file.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn inside(&self) -> MutexGuard<'_, Option<ThreadId>> {
        self.inside.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn handle(&self, event: notify::Result<Event>) {
        let Ok(event) = event else { return self.look(true) };
        let ours = event.paths.contains(&self.path);
        match event.kind {
            _ if event.need_rescan() => self.look(true),
            _ if !ours => {}
            EventKind::Access(_) => {}
            // Two writes within a tick of the clock leave the same time behind, so that a look alone may miss one.
            EventKind::Modify(ModifyKind::Data(_) | ModifyKind::Any) => self.look(true),
            _ => self.look(false),
        }
    }

    /// Compares the file with what it was, and calls back if it is another; also if it seems the same, when `told` so.
    fn look(&self, told: bool) {
        let mut file = self.file();
        if self.closed.load(Ordering::Acquire) {
            return;
        }
        let now = Print::of(&self.path);
        let change = match (&file.seen, &now) {
            (None, None) => None,
            (Some(_), None) => Some(Change::Removed),
            (None, Some(_)) => Some(Change::Replaced),
            (Some(before), Some(now)) if before.id != now.id => Some(Change::Replaced),
            (Some(before), Some(now)) if now.len < before.len => Some(Change::Truncated),
            (before, now) => (told || before != now).then_some(Change::Modified),
        };
        file.seen = now;
        if let Some(change) = change {
            *self.inside() = Some(thread::current().id());
            let _left = Leave(self);
            (file.callback)(change);
        }
    }

    /// Lets nothing through from now on, and waits for a call that is under way, unless this is it.
    fn close(&self) {
        self.closed.store(true, Ordering::Release);
        let inside = *self.inside();
        if inside != Some(thread::current().id()) {
            drop(self.file());
        }
    }
}

/// Notes that a callback is over, also where it panicked.
struct Leave<'a>(&'a Gate);

impl Drop for Leave<'_> {
    fn drop(&mut self) {
        *self.0.inside() = None;
    }
}

impl fmt::Debug for Gate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Gate").field("path", &self.path).finish_non_exhaustive()
    }
}

/// What a file is known by.
#[derive(Debug, PartialEq, Eq)]
struct Print {
    id: (u64, u64, Option<SystemTime>),
    len: u64,
    modified: Option<SystemTime>,
}

impl Print {
    fn of(path: &Path) -> Option<Self> {
        let metadata = path.metadata().ok()?;
        let (len, modified) = (metadata.len(), metadata.modified().ok());
        Some(Self { id: id(&metadata), len, modified })
    }
}

/// Which file it is. A number may be given again to the next file, so the time of its birth is part of it.
#[cfg(unix)]
fn id(metadata: &Metadata) -> (u64, u64, Option<SystemTime>) {
    use std::os::unix::fs::MetadataExt;
    (metadata.dev(), metadata.ino(), metadata.created().ok())
}

#[cfg(not(unix))]
fn id(metadata: &Metadata) -> (u64, u64, Option<SystemTime>) {
    (0, 0, metadata.created().ok())
}

/// A thread that looks at the file every so often, and ends when this is dropped.
///
/// `notify` has one as well, which compares times in whole seconds and misses what happens within one.
#[derive(Debug)]
struct Poller {
    stop: Arc<(Mutex<bool>, Condvar)>,
    thread: Option<JoinHandle<()>>,
}

impl Poller {
    fn start(gate: Arc<Gate>, interval: Duration) -> io::Result<Self> {
        let stop = Arc::new((Mutex::new(false), Condvar::new()));
        let theirs = Arc::clone(&stop);
        let run = move || {
            loop {
                let stopped = theirs.0.lock().unwrap_or_else(PoisonError::into_inner);
                let waiting = theirs.1.wait_timeout_while(stopped, interval, |stopped| !*stopped);
                if *waiting.unwrap_or_else(PoisonError::into_inner).0 {
                    return;
                }
                gate.look(false);
            }
        };
        let thread = thread::Builder::new().name("pagecut-watch".to_owned()).spawn(run)?;
        Ok(Self { stop, thread: Some(thread) })
    }
}

impl Drop for Poller {
    fn drop(&mut self) {
        *self.stop.0.lock().unwrap_or_else(PoisonError::into_inner) = true;
        self.stop.1.notify_all();
        // A callback may drop its own watch; its thread cannot wait for itself.
        if let Some(thread) = self.thread.take()
            && thread.thread().id() != thread::current().id()
        {
            let _ = thread.join();
        }
    }
}
