//! The `pagecut` command: arguments, tables and progress over the library. No parsing is done here.

#![warn(clippy::unwrap_used)]

mod cli;
mod extract;
mod fetch;
mod formats;
mod index;
mod input;
mod inspect;
mod media;
mod output;
mod packets;
mod probe;
mod progress;
mod report;
mod sanitize;
mod shard;
mod stats;
mod streams;
mod table;
mod time_base;
mod tree;
mod verify;

use std::io::{self, ErrorKind, Write};
use std::process::ExitCode;

use clap::{CommandFactory, Parser};
use cli::{Cli, Command};

/// Everything was read and all was well.
const GOOD: u8 = 0;
/// Data was bad, or could not be read. (2, for wrong usage, is given by clap.)
const BAD: u8 = 1;

fn main() -> ExitCode {
    let cli = Cli::parse();
    cli.common.demand_agreement();
    cli.common.color.write_global();
    if let Err(error) = pagecut::simd::check_environment() {
        report::error("PAGECUT_SIMD", &error);
        return BAD.into();
    }
    let mut out = io::BufWriter::new(io::stdout());
    let mut all_good = true;
    let written = match &cli.command {
        Command::Stats(args) => stats::run(args, &cli.common, &mut out, &mut all_good),
        Command::Verify(args) => verify::run(args, &cli.common, &mut out, &mut all_good),
        Command::Sanitize(args) => sanitize::run(args, &cli.common, &mut all_good),
        Command::Index(args) => index::run(args, &cli.common, &mut out, &mut all_good),
        Command::Fetch(args) => fetch::run(args, &cli.common, &mut all_good),
        Command::Shard(args) => shard::run(args, &cli.common, &mut out, &mut all_good),
        Command::Tree(args) => tree::run(args, &cli.common, &mut all_good),
        Command::Extract(args) => extract::run(args, &cli.common, &mut all_good),
        Command::Inspect(args) => inspect::run(args, &cli.common, &mut out, &mut all_good),
        Command::Packets(args) => packets::run(args, &cli.common, &mut out, &mut all_good),
        Command::Probe(args) => probe::run(args, &cli.common, &mut out, &mut all_good),
        Command::Completion { shell } => complete(*shell, &mut out),
    };
    match written.and_then(|()| out.flush()) {
        // Whoever reads has seen enough; what was found until then still counts.
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            report::error("standard output", &error);
            BAD.into()
        }
        _ if all_good => GOOD.into(),
        _ => BAD.into(),
    }
}

/// Writes the completions for a shell.
fn complete(shell: clap_complete::Shell, out: &mut dyn Write) -> io::Result<()> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "pagecut", &mut script);
    out.write_all(&script)
}
