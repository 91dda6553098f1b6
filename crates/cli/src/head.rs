//! `pagecut head`: the first records.

use std::cell::{Cell, RefCell};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use clap::Args;
use pagecut::fastq::Fastq;
use pagecut::{Format, Result, Source, source::FormatTask};

use crate::args::{Common, Limit, Output};
use crate::output::{self, Out};
use crate::{input, report};

/// Arguments of `pagecut head`.
#[derive(Debug, Args)]
#[command(
    after_help = "Records are printed byte for byte, without blank lines between them; compressed input is decompressed. Several files \
                  are read one after the other, as if they were one. Reading stops after the last record that is printed, so damage \
                  after it is not reported."
)]
pub(crate) struct Head {
    /// Files; `-`, or none at all, for standard input
    files: Vec<PathBuf>,
    /// Number of records to print
    #[arg(short = 'n', long, value_name = "N", default_value_t = 10)]
    number: u64,
    #[command(flatten)]
    output: Output,
}

/// Prints the first records of the inputs. Sets `all_good` to `false` if one of the inputs that are needed could not be read.
pub(crate) fn run(args: &Head, common: &Common, all_good: &mut bool) -> io::Result<()> {
    let files = input::inputs(&args.files);
    let first = files[0].display().to_string();
    let mut out = match open(&args.output, &files, common) {
        Ok(out) => out,
        Err(error) => {
            report::failure(&first, &error);
            *all_good = false;
            return Ok(());
        }
    };
    let mut whole = true;
    let mut joined = Joined { left: args.number, format: "", is_open: false };
    for path in &files {
        if joined.left == 0 || out.has_failed() {
            break;
        }
        let name = path.display().to_string();
        let copied = copy(path, &name, joined, &mut out, common);
        joined = copied.as_ref().map_or(joined, |&joined| joined);
        whole &= report::outcome(&name, copied.map(|_| true))?;
    }
    let refusal = (!whole).then_some("not all inputs could be read");
    *all_good &= report::outcome(&first, out.end(refusal, &args.output, common))?;
    Ok(())
}

/// Opens the output, unless it is one of the inputs.
fn open(output: &Output, files: &[PathBuf], common: &Common) -> Result<Out> {
    for path in &files[1..] {
        output::check_distinct(output.path.as_deref(), path)?;
    }
    Out::open(output, &files[0], common)
}

/// Copies the first records of one input. Returns the state after it.
fn copy(path: &Path, name: &str, joined: Joined, out: &mut Out, common: &Common) -> Result<Joined> {
    let source = input::open_to_read(path, &Limit::default(), common)?;
    let task = FirstRecords { joined: Cell::new(joined), copied: Cell::new(0), out: RefCell::new(out) };
    input::work(&source, name, common, || source.in_format(&task))?;
    source.check()?;
    Ok(task.joined.get())
}

/// The state of an output that has the records of several inputs.
#[derive(Debug, Clone, Copy)]
struct Joined {
    /// Number of records that may follow.
    left: u64,
    /// Format of the records; empty before the first one.
    format: &'static str,
    /// Whether the last record lacks its line end.
    is_open: bool,
}

/// Copies records from the start of an input.
struct FirstRecords<'run> {
    joined: Cell<Joined>,
    /// Number of copied records of this input. If the task runs again, in the other variant of FASTQ, it skips them: both variants have the
    /// same records up to the first one that differs.
    copied: Cell<u64>,
    out: RefCell<&'run mut Out>,
}

impl FormatTask for FirstRecords<'_> {
    type Output = ();

    fn run<F: Format>(&self, source: &Source, format: &F) -> Result<()> {
        let mut records = source.records(format)?;
        let mut out = self.out.borrow_mut();
        for _ in 0..self.copied.get() {
            records.next_bytes()?;
        }
        while self.joined.get().left > 0 {
            let Some(record) = records.next_bytes()? else { break };
            let Joined { left, format, is_open } = self.joined.get();
            if !format.is_empty() && format != F::NAME {
                let message = format!("{} after {format}: an output has records of one format", F::NAME);
                return Err(io::Error::new(io::ErrorKind::InvalidInput, message).into());
            }
            if is_open {
                out.write_all(b"\n")?;
            }
            out.write_all(record)?;
            self.joined.set(Joined { left: left - 1, format: F::NAME, is_open: lacks_line_end::<F>(record) });
            self.copied.set(self.copied.get() + 1);
        }
        Ok(())
    }
}

/// Returns whether the last line of a record has no line end, as at the end of a file.
fn lacks_line_end<F: Format>(record: &[u8]) -> bool {
    // The empty quality line of a read of length 0 may lack its line end, although the record ends with that of the plus line.
    let lines = || record.iter().filter(|&&byte| byte == b'\n').count();
    F::IS_TEXT && (!record.ends_with(b"\n") || (F::NAME == Fastq::NAME && lines() < 4))
}
