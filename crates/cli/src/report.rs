//! Messages on standard error.

use std::fmt::Display;
use std::io::Write;

use anstyle::{AnsiColor, Style};

const BAD: Style = AnsiColor::Red.on_default().bold();

/// Says what went wrong, with whom.
pub(crate) fn error(who: &str, error: &dyn Display) {
    // Where nobody can be told, the exit status still tells.
    let _ = writeln!(anstream::stderr(), "{BAD}pagecut: {who}:{BAD:#} {error}");
}
