//! pagecut: MPEG-2 transport streams.

use std::hint::black_box;
use std::ops::Add;
use std::path::Path;

use pagecut::Format as _;
use pagecut::io::Strategy;
use pagecut::media::mpegts::{Packets, TsPacket};
use pagecut::mmap::MmapReader;
use pagecut::{Source, SourceOptions};

use super::row;
use crate::format::Format;
use crate::row::{Count, Kind, Result, Row, Way};

const WORK: &str =
    "sync byte of each transport packet and of the next one, PID, continuity counter, length of the payload";

pub(super) const ROWS: [Row; 5] = [
    row(Kind::Default, "pagecut", Format::MPEGTS, Way::Auto, 1, WORK, auto),
    row(Kind::Ours, "pagecut", Format::MPEGTS, Way::Mapped, 1, WORK, mapped),
    row(Kind::Ours, "pagecut records", Format::MPEGTS, Way::Mapped, 1, WORK, records),
    row(Kind::Default, "pagecut", Format::MPEGTS, Way::Auto, 2, WORK, auto),
    row(Kind::Ours, "pagecut", Format::MPEGTS, Way::Mapped, 2, WORK, mapped),
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
