//! `pagecut packets`: the packets of media files, as `ffprobe -show_packets` prints them.

mod list;
mod matroska;
mod mp4;
mod row;

use std::io::{self, Write};
use std::path::Path;

use pagecut::media::matroska::Segment;
use pagecut::media::mp4::Movie;
use pagecut::{FileKind, Result};

pub(crate) use row::Field;

use crate::cli::{Common, Packets as Args, PacketsFormat};
use crate::streams::{Kind, Selection};
use crate::{input, media, report};
use list::List;
use row::Row;

/// What is wanted of packets.
struct Packets<'a> {
    raw_times: bool,
    selection: Option<Selection>,
    fields: &'a [Field],
    /// Whether the payloads are read.
    hashes: bool,
}

impl Packets<'_> {
    /// Whether each stream, of this kind, is wanted.
    fn wanted(&self, kinds: &[Kind]) -> Vec<bool> {
        self.selection.map_or_else(|| vec![true; kinds.len()], |selection| selection.among(kinds))
    }
}

/// Lists the packets of every input, and notes whether all of them are well.
pub(crate) fn run(args: &Args, common: &Common, out: &mut dyn Write, all_good: &mut bool) -> io::Result<()> {
    let fields = fields(args);
    let hashes = fields.contains(&Field::DataHash);
    let packets = Packets { raw_times: args.raw_times, selection: args.select_streams, fields: &fields, hashes };
    let inputs = input::inputs(&args.files);
    for path in &inputs {
        let name = path.display().to_string();
        let listed = list(path, &name, (inputs.len() > 1).then_some(name.as_str()), args.of, &packets, common, out);
        match listed {
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
    prefix: Option<&str>,
    format: PacketsFormat,
    packets: &Packets<'_>,
    common: &Common,
    out: &mut dyn Write,
) -> Result<io::Result<bool>> {
    let source = input::open(path, common)?;
    let kind = source.detect()?;
    media::demand(kind)?;
    media::with_whole(&source, name, common, |data| {
        let mut write = |rows: &mut dyn Iterator<Item = Result<Row>>| {
            write(rows, name, List::begin(out, format, packets.fields, prefix)?)
        };
        Ok(match kind {
            FileKind::Mp4 => write(&mut mp4::packets(&Movie::read(data)?, packets)),
            _ => write(&mut matroska::packets(&Segment::read(data)?, packets)),
        })
    })
}

/// Writes rows, says what is wrong where it comes, and whether nothing was.
fn write(rows: &mut dyn Iterator<Item = Result<Row>>, name: &str, mut list: List<'_>) -> io::Result<bool> {
    let mut all_good = true;
    for row in rows {
        match row {
            Ok(row) => list.push(&row)?,
            Err(error) => {
                list.flush()?;
                report::error(name, &error);
                all_good = false;
            }
        }
    }
    list.end()?;
    Ok(all_good)
}

/// The CRC-32 of a payload.
fn crc32<'a>(slices: impl IntoIterator<Item = &'a [u8]>) -> u32 {
    let mut hasher = crc32fast::Hasher::new();
    slices.into_iter().for_each(|slice| hasher.update(slice));
    hasher.finalize()
}
