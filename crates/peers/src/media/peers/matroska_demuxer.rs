//! matroska-demuxer, which returns frames with a copy of their bytes.

use std::fs::File;
use std::io::BufReader;
use std::path::Path;

use matroska_demuxer::{Frame, MatroskaFile};

use super::peer;
use crate::format::Format;
use crate::row::{Access, Count, Result, Row};

const WORK: &str = "track, time and flags of each frame, with a copy of its bytes";

pub(super) const ROWS: [Row; 1] =
    [peer("matroska-demuxer 0.8", Format::MATROSKA, Access::Read, WORK, frames)];

fn frames(path: &Path, _: usize) -> Result<Option<Count>> {
    let mut file = MatroskaFile::open(BufReader::new(File::open(path)?))?;
    let (mut frame, mut count) = (Frame::default(), Count::default());
    while file.next_frame(&mut frame)? {
        count = count.with(frame.data.len());
    }
    Ok(Some(count))
}
