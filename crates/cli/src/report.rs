//! Messages on standard error.

use std::fmt::Display;
use std::io::{self, Write};

use anstyle::{AnsiColor, Style};
use pagecut::{Error, ErrorKind, Gap, LostBlock, Result};

use crate::output::OutputError;

const BAD: Style = AnsiColor::Red.on_default().bold();

const NOTE: Style = AnsiColor::Yellow.on_default().bold();

/// Says what is other than it was asked for, with whom.
pub(crate) fn note(who: &str, what: &dyn Display) {
    let _ = writeln!(anstream::stderr(), "{NOTE}pagecut: {who}:{NOTE:#} {what}");
}

/// A number of things, of which there may be one: `1 record`, `2 records`.
pub(crate) fn counted(number: u64, noun: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {noun}{plural}")
}

/// What is lost within a gap.
fn lost(lost: &LostBlock) -> String {
    let (start, end) = (lost.packed.start, lost.packed.end);
    let held = match &lost.unpacked {
        Some(held) => format!("held bytes {} to {}", held.start, held.end),
        None => "held bytes of an unknown number".to_owned(),
    };
    format!(", and compressed bytes {start} to {end} ({}), which {held}", end - start)
}

/// Says where nothing could be read.
pub(crate) fn gap(who: &str, gap: &Gap) {
    let (start, end) = (gap.range.start, gap.range.end);
    let lost = gap.lost.as_deref().map_or_else(String::new, lost);
    note(who, &format!("gap of bytes {start} to {end} ({}){lost}: {}", end - start, gap.error));
}

/// Says what went wrong, with whom.
pub(crate) fn error(who: &str, error: &dyn Display) {
    // Where nobody can be told, the exit status still tells.
    let _ = writeln!(anstream::stderr(), "{BAD}pagecut: {who}:{BAD:#} {error}");
}

/// Reports an error of the library: that of an output under the name of the output, any other under `who`.
pub(crate) fn failure(who: &str, failure: &Error) {
    match OutputError::find(failure) {
        Some(of_output) => error(&of_output.output, of_output),
        None => error(who, failure),
    }
}

/// Tells of an error, and whether there was none and all was well. That nobody reads any more is told as for every other command:
/// not at all, but passed on.
pub(crate) fn outcome(who: &str, done: Result<bool>) -> io::Result<bool> {
    match done {
        Ok(all_good) => Ok(all_good),
        Err(error) => {
            pass_on_broken_pipe(&error)?;
            failure(who, &error);
            Ok(false)
        }
    }
}

/// Passes on that nobody reads any more.
pub(crate) fn pass_on_broken_pipe(error: &Error) -> io::Result<()> {
    match error.kind() {
        ErrorKind::Io(refused) if refused.kind() == io::ErrorKind::BrokenPipe => {
            Err(io::ErrorKind::BrokenPipe.into())
        }
        _ => Ok(()),
    }
}
