//! Inputs of all kinds: backends, variants of FASTQ, damage, long reads, more sequences than are followed.

use std::io::{Cursor, Write};

use pagecut::io::Strategy;
use pagecut::qc::{Adapters, Qc, Report};
use pagecut::{ErrorKind, Source, SourceOptions};

fn streamed(data: &[u8], options: SourceOptions) -> Report {
    Qc::new().run(&Source::from_reader(Cursor::new(data.to_vec()), options), "reads").unwrap()
}

/// Runs on a file with every backend.
fn from_file(data: &[u8], check: impl Fn(&Report)) {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(data).unwrap();
    for strategy in [Strategy::Mapped, Strategy::Read] {
        for (threads, part_len) in [(1, 1 << 20), (2, 300), (5, 5000)] {
            let options = SourceOptions::new().strategy(strategy).threads(threads).part_len(part_len);
            check(&Qc::new().run(&Source::with_options(file.path(), options).unwrap(), "reads").unwrap());
        }
    }
}

/// Deterministic letters and scores.
fn read(number: u64, len: usize) -> Vec<u8> {
    let mut state = number.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut next = move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state
    };
    let sequence: Vec<u8> = (0..len).map(|_| b"ACGT"[(next() >> 20) as usize % 4]).collect();
    let quality: Vec<u8> = (0..len).map(|_| b'#' + ((next() >> 20) % 40) as u8).collect();
    [format!("@r{number}\n").as_bytes(), &sequence, b"\n+\n", &quality, b"\n"].concat()
}

pub(super) fn reads(count: u64, len: usize) -> Vec<u8> {
    (1..=count).flat_map(|number| read(number, len)).collect()
}

#[test]
fn the_report_is_the_same_for_every_backend() {
    let data = reads(400, 100);
    let expected = format!("{:?}", streamed(&data, SourceOptions::new().threads(1)));
    from_file(&data, |report| assert_eq!(format!("{report:?}"), expected));
}

#[test]
fn wrapped_reads_give_the_report_of_four_lines() {
    let data = reads(50, 100);
    let wrapped: Vec<u8> = data
        .split_inclusive(|&byte| byte == b'\n')
        .flat_map(|line| match line.len() {
            101 => [&line[..60], b"\n", &line[60..]].concat(),
            _ => line.to_vec(),
        })
        .collect();
    let expected = format!("{:?}", streamed(&data, SourceOptions::new()));
    from_file(&wrapped, |report| assert_eq!(format!("{report:?}"), expected));
}

#[test]
fn an_error_ends_the_report_at_the_reads_before_it() {
    let good = reads(300, 100);
    let expected = streamed(&good, SourceOptions::new().threads(1));
    for (damage, message) in [
        (&b"@bad\nACGT\n+\nIII\n"[..], "length_mismatch"),
        (b"@bad\nACGT\n+\nII I\n", "quality_range"),
        (b"@bad\nACGT\n", "incomplete"),
        (b"bad\n", "record_start"),
    ] {
        for after in [&reads(200, 100)[..], b""] {
            if message == "incomplete" && !after.is_empty() {
                continue;
            }
            let data = [&good, damage, after].concat();
            let mut errors = Vec::new();
            for threads in [1, 2, 5] {
                for part_len in [300, 5000, 1 << 20] {
                    let report = streamed(&data, SourceOptions::new().threads(threads).part_len(part_len));
                    let error = report.error.as_ref().unwrap();
                    assert_eq!(error.kind().name(), message);
                    assert_eq!(error.location().unwrap().record, Some(300));
                    errors.push(error.to_string());
                    let complete = Report { error: None, ..report };
                    assert_eq!(
                        format!("{complete:?}"),
                        format!("{expected:?}"),
                        "{threads} threads, {part_len}"
                    );
                }
            }
            errors.dedup();
            assert_eq!(errors.len(), 1, "{errors:?}");
            from_file(&data, |report| {
                assert_eq!(report.error.as_ref().unwrap().kind().name(), message);
                assert_eq!(format!("{:?}", report.base_quality), format!("{:?}", expected.base_quality));
                assert_eq!(report.basic, expected.basic);
            });
        }
    }
}

#[test]
fn every_prefix_gives_a_report() {
    let data = reads(3, 20);
    for end in 0..data.len() {
        let report = streamed(&data[..end], SourceOptions::new());
        let records = data[..end].split(|&byte| byte == b'@').count() as u64;
        assert!(report.basic.reads <= records);
        assert_eq!(report.basic.bases, report.basic.reads * 20);
    }
}

#[test]
fn long_reads_are_counted_beyond_all_tables() {
    let lens = [2_000, 70_000, 600_000, 5_000_000];
    let data: Vec<u8> = (1..).zip(lens).flat_map(|(number, len)| read(number, len)).collect();
    let reports: Vec<_> = [(1, 1 << 20), (2, 1 << 20), (2, 1000)]
        .map(|(threads, part_len)| streamed(&data, SourceOptions::new().threads(threads).part_len(part_len)))
        .into();
    for report in &reports {
        assert_eq!(format!("{report:?}"), format!("{:?}", reports[0]));
    }
    let report = &reports[0];
    assert_eq!(
        (report.basic.min_len, report.basic.max_len, report.basic.bases),
        (2_000, 5_000_000, 5_672_000)
    );
    for row in &report.base_quality.as_ref().unwrap().results {
        // Scores are uniform from 2 to 41.
        let reads = lens.iter().filter(|&&len| len as u64 >= row.positions.first).count();
        let width = (row.positions.last - row.positions.first + 1) as f64 * reads as f64;
        assert!((row.mean - 21.5).abs() < 60.0 / width.sqrt(), "{row:?}");
        assert!(row.median.is_nan(), "{row:?}");
    }
    for row in &report.base_content.as_ref().unwrap().results {
        assert!((row.a + row.c + row.g + row.t - 100.0).abs() < 1e-9, "{row:?}");
    }
}

/// The first 100,000 sequences are followed, and their later copies counted.
#[test]
fn sequences_after_the_first_ones_are_not_followed() {
    let first = reads(100_500, 30);
    let data = [&first[..], &first].concat();
    let mut reports = Vec::new();
    for threads in [1, 2, 5] {
        for part_len in [100_000, 1 << 20] {
            let report = streamed(&data, SourceOptions::new().threads(threads).part_len(part_len));
            assert_eq!(report.basic.reads, 201_000);
            let duplication = report.duplication.unwrap().results;
            // All followed sequences occur twice.
            assert_eq!((duplication.levels[0].1, duplication.levels[1].1), (0.0, 100.0));
            assert_eq!(duplication.deduplicated, 50.0);
            reports.push(duplication);
        }
    }
    assert!(reports.windows(2).all(|pair| pair[0] == pair[1]));
}

#[test]
fn an_adapter_alone_counts_after_the_first_longer_read() {
    let adapter = b"@a\nAGATCGGAAGAG\n+\nIIIIIIIIIIII\n";
    let longer = b"@b\nAAAAAAAAAAAAAAAAAAAA\n+\nIIIIIIIIIIIIIIIIIIII\n";
    let share = |parts: &[&[u8]]| {
        let report = streamed(&parts.concat(), SourceOptions::new().part_len(10));
        report.adapters.unwrap().results.rows[0].1[0]
    };
    assert_eq!(share(&[adapter, longer]), 0.0);
    assert_eq!(share(&[longer, adapter]), 50.0);
    let report = streamed(adapter, SourceOptions::new());
    assert!(report.adapters.unwrap().results.rows.is_empty());
}

#[test]
fn many_adapters_are_found() {
    let list: String = (0..300).map(|number| format!("n{number}\t{}\n", name_as_bases(number))).collect();
    let adapters = Adapters::read(list.as_bytes()).unwrap();
    let data: String =
        (0..300).map(|n| format!("@r\nTT{}TTTTTTT\n+\n{}\n", name_as_bases(n), "I".repeat(17))).collect();
    let source = Source::from_reader(Cursor::new(data.into_bytes()), SourceOptions::new());
    let report = Qc::new().adapters(adapters).run(&source, "reads").unwrap();
    let last = report.adapters.unwrap().results.rows.pop().unwrap();
    assert!(last.1.iter().all(|&share| share >= 100.0 / 300.0 - 1e-9), "{last:?}");
}

/// Returns 8 bases that differ for each number.
fn name_as_bases(number: usize) -> String {
    (0..8).map(|place| ['A', 'C', 'G', 'T'][number >> (2 * place) & 3]).collect()
}

#[test]
fn an_input_without_quality_scores_is_refused() {
    let source = Source::from_reader(Cursor::new(b">r\nACGT\n".to_vec()), SourceOptions::new());
    let error = Qc::new().run(&source, "reads").unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::UnknownFormat(_)), "{error}");
    assert!(Qc::new().kmer_len(11).is_err());
}
