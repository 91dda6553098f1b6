//! Counts the pairs whose mates have the same length: `cargo run --release --features gzip --example pairs -- R1.fastq.gz R2.fastq.gz`,
//! or with one interleaved file.

use pagecut::{PairedSource, Result, fastq::Fastq};

fn main() -> Result<()> {
    let paths: Vec<_> = std::env::args_os().skip(1).collect();
    let source = match &paths[..] {
        [first, second] => PairedSource::open(first, second)?,
        both => PairedSource::open_interleaved(both.first().expect("usage: pairs R1 [R2]"))?,
    };
    let mut equal = 0;
    let mut pairs = source.pairs(&Fastq::new())?;
    while let Some(pair) = pairs.next()? {
        equal += u64::from(pair.first.sequence().len() == pair.second.sequence().len());
    }
    println!("{equal} of {} pairs have mates of the same length", pairs.count());
    Ok(())
}
