//! Does what `pagecut-peers` asks of it: lines of a way, the number of threads and a path come in, separated by tabs, and for each a
//! line goes out with the number of records, that of bases, and the nanoseconds that it took.

use std::io::{self, BufRead, Write};
use std::path::Path;
use std::time::Instant;

use pagecut_peers_helicase::{Result, WAYS};

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
    let (way, threads, path) = (field()?, field()?.parse()?, field()?);
    let (_, run) = WAYS.iter().find(|(name, _)| *name == way).ok_or_else(|| format!("{way:?}: is no way"))?;
    let start = Instant::now();
    let (records, bases) = run(Path::new(path), threads).map_err(|error| format!("{path}: {error}"))?;
    Ok(format!("{records}\t{bases}\t{}", start.elapsed().as_nanos()))
}
