//! Arguments of `pagecut sanitize`.

use std::path::{Path, PathBuf};

use clap::Args;
use clap::error::ErrorKind;

use crate::args::{Limit, Output, wrong_usage};
use crate::pairs::{Input, OnePair};

/// Arguments of `pagecut sanitize`.
#[derive(Debug, Args)]
#[command(after_help = "Blank lines between records are kept.\n\n\
                  Damaged blocks of BGZF are left out up to the next whole block, and listed with their gap. gzip, zstd, bzip2 and xz have no \
                  certain place to continue after a fault: reading ends there.\n\n\
                  From a pipe, FASTQ records after the first fault are held in a temporary file (in TMPDIR) until the whole input proves \
                  that they are records, and not quality scores of wrapped FASTQ.\n\n\
                  Pairs (--paired, --interleaved) stay together: a read whose mate was lost in the other file is written to --orphans \
                  only, and counted in any case. Mates are found by their names, among the reads of 32 MiB of each file; gaps may be longer. \
                  If 32 MiB of both files have no mates, and no gap explains it, that is an error. If one program writes both \
                  to pipes, it may be 32 MiB ahead in one of them; a longer lead blocks both programs. \
                  --paired writes two files, -o and -O, or without both the mates in turn to standard output; --interleaved writes \
                  one file, or with -O two. The exit status is 1 if anything was left out, and if reads have no mate.")]
pub(crate) struct Sanitize {
    /// File; `-`, or none at all, for standard input
    pub(super) file: Option<PathBuf>,
    #[command(flatten)]
    mates: OnePair,
    #[command(flatten)]
    pub(super) limit: Limit,
    #[command(flatten)]
    pub(super) output: Output,
    /// Output file of the second mates
    #[arg(short = 'O', long, value_name = "FILE", requires = "path")]
    pub(super) second_output: Option<PathBuf>,
    /// Write the reads without a mate to FILE, in the order in which they are met
    #[arg(long, value_name = "FILE")]
    pub(super) orphans: Option<PathBuf>,
    /// Also leave out records that fail the checks of `verify --strict`
    #[arg(long)]
    pub(super) strict: bool,
    /// Stop after this many gaps
    #[arg(long, value_name = "N", default_value_t = u64::MAX, hide_default_value = true)]
    pub(super) max_gaps: u64,
    /// Print how many bytes are records, blank lines and gaps
    #[arg(short, long)]
    pub(super) verbose: bool,
}

impl Sanitize {
    /// The files of pairs, if pairs are to be read. Ends with the exit status of wrong usage if the outputs do not fit them.
    pub(super) fn pair(&self, file: &Path) -> Option<Input> {
        let input = self.mates.input(file);
        let refuse = |what| wrong_usage(ErrorKind::ArgumentConflict, what);
        match &input {
            Some(Input::Two(..)) if self.output.path.is_some() && self.second_output.is_none() => refuse(
                "`--paired` writes two files, `-o` and `-O`, or without both the mates in turn to standard output",
            ),
            None if self.second_output.is_some() || self.orphans.is_some() => {
                refuse("`-O` and `--orphans` are outputs of pairs, and need `--paired` or `--interleaved`")
            }
            _ => input,
        }
    }
}
