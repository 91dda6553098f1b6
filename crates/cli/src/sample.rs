//! `pagecut sample`: a random sample of the records.

mod choice;
mod reservoir;

use std::cell::{Cell, RefCell};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use clap::{ArgGroup, Args};
use pagecut::{Format, Result, Source, source::FormatTask};

use crate::args::{Common, Limit, Output};
use crate::output::Out;
use crate::{input, report};
use choice::{Choice, Fraction, key};
use reservoir::Reservoir;

/// Arguments of `pagecut sample`.
#[derive(Debug, Args)]
#[command(
    after_help = "Records are printed byte for byte, in the order of the input. Which ones are chosen depends on the seed and the numbers \
                  of the records only: files of pairs are sampled one by one with the same options, and mates stay together. Threads, \
                  compression and the method of access make no difference.\n\n\
                  The choice is the same in every version: the key of record I, counted from 0, is output I of the generator SplitMix64 with \
                  the state SEED. --fraction takes records whose key is below FRACTION * 2^64, --number those with the N smallest \
                  keys.\n\n\
                  --number reads a file twice, and takes 16 bytes of memory for each record of the sample. A pipe is read once, and the \
                  sample is held in memory."
)]
#[command(group = ArgGroup::new("size").required(true).args(["fraction", "number"]))]
pub(crate) struct Sample {
    /// File; `-`, or none at all, for standard input
    file: Option<PathBuf>,
    /// Print each record with this probability, above 0 and at most 1
    #[arg(short = 'p', long, visible_alias = "proportion", value_name = "FRACTION")]
    fraction: Option<Fraction>,
    /// Print N records, or all if there are fewer
    #[arg(short = 'n', long, value_name = "N")]
    number: Option<u64>,
    /// Seed of the random choice
    #[arg(short = 's', long, visible_alias = "rand-seed", value_name = "SEED", default_value_t = 11)]
    seed: u64,
    #[command(flatten)]
    limit: Limit,
    #[command(flatten)]
    output: Output,
}

/// Prints a sample. Sets `all_good` to `false` if the input could not be read.
pub(crate) fn run(args: &Sample, common: &Common, all_good: &mut bool) -> io::Result<()> {
    let path = input::inputs(args.file.as_slice()).remove(0);
    let name = path.display().to_string();
    *all_good &= report::outcome(&name, sample(args, &path, &name, common))?;
    Ok(())
}

/// Writes a sample. Returns whether the input could be read to its end.
fn sample(args: &Sample, path: &Path, name: &str, common: &Common) -> Result<bool> {
    let source = input::open_to_read(path, &args.limit, common)?;
    let mut out = Out::open(&args.output, path, common)?;
    let task = Sampling { args, copied: Cell::new(0), out: RefCell::new(&mut out) };
    let sampled =
        input::work(&source, name, common, || source.in_format(&task)).and_then(|()| source.check());
    let whole = report::outcome(name, sampled.map(|()| true))?;
    let refusal = (!whole).then_some("the input could not be read to its end");
    out.end(refusal, &args.output, common)
}

/// Copies a sample of the records of an input.
struct Sampling<'run> {
    args: &'run Sample,
    /// Number of leading records of the input that are copied or left out. If the task runs again, in the other variant of FASTQ, it skips
    /// them: both variants have the same records up to the first one that differs.
    copied: Cell<u64>,
    out: RefCell<&'run mut Out>,
}

impl FormatTask for Sampling<'_> {
    type Output = ();

    fn run<F: Format>(&self, source: &Source, format: &F) -> Result<()> {
        let seed = self.args.seed;
        match (self.args.fraction, self.args.number) {
            (Some(fraction), _) => self.copy(source, format, &Choice::Below(fraction.threshold(), seed)),
            (None, number) => {
                let number = number.unwrap_or(0);
                if source.reader().is_none() {
                    return self.hold(source, format, number);
                }
                let records = source.for_each(format, |_| {})?.records;
                self.copy(source, format, &Choice::of_number(number, records, seed)?)
            }
        }
    }
}

impl Sampling<'_> {
    /// Copies the records that are chosen.
    fn copy<F: Format>(&self, source: &Source, format: &F, choice: &Choice) -> Result<()> {
        let mut records = source.records(format)?;
        let mut out = self.out.borrow_mut();
        let mut number = 0;
        while let Some(record) = records.next_bytes()? {
            if number >= self.copied.get() {
                if choice.takes(number) {
                    out.write_all(record)?;
                }
                self.copied.set(number + 1);
            }
            number += 1;
        }
        Ok(())
    }

    /// Copies a number of records of an input that can be read once.
    fn hold<F: Format>(&self, source: &Source, format: &F, number: u64) -> Result<()> {
        let mut records = source.records(format)?;
        let mut reservoir = Reservoir::new(number);
        let mut record_number = 0;
        while let Some(record) = records.next_bytes()? {
            reservoir.offer(key(self.args.seed, record_number), record_number, record)?;
            record_number += 1;
        }
        let mut out = self.out.borrow_mut();
        reservoir.into_records().iter().try_for_each(|record| out.write_all(record))?;
        Ok(())
    }
}
