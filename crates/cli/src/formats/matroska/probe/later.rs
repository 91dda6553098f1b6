//! Segments after the first one, in joined files and restarted live streams.

use pagecut::Error;
use pagecut::media::matroska::{Segment, Streams};

use super::tracks::{Totals, streams_of_tracks, tags_of};
use crate::probe::report::Stream;

/// Counts the packets of a segment and of all later ones, and adds the streams that only they have. `streams` has those of
/// the earlier segments by index.
pub(super) fn add<'data>(
    first: Segment<'data>,
    numbering: &mut Streams<'data>,
    streams: &mut Vec<Stream>,
    tell: &mut dyn FnMut(Error),
) {
    let mut following = Some(first);
    while let Some(segment) = following {
        segment.faults().iter().for_each(|fault| tell(fault.clone()));
        numbering.follow(&segment);
        if numbering.kinds().len() > streams.len() {
            let known = streams.len();
            // Its packet times are not relative to the start of the file.
            let totals = vec![Totals { start: None, packets: Some(0) }; segment.tracks().len()];
            let tags = tags_of(&segment, tell);
            let mut new = streams_of_tracks(&segment, numbering, &totals, &tags, tell);
            new.retain(|stream| stream.index >= known);
            new.sort_by_key(|stream| stream.index);
            // Several tracks may be one stream.
            new.dedup_by_key(|stream| stream.index);
            streams.append(&mut new);
        }
        let mut packets = segment.packets();
        for packet in packets.by_ref() {
            match packet {
                Ok(packet) => {
                    let index = numbering.of_tracks().get(packet.track);
                    let stream = index.and_then(|&index| streams.get_mut(index));
                    stream
                        .into_iter()
                        .filter_map(|stream| stream.nb_read_packets.as_mut())
                        .for_each(|count| *count += 1);
                }
                Err(error) => tell(error),
            }
        }
        following = packets.next_segment();
    }
}
