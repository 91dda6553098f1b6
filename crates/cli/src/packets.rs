//! `pagecut packets`: the packets of media files, as `ffprobe -show_packets` prints them.

mod list;
mod row;
mod rows;

use std::io::{self, Write};
use std::path::Path;

use pagecut::Result;
use pagecut::media::Container;

pub(crate) use row::Field;

use crate::cli::{Common, Limit, Packets as Args, PacketsFormat};
use crate::streams::{Kind, Selection};
use crate::{formats, input, media, report};
use list::List;
use row::Row;
use rows::Rows;

/// What is wanted of packets.
struct Wanted<'a> {
    format: PacketsFormat,
    fields: &'a [Field],
    /// Whether the payloads are read.
    hashes: bool,
    raw_times: bool,
    selection: Option<Selection>,
    /// Whether the list names the file.
    names: bool,
    /// How much is read at the most.
    limit: &'a Limit,
}

impl Wanted<'_> {
    /// Whether each stream, of this kind, is wanted.
    fn streams(&self, kinds: &[Kind]) -> Vec<bool> {
        self.selection.map_or_else(|| vec![true; kinds.len()], |selection| selection.among(kinds))
    }
}

/// Lists the packets of every input, and notes whether all of them are well.
pub(crate) fn run(args: &Args, common: &Common, out: &mut dyn Write, all_good: &mut bool) -> io::Result<()> {
    let inputs = input::inputs(&args.files);
    let fields = fields(args);
    let wanted = Wanted {
        format: args.of,
        fields: &fields,
        hashes: fields.contains(&Field::DataHash),
        raw_times: args.raw_times,
        selection: args.select_streams,
        names: inputs.len() > 1,
        limit: &args.limit,
    };
    for path in &inputs {
        let name = path.display().to_string();
        match list(path, &name, &wanted, common, out) {
            Ok(written) => *all_good &= written?,
            Err(error) => {
                out.flush()?;
                report::error(&name, &error);
                *all_good = false;
            }
        }
        // Whoever reads need not wait for the next file.
        out.flush()?;
    }
    Ok(())
}

/// The fields that are wanted, in the order in which they are printed.
fn fields(args: &Args) -> Vec<Field> {
    let default = match args.of {
        PacketsFormat::Csv => &row::CSV[..],
        PacketsFormat::Json => &row::JSON[..],
    };
    let mut fields = if args.entries.is_empty() { default.to_vec() } else { args.entries.clone() };
    if args.crc32 {
        fields.push(Field::DataHash);
    }
    fields.sort_unstable();
    fields.dedup();
    fields
}

/// Lists the packets of one input. Says whether all of it was well, or why that could not be written.
fn list(
    path: &Path,
    name: &str,
    wanted: &Wanted<'_>,
    common: &Common,
    out: &mut dyn Write,
) -> Result<io::Result<bool>> {
    let source = input::open_to_read(path, wanted.limit, common)?;
    let kind = source.detect()?;
    let format = formats::of(kind)?;
    media::with_whole(&source, name, common, |data| {
        let kind = kind.container().ok_or_else(|| format.lacks_streams())?;
        let container = Container::read_as(kind, data)?;
        let rows = Rows::new(&container, wanted);
        Ok(Output::begin(out, wanted, name).and_then(|output| output.put_all(rows)))
    })
}

/// Where the rows of one input go.
struct Output<'a> {
    list: List<'a>,
    name: &'a str,
    all_good: bool,
}

impl<'a> Output<'a> {
    fn begin(out: &'a mut dyn Write, wanted: &'a Wanted<'_>, name: &'a str) -> io::Result<Self> {
        let list = List::begin(out, wanted.format, wanted.fields, wanted.names.then_some(name))?;
        Ok(Self { list, name, all_good: true })
    }

    /// Writes a row; reports an error at its place between the rows.
    fn put(&mut self, row: Result<Row>) -> io::Result<()> {
        match row {
            Ok(row) => self.list.push(&row),
            Err(error) => {
                self.list.flush()?;
                report::error(self.name, &error);
                self.all_good = false;
                Ok(())
            }
        }
    }

    /// Writes all rows, and ends the list.
    fn put_all(mut self, rows: Rows<'_, '_>) -> io::Result<bool> {
        for row in rows {
            self.put(row)?;
        }
        self.end()
    }

    /// Ends the list. Returns whether there was no error.
    fn end(self) -> io::Result<bool> {
        self.list.end()?;
        Ok(self.all_good)
    }
}
