//! FASTA.

use std::path::Path;

use pagecut::fasta::{self, Fasta, Record};
use pagecut::io::Strategy;
use pagecut::mmap::MmapReader;

use crate::format::Format;
use crate::row::{Count, Here, Kind, Result, Row, Run, Way};

const CHECKED: &str = "`>`, that there is no carriage return in a definition; every byte searched for line ends, letters counted line by line";
const STRICT: &str = "that too, and each letter";

pub(super) const ROWS: [Row; 10] = [
    row(Kind::Default, "pagecut", Format::FASTA, Way::Auto, 1, auto),
    row(Kind::Ours, "pagecut", Format::FASTA, Way::Mapped, 1, mapped),
    row(Kind::Ours, "pagecut", Format::FASTA, Way::Read, 1, read),
    row(Kind::Ours, "pagecut records", Format::FASTA, Way::Mapped, 1, records),
    row(Kind::Strict, "pagecut strict", Format::FASTA, Way::Auto, 1, strict),
    row(Kind::Default, "pagecut", Format::FASTA, Way::Auto, 2, auto),
    row(Kind::Ours, "pagecut", Format::FASTA, Way::Mapped, 2, mapped),
    row(Kind::Ours, "pagecut", Format::FASTA, Way::Read, 2, read),
    row(Kind::Ours, "pagecut par_records", Format::FASTA, Way::Mapped, 2, par_records),
    row(Kind::Strict, "pagecut strict", Format::FASTA, Way::Auto, 2, strict),
];

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
    record.sequence_len()
}

fn auto(path: &Path, threads: usize) -> Result<Option<Count>> {
    super::fold(path, threads, Strategy::Auto, &Fasta::new(), len)
}

fn mapped(path: &Path, threads: usize) -> Result<Option<Count>> {
    super::fold(path, threads, Strategy::Mapped, &Fasta::new(), len)
}

fn read(path: &Path, threads: usize) -> Result<Option<Count>> {
    super::fold(path, threads, Strategy::Read, &Fasta::new(), len)
}

fn strict(path: &Path, threads: usize) -> Result<Option<Count>> {
    super::fold(path, threads, Strategy::Auto, &Fasta::strict(), len)
}

fn records(path: &Path, _: usize) -> Result<Option<Count>> {
    let reader = MmapReader::open(path)?;
    super::records(fasta::records(reader.as_slice()), len).map(Some)
}

fn par_records(path: &Path, threads: usize) -> Result<Option<Count>> {
    super::in_pool(path, threads, |bytes| super::par_records(fasta::par_records(bytes), len))
}
