//! Checks of boxes, tables and samples; the coded media are not decoded.

use pagecut::media::mp4::{Boxes, Movie, Track, Tree};
use pagecut::{Error, ErrorKind, Format as _, Result};

use crate::verify::{Found, first};

/// Reads the top-level boxes, then their descendants, then the samples.
pub(super) fn read(data: &[u8]) -> Found {
    let mut boxes = Boxes.records(data);
    boxes.by_ref().for_each(drop);
    let (tally, error) = (boxes.tally(), boxes.error().cloned());
    let complete = error.is_none();
    Found { tally, error: first(error, inside_of_boxes(data).err()), complete, gaps: None, faults: None }
}

/// Reads all boxes, and all samples of the movie, which may be missing in some files.
fn inside_of_boxes(data: &[u8]) -> Result<()> {
    let mut may_have_no_movie = false;
    for node in Tree::new(data) {
        let node = node?;
        // Segments of a movie and still images have none.
        may_have_no_movie |= node.depth == 0 && matches!(&node.mp4_box.kind().0, b"moof" | b"meta" | b"sidx");
    }
    let movie = match Movie::read(data) {
        Err(error) if may_have_no_movie && is_no_movie(&error) => return Ok(()),
        movie => movie?,
    };
    movie.fault().cloned().map_or(Ok(()), Err)?;
    movie.tracks().iter().try_for_each(description)?;
    movie.check_track_ids()?;
    movie.check_layout()?;
    movie.fragments().try_for_each(|fragment| fragment?.sequence_number().map(drop))?;
    movie.segment_indexes().try_for_each(|index| index.map(drop))?;
    match movie.random_access()? {
        Some(random_access) => random_access.tracks().try_for_each(|track| track.map(drop)),
        None => Ok(()),
    }
}

/// Returns whether an error reports a missing movie.
fn is_no_movie(error: &Error) -> bool {
    use pagecut::error::Mp4Fault::BoxMissing;
    matches!(error.kind(), ErrorKind::Mp4(BoxMissing { kind: [b'm', b'o', b'o', b'v'], parent: None }))
}

/// Checks the sample entries and the sample table of a track.
fn description(track: &Track<'_>) -> Result<()> {
    track.sample_entries().try_for_each(|entry| entry?.check())?;
    track.check_tables()
}
