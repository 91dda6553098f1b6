//! `pagecut tree`: every box, element or transport packet with its offset.

mod line;
mod printer;

use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use clap::Args;
use pagecut::Result;

use crate::args::{Common, Limit};
use crate::named_source::NamedSource;
use crate::output::Stdout;
use crate::{formats, input, report};
pub(crate) use line::{Field, Line, Scalar, Value, write_json, write_place};
pub(crate) use printer::Printer;

/// Arguments of `pagecut tree`.
#[derive(Debug, Args)]
#[command(
    after_help = "Each line has the type, the offset (bytes from the start of the input), the lengths of header + contents, and a \
                  summary; the children follow, indented by two columns. A packet has the lengths of header + adaptation field + \
                  payload.\n\n\
                  The objects of --json have file, depth, type, offset, header_len and len (header included; null for a Segment of \
                  unknown size), then fields, value, or pid, unit_start, continuity_counter, adaptation_len and payload_len."
)]
pub(crate) struct Tree {
    /// Files of media containers; `-`, or none at all, for standard input
    files: Vec<PathBuf>,
    #[command(flatten)]
    limit: Limit,
    /// One JSON object per box, element or packet, one per line
    #[arg(long)]
    json: bool,
}

/// Prints every input. Sets `all_good` to `false` if one is damaged.
pub(crate) fn run(args: &Tree, common: &Common, all_good: &mut bool) -> io::Result<()> {
    let files = input::inputs(&args.files);
    for path in &files {
        let name = path.display().to_string();
        let mut printer = Printer { out: BufWriter::new(Stdout::new()), json: args.json, name: &name };
        if files.len() > 1 && !args.json {
            writeln!(printer.out, "{name}:")?;
        }
        let printed = print(path, &args.limit, common, &mut printer);
        // The lines before an error come before the message.
        printer.out.flush()?;
        *all_good &= report::outcome(&name, printed)?;
    }
    Ok(())
}

/// Prints one input. Returns whether it is undamaged; damage is reported.
fn print(path: &Path, limit: &Limit, common: &Common, printer: &mut Printer<'_>) -> Result<bool> {
    let source = input::open_to_read(path, limit, common)?;
    let input = NamedSource { source: &source, name: printer.name, common };
    formats::of(source.detect()?)?.tree(input, printer)
}
