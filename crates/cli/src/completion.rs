//! `pagecut completion`: completions for shells.

use std::io::{self, Write};

use clap::Args;

/// Arguments of `pagecut completion`.
#[derive(Debug, Args)]
#[command(after_help = "For example, in ~/.bashrc: source <(pagecut completion bash)")]
pub(crate) struct Completion {
    /// The shell
    shell: clap_complete::Shell,
}

/// Prints the completions of a command for a shell.
pub(crate) fn run(args: &Completion, command: &mut clap::Command, out: &mut dyn Write) -> io::Result<()> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, command, "pagecut", &mut script);
    out.write_all(&script)
}
