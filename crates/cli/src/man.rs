//! `pagecut man`: manual pages, made from the definitions of the arguments.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use clap::Args;
use clap_mangen::Man as Page;

use crate::{output, report};

/// Arguments of `pagecut man`.
#[derive(Debug, Args)]
#[command(after_help = "To read the main page: pagecut man | man -l -")]
pub(crate) struct Man {
    /// Directory in which the main page and one page for each subcommand are written, and which is created if it does not exist; without
    /// it, or with `-`, the main page is printed
    directory: Option<PathBuf>,
}

/// Prints the main page of a command, or writes all pages. Sets `all_good` to `false` if a page cannot be written.
pub(crate) fn run(
    args: &Man,
    command: clap::Command,
    out: &mut dyn Write,
    all_good: &mut bool,
) -> io::Result<()> {
    let command = command.disable_help_subcommand(true);
    match args.directory.as_deref().filter(|directory| directory.as_os_str() != "-") {
        None => out.write_all(&render(&page(command))?)?,
        Some(directory) => {
            let name = directory.display().to_string();
            *all_good &= report::outcome(&name, write_all(directory, command).map(|()| true))?;
        }
    }
    Ok(())
}

/// Writes the page of a command and those of its subcommands.
fn write_all(directory: &Path, mut command: clap::Command) -> pagecut::Result<()> {
    fs::create_dir_all(directory)?;
    // This gives subcommands their full names, and the options of every command.
    command.build();
    let subcommands = command.get_subcommands().filter(|subcommand| !subcommand.is_hide_set()).cloned();
    for command in subcommands.chain([command.clone()]) {
        let page = page(command);
        output::replace(&directory.join(page.get_filename()), |out| Ok(out.write_all(&render(&page)?)?))?;
    }
    Ok(())
}

fn page(command: clap::Command) -> Page {
    Page::new(command).source(concat!("pagecut ", env!("CARGO_PKG_VERSION"))).manual("pagecut")
}

/// Renders a page, whose notes have the name that they have in other manual pages.
fn render(page: &Page) -> io::Result<Vec<u8>> {
    let mut text = Vec::new();
    page.render(&mut text)?;
    let text = String::from_utf8(text).map_err(io::Error::other)?;
    Ok(text.replace("\n.SH EXTRA\n", "\n.SH NOTES\n").into_bytes())
}
