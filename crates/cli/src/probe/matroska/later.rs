//! Segments after the first one: files that were joined, and live streams that began anew.

use pagecut::Error;
use pagecut::media::matroska::{Segment, Streams};

use super::super::report::Stream;
use super::Totals;

/// Counts the packets of a segment and of all that follow it, and adds the streams that only they have. `streams` has those of the segments
/// before, by index.
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
            // The times of its packets are not those of the file.
            let totals = vec![Totals { start: None, packets: Some(0) }; segment.tracks().len()];
            let tags = super::tags_of(&segment, tell);
            let mut new = super::streams(&segment, numbering, &totals, &tags, tell);
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
