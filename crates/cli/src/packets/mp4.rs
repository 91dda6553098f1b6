//! Packets of MP4.

use pagecut::Result;
use pagecut::media::mp4::{Movie, Times};

use super::row::Row;
use super::{Wanted, crc32};
use crate::streams::Kind;
use crate::time_base::TimeBase;

/// The kinds of the streams.
pub(super) fn kinds(movie: &Movie<'_>) -> Vec<Kind> {
    movie.tracks().iter().map(Kind::of_mp4).collect()
}

/// The packets of a movie in the order of ffprobe.
pub(super) fn packets<'a>(
    movie: &'a Movie<'a>,
    of: &'a Wanted<'a>,
) -> impl Iterator<Item = Result<Row>> + 'a {
    let times = if of.raw_times { Times::Media } else { Times::Presentation };
    let wanted = of.streams(&kinds(movie));
    let packets = movie.packets(times).filter(move |packet| {
        packet.as_ref().map_or(true, |packet| {
            !packet.is_left_out && wanted.get(packet.track).is_some_and(|&wanted| wanted)
        })
    });
    packets.chain(movie.fault().map(|fault| Err(fault.clone()))).map(move |packet| {
        let packet = packet?;
        let track = &movie.tracks()[packet.track];
        Ok(Row {
            kind: Kind::of_mp4(track),
            stream: packet.track,
            time_base: TimeBase::per_second(track.media().timescale),
            pts: Some(packet.pts).filter(|_| packet.is_output),
            dts: Some(packet.dts),
            duration: i64::try_from(packet.duration).ok().filter(|&duration| duration > 0),
            size: packet.data.len() as u64,
            pos: Some(packet.offset),
            data_pos: Some(packet.offset),
            is_key: packet.is_sync,
            is_discarded: packet.is_discarded,
            crc32: of.hashes.then(|| crc32([packet.data])),
        })
    })
}
