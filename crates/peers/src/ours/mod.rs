//! pagecut, in every way that it offers.

mod fasta;
mod fastq;

use std::ops::Add;
use std::path::Path;

use pagecut::io::Strategy;
use pagecut::mmap::MmapReader;
use pagecut::{Error, Source, SourceOptions};
use rayon::ThreadPoolBuilder;
use rayon::iter::ParallelIterator;

use crate::row::{Count, Result, Row};

pub(crate) fn rows() -> Vec<Row> {
    [&fastq::ROWS[..], &fasta::ROWS].concat()
}

/// Over a `Source`, which finds the way where `Strategy::Auto` is left to it.
fn fold<F: pagecut::Format>(
    path: &Path,
    threads: usize,
    strategy: Strategy,
    format: &F,
    len: impl Fn(F::Record<'_>) -> usize + Sync,
) -> Result<Option<Count>> {
    let options = SourceOptions::new().strategy(strategy).threads(threads);
    let count = Source::with_options(path, options)?.fold(
        format,
        Count::default,
        |count, record| count.with(len(record)),
        Add::add,
    )?;
    Ok(Some(count))
}

/// Out of an iterator over a mapping.
fn records<R>(records: impl Iterator<Item = pagecut::Result<R>>, len: impl Fn(R) -> usize) -> Result<Count> {
    let mut count = Count::default();
    for record in records {
        count = count.with(len(record?));
    }
    Ok(count)
}

/// Out of a parallel iterator over a mapping.
fn par_records<R: Send>(
    records: impl ParallelIterator<Item = pagecut::Result<R>>,
    len: impl Fn(R) -> usize + Sync + Send,
) -> pagecut::Result<Count> {
    records
        .try_fold(Count::default, |count, record| record.map(|record| count.with(len(record))))
        .try_reduce(Count::default, |left, right| Ok::<_, Error>(left + right))
}

/// Maps a file and works on it in a pool. Starting the threads is part of the work, as it is for everybody else.
fn in_pool(
    path: &Path,
    threads: usize,
    work: impl Fn(&[u8]) -> pagecut::Result<Count> + Sync,
) -> Result<Option<Count>> {
    let reader = MmapReader::open(path)?;
    let pool = ThreadPoolBuilder::new().num_threads(threads).build()?;
    Ok(Some(pool.install(|| work(reader.as_slice()))?))
}
