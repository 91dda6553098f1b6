//! Arguments of `pagecut qc`.

use std::io::BufRead;
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use pagecut::Result;
use pagecut::qc::report::Status;
use pagecut::qc::{Adapters, Contaminants, Grouping, Limits, Qc as Control};

use crate::args::{Limit, conflict};
use crate::output::STDOUT;
use crate::pairs::MatesByName;
use crate::{input, report};

/// Arguments of `pagecut qc`.
#[derive(Debug, Args)]
#[command(
    after_help = "The modules, their numbers and their verdicts are those of FastQC 0.11.9. The verdict of an input is FAILED if it cannot \
                  be read to its end, or if a module has a verdict that --fail-on names. After an input error the report is of the reads \
                  before it, and is marked: its basic statistics fail and name the error. HTML pages work offline and make no request.\n\n\
                  Pairs have a report of each mate, as of a file alone, and the insert sizes of those whose mates overlap. Reports of \
                  interleaved mates are named NAME_R1 and NAME_R2."
)]
pub(crate) struct Qc {
    /// FASTQ files; `-`, or none at all, for standard input
    pub(super) files: Vec<PathBuf>,
    #[command(flatten)]
    pub(super) limit: Limit,
    #[command(flatten)]
    pub(super) mates: MatesByName,
    /// Write NAME_fastqc.html and NAME_fastqc.zip for each input, with the text files of FastQC, into this directory
    #[arg(short, long, value_name = "DIR")]
    pub(super) outdir: Option<PathBuf>,
    /// Write the files of NAME_fastqc.zip into the directory NAME_fastqc too
    #[arg(long, requires = "outdir")]
    pub(super) extract: bool,
    /// Write one HTML page with the reports of all inputs side by side
    #[arg(long, value_name = "FILE")]
    pub(super) html: Option<PathBuf>,
    /// One JSON object per file, or per pair of files, one per line
    #[arg(long)]
    pub(super) json: bool,
    /// Exit with status 1 if a module has this verdict, or a worse one
    #[arg(long, value_name = "VERDICT")]
    pub(super) fail_on: Option<FailOn>,
    /// Limits for the verdicts, and modules to leave out: a `limits.txt` of FastQC
    #[arg(long, value_name = "FILE")]
    limits: Option<PathBuf>,
    /// Adapters to search for: a name and a sequence on each line, separated by tabs
    #[arg(long, value_name = "FILE")]
    adapters: Option<PathBuf>,
    /// Known sequences to compare frequent ones with: a name and a sequence on each line, separated by tabs
    #[arg(long, value_name = "FILE")]
    contaminants: Option<PathBuf>,
    /// One row for each position
    #[arg(long, conflicts_with = "expgroup")]
    nogroup: bool,
    /// Groups of positions that grow with the position
    #[arg(long)]
    expgroup: bool,
    /// Leave out reads that the sequencer marked as failing its filter (`:Y:` in the definition). Files of one sample (`NAME_001.fastq.gz`,
    /// `NAME_002.fastq.gz`) are not joined: each has its own report
    #[arg(long)]
    casava: bool,
    /// Look for k-mers of this length, 2 to 10, that are frequent at some positions [default length: 7]
    #[arg(long, value_name = "LENGTH", num_args = 0..=1, require_equals = true, default_missing_value = "7")]
    #[arg(value_parser = clap::value_parser!(u8).range(2..=10))]
    kmers: Option<u8>,
}

/// The mildest verdict that sets the exit status.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(super) enum FailOn {
    /// A module fails
    Fail,
    /// A module warns or fails
    Warn,
}

impl FailOn {
    pub(super) fn status(self) -> Status {
        match self {
            Self::Fail => Status::Fail,
            Self::Warn => Status::Warn,
        }
    }
}

impl Qc {
    /// Ends with the exit status of wrong usage if two outputs are standard output.
    pub(super) fn demand_one_use_of_stdout(&self) {
        if self.json && self.writes_page_to_stdout() {
            conflict("`--json` and `--html -` both write to standard output");
        }
    }

    /// Returns whether the page is written to standard output, in place of the report for the terminal.
    pub(super) fn writes_page_to_stdout(&self) -> bool {
        self.html.as_deref().is_some_and(|path| path.as_os_str() == STDOUT)
    }

    /// Returns the files of lists.
    pub(super) fn lists(&self) -> impl Iterator<Item = &Path> {
        [&self.limits, &self.adapters, &self.contaminants].into_iter().filter_map(Option::as_deref)
    }

    /// Returns the quality control that the arguments ask for. `None` after an error in a list, which was reported.
    pub(super) fn control(&self) -> Option<Control> {
        let mut limits = list(self.limits.as_deref(), Limits::read)?;
        limits.ignore_kmers &= self.kmers.is_none();
        let adapters = list(self.adapters.as_deref(), Adapters::read)?;
        let contaminants = list(self.contaminants.as_deref(), Contaminants::read)?;
        let grouping = match (self.nogroup, self.expgroup) {
            (true, _) => Grouping::Single,
            (_, true) => Grouping::Exponential,
            _ => Grouping::Linear,
        };
        let control = Control::new().limits(limits).adapters(adapters).contaminants(contaminants);
        let control = control.grouping(grouping).leave_filtered_out(self.casava);
        // The parser of the arguments allows the same lengths.
        self.kmers.map_or(Some(control.clone()), |len| control.kmer_len(len.into()).ok())
    }
}

/// Reads a list that an option names, or returns the default one. `None` after an error, which was reported.
fn list<T: Default>(path: Option<&Path>, read: fn(Box<dyn BufRead>) -> Result<T>) -> Option<T> {
    let Some(path) = path else { return Some(T::default()) };
    let list = input::open_list(path).and_then(read);
    list.map_err(|error| report::error(&path.display().to_string(), &error)).ok()
}
