//! helicase, which detects the compression itself. Its functions are in a separate package (`pagecut_peers_helicase`), so that it
//! can also be measured in a build for the local processor.

use std::path::Path;

use pagecut_peers_helicase as helicase;

use super::row;
use crate::format::Format;
use crate::native::Worker;
use crate::row::{Access, Count, Kind, Result, Row, Run};

const FASTQ: &str = "line ends; `@` of the first record only, no `+`; different lengths are no error; of a record of more than 1 KiB \
                     the quality line is skipped if a line end is at the expected distance";
const FASTA: &str = "`>`; every byte searched for line ends, letters counted line by line";

pub(super) const ROWS: [Row; 15] = [
    row("helicase 1.2", Format::FASTQ, Access::Mapped, 1, FASTQ, mapped),
    row("helicase 1.2", Format::FASTQ, Access::Read, 1, FASTQ, read),
    row("helicase 1.2 over sirocco", Format::GZIP, Access::Read, 1, FASTQ, read),
    row("helicase 1.2 over libzstd", Format::ZSTD, Access::Read, 1, FASTQ, read),
    row("helicase 1.2 parallel", Format::FASTQ, Access::Mapped, 2, FASTQ, parallel_mapped),
    row("helicase 1.2 parallel", Format::FASTQ, Access::Read, 2, FASTQ, parallel),
    // The compressed blocks are mapped, and each thread decompresses its own. Other formats, including a zstd frame, are one piece,
    // for which a third thread would decompress.
    row("helicase 1.2 parallel over sirocco", Format::BGZF, Access::Mapped, 2, FASTQ, parallel),
    row("helicase 1.2 read-ahead", Format::FASTQ, Access::Read, 2, FASTQ, read_ahead),
    row("helicase 1.2 read-ahead over sirocco", Format::GZIP, Access::Read, 2, FASTQ, read_ahead),
    row("helicase 1.2 read-ahead over libzstd", Format::ZSTD, Access::Read, 2, FASTQ, read_ahead),
    row("helicase 1.2", Format::FASTA, Access::Mapped, 1, FASTA, mapped),
    row("helicase 1.2", Format::FASTA, Access::Read, 1, FASTA, read),
    row("helicase 1.2 parallel", Format::FASTA, Access::Mapped, 2, FASTA, parallel_mapped),
    row("helicase 1.2 parallel", Format::FASTA, Access::Read, 2, FASTA, parallel),
    row("helicase 1.2 read-ahead", Format::FASTA, Access::Read, 2, FASTA, read_ahead),
];

/// Returns the rows of the build for the local processor on uncompressed input, by the worker's name of each method.
pub(crate) fn native_rows(worker: &'static Worker) -> impl Iterator<Item = Row> {
    const NATIVE: [(&str, Access, usize, &str); 5] = [
        ("helicase 1.2 native", Access::Mapped, 1, "mapped"),
        ("helicase 1.2 native", Access::Read, 1, "read"),
        ("helicase 1.2 native parallel", Access::Mapped, 2, "parallel-mapped"),
        ("helicase 1.2 native parallel", Access::Read, 2, "parallel"),
        ("helicase 1.2 native read-ahead", Access::Read, 2, "read-ahead"),
    ];
    [(Format::FASTQ, FASTQ), (Format::FASTA, FASTA)].into_iter().flat_map(move |(formats, work)| {
        NATIVE.into_iter().map(move |(name, access, threads, there)| Row {
            kind: Kind::Peer,
            name,
            formats,
            access,
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
