//! `reads`: uncompressed FASTQ and FASTA in each state of the page cache.

mod corpus;
mod input;
mod verdict;

use std::io::Write;
use std::path::{Path, PathBuf};

use crate::comparison::{CSV_HEADINGS, Comparison};
use crate::legend::Legend;
use crate::native::Worker;
use crate::row::{Result, Row};
use crate::states::{STATES, State};
use crate::table::Csv;
use crate::{folder, lineup, machine, measure};
use input::{Input, Kind};
use verdict::Verdict;

/// Compares parsers of FASTQ and FASTA in each page cache state of a file
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Length of each input in mebibytes
    #[arg(long, value_name = "N", default_value_t = 1024, value_parser = clap::value_parser!(u64).range(1..))]
    mib: u64,

    /// The user's own FASTQ or FASTA file in place of the made ones; it is copied. May be repeated
    #[arg(long, value_name = "FILE")]
    input: Vec<PathBuf>,

    /// Make only this input. May be repeated
    #[arg(long, value_name = "NAME", conflicts_with = "input")]
    only: Vec<Kind>,

    /// Measure only in this state. May be repeated
    #[arg(long, value_name = "NAME", value_parser = STATES.map(|state| state.name))]
    state: Vec<String>,

    /// Measure only with this number of threads, 1 or 2. May be repeated
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..=2))]
    threads: Vec<u64>,

    /// Folder for the inputs, on a disk [default: beside this program]
    #[arg(long, value_name = "FOLDER")]
    folder: Option<PathBuf>,

    /// Leave out the helicase built for this processor, whose first build takes a while
    #[arg(long)]
    no_native: bool,

    #[command(flatten)]
    run: crate::RunArgs,
}

pub(crate) fn run(args: &Args, out: &mut impl Write) -> Result<()> {
    let folder = folder::beside(args.folder.as_deref())?;
    writeln!(out, "{}", machine::describe(folder.path()))?;
    let native = native(args, out)?;
    let mut csv = Csv::create(args.run.csv.as_deref(), &[&["input", "state"][..], &CSV_HEADINGS].concat())?;
    let mut verdict = Verdict::default();
    if args.input.is_empty() {
        for kind in Kind::ALL.into_iter().filter(|kind| is_wanted(&args.only, kind)) {
            let input = Input::make(kind, args.mib << 20, folder.path())?;
            compare(&input, args, native, out, &mut csv, &mut verdict)?;
        }
    } else {
        for file in &args.input {
            compare(&Input::copy(file, folder.path())?, args, native, out, &mut csv, &mut verdict)?;
        }
    }
    csv.flush()?;
    Ok(verdict.write(out)?)
}

/// Whether an item is wanted: all are if none is named.
fn is_wanted<T: PartialEq>(wanted: &[T], this: &T) -> bool {
    wanted.is_empty() || wanted.contains(this)
}

/// Builds helicase as its documentation recommends, if possible.
fn native(args: &Args, out: &mut impl Write) -> Result<Option<&'static Worker>> {
    if args.no_native {
        return Ok(None);
    }
    match Worker::start() {
        Ok(worker) => Ok(Some(worker)),
        Err(error) => {
            writeln!(out, "helicase cannot be built for this processor, so these rows are missing: {error}")?;
            Ok(None)
        }
    }
}

fn compare(
    input: &Input,
    args: &Args,
    native: Option<&'static Worker>,
    out: &mut impl Write,
    csv: &mut Csv,
    verdict: &mut Verdict,
) -> Result<()> {
    let mut rows = lineup::rows_of(input.format, native);
    rows.retain(|row| is_wanted(&args.threads, &(row.threads as u64)));
    let legend = Legend::of(rows.iter());
    writeln!(out, "\n{}: {}\n{legend}", input.name, input.description)?;
    for state in STATES.iter().filter(|state| is_wanted(&args.state, &state.name.to_string())) {
        let comparison = in_state(input, state, &rows, args.run.rounds, out)?;
        comparison.table(&legend).write(out)?;
        writeln!(out)?;
        comparison.add_to(csv, &[input.name.clone(), state.name.into()])?;
        verdict.add(&input.name, state.name, &comparison);
    }
    Ok(())
}

/// Runs the rows in one state.
fn in_state(
    input: &Input,
    state: &State,
    rows: &[Row],
    rounds: u32,
    out: &mut impl Write,
) -> Result<Comparison> {
    let path: &Path = &input.path;
    (state.prepare)(path)?;
    (state.restore)(path)?;
    let seen = state.verify(path)?;
    let measured = measure::measure(path, rows, rounds, || (state.restore)(path))?;
    let comparison = Comparison::new(path.metadata()?.len(), measured);
    writeln!(
        out,
        "{}, {}: {seen}; {}, all agree; median of {rounds} rounds in turn",
        input.name,
        state.description,
        comparison.count(),
    )?;
    Ok(comparison)
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Parser)]
    struct Command {
        #[command(flatten)]
        args: Args,
    }

    #[test]
    fn a_run_has_every_input_and_state_and_a_verdict() {
        let folder = tempfile::tempdir().unwrap();
        let csv = folder.path().join("rows.csv");
        let args = ["reads", "--mib", "1", "--rounds", "1", "--no-native", "--csv", csv.to_str().unwrap()];
        let mut out = Vec::new();
        run(&Command::parse_from(args).args, &mut out).unwrap();
        let (out, rows) = (String::from_utf8(out).unwrap(), std::fs::read_to_string(csv).unwrap());
        for kind in Kind::ALL {
            for state in STATES {
                let prefix = format!("{},{},", kind.name(), state.name);
                assert!(rows.lines().filter(|line| line.starts_with(&prefix)).count() > 10, "{prefix}");
            }
        }
        assert!(out.contains("geometric mean of 24 cells"), "{out}");
    }
}
