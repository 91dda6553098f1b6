//! pagecut against other FASTQ parsers, in one run: all of them count the records and bases of one file, in turn, and have
//! to agree.

mod machine;
mod ours;
mod peers;
mod roofline;
mod row;
mod table;

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use clap::Parser;

use row::{Count, Result, Row};
use table::{Measured, Table};

/// Compares pagecut with other FASTQ parsers, and with what memory allows
#[derive(Parser)]
struct Args {
    /// A FASTQ file that is not compressed
    file: PathBuf,

    /// How often to run every row; the median counts
    #[arg(long, value_name = "N", default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..))]
    rounds: u32,

    /// Print comma-separated values
    #[arg(long)]
    csv: bool,
}

fn main() -> ExitCode {
    match run(&Args::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("pagecut-peers: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(args: &Args) -> Result<()> {
    // From here on the file is in the page cache, if it fits.
    let len = io::copy(&mut File::open(&args.file)?, &mut io::sink())?;
    let head = format!(
        "{}: {len} bytes, read once beforehand so that it is in the page cache; median of {} rounds\n\
         {}",
        args.file.display(),
        args.rounds,
        machine::describe(),
    );
    let table = Table::new(len, measure(&args.file, args.rounds)?);
    let mut out = io::stdout().lock();
    if args.csv {
        table.write_csv(&mut out, &head)?
    } else {
        table.write_text(&mut out, &head)?
    }
    Ok(())
}

/// Runs the rows in turn, and that for so many rounds, so that a machine that slows down does so for all of them.
fn measure(file: &Path, rounds: u32) -> Result<Vec<Measured>> {
    let mut rows = [&ours::ROWS[..], &peers::ROWS, &roofline::ROWS].concat();
    rows.sort_by_key(|row| row.threads);

    let mut times = vec![Vec::new(); rows.len()];
    let mut first = None;
    for _ in 0..rounds {
        for (row, times) in rows.iter().zip(&mut times) {
            let start = Instant::now();
            let count = (row.run)(file, row.threads).map_err(|error| format!("{row}: {error}"))?;
            times.push(start.elapsed());
            agree(&mut first, row, count)?;
        }
    }
    let count = first.map(|(_, count)| count).unwrap_or_default();
    Ok(rows.into_iter().zip(times).map(|(row, times)| Measured { row, count, time: median(times) }).collect())
}

/// Compares what a row counted with what the first one did.
fn agree(first: &mut Option<(Row, Count)>, row: &Row, count: Option<Count>) -> Result<()> {
    let Some(count) = count else { return Ok(()) };
    let (first, expected) = first.get_or_insert((*row, count));
    if count == *expected { Ok(()) } else { Err(format!("{row}: {count}, but {first}: {expected}").into()) }
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    (times[(times.len() - 1) / 2] + times[times.len() / 2]) / 2
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_rows_agree_on_real_reads() {
        let testdata = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../testdata");
        for file in ["illumina.fastq", "nanopore.fastq"] {
            let measured = measure(&testdata.join(file), 1).unwrap();
            assert!(measured[0].count.records > 0, "{file}");
        }
    }

    #[test]
    fn a_row_that_disagrees_is_named() {
        let mut first = None;
        let (right, wrong) = (Count { records: 2, bases: 7 }, Count { records: 2, bases: 8 });
        agree(&mut first, &ours::ROWS[0], Some(right)).unwrap();
        agree(&mut first, &roofline::ROWS[0], None).unwrap();
        let error = agree(&mut first, &peers::ROWS[0], Some(wrong)).unwrap_err().to_string();
        assert!(
            error.starts_with(peers::ROWS[0].name) && error.contains("7 bases") && error.contains("8 bases"),
            "{error}"
        );
    }

    #[test]
    fn the_median_lies_in_the_middle() {
        let of = |times: &[u64]| median(times.iter().copied().map(Duration::from_secs).collect());
        assert_eq!(of(&[9, 1, 2]), Duration::from_secs(2));
        assert_eq!(of(&[9, 1, 2, 4]), Duration::from_secs(3));
    }
}
