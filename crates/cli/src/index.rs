//! `pagecut index`: indexes next to files.

use std::fs::File;
use std::io::{self, BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};

use clap::Args;
use pagecut::index::{Fai, RecordIndex};
use pagecut::{ErrorKind, Format, Result, Source, source::FormatTask};

use crate::args::{Common, Limit};
use crate::output::{Complete, OutFile};
use crate::{formats, input, output, progress, report};

/// Arguments of `pagecut index`.
#[derive(Debug, Args)]
#[command(
    after_help = "Without an option, FASTA gets both, and every other format an index of numbers: an index of the names of \
                  reads is nearly as long as the reads. BGZF also gets FILE.gzi, where its blocks begin, as `bgzip -r` writes it."
)]
pub(crate) struct Index {
    /// Files
    #[arg(required = true)]
    files: Vec<PathBuf>,
    #[command(flatten)]
    limit: Limit,
    /// Write the index of names, FILE.fai
    #[arg(long)]
    names: bool,
    /// Write the index of numbers, FILE.pgi
    #[arg(long)]
    numbers: bool,
}

/// Indexes every file. Sets `all_good` to `false` if one failed.
pub(crate) fn run(args: &Index, common: &Common, out: &mut dyn Write, all_good: &mut bool) -> io::Result<()> {
    for path in &args.files {
        let name = path.display().to_string();
        match write_indexes(path, &name, args, common) {
            Err(error) => {
                report::failure(&name, &error);
                *all_good = false;
            }
            Ok(written) if common.quiet => drop(written),
            Ok(written) => written.iter().try_for_each(|line| writeln!(out, "{line}"))?,
        }
        // Readers of a pipe get this result before the next file is indexed.
        out.flush()?;
    }
    Ok(())
}

/// Writes the requested indexes of a file: all of them or, after an error, none. Returns a line about each.
fn write_indexes(path: &Path, name: &str, args: &Index, common: &Common) -> Result<Vec<String>> {
    let source = input::open(path, &args.limit, common)?;
    let is_asked = args.names || args.numbers;
    let mut written = Written::default();
    add_blocks(path, &source, &mut written)?;
    // An input without positions has no indexes next to it.
    source.random_access()?;
    if args.names || (!is_asked && formats::of(source.detect()?)?.is_indexed_by_name()) {
        let fai = input::work(&source, name, common, || names_of(&source))?;
        written.add(&Fai::path_of(path), (fai.entries().len() as u64, "name"), |out| fai.write(out))?;
        note_left_out(&fai, name, common);
    }
    if args.numbers || !is_asked {
        let sparse = input::work(&source, name, common, || formats::run(&source, &Numbers))?;
        written.add(&RecordIndex::path_of(path), (sparse.records(), "record"), |out| sparse.write(out))?;
    }
    output::commit(written.files)?;
    Ok(written.lines)
}

/// The indexes of a file before they get their names.
#[derive(Default)]
struct Written {
    files: Vec<Complete>,
    /// A line about each.
    lines: Vec<String>,
}

impl Written {
    /// Writes an index with a number of entries.
    fn add(
        &mut self,
        path: &Path,
        (number, noun): (u64, &str),
        write: impl FnOnce(&mut BufWriter<OutFile>) -> Result<()>,
    ) -> Result<()> {
        self.files.push(output::prepare(path, write)?);
        self.lines.push(format!("{}: {}", path.display(), report::counted(number, noun)));
        Ok(())
    }
}

/// Writes the offsets of BGZF blocks, which access by position needs.
#[cfg(feature = "gzip")]
fn add_blocks(path: &Path, source: &Source, written: &mut Written) -> Result<()> {
    use pagecut::compress::Compression;
    use pagecut::compress::bgzf::Gzi;
    use pagecut::source::BgzfReader;

    let (Some(reader), Some(Compression::Bgzf)) = (source.reader(), source.compression()) else {
        return Ok(());
    };
    let gzi = BgzfReader::find_blocks(reader)?;
    written.add(&Gzi::path_of(path), (gzi.points().len() as u64 + 1, "block"), |out| gzi.write(out))?;
    if source.random_access().is_err_and(|error| is_of_index(&error)) {
        // The other indexes are built from bytes that this one locates, so it replaces the wrong one first.
        output::commit(std::mem::take(&mut written.files))?;
    }
    Ok(())
}

/// Does nothing: this build does not read BGZF.
#[cfg(not(feature = "gzip"))]
fn add_blocks(_: &Path, _: &Source, _: &mut Written) -> Result<()> {
    Ok(())
}

/// Reports the records that an index of names omits.
fn note_left_out(fai: &Fai, name: &str, common: &Common) {
    for (count, why) in [
        (fai.duplicates(), "an earlier record has the same name"),
        (fai.without_letters(), "no sequence line follows the header"),
    ] {
        if count > 0 && !common.quiet {
            let records = report::counted(count, "record");
            report::note(name, &format!("{records} left out of the index of names: {why}"));
        }
    }
}

/// Returns the index of names of an input.
fn names_of(source: &Source) -> Result<Fai> {
    formats::of(source.detect()?)?.names(source)
}

/// Builds an index of numbers.
struct Numbers;

impl FormatTask for Numbers {
    type Output = RecordIndex;

    fn run<F: Format>(&self, source: &Source, format: &F) -> Result<RecordIndex> {
        RecordIndex::build(source, format)
    }
}

/// Returns the index of names next to a file, or builds it if there is none.
pub(crate) fn names(path: &Path, source: &Source, common: &Common) -> Result<Fai> {
    let index = Fai::path_of(path);
    let name = path.display().to_string();
    let Some(file) = open_if_there(&index)? else {
        return progress::show(source, &name, common.quiet, || names_of(source));
    };
    let modified = |file: &File| file.metadata().and_then(|metadata| metadata.modified()).ok();
    let is_older = modified(&file) < File::open(path).ok().as_ref().and_then(modified);
    if is_older && !common.quiet {
        report::note(&index.display().to_string(), &"it is older than the file and may be stale");
    }
    Fai::read(BufReader::new(file))
}

/// Returns the index of numbers next to a file, or builds it if there is none, or if it is stale.
pub(crate) fn numbers<F: Format>(
    path: &Path,
    source: &Source,
    format: &F,
    common: &Common,
) -> Result<RecordIndex> {
    let index = RecordIndex::path_of(path);
    if let Some(file) = open_if_there(&index)? {
        let fitting = RecordIndex::read(BufReader::new(file)).and_then(|sparse| {
            sparse.check(source.random_access()?)?;
            Ok(sparse)
        });
        match fitting {
            Ok(sparse) => return Ok(sparse),
            Err(error) if is_of_index(&error) => {
                if !common.quiet {
                    report::note(&index.display().to_string(), &format!("not used: {error}"));
                }
            }
            Err(error) => return Err(error),
        }
    }
    RecordIndex::build(source, format)
}

/// Returns whether an error concerns only the index, so that the file can be read without it.
fn is_of_index(error: &pagecut::Error) -> bool {
    matches!(error.kind(), ErrorKind::DamagedIndex { .. } | ErrorKind::StaleIndex { .. })
}

fn open_if_there(path: &Path) -> io::Result<Option<File>> {
    match File::open(path) {
        Ok(file) => Ok(Some(file)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}
