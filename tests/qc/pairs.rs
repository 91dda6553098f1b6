//! Pairs: reports of the mates, insert sizes, and inputs that are out of step.

use std::io::{Cursor, Write};

use pagecut::io::Strategy;
use pagecut::qc::pairs::{PairedReport, Pairs};
use pagecut::qc::report::Report;
use pagecut::qc::{Limits, Qc};
use pagecut::{PairedSource, Source, SourceOptions};

/// Deterministic numbers.
struct Random(u64);

impl Random {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % end
    }

    fn letters(&mut self, len: usize) -> Vec<u8> {
        (0..len).map(|_| b"ACGT"[self.below(4)]).collect()
    }
}

fn reverse_complement(sequence: &[u8]) -> Vec<u8> {
    let complement = |&letter: &u8| b"TGCAN"[b"ACGTN".iter().position(|&of| of == letter).unwrap()];
    sequence.iter().rev().map(complement).collect()
}

/// Pairs of mates with these insert sizes, and the text of each mate. Every ninth base or so of every fourth pair is N.
fn mates(insert_sizes: &[usize], lens: [usize; 2]) -> [Vec<Vec<u8>>; 2] {
    let mut random = Random(5);
    let mut mates = [Vec::new(), Vec::new()];
    for (number, &insert_size) in insert_sizes.iter().enumerate() {
        let insert = random.letters(insert_size);
        let strands = [insert.clone(), reverse_complement(&insert)];
        for mate in [0, 1] {
            let adapter = random.letters(lens[mate]);
            let mut sequence = [&strands[mate][..], &adapter].concat()[..lens[mate]].to_vec();
            let mut quality: Vec<u8> = sequence.iter().map(|_| b"#-7AK"[random.below(5)]).collect();
            if number % 4 == 3 {
                for at in (0..sequence.len()).filter(|_| random.below(9) == 0).collect::<Vec<_>>() {
                    (sequence[at], quality[at]) = (b'N', b'!' + 2);
                }
            }
            let filter = if number % 10 == 7 { 'Y' } else { 'N' };
            let name = format!("@m:1:f:1:{}:5:{number} {}:{filter}:0:A\n", 1 + number % 3, mate + 1);
            mates[mate].push([name.as_bytes(), &sequence, b"\n+\n", &quality, b"\n"].concat());
        }
    }
    mates
}

fn insert_sizes(count: usize) -> Vec<usize> {
    let mut random = Random(11);
    (0..count).map(|_| 20 + random.below(300)).collect()
}

fn interleaved(mates: &[Vec<Vec<u8>>; 2]) -> Vec<u8> {
    mates[0]
        .iter()
        .zip(&mates[1])
        .flat_map(|(first, second)| [first.clone(), second.clone()].concat())
        .collect()
}

fn qc() -> Qc {
    Qc::new().limits(Limits { ignore_kmers: false, ..Limits::default() })
}

fn stream(data: &[u8], options: &SourceOptions) -> Source {
    Source::from_reader(Cursor::new(data.to_vec()), *options)
}

fn options(threads: usize, part_len: usize) -> SourceOptions {
    SourceOptions::new().threads(threads).part_len(part_len)
}

fn of_streams(qc: &Qc, first: &[u8], second: &[u8], options: &SourceOptions) -> PairedReport {
    let source = PairedSource::new(stream(first, options), stream(second, options));
    qc.run_pairs(&source, ["R1", "R2"]).unwrap()
}

fn alone(qc: &Qc, data: &[u8], name: &str) -> Report {
    qc.run(&stream(data, &SourceOptions::new()), name).unwrap()
}

fn file(data: &[u8]) -> tempfile::NamedTempFile {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(data).unwrap();
    file
}

fn gzip(data: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(data).unwrap();
    encoder.finish().unwrap()
}

/// Calls `check` with the report of the same pairs in every kind of input.
fn in_every_input(qc: &Qc, mates: &[Vec<Vec<u8>>; 2], check: impl Fn(&str, &PairedReport)) {
    let [first, second] = [mates[0].concat(), mates[1].concat()];
    let both = interleaved(mates);
    for (threads, part_len) in [(1, 1 << 20), (2, 300), (5, 5000)] {
        let options = options(threads, part_len);
        let case = format!("{threads} threads, parts of {part_len}");
        check(&format!("streams, {case}"), &of_streams(qc, &first, &second, &options));
        let source = PairedSource::interleaved(stream(&both, &options));
        check(&format!("interleaved, {case}"), &qc.run_pairs(&source, ["R1", "R2"]).unwrap());
        for pack in [|data: &[u8]| data.to_vec(), gzip] {
            let files = [file(&pack(&first)), file(&pack(&second)), file(&pack(&both))];
            for strategy in [Strategy::Mapped, Strategy::Read] {
                let options = options.strategy(strategy);
                let [first, second, both] =
                    files.each_ref().map(|file| Source::with_options(file.path(), options).unwrap());
                let two = qc.run_pairs(&PairedSource::new(first, second), ["R1", "R2"]).unwrap();
                check(&format!("files, {strategy:?}, {case}"), &two);
                let one = qc.run_pairs(&PairedSource::interleaved(both), ["R1", "R2"]).unwrap();
                check(&format!("interleaved file, {strategy:?}, {case}"), &one);
            }
        }
    }
}

#[test]
fn mates_have_the_reports_of_their_files() {
    let mates = mates(&insert_sizes(3000), [150, 101]);
    for qc in [qc(), qc().leave_filtered_out(true)] {
        let expected = [("R1", &mates[0]), ("R2", &mates[1])]
            .map(|(name, mates)| format!("{:?}", alone(&qc, &mates.concat(), name)));
        let pairs = of_streams(&qc, &mates[0].concat(), &mates[1].concat(), &options(1, 1 << 20)).pairs;
        in_every_input(&qc, &mates, |case, report| {
            assert!(report.error().is_none());
            assert_eq!(report.mates().map(|report| format!("{report:?}")), expected, "{case}");
            assert_eq!(report.pairs, pairs, "{case}");
        });
    }
}

#[test]
fn insert_sizes_are_those_of_the_inserts() {
    let sizes = insert_sizes(2000);
    let [first, second] = mates(&sizes, [150, 100]);
    // Without pairs that have N: their overlaps have too many mismatches.
    let is_known = |number: &usize| number % 4 != 3;
    let known = |mates: &[Vec<u8>]| -> Vec<u8> {
        (0..2000).filter(is_known).flat_map(|number| mates[number].clone()).collect()
    };
    let report = of_streams(&qc(), &known(&first), &known(&second), &options(2, 5000));
    let mut expected: Vec<_> = (0..2000).filter(is_known).map(|number| sizes[number]).collect();
    let pairs = expected.len() as u64;
    expected.retain(|size| (30..=220).contains(size));
    expected.sort_unstable();
    let read_through = expected.iter().filter(|&&size| size < 150).count() as u64;
    let mut histogram = vec![0; *expected.last().unwrap() + 1];
    expected.iter().for_each(|&size| histogram[size] += 1);
    assert_eq!(report.pairs, Pairs { pairs, filtered: 0, read_through, insert_sizes: histogram });
    assert_eq!(report.pairs.overlapping(), expected.len() as u64);
    let median = expected[(expected.len() - 1) / 2];
    assert_eq!(report.pairs.median_insert_size(), Some(median as u64));
}

#[test]
fn a_pair_with_a_filtered_mate_is_left_out() {
    let mates = mates(&[100; 20], [80, 80]);
    let report =
        of_streams(&qc().leave_filtered_out(true), &mates[0].concat(), &mates[1].concat(), &options(1, 300));
    assert_eq!((report.pairs.pairs, report.pairs.filtered), (20, 2));
    assert_eq!((report.first.basic.reads, report.second.basic.filtered), (18, 2));
    let with_them = of_streams(&qc(), &mates[0].concat(), &mates[1].concat(), &options(1, 300));
    assert!(with_them.pairs.overlapping() > report.pairs.overlapping());
}

#[test]
fn short_reads_and_unknown_bases_have_no_overlap() {
    let read = |len: usize, letter: &str| format!("@r\n{}\n+\n{}\n", letter.repeat(len), "I".repeat(len));
    for (first, second) in
        [(read(29, "A"), read(29, "T")), (read(100, "N"), read(100, "N")), (read(0, ""), read(40, "A"))]
    {
        let report = of_streams(&qc(), first.as_bytes(), second.as_bytes(), &SourceOptions::new());
        assert_eq!((report.pairs.pairs, report.pairs.overlapping()), (1, 0));
    }
    let report = of_streams(&qc(), read(30, "A").as_bytes(), read(30, "T").as_bytes(), &SourceOptions::new());
    assert_eq!(report.pairs.median_insert_size(), Some(30));
}

#[test]
fn empty_inputs_have_no_pairs() {
    let report = of_streams(&qc(), b"", b"", &SourceOptions::new());
    assert!(report.error().is_none());
    assert_eq!(format!("{:?}", report.first), format!("{:?}", alone(&qc(), b"", "R1")));
    assert_eq!(report.pairs, Pairs { pairs: 0, filtered: 0, read_through: 0, insert_sizes: Vec::new() });
    assert_eq!((report.pairs.overlapping_percent(), report.pairs.median_insert_size()), (None, None));
}

/// Returns the report of the first pairs.
fn of_first(mates: &[Vec<Vec<u8>>; 2], pairs: usize) -> PairedReport {
    let [first, second] = [0, 1].map(|mate: usize| mates[mate][..pairs].concat());
    of_streams(&qc(), &first, &second, &SourceOptions::new())
}

/// Checks that a report is that of the pairs before its error, and returns the error.
fn error_after(report: &PairedReport, expected: &PairedReport, case: &str) -> String {
    let error = report.error().unwrap();
    assert_eq!(report.second.error.as_ref().unwrap().to_string(), error.to_string(), "{case}");
    assert_eq!(report.pairs, expected.pairs, "{case}");
    for (found, expected) in report.mates().into_iter().zip(expected.mates()) {
        assert_eq!(
            format!("{:?}", found.verdicts()[1..].to_vec()),
            format!("{:?}", expected.verdicts()[1..].to_vec())
        );
        assert_eq!(found.verdicts()[0].1.to_string(), "fail", "{case}");
        assert_eq!(found.basic, expected.basic, "{case}");
        assert_eq!(format!("{:?}", found.base_quality), format!("{:?}", expected.base_quality), "{case}");
        assert_eq!(format!("{:?}", found.gc_content), format!("{:?}", expected.gc_content), "{case}");
    }
    error.to_string()
}

#[test]
fn names_out_of_step_end_the_report_with_both_places() {
    let mut mates = mates(&insert_sizes(3000), [100, 90]);
    mates[1].remove(2500);
    mates[0].truncate(2999);
    let before = of_first(&mates, 2500);
    in_every_input(&qc(), &mates, |case, report| {
        let error = error_after(report, &before, case);
        let places = if case.starts_with("inter") {
            ["record 5000", "record 5001"]
        } else {
            ["first file, record 2500", "second file, record 2500"]
        };
        assert!(places.iter().all(|place| error.contains(place)), "{case}: {error}");
    });
}

#[test]
fn a_shorter_file_ends_the_report_with_both_places() {
    let all = mates(&insert_sizes(1500), [100, 90]);
    for shorter in [0, 1] {
        let mut mates = all.clone();
        mates[shorter].truncate(1400);
        let before = of_first(&mates, 1400);
        let [first, second] = [mates[0].concat(), mates[1].concat()];
        for (threads, part_len) in [(1, 1 << 20), (2, 300), (5, 5000)] {
            let report = of_streams(&qc(), &first, &second, &options(threads, part_len));
            let error = error_after(&report, &before, "shorter");
            let (file, other) = [("second", "first"), ("first", "second")][shorter];
            let expected = format!("the {other} file ends after 1400 records");
            assert!(
                error.contains(&format!("{file} file, record 1400")) && error.contains(&expected),
                "{error}"
            );
        }
    }
    let odd = [interleaved(&all), all[0][0].clone()].concat();
    let source = PairedSource::interleaved(stream(&odd, &SourceOptions::new()));
    let report = qc().run_pairs(&source, ["R1", "R2"]).unwrap();
    let error = error_after(&report, &of_first(&all, 1500), "odd");
    assert!(error.contains("record 3000") && error.contains("there is no mate"), "{error}");
}

#[test]
fn a_damaged_record_ends_the_report() {
    let good = mates(&insert_sizes(400), [100, 90]);
    let before = of_first(&good, 280);
    for damaged in [0, 1] {
        let mut mates = good.clone();
        mates[damaged][280].pop();
        mates[damaged][280].extend(b"I\n");
        in_every_input(&qc(), &mates, |case, report| {
            let error = error_after(report, &before, case);
            let record = if case.starts_with("inter") { 560 + damaged } else { 280 };
            assert!(error.contains(&format!("record {record},")), "{case}: {error}");
        });
    }
}

#[test]
fn a_damaged_gzip_file_ends_the_report() {
    let mates = mates(&insert_sizes(3000), [100, 90]);
    let [first, mut second] = [gzip(&mates[0].concat()), gzip(&mates[1].concat())];
    second.truncate(second.len() / 2);
    let files = [file(&first), file(&second)];
    let run = |threads: usize, part_len: usize| {
        let [first, second] = files
            .each_ref()
            .map(|file| Source::with_options(file.path(), options(threads, part_len)).unwrap());
        qc().run_pairs(&PairedSource::new(first, second), ["R1", "R2"]).unwrap()
    };
    let expected = run(1, 1 << 20);
    let error = expected.error().unwrap().to_string();
    assert!(error.contains("second file"), "{error}");
    let pairs = usize::try_from(expected.pairs.pairs).unwrap();
    assert!((1000..2000).contains(&pairs), "{pairs}");
    error_after(&expected, &of_first(&mates, pairs), "gzip");
    for (threads, part_len) in [(2, 300), (5, 5000)] {
        let report = run(threads, part_len);
        assert_eq!(format!("{report:?}"), format!("{expected:?}"));
    }
}

#[test]
fn wrapped_mates_give_the_report_of_four_lines() {
    let mates = mates(&insert_sizes(100), [100, 90]);
    let [first, second] = [mates[0].concat(), mates[1].concat()];
    let wrap = |data: &[u8]| -> Vec<u8> {
        let lines = data.split_inclusive(|&byte| byte == b'\n');
        let wrap = |line: &[u8]| match line.len() {
            91.. => [&line[..60], b"\n", &line[60..]].concat(),
            _ => line.to_vec(),
        };
        lines.flat_map(wrap).collect()
    };
    let expected = format!("{:?}", of_streams(&qc(), &first, &second, &SourceOptions::new()));
    let report = of_streams(&qc(), &wrap(&first), &wrap(&second), &options(2, 300));
    assert_eq!(format!("{report:?}"), expected);
}

#[test]
fn long_mates_are_compared_by_their_first_bases() {
    // Every comparison of all bases of these would not end.
    let read = |name: &str, letter: &str| {
        format!("@r {name}:N:0:A\n{}\n+\n{}\n", letter.repeat(5_000_000), "I".repeat(5_000_000))
    };
    let [first, second] = [read("1", "A"), read("2", "T")];
    let report = of_streams(&qc(), first.as_bytes(), second.as_bytes(), &options(2, 1 << 20));
    assert_eq!(report.pairs.median_insert_size(), Some(512));
    assert_eq!(format!("{:?}", report.first), format!("{:?}", alone(&qc(), first.as_bytes(), "R1")));
}

#[test]
fn inputs_without_quality_scores_are_refused() {
    let source = PairedSource::new(
        stream(b"@r\nA\n+\nI\n", &SourceOptions::new()),
        stream(b">r\nA\n", &SourceOptions::new()),
    );
    let error = qc().run_pairs(&source, ["R1", "R2"]).unwrap_err();
    assert_eq!(error.kind().name(), "unknown_format");
}
