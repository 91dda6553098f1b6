//! `pagecut stats`: counts of records and letters.

mod packets;
mod reads;
mod tracks;

use std::io::{self, Write};
use std::path::Path;

use pagecut::Result;

use crate::cli::{Common, Stats};
use crate::formats::{self, NamedSource};
use crate::pairs::{self, Input};
use crate::table::Table;
use crate::{input, report};
pub(crate) use packets::PacketCounts;
pub(crate) use reads::ReadCounts;
pub(crate) use tracks::{TrackRow, Tracks};

/// What an input came to.
pub(crate) enum Outcome {
    Reads(Box<ReadCounts>),
    Packets(PacketCounts),
    Tracks(Tracks),
}

/// Counts in every input, and notes whether all of them are well.
pub(crate) fn run(args: &Stats, common: &Common, out: &mut dyn Write, all_good: &mut bool) -> io::Result<()> {
    let mut reads = reads::table(args.all);
    let mut packets = packets::table();
    let mut tracks = tracks::table();
    let outcomes = args.mates.group(&args.files, all_good).into_iter().flat_map(|input| match &input {
        Input::Alone(path) => {
            let name = path.display().to_string();
            let counted = count(path, &name, args, common);
            vec![(name, counted)]
        }
        _ => pairs::stats::count(&input, args, common),
    });
    for (name, outcome) in outcomes {
        match outcome {
            Err(error) => {
                report::error(&name, &error);
                *all_good = false;
            }
            Ok(Outcome::Reads(row)) if args.json => write_json(out, &row.json(args.all))?,
            Ok(Outcome::Reads(row)) => reads.push(row.cells(args.all)),
            Ok(Outcome::Tracks(rows)) => {
                for error in &rows.errors {
                    report::error(&name, error);
                    *all_good = false;
                }
                if args.json {
                    write_json(out, &rows)?;
                } else {
                    rows.push_to(&mut tracks);
                }
            }
            Ok(Outcome::Packets(row)) => {
                if let Some(error) = &row.error {
                    report::error(&name, error);
                    *all_good = false;
                }
                if args.json {
                    write_json(out, &row.json())?;
                } else {
                    row.push_to(&mut packets);
                }
            }
        }
    }
    let tables: Vec<Table> = [reads, packets, tracks].into_iter().filter(|table| !table.is_empty()).collect();
    for (number, table) in tables.iter().enumerate() {
        if number > 0 {
            writeln!(out)?;
        }
        if args.tabular { table.write_tabular(out)? } else { table.write_aligned(out)? }
    }
    Ok(())
}

/// Counts in one input.
fn count(path: &Path, name: &str, args: &Stats, common: &Common) -> Result<Outcome> {
    let source = input::open_to_read(path, &args.limit, common)?;
    formats::of(source.detect()?)?.stats(NamedSource { source: &source, name, common }, args)
}

fn write_json(out: &mut dyn Write, value: &impl serde::Serialize) -> io::Result<()> {
    serde_json::to_writer(&mut *out, value)?;
    writeln!(out)?;
    // Whoever reads need not wait for the next file.
    out.flush()
}
