//! Folds records on all cores: `cargo run --release --example fold -- reads.fastq.gz`.

use pagecut::fastq::Fastq;
use pagecut::{Result, Source};

fn main() -> Result<()> {
    let source = Source::open(std::env::args_os().nth(1).unwrap_or("testdata/illumina.fastq".into()))?;
    let (records, bases) = source.fold(
        &Fastq::new(),
        || (0, 0),
        |(records, bases), record| (records + 1, bases + record.sequence().len()),
        |(a, b), (c, d)| (a + c, b + d),
    )?;
    println!("{records} records have {bases} bases");
    Ok(())
}
