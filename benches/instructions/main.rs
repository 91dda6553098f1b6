//! The work that `benches/instructions/count.sh` counts the instructions of: `instructions WORK FILE ROUNDS`.
//!
//! Prints the number of records per round. The cost outside the rounds is the same for every number of rounds.

use std::env;
use std::fs;
use std::hint::black_box;
use std::path::Path;
use std::process::ExitCode;

use pagecut::fasta::{self, Fasta};
use pagecut::fastq::{self, Fastq};
use pagecut::io::{Strategy, ZeroCopyConfig};
use pagecut::{Format, Resync, Source, SourceOptions};
use rayon::prelude::*;

/// Number of bytes per round: enough to make the cost of starting a thread negligible.
const LEN: usize = 16 << 20;

/// Number of workers of parallel work.
const THREADS: usize = 2;

fn main() -> ExitCode {
    let args: Vec<String> = env::args().skip(1).filter(|arg| arg != "--bench").collect();
    let [work, file, rounds] = &args[..] else {
        // `cargo bench` calls the program like this.
        eprintln!("run benches/instructions/count.sh");
        return ExitCode::SUCCESS;
    };
    let text = fs::read(file).expect("a file");
    let data = text.repeat(LEN.div_ceil(text.len()));
    let is_fasta = Path::new(file).extension().is_some_and(|extension| extension == "fasta");
    let count: &dyn Fn(&[u8]) -> u64 = match (work.as_str(), is_fasta) {
        ("records", false) => &|data| records(Fastq::new(), data),
        ("records", true) => &|data| records(Fasta::new(), data),
        ("strict", false) => &|data| records(Fastq::strict(), data),
        ("strict", true) => &|data| records(Fasta::strict(), data),
        ("summary", false) => &reads,
        ("summary", true) => &sequences,
        ("par_records", false) => &|data| par_records(Fastq::new(), data),
        ("par_records", true) => &|data| par_records(Fasta::new(), data),
        ("fold", false) => &|data| fold(Fastq::new(), data),
        ("fold", true) => &|data| fold(Fasta::new(), data),
        _ => panic!("there is no work {work:?}"),
    };
    let rounds: u32 = rounds.parse().expect("a number of rounds");
    let found = (0..rounds).map(|_| count(black_box(&data))).last();
    println!("{}", found.unwrap_or_default());
    ExitCode::SUCCESS
}

fn records<F: Format>(format: F, data: &[u8]) -> u64 {
    format.records(data).map(Result::unwrap).count() as u64
}

fn reads(data: &[u8]) -> u64 {
    let mut summary = fastq::Summary::with_letters();
    Fastq::new().records(data).map(Result::unwrap).for_each(|record| summary.add(&record));
    black_box(summary.letters().map(|letters| letters.gc()));
    summary.lengths().count()
}

fn sequences(data: &[u8]) -> u64 {
    let mut summary = fasta::Summary::with_letters();
    Fasta::new().records(data).map(Result::unwrap).for_each(|record| summary.add(&record));
    black_box(summary.letters().map(|letters| letters.gc()));
    summary.lengths().count()
}

fn par_records<F>(format: F, data: &[u8]) -> u64
where
    F: Resync,
    for<'data> F::Record<'data>: Send,
{
    let pool = rayon::ThreadPoolBuilder::new().num_threads(THREADS).build().expect("threads");
    pool.install(|| format.par_records(data).map(Result::unwrap).count() as u64)
}

/// Reads a mapping: with automatic choice, the backend would depend on measured times.
fn fold<F: Format + Sync>(format: F, data: &[u8]) -> u64 {
    let folder = tempfile::TempDir::new_in(env!("CARGO_TARGET_TMPDIR")).expect("a folder");
    let path = folder.path().join("records");
    fs::write(&path, data).expect("a file");
    let config = ZeroCopyConfig::new().strategy(Strategy::Mapped);
    let options = SourceOptions::new().config(config).threads(THREADS);
    let source = Source::with_options(path, options).expect("the file");
    source.fold(&format, || 0, |count, _| count + 1, |left, right| left + right).expect("records")
}
