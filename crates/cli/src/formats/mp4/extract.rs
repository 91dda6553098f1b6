//! Writes tracks and boxes.

use pagecut::Result;
use pagecut::media::mp4::{Movie, Tree};

use super::boxes::Path;
use crate::extract::{Place, no_track};
use crate::media::unsupported;

/// Writes the samples of a track of MP4, in the order in which they are decoded.
pub(super) fn samples(data: &[u8], id: u64, place: &Place<'_>) -> Result<()> {
    let movie = Movie::read(data)?;
    let track = movie.tracks().iter().find(|track| u64::from(track.id()) == id);
    let track = track.ok_or_else(|| no_track(id, movie.tracks().iter().map(|track| track.id().into())))?;
    let mut sink = place.open(data)?;
    for sample in track.samples() {
        match sample {
            Ok(sample) => sink.put(sample.range)?,
            // What is before it is written all the same.
            Err(error) => return sink.finish().and(Err(error)),
        }
    }
    sink.finish()?;
    // Bytes that are no media data, or those of another track, are reported.
    movie.check_layout()
}

/// Writes all boxes of a path.
pub(super) fn boxes(data: &[u8], path: &str, place: &Place<'_>) -> Result<()> {
    let mut path = Path::parse(path)?;
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
