//! Promise: to recover pairs takes memory that does not grow with the inputs, nor with a gap in one of them.

mod common;
#[path = "common/heap.rs"]
mod heap;

use std::fmt::Write as _;

use common::file;
use heap::peak;
use pagecut::fastq::Fastq;
use pagecut::source::PairPiece;
use pagecut::{PairedSource, Source, SourceOptions};

#[global_allocator]
static ALLOCATOR: dhat::Alloc = dhat::Alloc;

/// Reads, some of which are damaged.
fn reads(count: usize, mate: u8, is_damaged: impl Fn(usize) -> bool) -> Vec<u8> {
    let mut text = String::new();
    let bases = "ACGT".repeat(40);
    for number in 0..count {
        let scores = "IIII".repeat(if is_damaged(number) { 39 } else { 40 });
        writeln!(text, "@r{number:08}/{mate}\n{bases}\n+\n{scores}").unwrap();
    }
    text.into_bytes()
}

/// Recovers the pairs, and returns their number, that of the orphans, and the peak of memory in bytes.
fn recover(first: &[u8], second: &[u8]) -> (u64, u64, usize) {
    let [(_folder, first), (_other, second)] = [first, second].map(file);
    let open =
        |path| Source::with_options(path, SourceOptions::new().part_len(256 << 10).threads(2)).unwrap();
    let ((pairs, orphans), bytes) = peak(|| {
        let (mut pairs, mut orphans) = (0, 0);
        let source = PairedSource::new(open(&first), open(&second));
        let count = |piece: PairPiece<'_>| {
            match piece {
                PairPiece::Pair(_) => pairs += 1,
                PairPiece::Orphan { .. } => orphans += 1,
                _ => {}
            }
            Ok(())
        };
        source.recover(&Fastq::new(), u64::MAX, count).unwrap();
        (pairs, orphans)
    });
    (pairs, orphans, bytes)
}

/// In one test, since the allocator counts for the whole process.
#[test]
fn memory_grows_neither_with_inputs_nor_with_gaps() {
    let damaged =
        |count: usize| recover(&reads(count, 1, |number| number % 3000 == 1000), &reads(count, 2, |_| false));
    let (short, long) = (damaged(12_000), damaged(48_000));
    assert_eq!((short.0, short.1, long.0, long.1), (12_000 - 4, 4, 48_000 - 16, 16));
    assert!(long.2 < short.2 + (4 << 20) && long.2 < 16 << 20, "{short:?} and {long:?}");
    // Many reads in a row: all reads of the other file that have no mate would take 80 MB.
    let is_in_hole = |number| (1000..151_000).contains(&number);
    let (pairs, orphans, bytes) = recover(&reads(152_000, 1, is_in_hole), &reads(152_000, 2, |_| false));
    assert_eq!((pairs, orphans), (2000, 150_000));
    assert!(bytes < 68 << 20, "{bytes} bytes");
}
