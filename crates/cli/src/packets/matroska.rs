//! Packets of Matroska and WebM.

use pagecut::Result;
use pagecut::media::matroska::Segment;

use super::row::Row;
use super::{Wanted, crc32};
use crate::streams::Kind;
use crate::time_base::TimeBase;

/// The kinds of the streams.
pub(super) fn kinds(segment: &Segment<'_>) -> Vec<Kind> {
    segment.tracks().iter().map(Kind::of_matroska).collect()
}

/// The packets of a segment in the order of the file. Behind damage they go on.
pub(super) fn packets<'a>(
    segment: &'a Segment<'a>,
    of: &'a Wanted<'a>,
) -> impl Iterator<Item = Result<Row>> + 'a {
    let wanted = of.streams(&kinds(segment));
    let time_base = TimeBase::nanoseconds(segment.info().timestamp_scale);
    let packets = segment.packets().filter(move |packet| {
        packet.as_ref().map_or(true, |packet| wanted.get(packet.track).is_some_and(|&wanted| wanted))
    });
    packets.map(move |packet| {
        let packet = packet?;
        Ok(Row {
            kind: Kind::of_matroska(&segment.tracks()[packet.track]),
            stream: packet.track,
            time_base,
            pts: packet.pts,
            dts: packet.dts,
            duration: packet.duration,
            size: packet.payload.len() as u64,
            pos: packet.block_offset,
            data_pos: Some(packet.offset),
            // The block says it of all of its frames; ffprobe, of the first.
            is_key: packet.is_key && packet.lace == 0,
            is_discarded: false,
            crc32: of.hashes.then(|| crc32(packet.payload.slices())),
        })
    })
}
