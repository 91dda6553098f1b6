//! The subcommands.

use clap::{Parser, Subcommand, builder::styling};

use crate::args::Common;
use crate::completion::Completion;
use crate::extract::Extract;
use crate::fetch::Fetch;
use crate::head::Head;
use crate::index::Index;
use crate::inspect::Inspect;
use crate::man::Man;
use crate::packets::Packets;
use crate::probe::Probe;
use crate::qc::Qc;
use crate::sample::Sample;
use crate::sanitize::Sanitize;
use crate::shard::Shard;
use crate::stats::Stats;
use crate::tree::Tree;
use crate::verify::Verify;

const STYLES: styling::Styles = styling::Styles::styled()
    .header(styling::AnsiColor::Green.on_default().bold())
    .usage(styling::AnsiColor::Green.on_default().bold())
    .literal(styling::AnsiColor::Cyan.on_default().bold())
    .placeholder(styling::AnsiColor::Cyan.on_default());

/// FASTQ reads, FASTA sequences and media containers, as fast as memory allows
#[derive(Debug, Parser)]
#[command(name = "pagecut", version, styles = STYLES, max_term_width = 100)]
#[command(after_help = "Exit status: 0 success, 1 bad data or a file that cannot be read, 2 wrong usage.")]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) common: Common,
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Count records and letters: the columns of `seqkit stats`; packets by PID, samples by track
    Stats(Stats),
    /// Check every record, account for every byte, and name the first error
    Verify(Verify),
    /// Examine the quality of reads: the modules of FastQC, for terminals, programs and MultiQC
    Qc(Qc),
    /// Write the good records of a damaged file, and report what was left out
    Sanitize(Sanitize),
    /// Print the first records
    Head(Head),
    /// Print a random sample of the records: a fraction or a number of them, the same for both files of pairs
    Sample(Sample),
    /// Write indexes next to files: of names (`.fai`, as `samtools faidx` and `fqidx`), of numbers (`.pgi`)
    Index(Index),
    /// Print sequences, regions and records, by name, number or offset
    Fetch(Fetch),
    /// Divide a file into pieces of whole records, and print or write them
    Shard(Shard),
    /// List every box, element or transport packet of media, with its offset
    Tree(Tree),
    /// Extract a track, an attached file or a box from media
    Extract(Extract),
    /// Show how much of each file is cached, the speed of each I/O backend, and the backend that is chosen
    Inspect(Inspect),
    /// Print the format, duration, streams and codecs of media files
    Probe(Probe),
    /// List the packets of media files, as `ffprobe -show_packets` does
    Packets(Packets),
    /// Print completions for a shell
    Completion(Completion),
    /// Print the manual page, or write one for each subcommand
    Man(Man),
}
