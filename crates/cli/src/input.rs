//! Opening of the inputs that the arguments name.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Seek as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use pagecut::compress::Decoder;
use pagecut::io::ZeroCopyConfig;
use pagecut::source::Reader;
use pagecut::{Error, ErrorKind, Result, Source, SourceOptions};

use crate::args::{Common, Io, Limit};
use crate::{descriptors, progress, report};

/// Name of standard input, as argument and in output.
pub(crate) const STDIN: &str = "-";

/// Returns the inputs that the arguments name: standard input if they name none.
pub(crate) fn inputs(files: &[PathBuf]) -> Vec<PathBuf> {
    if files.is_empty() { vec![STDIN.into()] } else { files.to_vec() }
}

/// Returns the options for reading files.
pub(crate) fn config(common: &Common) -> ZeroCopyConfig {
    ZeroCopyConfig::new().strategy(common.io.strategy()).mmap(!common.no_mmap)
}

/// The note for BGZF without an end-of-file block.
pub(crate) const UNCLOSED: &str =
    "the end-of-file block of BGZF is missing, so the file may have been truncated between two blocks";

/// Prints a note that reading ended at an error, if that is an error of compressed bytes.
pub(crate) fn report_end(name: &str, error: &Error) {
    if error.compressed_place().is_some() {
        report::note(name, &"reading ends there: only damaged BGZF blocks can be skipped");
    }
}

/// Runs `work` on a source with a progress bar, and prints a note if the source may be truncated.
pub(crate) fn work<T>(source: &Source, name: &str, common: &Common, work: impl FnOnce() -> T) -> T {
    let result = progress::show(source, name, common.quiet, work);
    note_unclosed(source, name);
    result
}

/// Prints a note if a source may be truncated.
pub(crate) fn note_unclosed(source: &Source, name: &str) {
    if !source.is_closed() {
        report::note(name, &UNCLOSED);
    }
}

/// Opens an input for access at any position, if it is not longer than allowed.
pub(crate) fn open(path: &Path, limit: &Limit, common: &Common) -> Result<Source> {
    let options = options(limit, common);
    // An index next to standard input is unknown, even if that is a file.
    let source = if is_stdin(path) {
        take_stdin()?;
        Source::from_reader(io::stdin(), options)
    } else {
        open_file(path, options, common)?
    };
    // An input without positions is refused where a position is needed.
    match limit.max_bytes {
        Some(most) if source.random_access().is_ok_and(|content| content.len() > most) => {
            Err(ErrorKind::InputTooLong { most }.into())
        }
        _ => Ok(source),
    }
}

/// Opens an input that is read to its end, if it is not longer than allowed.
pub(crate) fn open_to_read(path: &Path, limit: &Limit, common: &Common) -> Result<Source> {
    let options = options(limit, common);
    if !is_stdin(path) {
        return open_file(path, options, common);
    }
    take_stdin()?;
    let Some(file) = whole_file_on_stdin() else { return Ok(Source::from_reader(io::stdin(), options)) };
    let source = Source::from_file(file, options)?;
    note_refusals(&source, path, common);
    Ok(source)
}

/// Opens a list that an option names, which may be compressed.
pub(crate) fn open_list(path: &Path) -> Result<Box<dyn BufRead>> {
    if is_stdin(path) {
        take_stdin()?;
        return Ok(Box::new(BufReader::new(Decoder::new(io::stdin())?)));
    }
    descriptors::check_path(path)?;
    Ok(Box::new(BufReader::new(Decoder::new(File::open(path)?)?)))
}

fn options(limit: &Limit, common: &Common) -> SourceOptions {
    let options = SourceOptions::new().config(config(common)).threads(common.threads.into());
    limit.max_bytes.map_or(options, |most| options.max_len(most))
}

fn is_stdin(path: &Path) -> bool {
    path.as_os_str() == STDIN
}

/// Takes standard input, which can be read once.
///
/// # Errors
///
/// If it was taken before, or cannot be read.
fn take_stdin() -> io::Result<()> {
    static IS_TAKEN: AtomicBool = AtomicBool::new(false);
    // A second reader would find it empty.
    if IS_TAKEN.swap(true, Ordering::Relaxed) {
        return Err(io::Error::other("standard input can be read once only"));
    }
    descriptors::check_stdin()
}

/// Returns standard input as a file if it is a regular file at offset 0: it can be read repeatedly, like a named file. Processes that share
/// its offset find it at the end afterwards.
#[cfg(unix)]
fn whole_file_on_stdin() -> Option<File> {
    use std::os::fd::AsFd as _;

    let mut file = File::from(io::stdin().as_fd().try_clone_to_owned().ok()?);
    let is_whole = file.metadata().ok()?.is_file() && file.stream_position().ok()? == 0;
    is_whole.then_some(file)
}

#[cfg(not(unix))]
fn whole_file_on_stdin() -> Option<File> {
    None
}

/// Reopens a file that was opened for access by position, to read it from its start.
pub(crate) fn open_again(path: &Path) -> io::Result<File> {
    #[cfg(unix)]
    if is_stdin(path) {
        use std::os::fd::AsFd as _;

        let mut file = File::from(io::stdin().as_fd().try_clone_to_owned()?);
        file.rewind()?;
        return Ok(file);
    }
    File::open(path)
}

fn open_file(path: &Path, options: SourceOptions, common: &Common) -> Result<Source> {
    descriptors::check_path(path)?;
    let source = Source::with_options(path, options).map_err(without_path)?;
    note_refusals(&source, path, common);
    Ok(source)
}

/// Returns the error of the system for an error of opening, since messages of the command start with the path.
fn without_path(error: Error) -> Error {
    let ErrorKind::Io(opening) = error.kind() else { return error };
    let source = opening.get_ref().and_then(|opening| opening.source());
    let code = source.and_then(|source| source.downcast_ref::<io::Error>()).and_then(io::Error::raw_os_error);
    code.map_or(error, |code| io::Error::from_raw_os_error(code).into())
}

/// Prints notes about requested backends that are unavailable.
fn note_refusals(source: &Source, path: &Path, common: &Common) {
    if !common.quiet && common.io != Io::Auto {
        for refusal in source.reader().map_or(&[][..], Reader::refusals) {
            let what = format!("{}: {}; it is read instead", refusal.backend, refusal.reason);
            report::note(&path.display().to_string(), &what);
        }
    }
}
