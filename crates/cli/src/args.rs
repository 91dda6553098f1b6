//! Arguments that several commands share.

use std::path::PathBuf;

use clap::error::ErrorKind;
use clap::{Args, ValueEnum};
use pagecut::io::Strategy;

/// Options of every command.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Options of every command")]
pub(crate) struct Common {
    /// Number of threads, at most 1024; 0 for one per core
    #[arg(short, long, visible_short_alias = '@', env = "PAGECUT_THREADS", default_value_t = 0)]
    #[arg(value_name = "N", global = true, hide_default_value = true)]
    #[arg(value_parser = clap::value_parser!(u16).range(..=1024))]
    pub(crate) threads: u16,
    /// Method of access to files
    #[arg(long, value_name = "METHOD", default_value = "auto", global = true)]
    pub(crate) io: Io,
    /// Read files instead of mapping them into memory
    #[arg(long, global = true)]
    pub(crate) no_mmap: bool,
    /// Hide progress and success messages
    #[arg(short, long, global = true)]
    pub(crate) quiet: bool,
    /// When to use colours
    #[arg(long, value_name = "WHEN", default_value = "auto", global = true)]
    pub(crate) color: Color,
}

impl Common {
    /// Ends with the exit status of wrong usage if two options contradict each other.
    pub(crate) fn demand_agreement(&self) {
        if self.no_mmap && self.io == Io::Mapped {
            conflict("`--io mapped` maps files into memory, which `--no-mmap` forbids");
        }
    }
}

/// Reports options that contradict each other, and ends with the exit status of wrong usage.
pub(crate) fn conflict(message: &str) -> ! {
    wrong_usage(ErrorKind::ArgumentConflict, message)
}

/// Reports an error in the arguments, and ends with the exit status of wrong usage.
pub(crate) fn wrong_usage(kind: ErrorKind, message: &str) -> ! {
    let hint = "For more information, try '--help'.";
    clap::Error::raw(kind, format!("{message}\n\n{hint}\n")).exit()
}

/// How the bytes of files are accessed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Io {
    /// Map or read, whichever is faster for the file
    Auto,
    /// Map the file into memory
    Mapped,
    /// Read through the page cache
    Read,
    /// Read without the page cache (O_DIRECT)
    Direct,
    /// Read with many requests in flight (io_uring)
    Uring,
}

impl Io {
    /// Returns the strategy of the library.
    pub(crate) fn strategy(self) -> Strategy {
        match self {
            Self::Auto => Strategy::Auto,
            Self::Mapped => Strategy::Mapped,
            Self::Read => Strategy::Read,
            Self::Direct => Strategy::Direct,
            Self::Uring => Strategy::Uring,
        }
    }
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum Color {
    /// On a terminal
    Auto,
    /// In files and pipes as well
    Always,
    /// Never
    Never,
}

impl Color {
    /// Applies the choice to all output streams.
    pub(crate) fn write_global(self) {
        match self {
            Self::Auto => anstream::ColorChoice::Auto,
            Self::Always => anstream::ColorChoice::Always,
            Self::Never => anstream::ColorChoice::Never,
        }
        .write_global();
    }
}

/// The limit on input.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct Limit {
    /// Refuse inputs longer than this after decompression, and records longer than this that have to be held in memory [default
    /// for a record: half of the memory]. The suffixes K, M, G and T stand for KiB to TiB
    #[arg(long, value_name = "SIZE", value_parser = parse_size)]
    pub(crate) max_bytes: Option<u64>,
}

/// Parses a number of bytes, such as `1000`, `64K` or `2G`.
fn parse_size(text: &str) -> Result<u64, String> {
    let units = ["K", "M", "G", "T"];
    let unit = units.iter().position(|unit| text.to_ascii_uppercase().ends_with(unit));
    let digits = if unit.is_some() { &text[..text.len() - 1] } else { text };
    let number = digits.parse::<u64>().ok().filter(|_| digits.bytes().all(|byte| byte.is_ascii_digit()));
    let size = number.and_then(|number| {
        let bytes_of_unit = 1_u64 << (10 * unit.map_or(0, |unit| unit + 1));
        number.checked_mul(bytes_of_unit)
    });
    size.ok_or_else(|| "a size is a number of bytes, with an optional suffix K, M, G or T".to_owned())
}

/// Options for an output of records.
#[derive(Debug, Args)]
pub(crate) struct Output {
    /// Output file, compressed if its name ends in .gz, .bgz or .bgzf [default: stdout]
    #[arg(short = 'o', long = "output", value_name = "FILE")]
    pub(crate) path: Option<PathBuf>,
    /// Compression of the output, whatever its name
    #[arg(long, value_name = "FORMAT")]
    pub(crate) compress: Option<Compress>,
}

/// The compression of an output.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Compress {
    /// No compression
    None,
    /// gzip in blocks that can be read in parallel, as `bgzip` writes it
    #[cfg(feature = "gzip")]
    Bgzf,
}
