//! Computes a value of each record on all cores, and prints the values in the order of the file:
//! `cargo run --release --example in_order -- reads.fastq.gz`.

use std::io::Write;

use pagecut::fastq::Fastq;
use pagecut::{Result, Source};

fn main() -> Result<()> {
    let source = Source::open(std::env::args_os().nth(1).unwrap_or("testdata/illumina.fastq".into()))?;
    let mut out = std::io::BufWriter::new(std::io::stdout());
    source.map_in_order(
        &Fastq::new(),
        |record| memchr::memchr2_iter(b'G', b'C', record.sequence()).count(),
        |gc| Ok(writeln!(out, "{gc}")?),
    )?;
    Ok(out.flush()?)
}
