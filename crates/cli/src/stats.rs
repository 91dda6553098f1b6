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
pub(crate) use outcome::Outcome;
pub(crate) use packets::PacketCounts;
pub(crate) use reads::ReadCounts;
pub(crate) use tracks::{TrackRow, Tracks};

/// Arguments of `pagecut stats`.
#[derive(Debug, Args)]
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
    let count_alone = |path: &Path| {
        let name = path.display().to_string();
        let counted = count(path, &name, args, common);
        (name, counted)
    };
    let outcomes = inputs.flat_map(|input| match &input {
        Input::Alone(path) | Input::WithoutMate(path, _) => vec![count_alone(path)],
        _ => pairs::stats::count(&input, args.all, &args.limit, common, count_alone),
    });
    for (name, counted) in outcomes {
        let errors = counted.as_ref().map_or_else(std::slice::from_ref, Outcome::errors);
        errors.iter().for_each(|error| report::error(&name, error));
        *all_good &= errors.is_empty();
        if args.json {
            match &counted {
                Ok(Outcome::Reads(counts)) => write_json(out, &counts.json(args.all))?,
                Ok(Outcome::Packets(counts)) => write_json(out, &counts.json())?,
                Ok(Outcome::Tracks(tracks)) => write_json(out, tracks)?,
                Err(error) => write_json(out, &reads::json_of_failure(&name, error, args.all))?,
            }
        } else {
            tables.add(&name, &counted, out)?;
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
    fn add(&mut self, name: &str, counted: &Result<Outcome>, out: &mut dyn Write) -> io::Result<()> {
        let is_good = counted.as_ref().is_ok_and(|outcome| outcome.errors().is_empty());
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
fn count(path: &Path, name: &str, args: &Stats, common: &Common) -> Result<Outcome> {
    let source = input::open_to_read(path, &args.limit, common)?;
    formats::of(source.detect()?)?.stats(NamedSource { source: &source, name, common }, args.all)
}

fn write_json(out: &mut dyn Write, value: &impl serde::Serialize) -> io::Result<()> {
    serde_json::to_writer(&mut *out, value)?;
    writeln!(out)?;
    // The reader need not wait for the next file.
    out.flush()
}
