//! Messages on standard error.

use std::fmt::Display;
use std::io::{self, Write};

use anstyle::{AnsiColor, Style};
use pagecut::{Error, ErrorKind, Gap, Result, record::LostBlock};

use crate::output::OutputError;

const BAD: Style = AnsiColor::Red.on_default().bold();

const NOTE: Style = AnsiColor::Yellow.on_default().bold();

/// Prints a note about `who`, for a deviation from the request.
pub(crate) fn note(who: &str, what: &dyn Display) {
    let _ = writeln!(anstream::stderr(), "{NOTE}pagecut: {who}:{NOTE:#} {what}");
}

/// Formats a number with a noun: `1 record`, `2 records`.
pub(crate) fn counted(number: u64, noun: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {noun}{plural}")
}

/// Describes the loss in a gap.
fn lost(lost: &LostBlock) -> String {
    let (start, end) = (lost.compressed.start, lost.compressed.end);
    let held = match &lost.decompressed {
        Some(held) => format!("held bytes {} to {}", held.start, held.end),
        None => "held bytes of an unknown number".to_owned(),
    };
    format!(", and compressed bytes {start} to {end} ({}), which {held}", end - start)
}

/// Prints a note about a gap.
pub(crate) fn gap(who: &str, gap: &Gap) {
    let (start, end) = (gap.range.start, gap.range.end);
    let lost = gap.lost.as_deref().map_or_else(String::new, lost);
    note(who, &format!("gap of bytes {start} to {end} ({}){lost}: {}", end - start, gap.error));
}

/// Prints an error about `who`.
pub(crate) fn error(who: &str, error: &dyn Display) {
    // If standard error fails, the exit status still shows the error.
    let _ = writeln!(anstream::stderr(), "{BAD}pagecut: {who}:{BAD:#} {error}");
}

/// Reports an error of the library: that of an output under the name of the output, any other under `who`.
pub(crate) fn failure(who: &str, failure: &Error) {
    match OutputError::find(failure) {
        Some(of_output) => error(&of_output.output, of_output),
        None => error(who, failure),
    }
}

/// Reports an error, if there is one. Returns whether there was no error and the result is good. A closed output pipe is not reported but
/// returned as an error, as in every command.
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

/// Returns the error if the output pipe is closed.
pub(crate) fn pass_on_broken_pipe(error: &Error) -> io::Result<()> {
    match error.kind() {
        ErrorKind::Io(refused) if refused.kind() == io::ErrorKind::BrokenPipe => {
            Err(io::ErrorKind::BrokenPipe.into())
        }
        _ => Ok(()),
    }
}
