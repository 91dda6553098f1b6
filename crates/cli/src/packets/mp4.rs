//! Packets of MP4.

use pagecut::Result;
use pagecut::media::mp4::{Movie, Times};

use super::row::Row;
use super::{Wanted, crc32};
use crate::media::movie::{Cover, MovieStream, MovieStreams};
use crate::streams::Kind;
use crate::time_base::TimeBase;

/// The packets of a movie in the order of ffprobe: pictures in the metadata come first.
pub(crate) fn packets<'a>(
    movie: &'a Movie<'a>,
    of: &'a Wanted<'a>,
) -> Result<impl Iterator<Item = Result<Row>> + 'a> {
    let times = if of.raw_times { Times::Media } else { Times::Presentation };
    let streams = MovieStreams::of(movie)?;
    let wanted = of.streams(&streams.kinds(movie));
    let is_wanted = move |stream: usize| wanted.get(stream).is_some_and(|&wanted| wanted);
    let covers = streams.iter().enumerate().filter_map(|(stream, found)| match found {
        MovieStream::Cover(found) if is_wanted(stream) => Some(Ok(cover(stream, found, of))),
        _ => None,
    });
    let covers: Vec<_> = covers.collect();
    let packets = movie.packets(times).chain(movie.fault().map(|fault| Err(fault.clone())));
    let packets = packets.filter_map(move |packet| {
        let packet = match packet {
            Ok(packet) if packet.is_left_out => return None,
            Ok(packet) => packet,
            Err(error) => return Some(Err(error)),
        };
        let stream = streams.of_track(packet.track);
        is_wanted(stream).then(|| {
            Ok(Row {
                kind: streams.kind_of_track(packet.track, movie),
                stream,
                time_base: TimeBase::per_second(movie.tracks()[packet.track].media().timescale),
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
    });
    Ok(covers.into_iter().chain(packets))
}

/// The packet of a picture in the metadata, which has no times.
fn cover(stream: usize, cover: Cover<'_>, of: &Wanted<'_>) -> Row {
    Row {
        kind: Kind::Video,
        stream,
        time_base: TimeBase::per_second(90_000),
        pts: None,
        dts: None,
        duration: None,
        size: cover.data.len() as u64,
        pos: Some(cover.offset),
        data_pos: Some(cover.offset),
        is_key: true,
        is_discarded: false,
        crc32: of.hashes.then(|| crc32([cover.data])),
    }
}
