//! Chapters as ffprobe lists them.

use pagecut::Error;
use pagecut::media::matroska::{ChapterAtom, ChapterDisplay, EditionEntry, ElementId, Segment};

use super::tags::Tags;
use crate::probe::report::Chapter;
use crate::time_base::TimeBase;

/// Returns the top-level chapters of all editions that have a UID and begin after the one before. A chapter without an end
/// ends at the start of the next one or, in microseconds, at `end`.
pub(super) fn of_segment(
    segment: &Segment<'_>,
    tags: &Tags,
    end: Option<i64>,
    tell: &mut dyn FnMut(Error),
) -> Vec<Chapter> {
    let editions =
        segment.listed_entries(ElementId::CHAPTERS, ElementId::EDITION_ENTRY, EditionEntry::read, tell);
    let mut atoms: Vec<(ChapterAtom<'_>, i64)> = Vec::new();
    for atom in editions.iter().flat_map(EditionEntry::chapters) {
        match atom.map(|atom| (atom, i64::try_from(atom.time_start))) {
            Ok((atom, Ok(start))) => {
                let is_later = atoms.last().is_none_or(|&(_, last)| last == 0 || start > last);
                if atom.uid != 0 && is_later {
                    atoms.push((atom, start));
                }
            }
            Ok((_, Err(_))) => {}
            Err(error) => tell(error),
        }
    }
    let last_end = end.and_then(|end| end.checked_mul(1000));
    let starts: Vec<_> = atoms.iter().map(|&(_, start)| start).skip(1).map(Some).chain([None]).collect();
    let chapters = atoms.iter().zip(starts).map(|(&(atom, start), next)| {
        let known_end = atom.time_end.and_then(|end| i64::try_from(end).ok());
        let follower = next.filter(|&next| next > start && last_end.is_none_or(|end| next < end));
        let end = known_end.or(follower).or(last_end.filter(|&end| end >= start)).unwrap_or(start);
        let title = atom.displays().filter_map(|display| display.map_err(&mut *tell).ok()).last();
        let title = title.map(|ChapterDisplay { string, .. }| string);
        let id = atom.uid.cast_signed();
        Chapter::new(id, TimeBase::nanoseconds(1), (start, end), tags.of_chapter(atom.uid, title).into_vec())
    });
    chapters.collect()
}
