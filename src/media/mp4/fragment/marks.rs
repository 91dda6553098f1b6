//! Places in the fragments, from which a sample is found by its number.

use super::FragmentCursor;
use super::cursor::Place;
use crate::media::mp4::lookup::MAX_PLACES;

/// Where some of the fragments begin that have samples of a track. Their number is bounded: when there are too many, every
/// other one is forgotten.
#[derive(Debug, Clone)]
pub(in crate::media::mp4) struct FragmentMarks<'data> {
    /// Before all fragments, with the first fault of all of them.
    start: FragmentCursor<'data>,
    marks: Vec<Mark>,
    /// The number of samples that can be read, those of the sample table included.
    count: u64,
}

/// Where a fragment begins.
#[derive(Debug, Clone, Copy)]
struct Mark {
    moof_offset: u64,
    /// Before its first run of the track.
    place: Place,
}

impl<'data> FragmentMarks<'data> {
    /// Walks over all fragments, and adds up the samples of their runs.
    pub(in crate::media::mp4) fn new(start: FragmentCursor<'data>) -> Self {
        let mut marks: Vec<Mark> = Vec::new();
        let (mut stride, mut fragments) = (1_u64, 0_u64);
        let mut last = None;
        let mut cursor = start.clone();
        loop {
            let unlisted_bytes = cursor.place().unlisted_bytes;
            if !cursor.enter_run() {
                break;
            }
            let moof_offset = cursor.moof_offset();
            if last != Some(moof_offset) {
                last = Some(moof_offset);
                if fragments.is_multiple_of(stride) {
                    marks.push(Mark { moof_offset, place: Place { unlisted_bytes, ..cursor.place() } });
                }
                fragments += 1;
            }
            if marks.len() == MAX_PLACES {
                let mut keep = false;
                marks.retain(|_| {
                    keep = !keep;
                    keep
                });
                stride *= 2;
            }
            cursor.skip(u64::MAX);
        }
        let count = cursor.place().index;
        Self { start: start.with_fault_of(&cursor), marks, count }
    }

    /// The number of samples that can be read, those of the sample table included.
    pub(in crate::media::mp4) fn count(&self) -> u64 {
        self.count
    }

    /// The cursor at a sample; if there are not so many, at the end, where there may be an error.
    pub(in crate::media::mp4) fn find(&self, index: u64) -> FragmentCursor<'data> {
        let index = index.min(self.count);
        let mark = self.marks.partition_point(|mark| mark.place.index <= index).checked_sub(1);
        let mut cursor = match mark.map(|mark| self.marks[mark]) {
            Some(mark) => self.start.at(mark.moof_offset, mark.place),
            None => self.start.clone(),
        };
        while cursor.place().index < index && cursor.enter_run() {
            let before = cursor.place().index;
            cursor.skip(index - before);
        }
        cursor
    }
}
