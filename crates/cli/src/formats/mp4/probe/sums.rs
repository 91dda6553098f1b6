//! Sample counts, byte counts and durations of tracks.

use std::collections::HashMap;

use pagecut::Format as _;
use pagecut::media::mp4::{Boxes, Movie, Packet, SegmentIndex, Track};

/// Sums of the packets of a track.
#[derive(Debug, Clone, Default)]
pub(super) struct Totals {
    pub(super) packets: u64,
    /// Presentation time of the first presented packet.
    pub(super) start: Option<i64>,
    /// End of the last packet.
    pub(super) end: Option<i64>,
    /// Duration of the last packet.
    pub(super) last_duration: Option<u64>,
    /// Whether two packets have different durations.
    pub(super) is_uneven: bool,
}

impl Totals {
    pub(super) fn add(&mut self, packet: &Packet<'_>) {
        self.packets += u64::from(!packet.is_left_out);
        if !packet.is_discarded {
            self.start = Some(self.start.map_or(packet.pts, |start| start.min(packet.pts)));
        }
        let end = packet.dts.saturating_add_unsigned(packet.duration);
        self.end = Some(self.end.map_or(end, |last| last.max(end)));
        self.is_uneven |= self.last_duration.is_some_and(|duration| duration != packet.duration);
        self.last_duration = Some(packet.duration);
    }
}

/// The sums that the sample table and the fragments of a track declare, even if the input lacks the samples.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct DeclaredTotals {
    pub(super) samples: u64,
    pub(super) bytes: u64,
    /// In time units of the track.
    pub(super) duration: u64,
}

impl DeclaredTotals {
    fn of_table(track: &Track<'_>) -> Self {
        Self {
            samples: track.table_timed_len(),
            bytes: track.table_bytes(),
            duration: track.table_duration(),
        }
    }
}

/// Returns the sums of each track over its sample table and its fragments. If a segment index lists all fragments up to the end of
/// the input, only fragments before that index or before the first media data count: ffprobe computes its rates before it reads
/// the others.
pub(super) fn stated(movie: &Movie<'_>) -> Vec<DeclaredTotals> {
    let mut sums: Vec<_> = movie.tracks().iter().map(DeclaredTotals::of_table).collect();
    let end = end_of_description(movie);
    let indexes: HashMap<_, _> =
        movie.tracks().iter().zip(0..).map(|(track, index)| (track.id(), index)).collect();
    let fragments = movie.fragments().map_while(Result::ok);
    let fragments =
        fragments.take_while(|fragment| end.is_none_or(|end| fragment.moof().range().start < end));
    for fragment in fragments {
        for track in fragment.track_fragments().filter_map(Result::ok) {
            let index = indexes.get(&track.track_id());
            let Some(sums) = index.and_then(|&index: &usize| sums.get_mut(index)) else { continue };
            for run in track.runs().map_while(Result::ok) {
                sums.samples = sums.samples.saturating_add(run.sample_count().into());
                sums.bytes = sums.bytes.saturating_add(run.data_end().saturating_sub(run.data_start()));
                sums.duration = sums.duration.saturating_add(run.duration());
            }
        }
    }
    sums
}

/// Returns the position where ffprobe stops reading boxes: after media data and an index of all subsegments; `None` without
/// such an index.
fn end_of_description(movie: &Movie<'_>) -> Option<u64> {
    let mut indexes = movie.segment_indexes().map_while(Result::ok);
    let index = indexes.find(|index| is_complete(movie, index))?;
    let mut boxes = Boxes.records(movie.data()).map_while(Result::ok);
    let media_data = boxes.find(|found| found.kind() == *b"mdat")?.range().start;
    Some(media_data.max(index.sidx().range().start))
}

/// Returns whether an index lists all subsegments up to the end of the input, or to the final `mfra`.
fn is_complete(movie: &Movie<'_>, index: &SegmentIndex<'_>) -> bool {
    let len = movie.data().len() as u64;
    // The last four bytes of `mfra` are its length (ISO/IEC 14496-12 §8.8.11).
    let random_access = movie.data().last_chunk().map_or(0, |&size| u64::from(u32::from_be_bytes(size)));
    let end = index.references().map(|reference| u64::from(reference.len));
    let end = end.fold(index.first_offset, u64::saturating_add);
    end == len || len.checked_sub(random_access) == Some(end)
}
