//! re_mp4, which builds a list of all samples.

use std::fs::File;
use std::io::BufReader;
use std::path::Path;

use pagecut::mmap::MmapReader;
use re_mp4::Mp4;

use super::peer;
use crate::format::Format;
use crate::row::{Access, Count, Result, Row};

const WHOLE: &str =
    "the whole file read into memory; place, times and flags of each sample, all of them in a list";
const WORK: &str =
    "place, times and flags of each sample, all of them in a list; their bytes are not looked at";

pub(super) const ROWS: [Row; 3] = [
    peer("re_mp4 0.5 read_file", Format::MP4, Access::Read, WHOLE, read_file),
    peer("re_mp4 0.5", Format::MP4, Access::Read, WORK, read),
    peer("re_mp4 0.5", Format::MP4, Access::Mapped, WORK, mapped),
];

/// Its function for files.
fn read_file(path: &Path, _: usize) -> Result<Option<Count>> {
    let (mp4, bytes) = Mp4::read_file(path)?;
    let count = count(&mp4);
    drop(bytes);
    count
}

/// Its function for seekable readers, which skips the bytes of the samples.
fn read(path: &Path, _: usize) -> Result<Option<Count>> {
    let file = File::open(path)?;
    let len = file.metadata()?.len();
    count(&Mp4::read(BufReader::new(file), len)?)
}

/// Reads a mapping made by pagecut as a slice.
fn mapped(path: &Path, _: usize) -> Result<Option<Count>> {
    count(&Mp4::read_bytes(MmapReader::open(path)?.as_slice())?)
}

fn count(mp4: &Mp4) -> Result<Option<Count>> {
    let samples = mp4.tracks().values().flat_map(|track| &track.samples);
    samples
        .map(|sample| Ok(usize::try_from(sample.size)?))
        .try_fold(Count::default(), |count, len: Result<_>| Ok(count.with(len?)))
        .map(Some)
}
