//! Messages on standard error.

use std::fmt::Display;

use anstyle::{AnsiColor, Style};

const BAD: Style = AnsiColor::Red.on_default().bold();

/// Says what went wrong, with whom.
pub(crate) fn error(who: &str, error: &dyn Display) {
    anstream::eprintln!("{BAD}pagecut: {who}:{BAD:#} {error}");
}
