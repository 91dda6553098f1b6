//! Progress bars.

use std::io::{IsTerminal, stderr};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};
use pagecut::Source;

/// Time after which a bar appears.
const PATIENCE: Duration = Duration::from_secs(1);

/// Maximum length of an input that needs no bar, and no thread for it: reading it takes less than the delay.
const SHORT: u64 = 1 << 20;

/// Interval between updates.
const TICK: Duration = Duration::from_millis(100);

/// Number of the present file, from 1, and number of all files.
static FILE: Mutex<(usize, usize)> = Mutex::new((1, 1));

/// Numbers files as they are worked on, so that the progress of each shows its number.
pub(crate) fn numbered<T>(files: Vec<T>) -> impl Iterator<Item = T> {
    let all = files.len();
    files.into_iter().enumerate().map(move |(index, file)| {
        *FILE.lock().unwrap_or_else(PoisonError::into_inner) = (index + 1, all);
        file
    })
}

/// Returns the name of an input with its number, if there are several: `[2/5] reads.fastq`.
fn label(name: &str) -> String {
    match *FILE.lock().unwrap_or_else(PoisonError::into_inner) {
        (_, 0 | 1) => name.to_owned(),
        (number, all) => format!("[{number}/{all}] {name}"),
    }
}

/// Does `work` on a source, and meanwhile shows a bar on standard error if that is a terminal and it takes long.
pub(crate) fn show<T>(source: &Source, name: &str, quiet: bool, work: impl FnOnce() -> T) -> T {
    show_bytes(source.len_hint(), &|| source.bytes_done(), name, quiet, work)
}

/// Runs `work` on `len` bytes, if that is known, and shows a bar. `done` counts the bytes processed.
pub(crate) fn show_bytes<T>(
    len: Option<u64>,
    bytes_done: &(dyn Fn() -> u64 + Sync),
    name: &str,
    quiet: bool,
    work: impl FnOnce() -> T,
) -> T {
    if quiet || len.is_some_and(|len| len <= SHORT) || !stderr().is_terminal() {
        return work();
    }
    let (done, is_done) = mpsc::channel::<()>();
    thread::scope(|scope| {
        let show = move || {
            if !matches!(is_done.recv_timeout(PATIENCE), Err(RecvTimeoutError::Timeout)) {
                return;
            }
            let bar = bar(len).with_prefix(label(name)).with_elapsed(PATIENCE);
            while let Err(RecvTimeoutError::Timeout) = is_done.recv_timeout(TICK) {
                bar.set_position(bytes_done());
            }
            bar.finish_and_clear();
        };
        // Without a thread there is no bar.
        let _ = thread::Builder::new().name("pagecut-progress".to_owned()).spawn_scoped(scope, show);
        let result = work();
        drop(done);
        result
    })
}

/// Creates a bar with an ETA if the length is known, or else a spinner.
fn bar(len: Option<u64>) -> ProgressBar {
    let (bar, template) = match len {
        Some(len) => {
            (ProgressBar::new(len), "{prefix} {wide_bar} {bytes}/{total_bytes}, {bytes_per_sec}, {eta} left")
        }
        None => (ProgressBar::new_spinner(), "{prefix} {spinner} {bytes}, {bytes_per_sec}"),
    };
    let style = ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar());
    bar.with_style(style)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_have_numbers_if_there_are_several() {
        let labels: Vec<_> = numbered(vec!["a", "b"]).map(label).collect();
        assert_eq!(labels, ["[1/2] a", "[2/2] b"]);
        let labels: Vec<_> = numbered(vec!["a"]).map(label).collect();
        assert_eq!(labels, ["a"]);
    }
}
