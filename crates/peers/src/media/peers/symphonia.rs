//! Symphonia, whose readers return packets with a copy of their bytes.

use std::fs::File;
use std::path::Path;

use symphonia_core::formats::{FormatOptions, FormatReader};
use symphonia_core::io::MediaSourceStream;
use symphonia_format_isomp4::IsoMp4Reader;
use symphonia_format_mkv::MkvReader;

use super::peer;
use crate::format::Format;
use crate::row::{Access, Count, Result, Row};

const WORK: &str = "track and times of each packet, with a copy of its bytes";

pub(super) const ROWS: [Row; 2] = [
    peer("symphonia-format-isomp4 0.6", Format::MP4, Access::Read, WORK, isomp4),
    peer("symphonia-format-mkv 0.6", Format::MATROSKA, Access::Read, WORK, mkv),
];

fn isomp4(path: &Path, _: usize) -> Result<Option<Count>> {
    count(IsoMp4Reader::try_new(open(path)?, FormatOptions::default())?)
}

fn mkv(path: &Path, _: usize) -> Result<Option<Count>> {
    count(MkvReader::try_new(open(path)?, FormatOptions::default())?)
}

fn open(path: &Path) -> Result<MediaSourceStream<'static>> {
    Ok(MediaSourceStream::new(Box::new(File::open(path)?), Default::default()))
}

fn count(mut reader: impl FormatReader) -> Result<Option<Count>> {
    let mut count = Count::default();
    while let Some(packet) = reader.next_packet()? {
        count = count.with(packet.data.len());
    }
    Ok(Some(count))
}
