//! pagecut: MPEG-2 transport streams.

use std::hint::black_box;
use std::ops::Add;
use std::path::Path;

use pagecut::io::Strategy;
use pagecut::media::mpegts::{Packets, TsPacket};
use pagecut::mmap::MmapReader;
use pagecut::{Format as _, Resync as _, Source, SourceOptions};
use rayon::ThreadPoolBuilder;
use rayon::iter::ParallelIterator;

use super::row;
use crate::format::Format;
use crate::row::{Access, Count, Kind, Result, Row};

const WORK: &str =
    "sync byte of each transport packet and of the next one, PID, continuity counter, length of the payload";

pub(super) const ROWS: [Row; 6] = [
    row(Kind::Default, "pagecut", Format::MPEGTS, Access::Auto, 1, WORK, auto),
    row(Kind::Ours, "pagecut", Format::MPEGTS, Access::Mapped, 1, WORK, mapped),
    row(Kind::Ours, "pagecut records", Format::MPEGTS, Access::Mapped, 1, WORK, records),
    row(Kind::Default, "pagecut", Format::MPEGTS, Access::Auto, 2, WORK, auto),
    row(Kind::Ours, "pagecut", Format::MPEGTS, Access::Mapped, 2, WORK, mapped),
    row(Kind::Ours, "pagecut par_records", Format::MPEGTS, Access::Mapped, 2, WORK, par_records),
];

fn with(count: Count, packet: TsPacket<'_>) -> Count {
    black_box((packet.pid(), packet.continuity_counter()));
    count.with(packet.payload().map_or(0, <[u8]>::len))
}

fn auto(path: &Path, threads: usize) -> Result<Option<Count>> {
    fold(path, threads, Strategy::Auto)
}

fn mapped(path: &Path, threads: usize) -> Result<Option<Count>> {
    fold(path, threads, Strategy::Mapped)
}

fn fold(path: &Path, threads: usize, strategy: Strategy) -> Result<Option<Count>> {
    let source = Source::with_options(path, SourceOptions::new().strategy(strategy).threads(threads))?;
    Ok(Some(source.fold(&Packets::new(), Count::default, with, Add::add)?))
}

fn records(path: &Path, _: usize) -> Result<Option<Count>> {
    let reader = MmapReader::open(path)?;
    let mut count = Count::default();
    for packet in Packets::new().records(reader.as_slice()) {
        count = with(count, packet?);
    }
    Ok(Some(count))
}

fn par_records(path: &Path, threads: usize) -> Result<Option<Count>> {
    let reader = MmapReader::open(path)?;
    // Starting the threads is part of the measured work, as for the peers.
    let pool = ThreadPoolBuilder::new().num_threads(threads).build()?;
    let count = pool.install(|| {
        Packets::new()
            .par_records(reader.as_slice())
            .try_fold(Count::default, |count, packet| packet.map(|packet| with(count, packet)))
            .try_reduce(Count::default, |left, right| Ok(left + right))
    })?;
    Ok(Some(count))
}
