//! `pagecut shard`: pieces of a file that contain whole records.

pub(crate) mod pieces;
mod streamed;

use std::io::{self, Write};
use std::ops::Range;
use std::path::{Path, PathBuf};

use clap::Args;
use pagecut::{
    ErrorKind, Format, Result, Source,
    source::{FormatTask, ReadAt},
};

use crate::args::{Common, Limit, conflict};
use crate::output::{Complete, OutFile};
use crate::pairs::OnePair;
use crate::{fetch, formats, index, input, output, pairs, report};
use streamed::Streamed;

/// Arguments of `pagecut shard`.
#[derive(Debug, Args)]
#[command(
    after_help = "Each line of output is an argument of `pagecut fetch FILE` that prints a piece. Pieces of about equal length are found \
                  without reading the bytes between.\n\n\
                  Pieces of pairs (--paired, --interleaved) have equal numbers of pairs, so that the pieces of both files begin with the \
                  same pair. They are written to PREFIX.0_1, PREFIX.0_2, PREFIX.1_1, ... (interleaved: PREFIX.0, ...) with the \
                  extension of the file, without blank lines. The files are read twice, and so is a file of gzip, zstd, bzip2 or xz, \
                  whose pieces need --output.\n\n\
                  Pieces of gzip and BGZF are BGZF, which is gzip, and end in .gz; those of other compressed files are not compressed."
)]
pub(crate) struct Shard {
    /// File
    file: PathBuf,
    #[command(flatten)]
    mates: OnePair,
    #[command(flatten)]
    limit: Limit,
    /// Pieces to make
    #[arg(short = 'n', long, value_name = "N")]
    #[arg(value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    number: u32,
    /// Put the same number of records into each piece, by the index of numbers or, without one, by reading the file
    #[arg(long)]
    records: bool,
    /// Write the pieces to PREFIX.0, PREFIX.1, ..., with the extension of the file
    #[arg(short, long, value_name = "PREFIX")]
    output: Option<PathBuf>,
}

/// Divides the file. Sets `all_good` to `false` if that failed.
pub(crate) fn run(args: &Shard, common: &Common, out: &mut dyn Write, all_good: &mut bool) -> io::Result<()> {
    if let Some(prefix) = args.output.as_deref().filter(|prefix| !pieces::is_prefix(prefix)) {
        let prefix = prefix.display();
        conflict(&format!(
            "`--output` is the start of file names, and `{prefix}` ends before the name: `{prefix}NAME`"
        ));
    }
    if let Some(input) = args.mates.input(&args.file) {
        let Some(prefix) = &args.output else {
            conflict("`--paired` and `--interleaved` write pieces, and need `--output`")
        };
        return pairs::shard::run(&input, prefix, args.number.into(), &args.limit, common, all_good);
    }
    let name = args.file.display().to_string();
    match divide(args, &name, common) {
        Err(error) => {
            report::failure(&name, &error);
            *all_good = false;
            Ok(())
        }
        Ok(shards) if args.output.is_some() => {
            drop(shards);
            Ok(())
        }
        Ok(shards) => shards.iter().try_for_each(|shard| writeln!(out, "{}..{}", shard.start, shard.end)),
    }
}

/// Finds the pieces, and writes them if requested.
fn divide(args: &Shard, name: &str, common: &Common) -> Result<Vec<Range<u64>>> {
    let source = input::open(&args.file, &args.limit, common)?;
    if source.reader().is_none() {
        let what = "shard reads its input twice, which a pipe does not allow: write it to a file first";
        return Err(io::Error::new(io::ErrorKind::Unsupported, what).into());
    }
    if let (Some(_), Err(error)) = (source.reader(), source.random_access())
        && matches!(error.kind(), ErrorKind::Io(error) if error.kind() == io::ErrorKind::Unsupported)
    {
        let Some(prefix) = &args.output else {
            let what = format!("{error}; with --output, shard writes pieces of it without random access");
            return Err(io::Error::new(io::ErrorKind::Unsupported, what).into());
        };
        let (number, by_number) = (args.number.into(), args.records);
        let task = Streamed { input: &args.file, prefix, common, number, by_number };
        output::commit(input::work(&source, name, common, || formats::run(&source, &task))?)?;
        return Ok(Vec::new());
    }
    let task = Shards {
        path: &args.file,
        common,
        count: args.number.try_into().unwrap_or(usize::MAX),
        by_number: args.records,
    };
    let shards = input::work(&source, name, common, || formats::run(&source, &task))?;
    if let Some(prefix) = &args.output {
        output::commit(write_pieces(&source, &shards, prefix, &args.file, common)?)?;
    }
    Ok(shards)
}

/// Finds the pieces.
struct Shards<'args> {
    path: &'args Path,
    common: &'args Common,
    count: usize,
    by_number: bool,
}

impl FormatTask for Shards<'_> {
    type Output = Vec<Range<u64>>;

    fn run<F: Format>(&self, source: &Source, format: &F) -> Result<Vec<Range<u64>>> {
        let content = source.random_access()?;
        match format.boundaries().filter(|_| !self.by_number) {
            Some(boundaries) => {
                if boundaries.needs_proof() {
                    // A position is a boundary only if all records before it are of the format.
                    source.for_each(format, |_| {})?;
                }
                pagecut::index::shards(content, boundaries, self.count)
            }
            // A format without a local search for boundaries has to be read anyway.
            None => {
                index::numbers(self.path, source, format, self.common)?.shards(self.count, content, format)
            }
        }
    }
}

/// Writes the pieces of a file with positions.
fn write_pieces(
    source: &Source,
    shards: &[Range<u64>],
    prefix: &Path,
    input: &Path,
    common: &Common,
) -> Result<Vec<Complete>> {
    let content = source.random_access()?;
    let mut complete = Vec::new();
    for (number, shard) in (0..).zip(shards) {
        if source.compression().is_some() {
            let mut piece = pieces::open(prefix, number, None, input, source, common)?;
            fetch::write_range(content, shard.clone(), &mut piece)?;
            complete.push(piece.complete()?);
        } else {
            let path = pieces::path(prefix, number, None, input, source);
            let mut piece = output::create(Some(&path), input)?;
            write_piece(source, content, shard.clone(), &mut piece)?;
            complete.push(piece.complete()?);
        }
    }
    content.check()?;
    Ok(complete)
}

/// Writes a piece of a file, with `copy_file_range(2)` where possible.
fn write_piece(source: &Source, content: &dyn ReadAt, range: Range<u64>, piece: &mut OutFile) -> Result<()> {
    #[cfg(unix)]
    if let (Some(reader), None) = (source.reader(), source.compression()) {
        return piece.copy_from(reader, range);
    }
    fetch::write_range(content, range, piece)
}
