//! `pagecut tree`: every box, element or transport packet, with its place.

mod line;

use std::fmt::Display;
use std::io::{self, BufWriter, Write};
use std::path::Path;

use pagecut::Result;

use crate::cli::{Common, Limit, Tree};
use crate::formats::{self, NamedSource};
use crate::output::Stdout;
use crate::{input, report};
pub(crate) use line::{Field, Line, Scalar, Value, write_json, write_place};

/// Where trees go, and how.
pub(crate) struct Printer<'run> {
    pub(crate) out: BufWriter<Stdout>,
    pub(crate) json: bool,
    /// The input, which every object of JSON names.
    pub(crate) name: &'run str,
}

/// Prints every input, and notes whether all of them are well.
pub(crate) fn run(args: &Tree, common: &Common, all_good: &mut bool) -> io::Result<()> {
    let files = input::inputs(&args.files);
    for path in &files {
        let name = path.display().to_string();
        let mut printer = Printer { out: BufWriter::new(Stdout::new()), json: args.json, name: &name };
        if files.len() > 1 && !args.json {
            writeln!(printer.out, "{name}:")?;
        }
        let printed = print(path, &args.limit, common, &mut printer);
        // What was found before an error stands before it.
        printer.out.flush()?;
        *all_good &= report::outcome(&name, printed)?;
    }
    Ok(())
}

/// Prints one input. Returns whether all of it is well; if it is not, that was told.
fn print(path: &Path, limit: &Limit, common: &Common, printer: &mut Printer<'_>) -> Result<bool> {
    let source = input::open_to_read(path, limit, common)?;
    let input = NamedSource { source: &source, name: printer.name, common };
    formats::of(source.detect()?)?.tree(input, printer)
}

impl Printer<'_> {
    /// Writes a line.
    pub(crate) fn write<K: Display>(&mut self, line: &Line<'_, K>) -> io::Result<()> {
        if self.json { line.write_json(self.name, &mut self.out) } else { line.write(&mut self.out) }
    }

    /// Reports damage after the lines before it. Returns `false`: not all is well.
    pub(crate) fn tell(&mut self, error: &pagecut::Error) -> io::Result<bool> {
        self.out.flush()?;
        report::error(self.name, error);
        Ok(false)
    }
}
