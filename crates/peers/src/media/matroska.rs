//! pagecut: Matroska.

use std::path::Path;

use pagecut::media::matroska::{Segment, TopLevel};
use pagecut::mmap::MmapReader;
use rayon::ThreadPoolBuilder;
use rayon::iter::{ParallelBridge, ParallelIterator};

use super::row;
use crate::format::Format;
use crate::row::{Access, Count, Kind, Result, Row};

const WORK: &str = "position, times and flags of each frame; that its cluster and its block are whole; its bytes are not read";

pub(super) const ROWS: [Row; 2] = [
    row(Kind::Default, "pagecut packets", Format::MATROSKA, Access::Mapped, 1, WORK, packets),
    row(Kind::Default, "pagecut packets_of", Format::MATROSKA, Access::Mapped, 2, WORK, packets_of),
];

fn packets(path: &Path, _: usize) -> Result<Option<Count>> {
    let reader = MmapReader::open(path)?;
    let segment = Segment::read(reader.as_slice())?;
    let mut count = Count::default();
    for packet in segment.packets() {
        count = count.with(packet?.payload.len());
    }
    Ok(Some(count))
}

/// One thread steps from cluster to cluster; any free thread reads a cluster.
fn packets_of(path: &Path, threads: usize) -> Result<Option<Count>> {
    let reader = MmapReader::open(path)?;
    let segment = Segment::read(reader.as_slice())?;
    let pool = ThreadPoolBuilder::new().num_threads(threads).build()?;
    let count = pool.install(|| {
        segment
            .records()
            .par_bridge()
            .map(|record| match record? {
                TopLevel::Cluster(cluster) => segment
                    .packets_of(&cluster)
                    .try_fold(Count::default(), |count, packet| Ok(count.with(packet?.payload.len()))),
                _ => Ok(Count::default()),
            })
            .try_reduce(Count::default, |left, right| Ok::<_, pagecut::Error>(left + right))
    })?;
    Ok(Some(count))
}
