//! Arguments of `pagecut verify`.

use std::path::PathBuf;

use clap::Args;

use crate::args::Limit;
use crate::pairs::MatesByName;

/// Arguments of `pagecut verify`.
#[derive(Debug, Args)]
#[command(
    after_help = "With --recover, damaged blocks of BGZF are skipped too, up to the next intact one, and reported with their gap. gzip, \
                  zstd, bzip2 and xz, wrapped FASTQ and formats without boundaries, such as MP4, have no certain place to continue \
                  after a fault: reading ends there.\n\n\
                  If the contents of a compressed file are bad, the rest of the file is decompressed all the same, to find out whether \
                  it is damaged: the checksum that shows it comes after the fault."
)]
pub(crate) struct Verify {
    /// Files; `-`, or none at all, for standard input
    pub(super) files: Vec<PathBuf>,
    #[command(flatten)]
    pub(crate) limit: Limit,
    #[command(flatten)]
    pub(super) mates: MatesByName,
    /// Check the letters, the range of the quality scores, and the definition on the plus line too
    #[arg(long)]
    pub(crate) strict: bool,
    /// Continue after every fault, and list the gaps
    #[arg(long, conflicts_with_all = ["paired", "interleaved", "pairs_by_name"])]
    pub(crate) recover: bool,
    /// Stop after this many gaps
    #[arg(long, value_name = "N", requires = "recover", default_value_t = u64::MAX, hide_default_value = true)]
    pub(crate) max_gaps: u64,
    /// Print how many bytes are records, blank lines and gaps, and how many were decompressed
    #[arg(short, long)]
    pub(super) verbose: bool,
    /// One JSON object for each file, a line each
    #[arg(long)]
    pub(crate) json: bool,
}
