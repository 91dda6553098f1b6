//! Temporary files of outputs being written. Signals that end the process remove them.

use std::collections::HashSet;
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use tempfile::{NamedTempFile, TempPath};

/// Prefix of the names of temporary files; random letters and [`SUFFIX`] follow.
const PREFIX: &str = ".pagecut-";
const SUFFIX: &str = ".tmp";

/// The existing temporary files. The lock is held while one is created, renamed or removed, so that a signal comes before or after that,
/// and not between the renames of several outputs.
static PATHS: Mutex<Option<HashSet<PathBuf>>> = Mutex::new(None);

fn lock() -> MutexGuard<'static, Option<HashSet<PathBuf>>> {
    PATHS.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A temporary file. Dropping it removes it.
#[derive(Debug)]
pub(super) struct Unfinished {
    /// `None` after the rename.
    path: Option<TempPath>,
    key: PathBuf,
}

impl Unfinished {
    /// Creates a temporary file in a directory with the given permission bits, less those of the umask.
    pub(super) fn create(directory: &Path, mode: u32) -> io::Result<(File, Self)> {
        #[cfg(unix)]
        signals::handle();
        let mut paths = lock();
        let mut code = None;
        let created = tempfile::Builder::new().prefix(PREFIX).suffix(SUFFIX).make_in(directory, |path| {
            let file = create_new(path, mode);
            code = file.as_ref().err().and_then(io::Error::raw_os_error);
            file
        });
        // The error of the crate names the temporary file, which is unknown to the user.
        let created: NamedTempFile =
            created.map_err(|error| code.map_or(error, io::Error::from_raw_os_error))?;
        let (file, path) = created.into_parts();
        let key = path.to_path_buf();
        paths.get_or_insert_default().insert(key.clone());
        Ok((file, Self { path: Some(path), key }))
    }
}

#[cfg_attr(not(unix), expect(unused_variables, reason = "files have no such permissions there"))]
fn create_new(path: &Path, mode: u32) -> io::Result<File> {
    let mut options = File::options();
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, mode);
    options.read(true).write(true).create_new(true).open(path)
}

impl Drop for Unfinished {
    fn drop(&mut self) {
        let mut paths = lock();
        drop(self.path.take());
        if let Some(paths) = &mut *paths {
            paths.remove(&self.key);
        }
    }
}

/// Renames temporary files to their final names. Only the death of the process interrupts this.
///
/// # Errors
///
/// That of the first rename that fails, with its index. Files that were not renamed are removed.
pub(super) fn rename_all(files: Vec<(Unfinished, &Path)>) -> Result<(), (usize, io::Error)> {
    let mut paths = lock();
    let mut result = Ok(());
    let mut rest = Vec::new();
    for (position, (mut file, target)) in files.into_iter().enumerate() {
        if let (Ok(()), Some(path)) = (&result, file.path.take()) {
            match path.persist(target) {
                Ok(()) => {}
                Err(failed) => {
                    result = Err((position, failed.error));
                    file.path = Some(failed.path);
                }
            }
        }
        if file.path.is_none()
            && let Some(paths) = &mut *paths
        {
            paths.remove(&file.key);
        }
        rest.push(file);
    }
    // Each takes the lock when it is dropped.
    drop(paths);
    drop(rest);
    result
}

/// Handlers of signals that end the process.
#[cfg(unix)]
mod signals {
    use std::fs;
    use std::sync::Arc;
    use std::sync::Once;
    use std::sync::atomic::AtomicBool;
    use std::thread;

    use signal_hook::consts::{
        SIGALRM, SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2, SIGXCPU, SIGXFSZ,
    };
    use signal_hook::iterator::Signals;
    use signal_hook::low_level;

    /// The signals that end a process by default, and that people and batch systems send.
    const SIGNALS: [i32; 8] = [SIGALRM, SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2, SIGXCPU];

    /// Sets the handlers, once. If the system refuses, a signal does not remove the temporary file, as `SIGKILL` does not.
    pub(super) fn handle() {
        static ONCE: Once = Once::new();
        ONCE.call_once(|| {
            // With a handler, a write past `RLIMIT_FSIZE` is an error.
            let _ = signal_hook::flag::register(SIGXFSZ, Arc::new(AtomicBool::new(false)));
            let ignored = ignored();
            let handled = SIGNALS.into_iter().filter(|signal| ignored & 1 << (signal - 1) == 0);
            let Ok(mut signals) = Signals::new(handled) else { return };
            let wait = move || {
                if let Some(signal) = signals.forever().next() {
                    end(signal);
                }
            };
            let _ = thread::Builder::new().name("pagecut-signals".to_owned()).spawn(wait);
        });
    }

    /// Removes every temporary file and ends the process as the signal would have.
    fn end(signal: i32) {
        // Held until the process ends, so that no other file is created or renamed.
        let paths = super::lock();
        for path in paths.iter().flatten() {
            let _ = fs::remove_file(path);
        }
        let _ = low_level::emulate_default_handler(signal);
        low_level::exit(128 + signal);
    }

    /// The signals that the parent process ignores, as `nohup` does; bit 0 is signal 1. They stay ignored.
    fn ignored() -> u64 {
        let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
        let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
        mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).unwrap_or(0)
    }
}
