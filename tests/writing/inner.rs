//! Inner writers that accept little, nothing, or too much.

use std::cell::Cell;
use std::io::{self, BufWriter, IoSlice, Write};
use std::num::NonZeroUsize;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;

use pagecut::{Error, ErrorKind, fasta, fastq};

/// A writer that accepts `most` bytes per call, is interrupted at every second call, and is full at `limit` bytes.
struct Moody {
    taken: Vec<u8>,
    most: usize,
    limit: Rc<Cell<usize>>,
    calls: usize,
}

impl Moody {
    fn new(most: usize, limit: &Rc<Cell<usize>>) -> Self {
        Self { taken: Vec::new(), most, limit: Rc::clone(limit), calls: 0 }
    }
}

impl Write for Moody {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.write_vectored(&[IoSlice::new(bytes)])
    }

    fn write_vectored(&mut self, slices: &[IoSlice<'_>]) -> io::Result<usize> {
        assert!(slices.iter().all(|slice| !slice.is_empty()));
        self.calls += 1;
        if self.calls.is_multiple_of(2) {
            return Err(io::ErrorKind::Interrupted.into());
        }
        let room = self.limit.get() - self.taken.len();
        if room == 0 {
            return Err(io::ErrorKind::StorageFull.into());
        }
        let before = self.taken.len();
        self.taken.extend(slices.iter().flat_map(|slice| slice.iter()).take(room.min(self.most)));
        Ok(self.taken.len() - before)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A writer that records the number of slices of each call.
#[derive(Default)]
struct Counting {
    taken: Vec<u8>,
    slices: Vec<usize>,
}

impl Write for Counting {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.write_vectored(&[IoSlice::new(bytes)])
    }

    fn write_vectored(&mut self, slices: &[IoSlice<'_>]) -> io::Result<usize> {
        self.slices.push(slices.len());
        self.taken.write_vectored(slices)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A writer that returns a fixed number, whatever it is given.
struct Saying(usize);

impl Write for Saying {
    fn write(&mut self, _: &[u8]) -> io::Result<usize> {
        Ok(self.0)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn is_full(error: &Error) -> bool {
    matches!(error.kind(), ErrorKind::Io(error) if error.kind() == io::ErrorKind::StorageFull)
}

const FASTQ: &[u8] = b"@r1\nAC\n+\nII\n@r2\r\nA\r\n+r2\r\n@\r\n\n@\n\n+\n\n@r4\nACG\n+\nIII";
const FASTA: &[u8] = b">r1\nACGTA\n\nC\n>r2\r\nA\r\n\r\n>r3\n>r4\nACG";

#[test]
fn short_writes_are_continued() {
    let unlimited = Rc::new(Cell::new(usize::MAX));
    let reads: Vec<_> = fastq::records(FASTQ).map(Result::unwrap).collect();
    let sequences: Vec<_> = fasta::records(FASTA).map(Result::unwrap).collect();
    for most in 1..=FASTQ.len() {
        let mut writer = fastq::Writer::new(Moody::new(most, &unlimited));
        writer.write_records_in(FASTQ, &reads).unwrap();
        writer.write(b"r5", b"A", b"I").unwrap();
        let expected = b"@r1\nAC\n+\nII\n@r2\r\nA\r\n+r2\r\n@\r\n@\n\n+\n\n@r4\nACG\n+\nIII\n@r5\nA\n+\nI\n";
        assert_eq!((writer.records(), writer.bytes()), (5, expected.len() as u64));
        assert_eq!(writer.finish().unwrap().taken, expected, "{most}");

        let mut writer = fasta::Writer::new(Moody::new(most, &unlimited)).line_len(NonZeroUsize::new(3));
        writer.write_records(&sequences).unwrap();
        let expected = b">r1\nACG\nTAC\n>r2\nA\n>r3\n>r4\nACG\n";
        assert_eq!((writer.records(), writer.bytes()), (4, expected.len() as u64));
        assert_eq!(writer.finish().unwrap().taken, expected, "{most}");
    }
}

#[test]
fn writing_continues_only_between_records() {
    let reads: Vec<_> = fastq::records(FASTQ).map(Result::unwrap).collect();
    let mut whole = fastq::Writer::new(Vec::new());
    let ends: Vec<u64> = reads
        .iter()
        .map(|record| {
            whole.write_record(record).unwrap();
            whole.bytes()
        })
        .collect();
    let whole = whole.finish().unwrap();

    for most in [1, 7, usize::MAX] {
        for fails_at in 0..whole.len() {
            let limit = Rc::new(Cell::new(fails_at));
            let mut writer = fastq::Writer::new(Moody::new(most, &limit));
            assert!(is_full(&writer.write_records(&reads).unwrap_err()));
            let records = ends.iter().filter(|&&end| end <= fails_at as u64).count();
            assert_eq!((writer.records(), writer.bytes()), (records as u64, fails_at as u64));
            assert_eq!(writer.get_ref().taken, whole[..fails_at]);

            limit.set(usize::MAX);
            let rest = writer.write_records(&reads[records..]);
            if fails_at == 0 || ends.contains(&(fails_at as u64)) {
                rest.unwrap();
                assert_eq!(writer.records(), reads.len() as u64);
                assert_eq!(writer.finish().unwrap().taken, whole);
                continue;
            }
            let torn = |error: &Error| matches!(error.kind(), ErrorKind::TornRecord { record } if *record == records as u64);
            assert!(torn(&rest.unwrap_err()));
            assert!(torn(&writer.write(b"r", b"A", b"I").unwrap_err()));
            assert_eq!(writer.get_ref().taken, whole[..fails_at]);
            // The written part can be flushed, but the output is incomplete.
            writer.flush().unwrap();
            assert!(torn(&writer.finish().err().unwrap()));
        }
    }
}

#[test]
fn a_failure_inside_a_record_tears_it() {
    let letters = b"ACGT".repeat(2000);
    let whole = {
        let mut writer = fasta::Writer::new(Vec::new()).line_len(NonZeroUsize::new(3));
        writer.write(b"r1", [letters.as_slice()]).unwrap();
        writer.write(b"r2", [letters.as_slice()]).unwrap();
        writer.finish().unwrap()
    };
    for fails_at in (0..whole.len()).step_by(97).chain([whole.len() / 2, whole.len() - 1]) {
        let limit = Rc::new(Cell::new(fails_at));
        let mut writer = fasta::Writer::new(Moody::new(usize::MAX, &limit)).line_len(NonZeroUsize::new(3));
        let both = writer
            .write(b"r1", [letters.as_slice()])
            .and_then(|()| writer.write(b"r2", [letters.as_slice()]));
        assert!(is_full(&both.unwrap_err()));
        let records = fails_at / (whole.len() / 2);
        assert_eq!((writer.records(), writer.bytes()), (records as u64, fails_at as u64));
        assert_eq!(writer.get_ref().taken, whole[..fails_at]);
        limit.set(usize::MAX);
        let rest = writer.write(b"r2", [letters.as_slice()]);
        assert_eq!(rest.is_ok(), fails_at.is_multiple_of(whole.len() / 2), "{fails_at}");
    }
}

#[test]
fn overreported_writes_are_limited() {
    let mut writer = fastq::Writer::new(Saying(0));
    let error = writer.write(b"r", b"A", b"I").unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Io(error) if error.kind() == io::ErrorKind::WriteZero));
    assert_eq!(writer.bytes(), 0);

    let mut writer = fastq::Writer::new(Saying(usize::MAX));
    writer.write(b"r", b"A", b"I").unwrap();
    assert_eq!((writer.records(), writer.bytes()), (1, 9));
}

#[test]
fn nothing_is_written_after_a_panic() {
    struct Panicking;
    impl Write for Panicking {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            panic!("the disk is on fire");
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    let mut writer = fastq::Writer::new(Panicking);
    assert!(catch_unwind(AssertUnwindSafe(|| writer.write(b"r", b"A", b"I"))).is_err());
    let error = writer.write(b"r", b"A", b"I").unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::TornRecord { record: 0 }));
}

#[test]
fn many_records_need_few_calls() {
    let data = b"@r\nA\n+\nI\n".repeat(2500);
    let records: Vec<_> = fastq::records(&data).map(Result::unwrap).collect();
    let slices = |write: &dyn Fn(&mut fastq::Writer<Counting>)| {
        let mut writer = fastq::Writer::new(Counting::default());
        write(&mut writer);
        let inner = writer.finish().unwrap();
        assert_eq!(inner.taken.len() % 9, 0);
        inner.slices
    };
    assert_eq!(slices(&|writer| writer.write_records(&records).unwrap()), [1024, 1024, 452]);
    assert_eq!(slices(&|writer| writer.write_record(&records[7]).unwrap()), [1]);
    assert_eq!(slices(&|writer| writer.write(b"r", b"A", b"I").unwrap()), [7]);

    // Contiguous in the data: one slice.
    assert_eq!(slices(&|writer| writer.write_records_in(&data, &records).unwrap()), [1]);
    // One record omitted; one repeated; another order; and records from other data.
    let without = || records[..100].iter().chain(&records[101..]);
    assert_eq!(slices(&|writer| writer.write_records_in(&data, without()).unwrap()), [2]);
    let twice = || records[..100].iter().chain(&records[99..]);
    assert_eq!(slices(&|writer| writer.write_records_in(&data, twice()).unwrap()), [2]);
    let reversed = || records[..10].iter().rev();
    assert_eq!(slices(&|writer| writer.write_records_in(&data, reversed()).unwrap()), [10]);
    assert_eq!(slices(&|writer| writer.write_records_in(b"", &records[..10]).unwrap()), [10]);
    assert_eq!(slices(&|writer| writer.write_records_in(&data[..45], &records[..10]).unwrap()), [6]);
}

#[test]
fn any_number_of_records_in_one_slice() {
    let count = 150_000;
    let data = b"@\n\n+\n\n".repeat(count);
    let mut writer = fastq::Writer::new(Counting::default());
    writer.write_records_in(&data, fastq::records(&data).map(Result::unwrap)).unwrap();
    assert_eq!((writer.records(), writer.bytes()), (count as u64, data.len() as u64));
    let inner = writer.finish().unwrap();
    assert!(inner.taken == data);
    // The number of slices per call is limited: 65,536 records.
    assert_eq!(inner.slices, [1, 1, 1]);
}

#[test]
fn a_coalescing_writer_collects() {
    let mut writer = fastq::Writer::new(BufWriter::new(Counting::default()));
    for _ in 0..100 {
        writer.write(b"r", b"A", b"I").unwrap();
    }
    assert_eq!((writer.records(), writer.bytes()), (100, 900));
    let inner = writer.finish().unwrap().into_inner().map_err(|error| error.into_error()).unwrap();
    assert_eq!((inner.taken, inner.slices), (b"@r\nA\n+\nI\n".repeat(100), vec![1]));
}
