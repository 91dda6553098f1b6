//! Start times and durations of the streams of a movie.

use std::collections::HashMap;

use pagecut::media::mp4::{MetadataKey, Movie, SegmentIndex, Track};

use super::sums::Totals;
use crate::time_base::rescale;

/// Returns the start of a track: by the edit list, otherwise the presentation time of its first packet. `priming` is the
/// number of samples that an audio decoder outputs before the presented ones.
pub(super) fn start(
    movie: &Movie<'_>,
    track: &Track<'_>,
    totals: &Totals,
    priming: Option<(u32, u64)>,
) -> Option<i64> {
    if track.table_len() == 0 && totals.packets == 0 {
        return None;
    }
    let timescale = track.media().timescale;
    if let Some((samples, rate)) = priming {
        let skipped = rescale(samples.into(), timescale.into(), i128::from(rate.max(1)));
        return Some(totals.start?.saturating_add(skipped));
    }
    if movie.is_fragmented() || track.edits().next().is_none() {
        return totals.start;
    }
    let empty = track.edits().take_while(|edit| edit.media_time.is_none());
    Some(empty.map(|edit| in_time_of_track(movie, track, edit.duration)).fold(0, i64::saturating_add))
}

/// Returns the priming samples in `iTunSMPB`, and the offset of the item.
pub(super) fn priming(movie: &Movie<'_>) -> Option<(u32, u64)> {
    /// Maximum number of priming samples of a decoder.
    const LIMIT: u32 = 16_384;
    let items = movie
        .metadata()
        .filter(|item| matches!(item.key(), MetadataKey::Named { name, .. } if name == b"iTunSMPB"));
    let samples = |text: &str| {
        let mut fields = text.split_ascii_whitespace();
        let [_, priming, remainder, samples] = std::array::from_fn(|_| fields.next());
        u32::from_str_radix(remainder?, 16).ok()?;
        u64::from_str_radix(samples?, 16).ok()?;
        u32::from_str_radix(priming?, 16).ok().filter(|&priming| priming > 0 && priming < LIMIT)
    };
    let items = items.filter_map(|item| {
        let text = std::str::from_utf8(item.values().next()?.bytes).ok()?;
        Some((samples(text)?, item.mp4_box().range().start))
    });
    items.last()
}

/// Returns the duration of the media in the tables, in time units of the track: that of `mdhd`, but not longer than the
/// samples.
pub(super) fn media_duration(track: &Track<'_>) -> Option<u64> {
    let of_samples = Some(track.table_duration()).filter(|&duration| duration > 0);
    match (track.media().duration, of_samples) {
        (Some(stated), Some(of_samples)) => Some(stated.min(of_samples)),
        (stated, of_samples) => stated.or(of_samples),
    }
}

/// Returns the duration of the track in its time units; 0 without samples and without a duration in `mdhd`.
pub(super) fn duration(
    movie: &Movie<'_>,
    track: &Track<'_>,
    totals: &Totals,
    index: Option<&SegmentIndex<'_>>,
) -> i64 {
    let of_media = media_duration(track).and_then(|duration| i64::try_from(duration).ok()).unwrap_or(0);
    if movie.is_fragmented() {
        // The end of the last sample, relative to the start of the media, whatever the edit list presents.
        let shift = track.edits().presentation_shift(movie.header().timescale, track.media().timescale);
        let of_samples = totals.end.map_or(0, |end| end.saturating_sub(shift));
        let by_index = index.map(|index| end_of_index(index, track));
        return by_index.unwrap_or(of_media.max(of_samples)).max(0);
    }
    if track.edits().next().is_none() {
        return of_media;
    }
    let edited = track.edits().map(|edit| in_time_of_track(movie, track, edit.duration));
    of_media.min(edited.fold(0, i64::saturating_add))
}

/// Returns the last segment index of each track, by track identifier.
pub(super) fn last_indexes<'data>(movie: &Movie<'data>) -> HashMap<u32, SegmentIndex<'data>> {
    movie.segment_indexes().map_while(Result::ok).map(|index| (index.track, index)).collect()
}

/// Returns the end of a segment index in time units of its track.
fn end_of_index(index: &SegmentIndex<'_>, track: &Track<'_>) -> i64 {
    let start = i64::try_from(index.earliest_presentation_time).unwrap_or(i64::MAX);
    let end =
        index.references().map(|reference| i64::from(reference.duration)).fold(start, i64::saturating_add);
    rescale(end, track.media().timescale.into(), index.timescale.max(1).into())
}

fn in_time_of_track(movie: &Movie<'_>, track: &Track<'_>, duration: u64) -> i64 {
    let duration = i64::try_from(duration).unwrap_or(i64::MAX);
    rescale(duration, track.media().timescale.into(), movie.header().timescale.max(1).into())
}

/// Returns the duration in `mvhd` in microseconds; `None` for a fragmented movie, where it is missing or covers only the
/// first fragments.
pub(super) fn movie_duration(movie: &Movie<'_>) -> Option<i64> {
    let header = movie.header();
    let duration = header.duration.and_then(|duration| i64::try_from(duration).ok());
    let duration = duration.filter(|_| !movie.is_fragmented())?;
    Some(rescale(duration, 1_000_000, header.timescale.max(1).into()))
}
