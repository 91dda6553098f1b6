//! The example `own_format`: a format outside the crate keeps the promises of the formats in it.

mod common;
#[path = "../examples/own_format.rs"]
#[expect(dead_code, reason = "the test does not call `main`")]
mod own_format;

use std::io::Cursor;

use common::{POOLS, damaged, facts, in_words, parts_at, serial};
use own_format::Counts;
use pagecut::{
    ErrorKind, Format, Piece, Resync, Source, SourceOptions,
    record::{Fault, Part, Step, Stop},
};
use rayon::prelude::*;

const SMALL: &[u8] = b"a\t1\n\nb c\t22\r\n\r\n\t0\nd\t18446744073709551615";

/// Reads an input in parts, in parallel and from a stream, and compares the results.
fn check(data: &[u8]) {
    let (records, error) = serial(&Counts, data);
    let message = error.as_ref().map(|(message, _)| message.clone());
    let pieces: Vec<_> = Counts.pieces(data).map(in_words).collect();
    for at in 0..=data.len() {
        let parts = parts_at(&Counts, data, &[at, at + 5]);
        let mut found = Vec::new();
        let mut first = None;
        for record in parts.iter().flat_map(|&part| Counts.records_of(part)) {
            match record {
                Ok(record) if first.is_none() => found.push(record),
                Ok(_) => {}
                Err(error) => first = first.or(Some(error.message())),
            }
        }
        assert_eq!((&found, &first), (&records, &message), "divided at {at}: {}", data.escape_ascii());
        let in_parts =
            parts.iter().flat_map(|&part| Counts.pieces_of(part).map(in_words)).collect::<Vec<_>>();
        assert_eq!(in_parts, pieces, "divided at {at}: {}", data.escape_ascii());
    }
    let collect = || Counts.par_records(data).with_min_len(1).collect::<Result<Vec<_>, _>>();
    for pool in POOLS.iter() {
        let found = pool.install(collect).map_err(|error| facts(&error));
        assert_eq!(found.ok().as_ref(), error.is_none().then_some(&records));
    }
    for threads in [1, 3] {
        let options = SourceOptions::new().part_len(3).threads(threads);
        let account = Source::from_reader(Cursor::new(data.to_vec()), options).account(&Counts);
        assert_eq!(account.error.as_ref().map(facts), error);
        assert_eq!(account.tally.records, records.len() as u64);
    }
}

/// Checks that records, blank lines and gaps add up to the input.
fn check_account(data: &[u8]) {
    let mut pieces = Counts.pieces(data);
    let gap_bytes = pieces.by_ref().map(|piece| match piece {
        Piece::Gap(gap) => gap.range.end - gap.range.start,
        Piece::Record(_) => 0,
    });
    let gap_bytes: u64 = gap_bytes.sum();
    let tally = pieces.tally();
    assert_eq!((tally.bytes(), tally.gap_bytes), (data.len() as u64, gap_bytes));
}

#[test]
fn every_boundary_and_every_damage_gives_the_same() {
    check(SMALL);
    for data in damaged(SMALL, b"\n\r\tx7\xff") {
        check(&data);
        check_account(&data);
    }
}

#[test]
fn errors_have_positions() {
    let error = Counts.records(b"a\t1\nb\tx\n").find_map(Result::err).unwrap();
    let expected = "counts: record 1, line 2, byte 6: no number after the tab: \"x\"";
    assert_eq!(error.to_string(), expected);
}

/// A format that places its fault after the end of the view.
#[derive(Clone)]
struct FaultAfterView;

impl Format for FaultAfterView {
    const NAME: &'static str = "faulty";
    const IS_TEXT: bool = true;
    type Record<'data> = ();
    type Layout = ();
    type Lookahead = ();

    fn step(&self, (): &mut (), part: &Part<'_>, _: usize) -> Result<Step<()>, Stop> {
        Err(Fault::new(ErrorKind::Invalid("no record".into()), part.view().len() + 7).into())
    }

    fn record(&self, _: &[u8], _: u64, (): ()) {}
}

#[test]
fn a_fault_after_the_view_is_an_error() {
    let error = FaultAfterView.records(b"abc").find_map(Result::err).unwrap();
    assert_eq!(error.to_string(), "faulty: record 0, line 1, byte 10: no record");
}
