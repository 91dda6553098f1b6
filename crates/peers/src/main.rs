//! Compares pagecut with other parsers in one run: all count the records of one file, in turn, and must agree.

#[path = "../../../benches/io/cache.rs"]
#[expect(dead_code, reason = "files are written with other means here")]
mod cache;
mod comparison;
mod compressed;
mod decoders;
mod folder;
mod format;
mod lap;
mod legend;
mod lineup;
mod machine;
mod measure;
mod media;
mod native;
mod ours;
mod packing;
mod peers;
mod reads;
mod result;
mod roofline;
mod row;
mod states;
#[path = "../../../benches/io/sum.rs"]
mod sum;
mod table;

use std::io;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Compares pagecut with other parsers, and with memory bandwidth
#[derive(Parser)]
struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Reads(reads::Args),
    Media(media::Args),
    Compressed(compressed::Args),
}

/// Options of a run.
#[derive(clap::Args)]
struct RunArgs {
    /// Number of passes of every row; the median counts
    #[arg(long, value_name = "N", default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..))]
    rounds: u32,

    /// Also write the rows to FILE as comma-separated values
    #[arg(long, value_name = "FILE")]
    csv: Option<PathBuf>,
}

fn main() -> ExitCode {
    let mut out = io::stdout().lock();
    let done = match Args::parse().command {
        Command::Reads(args) => reads::run(&args, &mut out),
        Command::Media(args) => media::run(&args, &mut out),
        Command::Compressed(args) => compressed::run(&args, &mut out),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("pagecut-peers: {error}");
            ExitCode::FAILURE
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_arguments_are_well_formed() {
        Args::command().debug_assert();
    }
}
