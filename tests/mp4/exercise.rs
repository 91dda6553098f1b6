//! Calls all methods on a file, and damages files.

use pagecut::media::mp4::{Boxes, Movie, Track, Tree};
use pagecut::{Error, Format};

/// Number of samples of a track that are checked.
const MOST_SAMPLES: usize = 300;

/// Calls all methods; returns the number of errors, each of which must have an offset.
pub(crate) fn exercise(data: &[u8]) -> usize {
    let mut errors = Errors { count: 0, len: data.len() as u64 };
    let mut nodes = 0;
    for node in Tree::new(data) {
        nodes += 1;
        errors.see(node);
    }
    assert!(nodes <= data.len() / 8 + 1);
    for found in Boxes.records(data) {
        errors.see(found);
    }
    let Some(movie) = errors.see(Movie::read(data)) else { return errors.count };
    errors.see(movie.fault().cloned().map_or(Ok(()), Err));
    for extent in movie.extents() {
        let Some(extent) = errors.see(extent) else { continue };
        assert!(extent.range.start <= extent.range.end && extent.track < movie.tracks().len());
    }
    for track in movie.tracks() {
        errors.see(track.check_tables());
        ask(track, movie.header().timescale, &mut errors);
    }
    for fragment in movie.fragments() {
        let Some(fragment) = errors.see(fragment) else { break };
        errors.see(fragment.sequence_number());
        for track in fragment.track_fragments() {
            let Some(track) = errors.see(track) else { continue };
            for run in track.runs() {
                let Some(run) = errors.see(run) else { break };
                assert!(run.data_end() >= run.data_start());
                assert!(run.sample_count() > 0 || run.duration() == 0);
            }
        }
    }
    for index in movie.segment_indexes() {
        let Some(index) = errors.see(index) else { break };
        assert_eq!(index.references().count(), index.references().len());
    }
    if let Some(Some(access)) = errors.see(movie.random_access()) {
        for table in access.tracks() {
            let Some(table) = errors.see(table) else { break };
            assert_eq!(table.points().count(), table.points().len());
        }
    }
    errors.count
}

fn ask(track: &Track<'_>, movie_timescale: u32, errors: &mut Errors) {
    let shift = track.edits().presentation_shift(movie_timescale, track.media().timescale);
    assert!(shift == 0 || track.edits().any(|edit| edit.media_time.is_some()));
    assert!(track.edits().count() < 1 << 20);
    for entry in track.sample_entries() {
        let Some(entry) = errors.see(entry) else { break };
        errors.see(entry.visual());
        errors.see(entry.audio());
        errors.see(entry.check());
        assert!(!entry.codec_string().is_empty() || entry.format() == *b"    ");
    }
    let mut serial = Vec::new();
    for sample in track.samples().take(MOST_SAMPLES) {
        let Some(sample) = errors.see(sample) else { break };
        assert_eq!(sample.data.len() as u64, sample.range.end - sample.range.start);
        serial.push(sample);
    }
    assert!(track.sample_count() >= serial.len() as u64);
    for index in [0, serial.len() / 2, serial.len().saturating_sub(1)] {
        let found = track.sample(index as u64);
        assert_eq!(found.ok().flatten().as_ref(), serial.get(index));
    }
    errors.see(track.sample(track.sample_count()));
    errors.see(track.sample(u64::MAX));
}

struct Errors {
    count: usize,
    len: u64,
}

impl Errors {
    /// Returns the value, or checks the error.
    fn see<T>(&mut self, result: Result<T, Error>) -> Option<T> {
        let error = match result {
            Ok(value) => return Some(value),
            Err(error) => error,
        };
        self.count += 1;
        let location = error.location().unwrap();
        assert_eq!(location.format, "mp4");
        let is_outside = error.kind().name() == "sample_outside";
        assert!(is_outside || location.offset <= self.len, "{error}");
        None
    }
}

/// Returns copies with one changed box size each: 0, 1, one less, one more than the parent, the maximum.
pub(crate) fn damaged_sizes(data: &[u8]) -> impl Iterator<Item = Vec<u8>> {
    let nodes: Vec<_> = Tree::new(data).map(Result::unwrap).collect();
    let mut ends = vec![data.len() as u64];
    let mut copies = Vec::new();
    for node in nodes {
        let range = node.mp4_box.range();
        ends.truncate(node.depth + 1);
        let own = range.end - range.start;
        let beyond = ends[node.depth] - range.start + 1;
        ends.push(range.end);
        let start = usize::try_from(range.start).unwrap();
        let is_long = node.mp4_box.header().header_len >= 16 && data[start..start + 4] == [0, 0, 0, 1];
        for size in [0, 1, own - 1, beyond, u64::from(u32::MAX), u64::MAX] {
            if is_long {
                copies.push((start + 8, size.to_be_bytes().to_vec()));
            } else if let Ok(size) = u32::try_from(size) {
                copies.push((start, size.to_be_bytes().to_vec()));
            }
        }
    }
    patched(data, copies)
}

/// Returns copies with four changed bytes in one box without children each.
pub(crate) fn damaged_numbers(data: &[u8]) -> impl Iterator<Item = Vec<u8>> {
    let mut copies = Vec::new();
    for node in Tree::new(data) {
        let found = node.unwrap().mp4_box;
        if found.children().is_some() || [*b"mdat", *b"free"].contains(&found.kind().0) {
            continue;
        }
        let start = usize::try_from(found.payload_offset()).unwrap();
        for at in (start..start + found.payload().len().min(64)).step_by(4) {
            for value in [0, 0x7fff_ffff, u32::MAX] {
                let room = 4.min(data.len() - at);
                copies.push((at, value.to_be_bytes()[..room].to_vec()));
            }
        }
    }
    patched(data, copies)
}

/// Returns copies with changed bytes at a position.
fn patched(data: &[u8], copies: Vec<(usize, Vec<u8>)>) -> impl Iterator<Item = Vec<u8>> {
    copies.into_iter().map(|(at, bytes)| {
        let mut copy = data.to_vec();
        copy[at..at + bytes.len()].copy_from_slice(&bytes);
        copy
    })
}
