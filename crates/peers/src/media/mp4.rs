//! pagecut: MP4.

use std::path::Path;

use pagecut::media::mp4::Movie;
use pagecut::mmap::MmapReader;
use rayon::ThreadPoolBuilder;
use rayon::iter::ParallelIterator;

use super::row;
use crate::format::Format;
use crate::row::{Access, Count, Kind, Result, Row};

const WORK: &str = "position, times and flags of each sample from the tables or fragments; that its bytes are in the file; its bytes \
                    are not looked at";

pub(super) const ROWS: [Row; 2] = [
    row(Kind::Default, "pagecut samples", Format::MP4, Access::Mapped, 1, WORK, samples),
    row(Kind::Default, "pagecut par_samples", Format::MP4, Access::Mapped, 2, WORK, par_samples),
];

fn samples(path: &Path, _: usize) -> Result<Option<Count>> {
    let reader = MmapReader::open(path)?;
    let movie = Movie::read(reader.as_slice())?;
    let mut count = Count::default();
    for track in movie.tracks() {
        for sample in track.samples() {
            count = count.with(sample?.data.len());
        }
    }
    Ok(Some(count))
}

fn par_samples(path: &Path, threads: usize) -> Result<Option<Count>> {
    let reader = MmapReader::open(path)?;
    let movie = Movie::read(reader.as_slice())?;
    let pool = ThreadPoolBuilder::new().num_threads(threads).build()?;
    let count = pool.install(|| {
        movie.tracks().iter().try_fold(Count::default(), |count, track| {
            let samples = track.par_samples();
            let counts = samples.map(|sample| sample.map(|sample| Count::default().with(sample.data.len())));
            counts.try_reduce(Count::default, |left, right| Ok(left + right)).map(|found| count + found)
        })
    })?;
    Ok(Some(count))
}
