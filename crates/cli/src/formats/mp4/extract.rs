//! Writes tracks and boxes.

use pagecut::Result;
use pagecut::media::mp4::{Movie, Tree};

use super::boxes::PathMatcher;
use crate::extract::{Place, no_track};
use crate::media::unsupported;

/// Writes the samples of a track of MP4 in decode order.
pub(super) fn samples(data: &[u8], id: u64, place: &Place<'_>) -> Result<()> {
    let movie = Movie::read(data)?;
    let track = movie.tracks().iter().find(|track| u64::from(track.id()) == id);
    let track = track.ok_or_else(|| no_track(id, movie.tracks().iter().map(|track| track.id().into())))?;
    let mut sink = place.open(data)?;
    for sample in track.samples() {
        match sample {
            Ok(sample) => sink.put(sample.range)?,
            // The samples before the error are written.
            Err(error) => return sink.finish().and(Err(error)),
        }
    }
    sink.finish()?;
    // Reports samples outside of media data, and samples that overlap another track.
    movie.check_layout()
}

/// Writes all boxes that a path leads to.
pub(super) fn boxes(data: &[u8], path: &str, place: &Place<'_>) -> Result<()> {
    let mut path = PathMatcher::parse(path)?;
    let mut found = Vec::new();
    for node in Tree::new(data) {
        let node = node?;
        if path.leads_to(&node) {
            found.push(node.mp4_box.range());
        }
    }
    if found.is_empty() {
        return Err(unsupported(format!("there is no box {path}")));
    }
    let mut sink = place.open(data)?;
    found.into_iter().try_for_each(|range| sink.put(range))?;
    sink.finish()
}
