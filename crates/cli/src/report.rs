//! Messages on standard error.

use std::fmt::Display;
use std::io::Write;

use anstyle::{AnsiColor, Style};
use pagecut::Gap;

const BAD: Style = AnsiColor::Red.on_default().bold();

const NOTE: Style = AnsiColor::Yellow.on_default().bold();

/// Says what is other than it was asked for, with whom.
pub(crate) fn note(who: &str, what: &dyn Display) {
    let _ = writeln!(anstream::stderr(), "{NOTE}pagecut: {who}:{NOTE:#} {what}");
}

/// Says where nothing could be read.
pub(crate) fn gap(who: &str, gap: &Gap) {
    let (start, end) = (gap.range.start, gap.range.end);
    note(who, &format!("gap of bytes {start} to {end} ({}): {}", end - start, gap.error));
}

/// Says what went wrong, with whom.
pub(crate) fn error(who: &str, error: &dyn Display) {
    // Where nobody can be told, the exit status still tells.
    let _ = writeln!(anstream::stderr(), "{BAD}pagecut: {who}:{BAD:#} {error}");
}
