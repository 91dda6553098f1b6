//! Reads records one after the other, with state and an early exit: `cargo run --release --example records -- reads.fastq.gz`.

use pagecut::fastq::Fastq;
use pagecut::{Result, Source};

fn main() -> Result<()> {
    let source = Source::open(std::env::args_os().nth(1).unwrap_or("testdata/illumina.fastq".into()))?;
    let mut records = source.records(&Fastq::new())?;
    let (mut count, mut bases) = (0, 0);
    while let Some(record) = records.next()? {
        (count, bases) = (count + 1, bases + record.sequence().len());
        if bases >= 10_000 {
            break;
        }
    }
    println!("{count} records have {bases} bases");
    Ok(())
}
