//! mp4, which has no list of samples: `read_sample` returns each one with a copy of its bytes.

use std::fs::File;
use std::io::BufReader;
use std::path::Path;

use mp4::Mp4Reader;

use super::peer;
use crate::format::Format;
use crate::row::{Access, Count, Result, Row};

const WORK: &str = "times and flags of each sample, with a copy of its bytes";

pub(super) const ROWS: [Row; 1] = [peer("mp4 0.14", Format::MP4, Access::Read, WORK, read)];

fn read(path: &Path, _: usize) -> Result<Option<Count>> {
    let file = File::open(path)?;
    let len = file.metadata()?.len();
    let mut reader = Mp4Reader::read_header(BufReader::new(file), len)?;
    let tracks: Vec<u32> = reader.tracks().keys().copied().collect();
    let mut count = Count::default();
    for track in tracks {
        for sample in 1..=reader.sample_count(track)? {
            let sample = reader.read_sample(track, sample)?.ok_or("a sample is missing")?;
            count = count.with(sample.bytes.len());
        }
    }
    Ok(Some(count))
}
