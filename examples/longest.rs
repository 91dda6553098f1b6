//! Prints the longest reads of a file without copying them: `cargo run --release --example longest -- reads.fastq`.

use std::cmp::Reverse;
use std::io::{self, Write};

use pagecut::{fastq, mmap::MmapReader};
use rayon::prelude::*;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let path = std::env::args_os().nth(1).ok_or("usage: longest FILE")?;
    let reader = MmapReader::open(path)?;

    // Parse on all cores, in file order. The records borrow from the mapping, so they can be kept and sorted.
    let mut records = fastq::par_records(&reader).collect::<Result<Vec<_>, _>>()?;
    records.par_sort_by_key(|record| Reverse(record.sequence().len()));

    let mut out = io::stdout().lock();
    for record in records.iter().take(10) {
        writeln!(out, "{}\t{}", record.sequence().len(), record.name().escape_ascii())?;
    }
    Ok(())
}
