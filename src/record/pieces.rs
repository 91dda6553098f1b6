//! Records and the gaps between them.

use std::fmt;
use std::iter::FusedIterator;
use std::ops::Range;

use super::{Backing, Cursor, Loss, LostBlock, Part, Resync, Stop, Tally};
use crate::error::Error;

/// A piece of the input.
#[derive(Debug, Clone)]
pub enum Piece<R> {
    /// A record.
    Record(R),
    /// Bytes that contain no valid record.
    Gap(Gap),
}

impl<R> Piece<R> {
    /// Returns the record, if the piece is one.
    pub fn record(self) -> Option<R> {
        match self {
            Self::Record(record) => Some(record),
            Self::Gap(_) => None,
        }
    }
}

/// Bytes that contain no valid record.
#[derive(Debug, Clone)]
pub struct Gap {
    /// Their position in the input. For a compressed input, positions count the bytes that could be decompressed: [lost](Gap::lost)
    /// bytes are not counted, and the range may be empty.
    pub range: Range<u64>,
    /// The reason why there is no record.
    pub error: Error,
    /// The lost block, where bytes inside the gap could not be decompressed. The bytes before it are the start of a record whose
    /// end is lost, and the bytes after it extend to the first certain boundary.
    pub lost: Option<Box<LostBlock>>,
}

/// An iterator over the records of a part and the gaps between them.
///
/// At a damaged record, reading continues at the next start that [`Boundaries::find_start`](super::Boundaries::find_start) finds,
/// and the bytes before that are a [`Gap`]. The pieces and the blank lines between them add up to the part.
pub struct Pieces<'data, F: Resync> {
    format: F,
    part: Part<'data>,
    /// The part that the cursor reads: from the last loss to the next one.
    segment: Part<'data>,
    cursor: Cursor<'data, F>,
    /// The losses after the segment.
    losses: &'data [Loss],
    /// Counts of the bytes before the segment.
    before: Tally,
    error: Option<Error>,
    /// Checks the bytes after the last piece.
    backing: Option<&'data dyn Backing>,
}

impl<'data, F: Resync> Pieces<'data, F> {
    pub(super) fn new(format: &F, part: Part<'data>) -> Self {
        let (losses, segment) = (part.losses(), segment(part, 0, part.losses()));
        let cursor = Cursor::new(format, segment);
        let format = format.clone();
        Self { format, part, segment, cursor, losses, before: Tally::default(), error: None, backing: None }
    }

    /// Lets `backing`, if there is one, check the bytes after the last piece. If the check fails, a gap of 0 bytes has its error.
    pub(crate) fn backed_by(self, backing: Option<&'data dyn Backing>) -> Self {
        Self { backing, ..self }
    }

    /// Returns the part that the iterator reads.
    #[must_use]
    pub fn part(&self) -> Part<'data> {
        self.part
    }

    /// Returns the counts of the bytes read so far; after the last piece, those of the whole part.
    #[must_use]
    pub fn tally(&self) -> Tally {
        self.before + self.cursor.tally()
    }

    /// Returns the error of the first gap so far.
    #[must_use]
    pub fn error(&self) -> Option<&Error> {
        self.error.as_ref()
    }

    /// Skips the invalid record at the cursor.
    #[cold]
    fn skip(&mut self, stop: Stop) -> Gap {
        let from = self.cursor.position();
        // The end of the part is a boundary too.
        let end = self.segment.len();
        let to = self.format.find_start(self.segment, from + 1).map_or(end, |start| start.min(end));
        if to == end
            && stop.is_more_needed()
            && let Some(gap) = self.pass_loss()
        {
            // The end of the record is lost.
            return gap;
        }
        let error = self.cursor.error(stop);
        self.cursor.skip_to(to);
        let offset = self.segment.offset();
        let error = error.count_from(self.part.offset(), self.before.records, self.before.lines);
        self.gap(offset + from as u64..offset + to as u64, error, None)
    }

    /// Skips the next loss, if there is one, with the bytes between the cursor and the loss and those between the loss and the next
    /// boundary.
    #[cold]
    fn pass_loss(&mut self) -> Option<Gap> {
        let (loss, after) = self.losses.split_first()?;
        let start = self.segment.offset() + self.cursor.position() as u64;
        let is_torn = self.cursor.position() < self.segment.len();
        if is_torn {
            self.cursor.skip_to(self.segment.len());
        }
        self.before += self.cursor.tally();
        (self.losses, self.segment) = (after, segment(self.part, loss.position, after));
        self.cursor = Cursor::new(&self.format, self.segment);
        // The bytes before the first one are unknown, so it is no boundary.
        let len = self.segment.len();
        let first = if len == 0 { None } else { self.format.find_start(self.segment, 1) };
        let to = first.map_or(len, |start| start.min(len));
        if to > 0 {
            self.cursor.skip_to(to);
        }
        // The skipped bytes are one gap.
        self.before.gaps = self.before.gaps + 1 - u64::from(is_torn) - u64::from(to > 0);
        let range = start..self.segment.offset() + to as u64;
        Some(self.gap(range, loss.error.clone(), Some(Box::new(loss.lost()))))
    }

    /// Returns a gap of 0 bytes if the bytes were lost or changed.
    #[cold]
    fn check(&mut self) -> Option<Gap> {
        let error = self.backing.take()?.check().err()?;
        self.before.gaps += 1;
        let end = self.part.range().end;
        Some(self.gap(end..end, error, None))
    }

    fn gap(&mut self, range: Range<u64>, error: Error, lost: Option<Box<LostBlock>>) -> Gap {
        self.error.get_or_insert_with(|| error.clone());
        Gap { range, error, lost }
    }
}

/// Returns the part from `start` to the first of `losses`, or to its end.
fn segment<'data>(part: Part<'data>, start: usize, losses: &[Loss]) -> Part<'data> {
    let offset = part.offset() + start as u64;
    match losses.first() {
        Some(loss) => {
            let bytes = &part.view()[start..loss.position];
            Part::from_view(bytes, bytes.len(), offset, false)
        }
        None => Part::from_view(&part.view()[start..], part.len() - start, offset, part.is_complete()),
    }
}

impl<'data, F: Resync> Iterator for Pieces<'data, F> {
    type Item = Piece<F::Record<'data>>;

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        match self.cursor.next() {
            Some(record) => Some(Piece::Record(record)),
            None => match self.cursor.take_stop() {
                Some(stop) => Some(Piece::Gap(self.skip(stop))),
                None => self.pass_loss().or_else(|| self.check()).map(Piece::Gap),
            },
        }
    }
}

impl<F: Resync> FusedIterator for Pieces<'_, F> {}

impl<F: Resync> fmt::Debug for Pieces<'_, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pieces")
            .field("format", &F::NAME)
            .field("part", &self.part)
            .field("position", &self.cursor.position())
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::{ErrorKind, Site};
    use crate::fasta::Fasta;
    use crate::fastq::Fastq;
    use crate::record::{End, last_part_end};

    const TEXT: &[u8] = b"@r1@x\nAC\n+\n@I\n@r2\n\n+\n\n\n@r3\nA\n+\n+\n@r4\nACGT\n+r4\nIIII\n";

    fn loss(position: usize) -> Loss {
        let error = ErrorKind::SyncLost.into();
        Loss { position, packed: 0..1, len: Some(3), before: Some(position as u64), error }
    }

    /// Describes the pieces of a part. Record and line numbers of errors are left out: a part does not know them.
    fn in_words<F: Resync>(format: &F, part: Part<'_>) -> (Vec<String>, Tally)
    where
        for<'data> F::Record<'data>: fmt::Debug,
    {
        let mut pieces = format.pieces_of(part);
        let words = pieces.by_ref().map(|piece| match piece {
            Piece::Record(record) => format!("{record:?}"),
            Piece::Gap(Gap { range, error, lost }) => format!("{range:?} {:?} {lost:?}", error.kind()),
        });
        let words = words.collect();
        (words, pieces.tally())
    }

    /// Reads a text with losses at these positions as one part, and as two parts divided at every possible boundary.
    fn check<F: Resync>(format: &F, text: &[u8], at: &[usize])
    where
        for<'data> F::Record<'data>: fmt::Debug,
    {
        let losses: Vec<_> = at.iter().map(|&position| loss(position)).collect();
        let mut pieces = format.pieces_of(Part::whole(text).with_losses(&losses));
        let mut end = 0;
        let (mut records, mut gaps) = (0, Vec::new());
        for piece in pieces.by_ref() {
            match piece {
                Piece::Record(_) => records += 1,
                Piece::Gap(gap) => {
                    assert!(end <= gap.range.start && gap.range.start <= gap.range.end, "{at:?}: {gap:?}");
                    end = gap.range.end;
                    gaps.push(gap);
                }
            }
        }
        let tally = pieces.tally();
        assert_eq!((tally.bytes(), tally.records), (text.len() as u64, records), "{at:?}");
        assert_eq!(tally.gaps, gaps.len() as u64, "{at:?}: {gaps:?}");
        assert_eq!(tally.gap_bytes, gaps.iter().map(|gap| gap.range.end - gap.range.start).sum::<u64>());
        let lost: Vec<_> = gaps.iter().filter_map(|gap| gap.lost.as_deref()).collect();
        let expected: Vec<_> = losses.iter().map(Loss::lost).collect();
        assert_eq!(lost, expected.iter().collect::<Vec<_>>(), "each loss is reported once, in order");

        let whole = in_words(format, Part::whole(text).with_losses(&losses));
        let end_of = |view: usize| {
            let known: Vec<_> = losses.iter().filter(|loss| loss.position <= view).cloned().collect();
            last_part_end(format, &text[..view], 0, &known, false, true)
        };
        let mut ends: Vec<_> = (0..text.len()).map(end_of).collect();
        ends.dedup();
        for end in ends {
            if let End::Boundary(boundary) = end {
                assert_eq!(in_two(format, text, &losses, boundary), whole, "{at:?}, boundary {boundary}");
            }
        }
    }

    /// Describes the pieces of a text that is read as two parts.
    fn in_two<F: Resync>(format: &F, text: &[u8], losses: &[Loss], boundary: usize) -> (Vec<String>, Tally)
    where
        for<'data> F::Record<'data>: fmt::Debug,
    {
        let (before, after) = losses.split_at(losses.partition_point(|loss| loss.position < boundary));
        let after: Vec<_> =
            after.iter().map(|loss| Loss { position: loss.position - boundary, ..loss.clone() }).collect();
        let view_len = after.first().map_or(text.len(), |loss| boundary + loss.position);
        let first = Part::from_view(&text[..view_len], boundary, 0, after.is_empty());
        let second = Part::from_view(&text[boundary..], text.len() - boundary, boundary as u64, true);
        let (mut words, tally) = in_words(format, first.with_losses(before));
        let (others, after) = in_words(format, second.with_losses(&after));
        words.extend(others);
        (words, tally + after)
    }

    #[test]
    fn each_loss_is_one_gap_for_every_boundary() {
        let fasta: &[u8] = b">s1 x\nACGT\nAC\n>s2\n\n>s3\nA>C\nGGG\n";
        for first in 0..=TEXT.len() {
            check(&Fastq::new(), TEXT, &[first]);
            check(&Fasta::new(), fasta, &[first.min(fasta.len())]);
            for second in (first..=TEXT.len()).step_by(3) {
                check(&Fastq::new(), TEXT, &[first, second]);
                check(&Fasta::new(), fasta, &[first, second].map(|at| at.min(fasta.len())));
            }
        }
    }

    #[test]
    fn only_whole_records_are_yielded_around_a_loss() {
        let starts = [0, 14, 23, 33];
        let ends = [14, 22, 33, TEXT.len()];
        for lost in 0..=TEXT.len() {
            let losses = [loss(lost)];
            let found: Vec<_> = Fastq::new()
                .pieces_of(Part::whole(TEXT).with_losses(&losses))
                .filter_map(|piece| piece.record().map(|record| record.range().start))
                .collect();
            // The quality line of the first record begins with `@`, so the record is undecided until the line after the next one
            // has begun.
            let undecided = |start, end| start == 0 && lost <= end + 4;
            let whole = starts
                .into_iter()
                .zip(ends)
                .filter(|&(start, end)| (end <= lost && !undecided(start, end)) || start > lost);
            let expected: Vec<_> = whole.map(|(start, _)| start as u64).collect();
            assert_eq!(found, expected, "lost at {lost}");
        }
    }

    #[test]
    fn errors_after_a_loss_count_from_the_part_start() {
        let text = b"@a\nA\n+\nI\n@b\nA\n+\nI\n@c\nA\n+\nI\n@d\nAA\n+\nI\n";
        let losses = [loss(12)];
        let gaps: Vec<_> = Fastq::new()
            .pieces_of(Part::whole(text).with_losses(&losses))
            .filter_map(|piece| if let Piece::Gap(gap) = piece { Some(gap) } else { None })
            .collect();
        let place = gaps[1].error.location().unwrap();
        assert_eq!((place.record, place.line, place.offset), (Some(2), Some(16), 35));
        let site =
            Site { format: "x", offset: 9, record_offset: 9, counted_from: 5, record: 1, line: Some(1) };
        let error = Error::at(ErrorKind::SyncLost, site, b"").count_from(5, 7, 7);
        assert_eq!(
            error.location().unwrap().record,
            None,
            "the record number would count from the start of the segment"
        );
    }
}
