//! Executes the commands of `pagecut-peers`: an input line contains a method, the number of threads and a path, separated by tabs;
//! the output line contains the number of records, the number of bases, and the nanoseconds taken.

use std::io::{self, BufRead, Write};
use std::path::Path;
use std::time::Instant;

use pagecut_peers_helicase::{METHODS, Result};

fn main() -> Result<()> {
    let mut out = io::stdout().lock();
    for line in io::stdin().lock().lines() {
        writeln!(out, "{}", answer(&line?)?)?;
        out.flush()?;
    }
    Ok(())
}

fn answer(line: &str) -> Result<String> {
    let mut fields = line.splitn(3, '\t');
    let mut field = || fields.next().ok_or_else(|| format!("{line:?}: has not three fields"));
    let (method, threads, path) = (field()?, field()?.parse()?, field()?);
    let (_, run) = METHODS
        .iter()
        .find(|(name, _)| *name == method)
        .ok_or_else(|| format!("{method:?}: unknown method"))?;
    let start = Instant::now();
    let (records, bases) = run(Path::new(path), threads).map_err(|error| format!("{path}: {error}"))?;
    Ok(format!("{records}\t{bases}\t{}", start.elapsed().as_nanos()))
}
