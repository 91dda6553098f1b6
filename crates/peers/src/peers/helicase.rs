//! helicase, which finds out by itself how the input is compressed. What is done with it stands in a package of its own
//! (`pagecut_peers_helicase`), so that it can be measured built for the processor at hand too.

use std::path::Path;

use pagecut_peers_helicase as helicase;

use super::row;
use crate::format::Format;
use crate::native::Worker;
use crate::row::{Count, Kind, Result, Row, Run, Way};

const FASTQ: &str = "line ends; neither `@` (but the first one) nor `+`; lengths that differ are no error; of a record of more than 1 KiB \
                     the quality line is stepped over unseen where a line end stands at the distance that is due";
const FASTA: &str = "`>`; every byte searched for line ends, letters counted line by line";

pub(super) const ROWS: [Row; 15] = [
    row("helicase 1.2", Format::FASTQ, Way::Mapped, 1, FASTQ, mapped),
    row("helicase 1.2", Format::FASTQ, Way::Read, 1, FASTQ, read),
    row("helicase 1.2 over sirocco", Format::GZIP, Way::Read, 1, FASTQ, read),
    row("helicase 1.2 over libzstd", Format::ZSTD, Way::Read, 1, FASTQ, read),
    row("helicase 1.2 parallel", Format::FASTQ, Way::Mapped, 2, FASTQ, parallel_mapped),
    row("helicase 1.2 parallel", Format::FASTQ, Way::Read, 2, FASTQ, parallel),
    // The compressed blocks are mapped, and each thread decompresses its own. With other formats, and a frame of zstd is
    // one piece, there would be a third thread that decompresses.
    row("helicase 1.2 parallel over sirocco", Format::BGZF, Way::Mapped, 2, FASTQ, parallel),
    row("helicase 1.2 read-ahead", Format::FASTQ, Way::Read, 2, FASTQ, read_ahead),
    row("helicase 1.2 read-ahead over sirocco", Format::GZIP, Way::Read, 2, FASTQ, read_ahead),
    row("helicase 1.2 read-ahead over libzstd", Format::ZSTD, Way::Read, 2, FASTQ, read_ahead),
    row("helicase 1.2", Format::FASTA, Way::Mapped, 1, FASTA, mapped),
    row("helicase 1.2", Format::FASTA, Way::Read, 1, FASTA, read),
    row("helicase 1.2 parallel", Format::FASTA, Way::Mapped, 2, FASTA, parallel_mapped),
    row("helicase 1.2 parallel", Format::FASTA, Way::Read, 2, FASTA, parallel),
    row("helicase 1.2 read-ahead", Format::FASTA, Way::Read, 2, FASTA, read_ahead),
];

/// The same on what is not compressed, built for the processor at hand, by what the worker calls each way.
pub(crate) fn native_rows(worker: &'static Worker) -> impl Iterator<Item = Row> {
    const NATIVE: [(&str, Way, usize, &str); 5] = [
        ("helicase 1.2 native", Way::Mapped, 1, "mapped"),
        ("helicase 1.2 native", Way::Read, 1, "read"),
        ("helicase 1.2 native parallel", Way::Mapped, 2, "parallel-mapped"),
        ("helicase 1.2 native parallel", Way::Read, 2, "parallel"),
        ("helicase 1.2 native read-ahead", Way::Read, 2, "read-ahead"),
    ];
    [(Format::FASTQ, FASTQ), (Format::FASTA, FASTA)].into_iter().flat_map(move |(formats, work)| {
        NATIVE.into_iter().map(move |(name, way, threads, there)| Row {
            kind: Kind::Peer,
            name,
            formats,
            way,
            threads,
            work,
            run: Run::There(worker, there),
        })
    })
}

fn mapped(path: &Path, threads: usize) -> Result<Option<Count>> {
    counted(helicase::mapped(path, threads))
}

fn read(path: &Path, threads: usize) -> Result<Option<Count>> {
    counted(helicase::read(path, threads))
}

fn read_ahead(path: &Path, threads: usize) -> Result<Option<Count>> {
    counted(helicase::read_ahead(path, threads))
}

fn parallel_mapped(path: &Path, threads: usize) -> Result<Option<Count>> {
    counted(helicase::parallel_mapped(path, threads))
}

fn parallel(path: &Path, threads: usize) -> Result<Option<Count>> {
    counted(helicase::parallel(path, threads))
}

fn counted(found: Result<helicase::Count>) -> Result<Option<Count>> {
    let (records, len) = found?;
    Ok(Some(Count { records, len }))
}
