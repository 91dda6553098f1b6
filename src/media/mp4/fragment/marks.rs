//! Marks in the fragments for lookups of samples by index.

use super::FragmentCursor;
use super::cursor::Place;
use crate::media::mp4::checkpoints::MAX_PLACES;

/// Positions of some fragments with samples of a track. Their number is limited: beyond the limit, every second one is
/// dropped.
#[derive(Debug, Clone)]
pub(in crate::media::mp4) struct FragmentMarks<'data> {
    /// The cursor before all fragments, with the first fault of all of them.
    start: FragmentCursor<'data>,
    marks: Vec<Mark>,
    /// The number of readable samples, including those of the sample table.
    count: u64,
}

/// The position of a fragment.
#[derive(Debug, Clone, Copy)]
struct Mark {
    moof_offset: u64,
    /// The position before its first run of the track.
    place: Place,
}

impl<'data> FragmentMarks<'data> {
    /// Reads all fragments and sums up the samples of their runs.
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

    /// Returns the number of readable samples, including those of the sample table.
    pub(in crate::media::mp4) fn count(&self) -> u64 {
        self.count
    }

    /// Returns the cursor at a sample, or at the end if there are fewer samples; an error may follow there.
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
