//! helicase as its page recommends it: built for the local processor, as a separate worker program.

use std::env;
use std::io::{self, BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use crate::lap::Lap;
use crate::row::{Count, Result};

/// The worker program, waiting for commands.
#[derive(Debug)]
pub(crate) struct Worker {
    pipes: Mutex<(ChildStdin, BufReader<ChildStdout>)>,
}

impl Worker {
    /// Builds the program and starts it. It ends with this process, since its input closes.
    pub(crate) fn start() -> Result<&'static Self> {
        let mut child = Command::new(build()?).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        let pipes = pipes(&mut child).ok_or("the program has no pipes")?;
        Ok(Box::leak(Box::new(Self { pipes: Mutex::new(pipes) })))
    }

    /// Lets the program read a file once, and returns the time that it reports.
    pub(crate) fn run(&self, method: &str, threads: usize, path: &Path) -> Result<Lap> {
        let path = path.to_str().ok_or_else(|| format!("{}: is not UTF-8", path.display()))?;
        let mut pipes = self.pipes.lock().unwrap_or_else(PoisonError::into_inner);
        let (input, output) = &mut *pipes;
        writeln!(input, "{method}\t{threads}\t{path}")?;
        let mut line = String::new();
        output.read_line(&mut line)?;
        lap(&line).ok_or_else(|| "the program ended: its last words are above".into())
    }
}

fn pipes(child: &mut Child) -> Option<(ChildStdin, BufReader<ChildStdout>)> {
    Some((child.stdin.take()?, BufReader::new(child.stdout.take()?)))
}

/// Parses a line of the program.
fn lap(line: &str) -> Option<Lap> {
    let mut fields = line.trim_end().split('\t').map(str::parse);
    let mut field = || fields.next()?.ok();
    let count = Count { records: field()?, len: field()? };
    Some(Lap { count: Some(count), time: Duration::from_nanos(field()?), faults: 0 })
}

/// Builds the program beside this one, where it stays for the next run.
fn build() -> Result<PathBuf> {
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR")).join("helicase/Cargo.toml");
    let folder = env::current_exe()?.with_file_name("native");
    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let built = Command::new(cargo)
        .args(["build", "--release", "--locked", "--quiet", "--manifest-path"])
        .arg(manifest)
        .arg("--target-dir")
        .arg(&folder)
        .env("RUSTFLAGS", "-C target-cpu=native")
        .env_remove("CARGO_ENCODED_RUSTFLAGS")
        .output()
        .map_err(|error| io::Error::new(error.kind(), format!("cargo: {error}")))?;
    if !built.status.success() {
        let words = String::from_utf8_lossy(&built.stderr);
        return Err(format!("cargo: {}: {}", built.status, words.trim_end()).into());
    }
    Ok(folder.join("release/pagecut-peers-helicase"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_has_three_numbers() {
        let found = lap("2\t7\t1500\n").unwrap();
        assert_eq!(found.count, Some(Count { records: 2, len: 7 }));
        assert_eq!(found.time, Duration::from_nanos(1500));
        for line in ["", "2\t7\n", "2\tx\t1500\n"] {
            assert!(lap(line).is_none(), "{line:?}");
        }
    }
}
