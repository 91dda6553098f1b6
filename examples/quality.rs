//! Prints the verdicts of a quality control: `cargo run --release --example quality -- reads.fastq.gz`.

use pagecut::qc::Qc;
use pagecut::{Result, Source};

fn main() -> Result<()> {
    let source = Source::open(std::env::args_os().nth(1).unwrap_or("testdata/illumina.fastq".into()))?;
    let report = Qc::new().run(&source, "reads")?;
    println!("{} reads, {} bases, {}", report.basic.reads, report.basic.bases, report.basic.encoding);
    for (module, verdict) in report.verdicts() {
        println!("{verdict}\t{module}");
    }
    // The report is of the reads before an error.
    report.error.map_or(Ok(()), Err)
}
