//! Records and the gaps between them.

use std::fmt;
use std::iter::FusedIterator;
use std::ops::Range;

use super::{Cursor, Loss, LostBlock, Part, Resync, Stop, Tally};
use crate::error::Error;

/// A piece of the input.
#[derive(Debug, Clone)]
pub enum Piece<R> {
    /// A record.
    Record(R),
    /// Bytes in which no record was found.
    Gap(Gap),
}

impl<R> Piece<R> {
    /// The record, if the piece is one.
    pub fn record(self) -> Option<R> {
        match self {
            Self::Record(record) => Some(record),
            Self::Gap(_) => None,
        }
    }
}

/// Bytes in which no record was found.
#[derive(Debug, Clone)]
pub struct Gap {
    /// Where they lie in the input. Of a compressed input that is all that could be decompressed: what is [lost](Gap::lost) is not
    /// counted, and a gap may be nothing else.
    pub range: Range<u64>,
    /// Why there is no record.
    pub error: Error,
    /// What is lost between these bytes, where some could not be decompressed: the first ones are then the start of a record whose
    /// end is lost, and the others follow up to the first boundary that is certain.
    pub lost: Option<Box<LostBlock>>,
}

/// The records of a part of the input, and the gaps between them.
///
/// Where a record is damaged, reading goes on at the next boundary that [`Boundaries::find_start`](super::Boundaries::find_start) finds, and what lies
/// between is a [`Gap`]. The pieces and the blank lines between them add up to the part.
pub struct Pieces<'data, F: Resync> {
    format: F,
    part: Part<'data>,
    /// What the cursor is on: the part up to the next loss, behind the last one.
    stretch: Part<'data>,
    cursor: Cursor<'data, F>,
    /// Losses that are still to come.
    losses: &'data [Loss],
    /// What lies before the stretch.
    before: Tally,
    error: Option<Error>,
}

impl<'data, F: Resync> Pieces<'data, F> {
    pub(super) fn new(format: &F, part: Part<'data>) -> Self {
        let (losses, stretch) = (part.losses(), stretch(part, 0, part.losses()));
        let cursor = Cursor::new(format, stretch);
        Self { format: format.clone(), part, stretch, cursor, losses, before: Tally::default(), error: None }
    }

    /// The part whose pieces these are.
    #[must_use]
    pub fn part(&self) -> Part<'data> {
        self.part
    }

    /// What has been read so far; after the last piece, the whole part.
    #[must_use]
    pub fn tally(&self) -> Tally {
        self.before + self.cursor.tally()
    }

    /// The error of the first gap so far.
    #[must_use]
    pub fn error(&self) -> Option<&Error> {
        self.error.as_ref()
    }

    /// Passes over the record at the cursor, which is at fault.
    #[cold]
    fn skip(&mut self, stop: Stop) -> Gap {
        let from = self.cursor.position();
        // The end of the part is a boundary too.
        let end = self.stretch.len();
        let to = self.format.find_start(self.stretch, from + 1).map_or(end, |start| start.min(end));
        if to == end
            && stop.is_more_needed()
            && let Some(gap) = self.pass_loss()
        {
            // Its end is what is lost.
            return gap;
        }
        let error = self.cursor.error(stop);
        self.cursor.skip_to(to);
        let offset = self.stretch.offset();
        let error = error.count_from(self.part.offset(), self.before.records, self.before.lines);
        self.gap(offset + from as u64..offset + to as u64, error, None)
    }

    /// Passes over the next loss, if there is one: with what lies between the cursor and it, and with what lies behind it before the
    /// first boundary.
    #[cold]
    fn pass_loss(&mut self) -> Option<Gap> {
        let (loss, behind) = self.losses.split_first()?;
        let start = self.stretch.offset() + self.cursor.position() as u64;
        let is_torn = self.cursor.position() < self.stretch.len();
        if is_torn {
            self.cursor.skip_to(self.stretch.len());
        }
        self.before += self.cursor.tally();
        (self.losses, self.stretch) = (behind, stretch(self.part, loss.position, behind));
        self.cursor = Cursor::new(&self.format, self.stretch);
        // What is before the first byte is not known, so no boundary is there.
        let len = self.stretch.len();
        let first = if len == 0 { None } else { self.format.find_start(self.stretch, 1) };
        let to = first.map_or(len, |start| start.min(len));
        if to > 0 {
            self.cursor.skip_to(to);
        }
        // All of it is one gap.
        self.before.gaps = self.before.gaps + 1 - u64::from(is_torn) - u64::from(to > 0);
        let range = start..self.stretch.offset() + to as u64;
        Some(self.gap(range, loss.error.clone(), Some(Box::new(loss.lost()))))
    }

    fn gap(&mut self, range: Range<u64>, error: Error, lost: Option<Box<LostBlock>>) -> Gap {
        self.error.get_or_insert_with(|| error.clone());
        Gap { range, error, lost }
    }
}

/// A part from a position to the first of these losses, or to its end.
fn stretch<'data>(part: Part<'data>, start: usize, losses: &[Loss]) -> Part<'data> {
    let offset = part.offset() + start as u64;
    match losses.first() {
        Some(loss) => {
            let bytes = &part.view()[start..loss.position];
            Part::read(bytes, bytes.len(), offset, false)
        }
        None => Part::read(&part.view()[start..], part.len() - start, offset, part.is_complete()),
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
                None => self.pass_loss().map(Piece::Gap),
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

    /// The pieces of a part in words, without the numbers of errors, which are not known in a part.
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

    /// Reads a text with these losses, in one part and in two, wherever it may be cut.
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
        assert_eq!(lost, expected.iter().collect::<Vec<_>>(), "each is told once, in order");

        let whole = in_words(format, Part::whole(text).with_losses(&losses));
        let end_of = |view: usize| {
            let known: Vec<_> = losses.iter().filter(|loss| loss.position <= view).cloned().collect();
            last_part_end(format, &text[..view], &known, false, true)
        };
        let mut ends: Vec<_> = (0..text.len()).map(end_of).collect();
        ends.dedup();
        for end in ends {
            if let End::Cut(cut) = end {
                assert_eq!(in_two(format, text, &losses, cut), whole, "{at:?}, cut at {cut}");
            }
        }
    }

    /// The pieces of two parts of a text.
    fn in_two<F: Resync>(format: &F, text: &[u8], losses: &[Loss], cut: usize) -> (Vec<String>, Tally)
    where
        for<'data> F::Record<'data>: fmt::Debug,
    {
        let (before, behind) = losses.split_at(losses.partition_point(|loss| loss.position < cut));
        let behind: Vec<_> =
            behind.iter().map(|loss| Loss { position: loss.position - cut, ..loss.clone() }).collect();
        let in_view = behind.first().map_or(text.len(), |loss| cut + loss.position);
        let first = Part::read(&text[..in_view], cut, 0, behind.is_empty());
        let second = Part::read(&text[cut..], text.len() - cut, cut as u64, true);
        let (mut words, tally) = in_words(format, first.with_losses(before));
        let (others, behind) = in_words(format, second.with_losses(&behind));
        words.extend(others);
        (words, tally + behind)
    }

    #[test]
    fn each_loss_is_one_gap_wherever_they_are_and_wherever_parts_are_cut() {
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
    fn records_that_are_whole_are_given_and_no_others() {
        let starts = [0, 14, 23, 33];
        let ends = [14, 22, 33, TEXT.len()];
        for lost in 0..=TEXT.len() {
            let losses = [loss(lost)];
            let found: Vec<_> = Fastq::new()
                .pieces_of(Part::whole(TEXT).with_losses(&losses))
                .filter_map(|piece| piece.record().map(|record| record.range().start))
                .collect();
            // That of the first record begins with `@`, so it is in doubt until the line behind the next one has begun.
            let in_doubt = |start, end| start == 0 && lost <= end + 4;
            let whole = starts
                .into_iter()
                .zip(ends)
                .filter(|&(start, end)| (end <= lost && !in_doubt(start, end)) || start > lost);
            let expected: Vec<_> = whole.map(|(start, _)| start as u64).collect();
            assert_eq!(found, expected, "lost at {lost}");
        }
    }

    #[test]
    fn errors_behind_a_loss_are_counted_from_the_start_of_the_part() {
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
        assert_eq!(error.location().unwrap().record, None, "it was counted from there");
    }
}
