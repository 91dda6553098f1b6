//! pagecut, by every method that it offers.

use std::ops::Add;
use std::path::Path;

use pagecut::fasta::{self, Fasta};
use pagecut::fastq::{self, Fastq};
use pagecut::io::Strategy;
use pagecut::mmap::MmapReader;
use pagecut::{Resync, Source, SourceOptions};
use rayon::ThreadPoolBuilder;
use rayon::iter::ParallelIterator;

use crate::format::Format;
use crate::row::{Access, Count, Here, Kind, Result, Row, Run};

pub(crate) fn rows() -> Vec<Row> {
    [rows_of::<Fastq>(), rows_of::<Fasta>()].concat()
}

/// Common parts of FASTQ and FASTA in this comparison.
trait Reads: Resync {
    const PLAIN: Self;
    const STRICT: Self;
    /// Formats of uncompressed input, and of input that may be compressed.
    const FORMATS: [&'static [Format]; 2];
    /// The checks per record.
    const WORK: &'static str;
    const STRICT_WORK: &'static str;

    /// Returns the number of letters of a record.
    fn letters(record: Self::Record<'_>) -> usize;
}

impl Reads for Fastq {
    const PLAIN: Self = Self::new();
    const STRICT: Self = Self::strict();
    const FORMATS: [&'static [Format]; 2] =
        [Format::FASTQ, &[Format::Fastq, Format::Gzip, Format::Bgzf, Format::Zstd]];
    const WORK: &'static str =
        "`@`, `+`, that the record is complete, as many scores as letters; every byte searched for line ends";
    const STRICT_WORK: &'static str = "the same, and each letter and score, and the text on the plus line";

    fn letters(record: fastq::Record<'_>) -> usize {
        record.sequence().len()
    }
}

impl Reads for Fasta {
    const PLAIN: Self = Self::new();
    const STRICT: Self = Self::strict();
    const FORMATS: [&'static [Format]; 2] = [Format::FASTA, Format::FASTA];
    const WORK: &'static str = "`>`, that there is no carriage return in a definition; every byte searched for line ends, letters counted line \
                        by line";
    const STRICT_WORK: &'static str = "the same, and each letter";

    fn letters(record: fasta::Record<'_>) -> usize {
        record.sequence_len()
    }
}

fn rows_of<R: Reads>() -> Vec<Row> {
    let [plain, any] = R::FORMATS;
    let row = |kind, name, formats, access, threads, run: Here| {
        let work = if kind == Kind::Strict { R::STRICT_WORK } else { R::WORK };
        Row { kind, name, formats, access, threads, work, run: Run::Here(run) }
    };
    vec![
        row(Kind::Default, "pagecut", plain, Access::Auto, 1, auto::<R>),
        row(Kind::Ours, "pagecut", any, Access::Mapped, 1, mapped::<R>),
        row(Kind::Ours, "pagecut", any, Access::Read, 1, read::<R>),
        row(Kind::Ours, "pagecut records", plain, Access::Mapped, 1, records::<R>),
        row(Kind::Strict, "pagecut strict", plain, Access::Auto, 1, strict::<R>),
        row(Kind::Default, "pagecut", plain, Access::Auto, 2, auto::<R>),
        row(Kind::Ours, "pagecut", any, Access::Mapped, 2, mapped::<R>),
        row(Kind::Ours, "pagecut", any, Access::Read, 2, read::<R>),
        row(Kind::Ours, "pagecut par_records", plain, Access::Mapped, 2, par_records::<R>),
        row(Kind::Strict, "pagecut strict", plain, Access::Auto, 2, strict::<R>),
    ]
}

fn auto<R: Reads>(path: &Path, threads: usize) -> Result<Option<Count>> {
    fold(path, threads, Strategy::Auto, R::PLAIN)
}

fn mapped<R: Reads>(path: &Path, threads: usize) -> Result<Option<Count>> {
    fold(path, threads, Strategy::Mapped, R::PLAIN)
}

fn read<R: Reads>(path: &Path, threads: usize) -> Result<Option<Count>> {
    fold(path, threads, Strategy::Read, R::PLAIN)
}

fn strict<R: Reads>(path: &Path, threads: usize) -> Result<Option<Count>> {
    fold(path, threads, Strategy::Auto, R::STRICT)
}

fn fold<R: Reads>(path: &Path, threads: usize, strategy: Strategy, format: R) -> Result<Option<Count>> {
    let options = SourceOptions::new().strategy(strategy).threads(threads);
    let count = Source::with_options(path, options)?.fold(
        &format,
        Count::default,
        |count, record| count.with(R::letters(record)),
        Add::add,
    )?;
    Ok(Some(count))
}

fn records<R: Reads>(path: &Path, _: usize) -> Result<Option<Count>> {
    let reader = MmapReader::open(path)?;
    let mut count = Count::default();
    for record in R::PLAIN.records(reader.as_slice()) {
        count = count.with(R::letters(record?));
    }
    Ok(Some(count))
}

fn par_records<R: Reads>(path: &Path, threads: usize) -> Result<Option<Count>> {
    let reader = MmapReader::open(path)?;
    // Starting the threads is part of the measured work, as for the peers.
    let pool = ThreadPoolBuilder::new().num_threads(threads).build()?;
    let count = pool.install(|| {
        R::PLAIN
            .par_records(reader.as_slice())
            .try_fold(Count::default, |count, record| record.map(|record| count.with(R::letters(record))))
            .try_reduce(Count::default, |left, right| Ok(left + right))
    })?;
    Ok(Some(count))
}
