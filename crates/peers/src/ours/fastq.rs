//! FASTQ.

use std::path::Path;

use pagecut::fastq::{self, Fastq, Record};
use pagecut::io::Strategy;
use pagecut::mmap::MmapReader;

use crate::format::Format;
use crate::row::{Count, Here, Kind, Result, Row, Run, Way};

const CHECKED: &str =
    "`@`, `+`, that the record is complete, as many scores as letters; every byte searched for line ends";
const STRICT: &str = "that too, and each letter and score, and what stands on the plus line";

pub(super) const ROWS: [Row; 10] = [
    row(Kind::Default, "pagecut", Format::FASTQ, Way::Auto, 1, auto),
    row(Kind::Ours, "pagecut", READABLE, Way::Mapped, 1, mapped),
    row(Kind::Ours, "pagecut", READABLE, Way::Read, 1, read),
    row(Kind::Ours, "pagecut records", Format::FASTQ, Way::Mapped, 1, records),
    row(Kind::Strict, "pagecut strict", Format::FASTQ, Way::Auto, 1, strict),
    row(Kind::Default, "pagecut", Format::FASTQ, Way::Auto, 2, auto),
    row(Kind::Ours, "pagecut", READABLE, Way::Mapped, 2, mapped),
    row(Kind::Ours, "pagecut", READABLE, Way::Read, 2, read),
    row(Kind::Ours, "pagecut par_records", Format::FASTQ, Way::Mapped, 2, par_records),
    row(Kind::Strict, "pagecut strict", Format::FASTQ, Way::Auto, 2, strict),
];

/// FASTQ, compressed or not.
const READABLE: &[Format] = &[Format::Fastq, Format::Gzip, Format::Bgzf, Format::Zstd];

const fn row(
    kind: Kind,
    name: &'static str,
    formats: &'static [Format],
    way: Way,
    threads: usize,
    run: Here,
) -> Row {
    let work = if matches!(kind, Kind::Strict) { STRICT } else { CHECKED };
    Row { kind, name, formats, way, threads, work, run: Run::Here(run) }
}

fn len(record: Record<'_>) -> usize {
    record.sequence().len()
}

fn auto(path: &Path, threads: usize) -> Result<Option<Count>> {
    super::fold(path, threads, Strategy::Auto, &Fastq::new(), len)
}

fn mapped(path: &Path, threads: usize) -> Result<Option<Count>> {
    super::fold(path, threads, Strategy::Mapped, &Fastq::new(), len)
}

fn read(path: &Path, threads: usize) -> Result<Option<Count>> {
    super::fold(path, threads, Strategy::Read, &Fastq::new(), len)
}

fn strict(path: &Path, threads: usize) -> Result<Option<Count>> {
    super::fold(path, threads, Strategy::Auto, &Fastq::strict(), len)
}

fn records(path: &Path, _: usize) -> Result<Option<Count>> {
    let reader = MmapReader::open(path)?;
    super::records(fastq::records(reader.as_slice()), len).map(Some)
}

fn par_records(path: &Path, threads: usize) -> Result<Option<Count>> {
    super::in_pool(path, threads, |bytes| super::par_records(fastq::par_records(bytes), len))
}
