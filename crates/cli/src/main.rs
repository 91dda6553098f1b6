//! The `pagecut` command: arguments, tables and progress over the library. No parsing is done here.

#![warn(clippy::unwrap_used)]

mod args;
mod cli;
mod completion;
mod descriptors;
mod extract;
mod fetch;
mod formats;
mod head;
mod hints;
mod index;
mod input;
mod inspect;
mod man;
mod media;
mod named_source;
mod output;
mod packets;
mod pairs;
mod probe;
mod progress;
mod qc;
mod report;
mod sample;
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

use clap::{CommandFactory, FromArgMatches};
use cli::{Cli, Command};
use output::Stdout;

/// All inputs were read, and all are good.
const GOOD: u8 = 0;
/// Data was bad, or could not be read. (clap exits with 2 for wrong usage.)
const BAD: u8 = 1;

fn main() -> ExitCode {
    let cli = match parse() {
        Ok(cli) => cli,
        Err(error) => return print(&error),
    };
    cli.common.demand_agreement();
    cli.common.color.write_global();
    if let Err(error) = pagecut::simd::check_environment() {
        report::error("PAGECUT_SIMD", &error);
        return BAD.into();
    }
    let mut out = io::BufWriter::new(Stdout::new());
    let mut all_good = true;
    let written = match &cli.command {
        Command::Stats(args) => stats::run(args, &cli.common, &mut out, &mut all_good),
        Command::Verify(args) => verify::run(args, &cli.common, &mut out, &mut all_good),
        Command::Qc(args) => qc::run(args, &cli.common, &mut out, &mut all_good),
        Command::Sanitize(args) => sanitize::run(args, &cli.common, &mut all_good),
        Command::Head(args) => head::run(args, &cli.common, &mut all_good),
        Command::Sample(args) => sample::run(args, &cli.common, &mut all_good),
        Command::Index(args) => index::run(args, &cli.common, &mut out, &mut all_good),
        Command::Fetch(args) => fetch::run(args, &cli.common, &mut all_good),
        Command::Shard(args) => shard::run(args, &cli.common, &mut out, &mut all_good),
        Command::Tree(args) => tree::run(args, &cli.common, &mut all_good),
        Command::Extract(args) => extract::run(args, &cli.common, &mut all_good),
        Command::Inspect(args) => inspect::run(args, &cli.common, &mut out, &mut all_good),
        Command::Packets(args) => packets::run(args, &cli.common, &mut out, &mut all_good),
        Command::Probe(args) => probe::run(args, &cli.common, &mut out, &mut all_good),
        Command::Completion(args) => completion::run(args, &mut Cli::command(), &mut out),
        Command::Man(args) => man::run(args, Cli::command(), &mut out, &mut all_good),
    };
    let good = if all_good { GOOD } else { BAD };
    exit_code(written.and_then(|()| out.flush()), good)
}

/// Parses the arguments. An empty `PAGECUT_THREADS` counts as unset.
fn parse() -> Result<Cli, clap::Error> {
    let mut command = Cli::command();
    if std::env::var_os("PAGECUT_THREADS").is_some_and(|threads| threads.is_empty()) {
        command = command.mut_arg("threads", |threads| threads.env(None::<&str>));
    }
    let matches = command.try_get_matches().map_err(|mut error| {
        hints::add(&mut error, &Cli::command());
        error
    });
    let mut matches = matches?;
    Cli::from_arg_matches_mut(&mut matches).map_err(|error| error.format(&mut Cli::command()))
}

/// Prints a usage error, or the requested help or version.
fn print(error: &clap::Error) -> ExitCode {
    let code = u8::try_from(error.exit_code()).unwrap_or(BAD);
    if error.use_stderr() {
        let _ = error.print();
        return code.into();
    }
    let printed = Stdout::new().check().and_then(|()| error.print()).and_then(|()| io::stdout().flush());
    exit_code(printed, code)
}

/// Returns the exit status after writing to standard output: `code`, unless that failed.
fn exit_code(written: io::Result<()>, code: u8) -> ExitCode {
    match written {
        // The reader closed the pipe; the results up to then still count.
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            report::error(Stdout::NAME, &error);
            BAD.into()
        }
        _ => code.into(),
    }
}
