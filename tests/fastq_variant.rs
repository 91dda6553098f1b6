//! The records decide the variant of FASTQ: recovery yields the records that a serial reader finds, and no others.

mod common;

use std::collections::HashSet;
use std::fs;
use std::io::Cursor;

use common::noise;
use pagecut::fastq::{Fastq, Variant};
use pagecut::io::Strategy as Backend;
use pagecut::{
    ErrorKind, Format, PairedSource, Result, Source, SourceOptions,
    source::{FormatTask, Recovered},
};
use proptest::prelude::*;

/// Quality scores that are not nucleotides, so that a line of them does not resemble a sequence.
const SCORES: &[u8] = b"@+!5IFJ@+;7?";

/// A record of a file.
#[derive(Debug, Clone)]
struct Read {
    letters: usize,
    /// Length of the lines; `None` for a four-line record.
    width: Option<usize>,
    seed: u64,
}

impl Read {
    fn text(&self, number: usize, eol: &str) -> Vec<u8> {
        let of = |alphabet: &[u8], seed: u64| -> Vec<u8> {
            noise(seed, self.letters)
                .into_iter()
                .map(|byte| alphabet[usize::from(byte) % alphabet.len()])
                .collect()
        };
        let (letters, scores) = (of(b"ACGT", self.seed), of(SCORES, self.seed + 1));
        let mut text = format!("@read{number}{eol}").into_bytes();
        for (last, bytes) in [(false, letters), (true, scores)] {
            let width = self.width.unwrap_or(bytes.len().max(1));
            for line in bytes.chunks(width) {
                text.extend_from_slice(line);
                text.extend_from_slice(eol.as_bytes());
            }
            if bytes.is_empty() && self.width.is_none() {
                text.extend_from_slice(eol.as_bytes());
            }
            if !last {
                text.extend_from_slice(b"+");
                text.extend_from_slice(eol.as_bytes());
            }
        }
        text
    }
}

/// A fault: the position in thousandths of the text, the number of replaced bytes, and their replacement.
type Fault = (usize, usize, Vec<u8>);

fn damage(text: &[u8], faults: &[Fault]) -> Vec<u8> {
    let mut text = text.to_vec();
    for (place, len, bytes) in faults {
        let start = place * text.len() / 1000;
        let end = (start + len).min(text.len());
        text.splice(start..end, bytes.iter().copied());
    }
    text
}

/// Whether a record contains bytes of a fault. Which of its bytes are wrong is unknown: the name may be changed. With several
/// faults, one can move the position of another.
fn holds_fault(text: &[u8], undamaged: &[u8], record: &[u8], faults: &[Fault]) -> bool {
    let [(place, _, bytes)] = faults else { return true };
    let start = place * undamaged.len() / 1000;
    let mut places = text.windows(record.len()).enumerate().filter(|(_, found)| *found == record);
    places.any(|(at, _)| at < start + bytes.len() && start < at + record.len())
}

fn reads() -> impl Strategy<Value = Vec<Read>> {
    let width = prop_oneof![Just(None), (4usize..9).prop_map(Some)];
    let read = (4usize..40, width, 1u64..10_000);
    prop::collection::vec(read.prop_map(|(letters, width, seed)| Read { letters, width, seed }), 1..8)
}

fn faults() -> impl Strategy<Value = Vec<Fault>> {
    let bytes = prop::collection::vec(prop::sample::select(b"\n@+AxI\r".to_vec()), 0..2);
    prop::collection::vec((0usize..1000, prop_oneof![0usize..3, 0usize..40], bytes), 0..3)
}

/// Returns the records that a serial reader finds before its first error, in one of the grammars.
fn serial_records<F: Format>(
    format: &F,
    text: &[u8],
    bytes: impl Fn(&F::Record<'_>) -> Vec<u8>,
) -> HashSet<Vec<u8>> {
    format.records(text).map_while(Result::ok).map(|record| without_eol(&bytes(&record))).collect()
}

fn without_eol(record: &[u8]) -> Vec<u8> {
    record.strip_suffix(b"\n").unwrap_or(record).to_vec()
}

/// The recovered bytes, the gaps, and the first error.
#[derive(Debug, PartialEq)]
struct Outcomes {
    good: Vec<u8>,
    gaps: Vec<(std::ops::Range<u64>, String)>,
    error: Option<String>,
    records: u64,
    bytes: u64,
}

fn recover(source: &Source) -> Outcomes {
    let (guess, found) = recover_once(source);
    let mut reported = Vec::new();
    let listed = source.for_each_fastq_gap(&Fastq::new(), guess, u64::MAX, |gap| {
        reported.push((gap.range, gap.error.to_string()));
        Ok(())
    });
    assert_eq!((&reported, listed.tally.bytes()), (&found.gaps, found.bytes));
    found
}

fn recover_once(source: &Source) -> (Variant, Outcomes) {
    let guess = source.detect_after_damage().unwrap().fastq_variant().unwrap_or(Variant::FourLines);
    let (mut good, mut gaps) = (Vec::new(), Vec::new());
    let account = source.recover_fastq(&Fastq::new(), guess, u64::MAX, |salvaged| {
        match salvaged {
            Recovered::Records(bytes) => good.extend_from_slice(bytes),
            Recovered::Gap(gap) => gaps.push((gap.range, gap.error.to_string())),
            _ => {}
        }
        Ok(())
    });
    if account.error.as_ref().is_some_and(|error| matches!(error.kind(), ErrorKind::WrappedStream)) {
        // Bytes handed out after the first gap are discarded.
        good.truncate(usize::try_from(account.tally.bytes()).unwrap());
        gaps.clear();
    }
    let error = account.error.map(|error| error.to_string());
    (guess, Outcomes { good, gaps, error, records: account.tally.records, bytes: account.tally.bytes() })
}

/// Returns the bytes recovered from an input that is read as four-line FASTQ.
fn recover_four_lines(source: &Source) -> Vec<u8> {
    let mut good = Vec::new();
    source.recover(&Fastq::new(), u64::MAX, |salvaged| {
        if let Recovered::Records(bytes) = salvaged {
            good.extend_from_slice(bytes);
        }
        Ok(())
    });
    good
}

/// Counts records, or returns the error of reading.
struct Count;

impl FormatTask for Count {
    type Output = u64;

    fn run<F: Format>(&self, source: &Source, format: &F) -> Result<u64> {
        source.for_each(format, |_| {}).map(|tally| tally.records)
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    /// Every recovered record is one of the undamaged input, or one that a serial reader finds. All divisions of the input, numbers
    /// of threads and backends give the same result.
    #[test]
    fn only_records_of_the_input_are_recovered(reads in reads(), faults in faults(), crlf: bool, long in 0usize..4) {
        let eol = if crlf { "\r\n" } else { "\n" };
        let mut texts: Vec<Vec<u8>> = reads.iter().enumerate().map(|(number, read)| read.text(number, eol)).collect();
        if long == 0 {
            // The variant shows only after the bytes from which the format is guessed.
            texts.insert(0, format!("@{}{eol}A{eol}+{eol}I{eol}", "x".repeat(65_600)).into_bytes());
        }
        let undamaged: HashSet<Vec<u8>> = texts.iter().map(|text| without_eol(text)).collect();
        let is_wrapped = reads.iter().any(|read| read.width.is_some_and(|width| width < read.letters));
        let undamaged_text = texts.concat();
        let text = damage(&undamaged_text, &faults);
        let wrapped = serial_records(&Fastq::new().wrapped(), &text, |record| record.as_bytes().to_vec());

        let four_lines = serial_records(&Fastq::new(), &text, |record| record.as_bytes().to_vec());
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("reads.fastq");
        fs::write(&path, &text).unwrap();
        let source = Source::with_options(&path, SourceOptions::new().threads(1)).unwrap();
        if source.detect().ok().is_none_or(|kind| kind.fastq_variant().is_none()) {
            return Ok(());
        }
        let expected = recover(&source);
        prop_assert_eq!(expected.bytes, text.len() as u64);
        prop_assert_eq!(source.in_format(&Count).ok(), (expected.gaps.is_empty()).then_some(expected.records));
        if is_wrapped {
            let mut recovered = 0;
            for record in Fastq::new().wrapped().records(&expected.good) {
                let Ok(record) = record else { break };
                recovered += 1;
                let bytes = without_eol(record.as_bytes());
                prop_assert!(
                    [&undamaged, &wrapped, &four_lines].iter().any(|known| known.contains(&bytes))
                        || holds_fault(&text, &undamaged_text, &bytes, &faults),
                    "invented {:?} of {:?}", bytes.escape_ascii().to_string(), text.escape_ascii().to_string()
                );
            }
            prop_assert_eq!(recovered, expected.records);
        }
        let counted = |source: &Source| source.in_format(&Count).map_err(|error| error.to_string());
        let of_file = counted(&source);
        let stream = |part_len, threads| {
            let options = SourceOptions::new().part_len(part_len).threads(threads);
            let source = || Source::from_reader(Cursor::new(text.clone()), options);
            (recover_once(&source()), counted(&source()))
        };
        let of_stream = stream(1 << 20, 1);
        let ((guess, found), count) = &of_stream;
        // The account covers the bytes handed out.
        let in_gaps: u64 = found.gaps.iter().map(|(range, _)| range.end - range.start).sum();
        prop_assert_eq!(found.good.len() as u64 + in_gaps, found.bytes);
        let records = match guess {
            Variant::FourLines => Fastq::new().records(&found.good).filter(Result::is_ok).count(),
            Variant::Wrapped => Fastq::new().wrapped().records(&found.good).filter(Result::is_ok).count(),
        };
        prop_assert_eq!(records as u64, found.records);
        let turns_out = |error: Option<&String>| error.is_some_and(|error| error.contains("a stream cannot be read again"));
        let turned_out = turns_out(found.error.as_ref());
        if text.len() < 65_536 {
            prop_assert_eq!(&found, &&expected, "the variant is decided after all of the input was read");
            prop_assert_eq!(count, &of_file);
        } else if *guess == Variant::FourLines && !turns_out(count.as_ref().err()) {
            prop_assert_eq!(count, &of_file);
        }
        if turned_out {
            prop_assert!(text.starts_with(&found.good), "bytes before the first fault");
        }
        if !turned_out && *guess == Variant::FourLines {
            let four = recover_four_lines(&source);
            prop_assert_eq!(&found.good, &four, "as four lines");
        }
        for part_len in [5, 300, 1 << 20] {
            for threads in [1, 3] {
                prop_assert_eq!(&stream(part_len, threads), &of_stream, "stream, {} {}", part_len, threads);
                for strategy in [Backend::Mapped, Backend::Read] {
                    let options = SourceOptions::new().part_len(part_len).threads(threads).strategy(strategy);
                    let source = Source::with_options(&path, options).unwrap();
                    let found = recover(&source);
                    prop_assert_eq!(&found, &expected, "{} {} {:?}", part_len, threads, strategy);
                }
            }
        }
    }
}

/// Four-line records, more than enough to guess the variant, and a wrapped one after them.
fn wrapped_late() -> Vec<u8> {
    let mut text = b"@r\nACGT\n+\nIIII\n".repeat(20_000);
    text.extend_from_slice(b"@w\nACGT\nAC\n+\nIIII\nII\n");
    text.extend(b"@r\nACGT\n+\nIIII\n".repeat(20_000));
    text
}

#[test]
fn a_stream_wrapped_late_is_named_as_such() {
    let fastq = Fastq::new();
    for part_len in [1000, 1 << 20] {
        let stream =
            || Source::from_reader(Cursor::new(wrapped_late()), SourceOptions::new().part_len(part_len));
        let count = |source: &Source| {
            let mut records = source.records(&fastq)?;
            while records.next()?.is_some() {}
            Ok(())
        };
        let wrapped = || Ok(());
        let (serial, parallel) = (stream(), stream());
        let errors = [
            serial.in_variant(Variant::FourLines, || count(&serial), wrapped).unwrap_err(),
            parallel
                .in_variant(Variant::FourLines, || parallel.for_each(&fastq, |_| {}).map(drop), wrapped)
                .unwrap_err(),
        ];
        for error in &errors {
            assert!(matches!(error.kind(), ErrorKind::WrappedStream), "{error}");
            assert_eq!(error.location().and_then(|location| location.record), Some(20_000));
        }
        assert_eq!(errors[0].to_string(), errors[1].to_string());
        // Without the question, nothing is read after the error.
        assert!(matches!(count(&stream()).unwrap_err().kind(), ErrorKind::PlusLine { .. }));
    }
}

#[test]
fn a_late_fault_of_a_stream_is_no_wrapped_record() {
    let text =
        String::from_utf8(wrapped_late()).unwrap().replace("@w\nACGT\nAC\n+\nIIII\nII\n", "@w\nACGT\nAC\n");
    let source = Source::from_reader(Cursor::new(text), SourceOptions::new());
    let read = || {
        let mut records = source.records(&Fastq::new())?;
        while records.next()?.is_some() {}
        Ok(())
    };
    let error =
        source.in_variant(Variant::FourLines, read, || unreachable!("it is not wrapped")).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::PlusLine { .. }), "{error}");
}

#[test]
fn pairs_of_a_stream_wrapped_late_are_named_as_such() {
    let fastq = Fastq::new();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("r2.fastq");
    std::fs::write(&path, wrapped_late()).unwrap();
    let stream = || Source::from_reader(Cursor::new(wrapped_late()), SourceOptions::new());
    let second: [&dyn Fn() -> Source; 2] = [&stream, &|| Source::open(&path).unwrap()];
    for second in second {
        let source = PairedSource::new(stream(), second());
        let each = |source: &PairedSource| source.for_each(&fastq, |_| {}).map(drop);
        let parallel = source.in_variant(|| each(&source), || Ok(())).unwrap_err();
        let source = PairedSource::new(stream(), second());
        let serial = |source: &PairedSource| {
            let mut pairs = source.pairs(&fastq)?;
            while pairs.next()?.is_some() {}
            Ok(())
        };
        let serial = source.in_variant(|| serial(&source), || Ok(())).unwrap_err();
        assert!(matches!(serial.kind(), ErrorKind::WrappedStream), "{serial}");
        assert_eq!(serial.to_string(), parallel.to_string());
    }
}
