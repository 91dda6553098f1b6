//! Gaps at bytes that could not be decompressed.

use std::fmt;

use pagecut::fasta::Fasta;
use pagecut::fastq::Fastq;
use pagecut_core::error::ErrorKind;
use pagecut_core::record::{End, Gap, Loss, Part, Piece, Resync, Tally, last_part_end};

const TEXT: &[u8] = b"@r1@x\nAC\n+\n@I\n@r2\n\n+\n\n\n@r3\nA\n+\n+\n@r4\nACGT\n+r4\nIIII\n";

fn loss(position: usize) -> Loss {
    let error = ErrorKind::SyncLost.into();
    Loss { position, compressed: 0..1, len: Some(3), before: Some(position as u64), error }
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
}
