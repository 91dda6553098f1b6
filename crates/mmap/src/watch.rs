//! Change notification for files.

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
use pagecut_core::error::Result;

use super::opened::refuse_unmappable;

/// Poll interval if the system does not report changes.
const POLL_INTERVAL: Duration = Duration::from_secs(1);

/// A change of a watched file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Change {
    /// The file was written to or has grown, or the system lost events.
    Modified,
    /// The file is shorter: access to pages of a mapping after the new end faults.
    Truncated,
    /// The file was renamed or removed. A mapping of it stays valid.
    Removed,
    /// Another file has the name now, possibly after a removal. A mapping still shows the old file.
    Replaced,
}

/// A running watch. Dropping it ends the callbacks.
///
/// Drop waits for a running callback (unless the callback itself drops the watch); no callback runs afterwards.
#[derive(Debug)]
pub struct Watch {
    gate: Arc<Gate>,
    /// Owns the notification thread.
    notified: Option<RecommendedWatcher>,
    poller: Option<Poller>,
    polled_because: Option<String>,
}

/// Watches a file and runs a callback on every change, until the returned value is dropped.
///
/// The system reports changes (`inotify(7)` on Linux). If it cannot, for lack of watches or support, the file is polled
/// every second and [`Watch::polled_because`] returns the reason. Callbacks run one at a time on a separate thread.
/// Changes in quick succession may be reported as one; a file that is truncated and refilled at once may be reported as
/// [`Change::Modified`].
///
/// Linux does not report writes through a mapping, nor writes of other machines to a network file system;
/// [`watch_by_polling`] sees both once the modification time of the file changes.
///
/// ```
/// use pagecut::mmap::{Change, watch};
/// use std::sync::mpsc::channel;
///
/// # let folder = tempfile::tempdir()?;
/// # let path = folder.path().join("reads.fastq");
/// # std::fs::write(&path, "@r1\nACGT\n+\nIIII\n")?;
/// let (sender, receiver) = channel();
/// let watch = watch(&path, move |change| drop(sender.send(change)))?;
/// std::fs::OpenOptions::new().write(true).open(&path)?.set_len(7)?;
/// assert_eq!(receiver.recv()?, Change::Truncated);
/// drop(watch);
/// assert!(receiver.recv().is_err(), "the watch dropped its sender");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
///
/// [`ErrorKind::Io`](crate::ErrorKind::Io) if the file does not exist or the thread cannot be started;
/// [`ErrorKind::Unmappable`](crate::ErrorKind::Unmappable) if it is not a regular file.
pub fn watch(path: impl AsRef<Path>, callback: impl FnMut(Change) + Send + 'static) -> Result<Watch> {
    let gate = Gate::new(path.as_ref(), Box::new(callback))?;
    // Events wait until the initial state of the file is known.
    let mut file = gate.file();
    match notified(&gate) {
        Ok(notified) => {
            file.seen = FileState::of(&gate.path);
            drop(file);
            Ok(Watch { gate, notified: Some(notified), poller: None, polled_because: None })
        }
        Err(error) => {
            drop(file);
            Watch::polled(gate, POLL_INTERVAL, error.to_string())
        }
    }
}

/// Watches a file by polling and runs a callback on every change, until the returned value is dropped.
///
/// For files whose changes the system does not report; see [`watch`]. The poller compares the length, the modification
/// time and the identity of the file. An interval of 0 counts as one millisecond.
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
    Watch::polled(gate, interval.max(Duration::from_millis(1)), "polling was requested".to_owned())
}

impl Watch {
    fn polled(gate: Arc<Gate>, interval: Duration, because: String) -> Result<Self> {
        let poller = Poller::start(Arc::clone(&gate), interval)?;
        Ok(Self { gate, notified: None, poller: Some(poller), polled_because: Some(because) })
    }

    /// Returns the reason for polling, or `None` if the system reports changes.
    #[must_use]
    pub fn polled_because(&self) -> Option<&str> {
        self.polled_because.as_deref()
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.gate.close();
        self.poller = None;
        // The notification thread ends later; until then the closed gate drops its events.
        self.notified = None;
    }
}

/// Watches the folder of the file: a watch on the file itself would end when the file is removed.
fn notified(gate: &Arc<Gate>) -> notify::Result<RecommendedWatcher> {
    let shared = Arc::clone(gate);
    let mut watcher = notify::recommended_watcher(move |event| shared.handle(event))?;
    let folder = gate.path.parent().unwrap_or(&gate.path);
    watcher.watch(folder, RecursiveMode::NonRecursive)?;
    Ok(watcher)
}

/// Passes events on to the callback until it is closed.
struct Gate {
    path: PathBuf,
    closed: AtomicBool,
    /// The thread that runs the callback.
    inside: Mutex<Option<ThreadId>>,
    file: Mutex<Watched>,
}

struct Watched {
    seen: Option<FileState>,
    callback: Box<dyn FnMut(Change) + Send>,
}

impl Gate {
    fn new(path: &Path, callback: Box<dyn FnMut(Change) + Send>) -> Result<Arc<Self>> {
        let path = path.canonicalize()?;
        refuse_unmappable(&path.metadata()?)?;
        let file = Mutex::new(Watched { seen: FileState::of(&path), callback });
        Ok(Arc::new(Self { path, closed: AtomicBool::new(false), inside: Mutex::default(), file }))
    }

    /// Locks the state. A panicking callback leaves it consistent.
    fn file(&self) -> MutexGuard<'_, Watched> {
        self.file.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn inside(&self) -> MutexGuard<'_, Option<ThreadId>> {
        self.inside.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn handle(&self, event: notify::Result<Event>) {
        let Ok(event) = event else { return self.compare(true) };
        let ours = event.paths.contains(&self.path);
        match event.kind {
            _ if event.need_rescan() => self.compare(true),
            _ if !ours => {}
            EventKind::Access(_) => {}
            // Two writes within one clock tick have the same modification time, so comparing times alone may miss one.
            EventKind::Modify(ModifyKind::Data(_) | ModifyKind::Any) => self.compare(true),
            _ => self.compare(false),
        }
    }

    /// Compares the file with its last known state and runs the callback on a difference. With `reported`, it runs the
    /// callback even without a visible difference.
    fn compare(&self, reported: bool) {
        let mut file = self.file();
        if self.closed.load(Ordering::Acquire) {
            return;
        }
        let now = FileState::of(&self.path);
        let change = match (&file.seen, &now) {
            (None, None) => None,
            (Some(_), None) => Some(Change::Removed),
            (None, Some(_)) => Some(Change::Replaced),
            (Some(before), Some(now)) if before.id != now.id => Some(Change::Replaced),
            (Some(before), Some(now)) if now.len < before.len => Some(Change::Truncated),
            (before, now) => (reported || before != now).then_some(Change::Modified),
        };
        file.seen = now;
        if let Some(change) = change {
            *self.inside() = Some(thread::current().id());
            let _left = Leave(self);
            (file.callback)(change);
        }
    }

    /// Blocks all later callbacks and waits for a running one, unless the current thread runs it.
    fn close(&self) {
        self.closed.store(true, Ordering::Release);
        let inside = *self.inside();
        if inside != Some(thread::current().id()) {
            drop(self.file());
        }
    }
}

/// Clears the callback thread, even after a panic.
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

/// The state of a file that is compared.
#[derive(Debug, PartialEq, Eq)]
struct FileState {
    id: (u64, u64, Option<SystemTime>),
    len: u64,
    modified: Option<SystemTime>,
}

impl FileState {
    fn of(path: &Path) -> Option<Self> {
        let metadata = path.metadata().ok()?;
        let (len, modified) = (metadata.len(), metadata.modified().ok());
        Some(Self { id: id(&metadata), len, modified })
    }
}

/// Returns the identity of a file. Inode numbers are reused, so the creation time is part of it.
#[cfg(unix)]
fn id(metadata: &Metadata) -> (u64, u64, Option<SystemTime>) {
    use std::os::unix::fs::MetadataExt;
    (metadata.dev(), metadata.ino(), metadata.created().ok())
}

#[cfg(not(unix))]
fn id(metadata: &Metadata) -> (u64, u64, Option<SystemTime>) {
    (0, 0, metadata.created().ok())
}

/// A polling thread, which ends when this is dropped.
///
/// The poller of `notify` compares times in whole seconds and misses changes within one.
#[derive(Debug)]
struct Poller {
    stop: Arc<(Mutex<bool>, Condvar)>,
    thread: Option<JoinHandle<()>>,
}

impl Poller {
    fn start(gate: Arc<Gate>, interval: Duration) -> io::Result<Self> {
        let stop = Arc::new((Mutex::new(false), Condvar::new()));
        let shared = Arc::clone(&stop);
        let run = move || {
            loop {
                let stopped = shared.0.lock().unwrap_or_else(PoisonError::into_inner);
                let waiting = shared.1.wait_timeout_while(stopped, interval, |stopped| !*stopped);
                if *waiting.unwrap_or_else(PoisonError::into_inner).0 {
                    return;
                }
                gate.compare(false);
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
        // A callback may drop its own watch; its thread cannot join itself.
        if let Some(thread) = self.thread.take()
            && thread.thread().id() != thread::current().id()
        {
            let _ = thread.join();
        }
    }
}
