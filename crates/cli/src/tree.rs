//! `pagecut tree`: every box, element or transport packet, with its place.

mod line;
mod packets;

use std::fmt::Display;
use std::io::{self, BufWriter, Write};
use std::path::Path;

use pagecut::media::matroska;
use pagecut::media::mp4;
use pagecut::{FileKind, Result};

use crate::cli::{Common, Limit, Tree};
use crate::output::Stdout;
use crate::{input, media, report};
use line::Line;

/// Where trees go, and how.
struct Printer<'run> {
    out: BufWriter<Stdout>,
    json: bool,
    /// The input, which every object of JSON names.
    name: &'run str,
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
    let name = printer.name;
    match source.detect()? {
        FileKind::MpegTs(packets) => {
            input::work(&source, name, common, || packets::print(&source, &packets, printer))
        }
        FileKind::Mp4 => media::with_whole(&source, name, common, |data| printer.boxes(data)),
        FileKind::Matroska => media::with_whole(&source, name, common, |data| printer.elements(data)),
        _ => {
            Err(media::unsupported("only media containers have a tree: MP4, Matroska and transport streams"))
        }
    }
}

impl Printer<'_> {
    fn boxes(&mut self, data: &[u8]) -> Result<bool> {
        let mut all_good = true;
        for node in mp4::Tree::of(data) {
            match node {
                Ok(node) => self.write(&Line::of_box(&node))?,
                Err(error) => all_good = self.tell(&error)?,
            }
        }
        Ok(all_good)
    }

    fn elements(&mut self, data: &[u8]) -> Result<bool> {
        let mut all_good = true;
        for node in matroska::tree(data) {
            match node {
                Ok(node) => self.write(&Line::of_element(&node))?,
                Err(error) => all_good = self.tell(&error)?,
            }
        }
        Ok(all_good)
    }

    fn write<K: Display>(&mut self, line: &Line<'_, K>) -> io::Result<()> {
        if self.json { line.write_json(self.name, &mut self.out) } else { line.write(&mut self.out) }
    }

    /// Tells of damage where it is.
    fn tell(&mut self, error: &pagecut::Error) -> io::Result<bool> {
        self.out.flush()?;
        report::error(self.name, error);
        Ok(false)
    }
}
