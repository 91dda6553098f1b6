//! Dividing a file into parts: a boundary is searched for at most once, and in a mapping a part ends where its last record ends.

mod common;

use std::fs;
use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use common::{damaged, facts, packets, serial, testdata};
use pagecut::fasta::Fasta;
use pagecut::fastq::Fastq;
use pagecut::io::{Strategy, ZeroCopyConfig};
use pagecut::media::mpegts::Packets;
use pagecut::{
    Error, Format, Resync, Source, SourceOptions,
    record::{Boundaries, Part, Search, Step, Stop, Tally},
};

/// Returns the records of a part, its counts, and the error that ended it.
fn read<'data, F: Format>(format: &F, part: Part<'data>) -> (Vec<F::Record<'data>>, Tally, Option<Error>) {
    let mut records = format.records_of(part);
    let all = records.by_ref().map_while(Result::ok).collect();
    (all, records.tally(), records.error().cloned())
}

/// Reads a text in two parts. The first part's length may fall inside a record, which the reader must then finish.
fn check_reading_on<F>(format: &F, data: &[u8])
where
    F: Resync,
    for<'data> F::Record<'data>: std::fmt::Debug + PartialEq,
{
    assert!(format.reads_past_end());
    let (expected, expected_error) = serial(format, data);
    for len in 1..=data.len() {
        let context = || format!("{len} of {:?}", data.escape_ascii().to_string());
        let (mut records, tally, error) = read(format, Part::from_view(data, len, 0, true));
        let end = usize::try_from(tally.bytes()).unwrap();
        let (after, error) = match error {
            Some(error) => (Vec::new(), Some(error)),
            None => {
                assert!((len..=data.len()).contains(&end), "{end}: {}", context());
                let passed = format.find_boundary(data, len).filter(|&boundary| boundary < end);
                assert_eq!(passed, None, "a boundary before {end} was skipped: {}", context());
                let (after, _, error) = read(format, Part::from_range(data, end..data.len()));
                (after, error)
            }
        };
        records.extend(after);
        assert_eq!(records, expected, "{}", context());
        let message = expected_error.as_ref().map(|(message, _)| message.clone());
        assert_eq!(error.map(|error| error.message()), message, "{}", context());
    }
}

#[test]
fn a_reader_finishes_a_record_past_the_part_end() {
    let fastq =
        b"@r1\nAC\n+\n@I\n\n@r2\r\nAC\r\n+@\r\n+@\r\n@r3\n\n+\n\n\r\n@r4 @+\nA\n+r4 @+\n@\n\n\n@r6\n\n+\n";
    let fasta =
        b"\n\r\n>r1 >\nAC\n\nGT\r\n;>\nA\n\r\n\n>r2\r\n>\n;\n\n>r4\n>r5 @\nA>C\n >\n>r6\r\nAC\r\n\r\n>";
    for data in std::iter::once(fastq.to_vec()).chain(damaged(fastq, b"\n@+A")) {
        check_reading_on(&Fastq::new(), &data);
        check_reading_on(&Fastq::strict(), &data);
    }
    for data in std::iter::once(fasta.to_vec()).chain(damaged(fasta, b"\n>A")) {
        check_reading_on(&Fasta::new(), &data);
        check_reading_on(&Fasta::strict().comments(true), &data);
    }
    let stream = packets(20);
    for data in [&stream[..], &stream[..2000], &[&stream[..1000], &stream[1100..]].concat()] {
        check_reading_on(&Packets::new(), data);
    }
}

/// A format that counts the boundary searches and the searched bytes, and that may find only some boundaries.
#[derive(Clone)]
struct Counted<F> {
    format: F,
    /// Finds all boundaries, or only those of records whose name begins with this byte.
    before: Option<u8>,
    reads_past_end: bool,
    searches: Arc<AtomicU64>,
    searched: Arc<AtomicU64>,
}

impl<F> Counted<F> {
    fn new(format: F, before: Option<u8>, reads_past_end: bool) -> Self {
        Self { format, before, reads_past_end, searches: Arc::default(), searched: Arc::default() }
    }

    fn searches(&self) -> u64 {
        self.searches.swap(0, Ordering::SeqCst)
    }

    fn searched(&self) -> u64 {
        self.searched.swap(0, Ordering::SeqCst)
    }
}

impl<F: Resync> Format for Counted<F> {
    const NAME: &'static str = F::NAME;
    const IS_TEXT: bool = F::IS_TEXT;
    type Record<'data> = F::Record<'data>;
    type Layout = F::Layout;
    type Lookahead = F::Lookahead;

    fn step(
        &self,
        ahead: &mut F::Lookahead,
        part: &Part<'_>,
        position: usize,
    ) -> Result<Step<F::Layout>, Stop> {
        self.format.step(ahead, part, position)
    }

    fn record<'data>(&self, bytes: &'data [u8], offset: u64, layout: F::Layout) -> F::Record<'data> {
        self.format.record(bytes, offset, layout)
    }

    fn boundaries(&self) -> Option<&dyn Boundaries> {
        Some(self)
    }
}

impl<F: Resync> Boundaries for Counted<F> {
    fn look_behind(&self) -> usize {
        self.format.look_behind()
    }

    fn reads_past_end(&self) -> bool {
        self.reads_past_end
    }

    fn find_start(&self, part: Part<'_>, from: usize) -> Option<usize> {
        self.find_boundary(part.view(), from)
    }

    fn search_boundary(&self, data: &[u8], range: Range<usize>) -> Search {
        self.searches.fetch_add(1, Ordering::SeqCst);
        self.searched.fetch_add(range.len() as u64, Ordering::SeqCst);
        let mut from = range.start;
        loop {
            match (self.format.search_boundary(data, from..range.end), self.before) {
                (Search::Boundary(at), Some(byte)) if data[at + 1] != byte => from = at + 1,
                (found, _) => return found,
            }
        }
    }
}

fn options(strategy: Strategy, part_len: usize, threads: usize) -> SourceOptions {
    let config = ZeroCopyConfig::new().strategy(strategy).threshold(0);
    SourceOptions::new().config(config).part_len(part_len).threads(threads)
}

fn file(data: &[u8]) -> tempfile::NamedTempFile {
    let file = tempfile::NamedTempFile::new().unwrap();
    fs::write(file.path(), data).unwrap();
    file
}

#[test]
fn a_boundary_is_searched_for_once() {
    let data = fs::read(testdata("illumina.fastq")).unwrap();
    let file = file(&data);
    for reads_past_end in [true, false] {
        for strategy in [Strategy::Mapped, Strategy::Read] {
            let format = Counted::new(Fastq::new(), None, reads_past_end);
            let source = Source::with_options(file.path(), options(strategy, 3000, 1)).unwrap();
            let count = source.fold(&format, || 0, |count, _| count + 1, |left, right| left + right).unwrap();
            assert_eq!(count, 250);
            let parts = data.len() as u64 / 3000;
            let searches = format.searches();
            assert!((parts - 1..=parts + 1).contains(&searches), "{reads_past_end} {strategy:?}: {searches}");
        }
    }
}

#[test]
fn a_long_record_is_searched_once() {
    let record = [b">r\n".to_vec(), b"ACGTACGTA\n".repeat(50_000)].concat();
    let data = record.repeat(3);
    let file = file(&data);
    let sum = |format: &Counted<Fasta>, strategy, threads| {
        let source = Source::with_options(file.path(), options(strategy, 4096, threads)).unwrap();
        let add = |left, right| left + right;
        source.fold(format, || 0, |sum, record| sum + record.sequence_len(), add).unwrap()
    };
    for threads in [1, 2] {
        let format = Counted::new(Fasta::new(), None, false);
        for strategy in [Strategy::Mapped, Strategy::Read] {
            assert_eq!(sum(&format, strategy, threads), 3 * 450_000);
            let searched = format.searched() as f64 / data.len() as f64;
            // While the end of the record is unknown, the other worker searches too.
            assert!(searched < 1.1 * threads as f64, "{strategy:?}, {threads} threads: {searched} times");
        }
    }
    let format = Counted::new(Fasta::new(), None, true);
    assert_eq!(sum(&format, Strategy::Mapped, 1), 3 * 450_000);
    assert!(format.searches() <= 3);
}

#[test]
fn records_up_to_the_next_boundary_are_read() {
    let data: Vec<u8> = (0..200)
        .flat_map(|record| format!("@{}{record}\nAC\n+\nI@\n", b"abcde"[record % 5] as char).into_bytes())
        .collect();
    let damaged = [&data[..1500], b"x", &data[1500..]].concat();
    for data in [&data[..], &data[..data.len() - 5], &damaged] {
        let file = file(data);
        let (expected, expected_error) = serial(&Fastq::new(), data);
        let expected = (expected.len() as u64, expected_error);
        for part_len in (1..150).chain([500, 5000]) {
            for strategy in [Strategy::Auto, Strategy::Mapped] {
                let format = Counted::new(Fastq::new(), Some(b'c'), true);
                let options = options(strategy, part_len, 1 + part_len % 3);
                let account = Source::with_options(file.path(), options).unwrap().account(&format);
                let found = (account.tally.records, account.error.as_ref().map(facts));
                assert_eq!(found, expected, "{strategy:?}, {part_len}");
            }
        }
    }
}

#[test]
fn merged_chunks_of_a_mapping_are_adjacent() {
    let sequences = [300_000, 7, 2_500_000, 60]
        .map(|len: usize| [b">s\n".to_vec(), vec![b'A'; len], b"\n".to_vec()].concat());
    let data = sequences.concat().repeat(10);
    let file = file(&data);
    for (strategy, threads) in [(Strategy::Mapped, 1), (Strategy::Mapped, 3), (Strategy::Auto, 2)] {
        let options = SourceOptions::new().strategy(strategy).threads(threads);
        let source = Source::with_options(file.path(), options).unwrap();
        let account = source.account(&Fasta::new());
        assert!(account.complete && account.error.is_none());
        assert_eq!((account.tally.records, account.tally.bytes()), (40, data.len() as u64), "{strategy:?}");
        let letters = source
            .fold(&Fasta::new(), || 0, |sum, record| sum + record.sequence_len(), |a, b| a + b)
            .unwrap();
        let into = |sum: &mut usize, record: pagecut::fasta::Record<'_>| *sum += record.sequence_len();
        let again = source.fold_into(&Fasta::new(), || 0, into, |a, b| a + b).unwrap();
        assert_eq!((letters, again), (28_000_670, 28_000_670));
    }
}
