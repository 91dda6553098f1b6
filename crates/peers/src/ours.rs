//! pagecut, in every way that it offers.

use std::ops::Add;
use std::path::Path;

use pagecut::fastq::{self, Fastq};
use pagecut::io::Strategy;
use pagecut::mmap::MmapReader;
use pagecut::{Source, SourceOptions};
use rayon::ThreadPoolBuilder;
use rayon::iter::ParallelIterator;

use crate::format::Format;
use crate::row::{Count, Kind, Result, Row, Way};

pub(crate) const ROWS: [Row; 6] = [
    row("pagecut fold", Format::ALL, Way::Mapped, 1, fold_mapped),
    row("pagecut records", Format::PLAIN, Way::Mapped, 1, records),
    row("pagecut fold", Format::ALL, Way::Read, 1, fold_read),
    row("pagecut fold", Format::ALL, Way::Mapped, 2, fold_mapped),
    row("pagecut par_records", Format::PLAIN, Way::Mapped, 2, par_records),
    row("pagecut fold", Format::ALL, Way::Read, 2, fold_read),
];

const fn row(
    name: &'static str,
    formats: &'static [Format],
    way: Way,
    threads: usize,
    run: fn(&Path, usize) -> Result<Option<Count>>,
) -> Row {
    Row { kind: Kind::Ours, name, formats, way, threads, run }
}

fn fold_mapped(path: &Path, threads: usize) -> Result<Option<Count>> {
    fold(path, SourceOptions::new().strategy(Strategy::Mapped).threads(threads))
}

fn fold_read(path: &Path, threads: usize) -> Result<Option<Count>> {
    fold(path, SourceOptions::new().strategy(Strategy::Read).threads(threads))
}

fn fold(path: &Path, options: SourceOptions) -> Result<Option<Count>> {
    let count = Source::with_options(path, options)?.fold(
        &Fastq::new(),
        Count::default,
        |count, record| count.with(record.sequence().len()),
        Add::add,
    )?;
    Ok(Some(count))
}

fn records(path: &Path, _: usize) -> Result<Option<Count>> {
    let reader = MmapReader::open(path)?;
    let mut count = Count::default();
    for record in fastq::records(reader.as_slice()) {
        count = count.with(record?.sequence().len());
    }
    Ok(Some(count))
}

fn par_records(path: &Path, threads: usize) -> Result<Option<Count>> {
    let reader = MmapReader::open(path)?;
    // Starting the threads is part of the work, as it is for everybody else.
    let pool = ThreadPoolBuilder::new().num_threads(threads).build()?;
    let count = pool.install(|| {
        fastq::par_records(reader.as_slice())
            .try_fold(Count::default, |count, record| {
                record.map(|record| count.with(record.sequence().len()))
            })
            .try_reduce(Count::default, |left, right| Ok(left + right))
    })?;
    Ok(Some(count))
}
