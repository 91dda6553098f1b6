//! Pairs of reads in the commands: how files are grouped, and one module for each command.

mod files;
mod names;
pub(crate) mod shard;
pub(crate) mod stats;
pub(crate) mod verify;

use std::path::{Path, PathBuf};

use clap::Args;
use clap::error::ErrorKind;

use crate::args::wrong_usage;
use crate::{input, report};
pub(crate) use files::{Input, work};

/// How the mates of pairs lie in files.
#[derive(Debug, Args)]
pub(crate) struct Mates {
    /// Read the files two at a time, R1 R2 [R1 R2 ...]: the first mates are in one, the second mates in the other, in the same order.
    /// Unequal counts and names that do not match are errors. One program that writes two pipes may be 32 MiB ahead in one of them
    #[arg(long, conflicts_with = "interleaved")]
    pub(crate) paired: bool,
    /// Read both mates from one file, in which each second mate follows its first one
    #[arg(long)]
    pub(crate) interleaved: bool,
}

/// How the mates of one input lie in files.
#[derive(Debug, Args)]
pub(crate) struct OnePair {
    /// File of the second mates, with --paired
    #[arg(requires = "paired")]
    mate_file: Option<PathBuf>,
    /// Read two files, R1 R2: the first mates are in one, the second mates in the other, in the same order
    #[arg(long, conflicts_with = "interleaved", requires = "mate_file")]
    paired: bool,
    /// Read both mates from one file, in which each second mate follows its first one
    #[arg(long)]
    interleaved: bool,
}

impl OnePair {
    /// The files of pairs, of which `file` is the first one, if pairs are to be read.
    pub(crate) fn input(&self, file: &Path) -> Option<Input> {
        match &self.mate_file {
            Some(second) => Some(Input::Two(file.to_owned(), second.clone())),
            None => self.interleaved.then(|| Input::Interleaved(file.to_owned())),
        }
    }
}

/// How the mates of pairs are found among files.
#[derive(Debug, Args)]
pub(crate) struct MatesByName {
    #[command(flatten)]
    pub(crate) mates: Mates,
    /// Find the mates of files by their names, which differ in the read number before the extension: _R1 and _R2, _1 and _2, .1 and
    /// .2, _R1_001 and _R2_001
    #[arg(long, conflicts_with_all = ["paired", "interleaved"])]
    pub(crate) pairs_by_name: bool,
}

impl Mates {
    /// Groups files. Ends with the exit status of wrong usage if a second file is missing.
    pub(crate) fn group(&self, files: &[PathBuf]) -> Vec<Input> {
        if !self.paired {
            let new = if self.interleaved { Input::Interleaved } else { Input::Alone };
            return input::inputs(files).into_iter().map(new).collect();
        }
        let (pairs, rest) = files.as_chunks::<2>();
        if pairs.is_empty() || !rest.is_empty() {
            let what = "`--paired` reads files two at a time: R1 R2 [R1 R2 ...]";
            wrong_usage(ErrorKind::WrongNumberOfValues, what);
        }
        pairs.iter().map(|[first, second]| Input::Two(first.clone(), second.clone())).collect()
    }
}

impl MatesByName {
    /// Groups files, and reports each whose mate is missing. It is an error if there are no pairs.
    pub(crate) fn group(&self, files: &[PathBuf], all_good: &mut bool) -> Vec<Input> {
        if !self.pairs_by_name {
            return self.mates.group(files);
        }
        let inputs = names::group(&input::inputs(files));
        for input in &inputs {
            if let Input::WithoutMate(file, mate) = input {
                *all_good = false;
                report::error(&file.display().to_string(), &files::missing(mate));
            }
        }
        // The missing mates of other files were reported.
        if *all_good && !inputs.iter().any(|input| matches!(input, Input::Two(..))) {
            *all_good = false;
            let what = "no two files have names of mates, such as a_R1.fastq and a_R2.fastq";
            report::error("--pairs-by-name", &what);
        }
        inputs
    }
}
