//! `pagecut stats`: counts of records and letters.

mod fault;
mod outcome;
mod packets;
mod reads;
mod tracks;

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use clap::Args;
use pagecut::Result;

use crate::args::{Common, Limit};
use crate::named_source::NamedSource;
use crate::pairs::{self, Input, MatesByName};
use crate::table::{Cell, Table};
use crate::{formats, input, progress, report};
pub(crate) use outcome::{Counted, Outcome};
pub(crate) use packets::PacketCounts;
pub(crate) use reads::ReadCounts;
pub(crate) use tracks::{TrackRow, Tracks};

/// Arguments of `pagecut stats`.
#[derive(Debug, Args)]
#[command(
    after_help = "The verdict is FAILED for an input that cannot be read to its end, and for what `verify` finds in the bytes that are \
                  counted: continuity and transport errors of MPEG-TS, and a missing end-of-file block of BGZF. Other checks, such as those of \
                  CRC-32 elements of Matroska, need `verify`. Cells are `-` (null in JSON) if an error prevents the counts."
)]
pub(crate) struct Stats {
    /// Files; `-`, or none at all, for standard input
    files: Vec<PathBuf>,
    #[command(flatten)]
    limit: Limit,
    #[command(flatten)]
    mates: MatesByName,
    /// All columns: quartiles of the lengths, gaps, N50, qualities, GC content
    #[arg(short, long)]
    all: bool,
    /// Columns separated by tabs, numbers without commas
    #[arg(short = 'T', long)]
    tabular: bool,
    /// One JSON object per file, one per line
    #[arg(long, conflicts_with = "tabular")]
    json: bool,
}

/// Counts in every input. Sets `all_good` to `false` if one is damaged.
pub(crate) fn run(args: &Stats, common: &Common, out: &mut dyn Write, all_good: &mut bool) -> io::Result<()> {
    let mut tables = Tables::new(args);
    let inputs = progress::numbered(args.mates.group(&args.files, all_good));
    let count_alone = |path: &Path| count(path, args, common);
    let outcomes = inputs.flat_map(|input| match &input {
        Input::Alone(path) | Input::WithoutMate(path, _) => vec![count_alone(path)],
        _ => pairs::stats::count(&input, args.all, &args.limit, common, count_alone),
    });
    for Counted { name, outcome, is_closed } in outcomes {
        let errors = outcome.as_ref().map_or_else(std::slice::from_ref, Outcome::errors);
        errors.iter().for_each(|error| report::error(&name, error));
        let is_good = is_closed && errors.is_empty();
        *all_good &= is_good;
        if args.json {
            match &outcome {
                Ok(Outcome::Reads(counts)) => write_json(out, &counts.json(args.all, is_closed))?,
                Ok(Outcome::Packets(counts)) => write_json(out, &counts.json(is_closed))?,
                Ok(Outcome::Tracks(tracks)) => write_json(out, &tracks.json(is_closed))?,
                Err(error) => write_json(out, &reads::json_of_failure(&name, error, args.all))?,
            }
        } else {
            tables.add(&name, &outcome, is_good, out)?;
        }
    }
    tables.end(out)
}

/// One table for each kind of counts. Its last column is the verdict on the file.
struct Tables<'run> {
    args: &'run Stats,
    reads: Table,
    packets: Table,
    tracks: Table,
    /// The table whose row was printed last.
    printed: Option<Kind>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Reads,
    Packets,
    Tracks,
}

impl<'run> Tables<'run> {
    fn new(args: &'run Stats) -> Self {
        let table = |columns: Vec<&'static str>| Table::new([columns, vec!["verdict"]].concat());
        Self {
            args,
            reads: table(reads::columns(args.all)),
            packets: table(packets::COLUMNS.to_vec()),
            tracks: table(tracks::COLUMNS.to_vec()),
            printed: None,
        }
    }

    /// Adds the rows of an input: at least one, whose cells are unknown if there are no counts. Tab-separated rows are printed at once.
    fn add(
        &mut self,
        name: &str,
        counted: &Result<Outcome>,
        is_good: bool,
        out: &mut dyn Write,
    ) -> io::Result<()> {
        let (kind, mut rows) = match counted {
            Ok(Outcome::Reads(counts)) => (Kind::Reads, vec![counts.cells(self.args.all)]),
            Ok(Outcome::Packets(counts)) => (Kind::Packets, counts.rows()),
            Ok(Outcome::Tracks(tracks)) => (Kind::Tracks, tracks.rows()),
            Err(_) => (Kind::Reads, Vec::new()),
        };
        let is_tabular = self.args.tabular;
        let is_continued = self.printed == Some(kind);
        let is_first = self.printed.is_none();
        let table = match kind {
            Kind::Reads => &mut self.reads,
            Kind::Packets => &mut self.packets,
            Kind::Tracks => &mut self.tracks,
        };
        if rows.is_empty() {
            let mut row = vec![Cell::Unknown; table.columns() - 1];
            row[0] = name.into();
            rows.push(row);
        }
        for row in &mut rows {
            row.push(if is_good { "OK" } else { "FAILED" }.into());
        }
        if !is_tabular {
            rows.into_iter().for_each(|row| table.push(row));
            return Ok(());
        }
        if !is_continued {
            if !is_first {
                writeln!(out)?;
            }
            table.write_tabular_header(out)?;
        }
        self.printed = Some(kind);
        rows.iter().try_for_each(|row| Table::write_tabular(row, out))?;
        // The reader need not wait for the next file.
        out.flush()
    }

    /// Prints aligned tables, whose widths are known now.
    fn end(self, out: &mut dyn Write) -> io::Result<()> {
        let tables = [self.reads, self.packets, self.tracks];
        for (number, table) in tables.iter().filter(|table| !table.is_empty()).enumerate() {
            if number > 0 {
                writeln!(out)?;
            }
            table.write_aligned(out)?;
        }
        Ok(())
    }
}

/// Counts in one input.
fn count(path: &Path, args: &Stats, common: &Common) -> Counted {
    let name = path.display().to_string();
    let source = match input::open_to_read(path, &args.limit, common) {
        Ok(source) => source,
        Err(error) => return Counted::failed(name, error),
    };
    let input = NamedSource { source: &source, name: &name, common };
    let outcome = source.detect().and_then(formats::of).and_then(|format| format.stats(input, args.all));
    let is_closed = source.is_closed();
    Counted { name, outcome, is_closed }
}

fn write_json(out: &mut dyn Write, value: &impl serde::Serialize) -> io::Result<()> {
    serde_json::to_writer(&mut *out, value)?;
    writeln!(out)?;
    // The reader need not wait for the next file.
    out.flush()
}
