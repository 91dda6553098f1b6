//! Output of trees.

use std::fmt::Display;
use std::io::{self, BufWriter, Write};

use super::line::Line;
use crate::output::Stdout;
use crate::report;

/// Output of trees.
pub(crate) struct Printer<'run> {
    pub(crate) out: BufWriter<Stdout>,
    pub(crate) json: bool,
    /// Name of the input, in every JSON object.
    pub(crate) name: &'run str,
}

impl Printer<'_> {
    /// Writes a line.
    pub(crate) fn write<K: Display>(&mut self, line: &Line<'_, K>) -> io::Result<()> {
        if self.json { line.write_json(self.name, &mut self.out) } else { line.write(&mut self.out) }
    }

    /// Reports damage after the lines before it. Returns `false`, for damaged.
    pub(crate) fn report(&mut self, error: &pagecut::Error) -> io::Result<bool> {
        self.out.flush()?;
        report::error(self.name, error);
        Ok(false)
    }
}
