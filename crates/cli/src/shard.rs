//! `pagecut shard`: pieces of a file that hold whole records.

use std::fs::File;
use std::io::{self, Write};
use std::ops::Range;
use std::path::{Path, PathBuf};

use pagecut::{Format, Reader, Result, Source};

use crate::cli::{Common, Shard};
use crate::formats::{self, Task};
use crate::{index, input, output, report};

/// Cuts the file, and notes whether it could be.
pub(crate) fn run(args: &Shard, common: &Common, out: &mut dyn Write, all_good: &mut bool) -> io::Result<()> {
    let name = args.file.display().to_string();
    match cut(args, &name, common) {
        Err(error) => {
            report::error(&name, &error);
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

/// The pieces, which are written if that is wanted.
fn cut(args: &Shard, name: &str, common: &Common) -> Result<Vec<Range<u64>>> {
    let source = input::open(&args.file, common)?;
    let reader = index::reader(&source)?;
    let task = Shards {
        path: &args.file,
        count: args.number.try_into().unwrap_or(usize::MAX),
        by_number: args.records,
    };
    let shards = input::work(&source, name, common, || formats::run(&source, &task))?;
    if let Some(prefix) = &args.output {
        for (number, shard) in shards.iter().enumerate() {
            let piece = output::create(&piece_path(prefix, number, &args.file), &args.file)?;
            write_piece(reader, shard.clone(), &piece)?;
        }
        reader.check()?;
    }
    Ok(shards)
}

/// Finds the pieces.
struct Shards<'args> {
    path: &'args Path,
    count: usize,
    by_number: bool,
}

impl Task for Shards<'_> {
    type Output = Vec<Range<u64>>;

    fn run<F: Format>(&self, source: &Source, format: &F) -> Result<Vec<Range<u64>>> {
        let reader = index::reader(source)?;
        match format.cuts().filter(|_| !self.by_number) {
            Some(cuts) => pagecut::index::shards(reader, cuts, self.count),
            // What cannot be cut blindly has to be read anyway.
            None => index::numbers(self.path, source, format)?.shards(self.count, reader, format),
        }
    }
}

/// Where a piece goes: `PREFIX.0.fastq`.
fn piece_path(prefix: &Path, number: usize, input: &Path) -> PathBuf {
    let mut name = prefix.as_os_str().to_owned();
    name.push(format!(".{number}"));
    if let Some(extension) = input.extension() {
        name.push(".");
        name.push(extension);
    }
    name.into()
}

/// Writes a range of a file to another one, by `copy_file_range(2)` where that can be.
#[cfg(unix)]
fn write_piece(reader: &Reader, range: Range<u64>, piece: &File) -> Result<()> {
    reader.send(range, piece).map(drop)
}

/// Writes a range of a file to another one.
#[cfg(not(unix))]
fn write_piece(reader: &Reader, range: Range<u64>, mut piece: &File) -> Result<()> {
    crate::fetch::write_range(reader, range, &mut piece)
}
