//! FASTQ: accepted and rejected inputs, and the positions of errors.

mod common;

use std::fs;

use common::{all_testdata, corpus, testdata};
use pagecut::fastq::{Confidence, Encoding, EncodingGuess, Fastq};
use pagecut::{Error, FileKind, Format};

/// Returns the number of records before the first error of a text in strict mode, its kind, and `offset record line`.
fn first_error(text: &[u8]) -> Option<(usize, String, String)> {
    let mut records = Fastq::strict().records(text);
    let good = records.by_ref().map_while(Result::ok).count();
    let error = Fastq::strict().records(text).find_map(Result::err)?;
    let place = error.location().unwrap();
    assert_eq!(place.format, "fastq");
    let place = format!("{} {} {}", place.offset, place.record.unwrap(), place.line.unwrap());
    Some((good, error.kind().name().to_owned(), place))
}

#[test]
fn errors_name_the_fault_and_its_position() {
    let good = "@r\r\nA\r\n+\r\nI\r\n\r\n"; // 15 bytes, 5 lines
    assert_eq!(good.len(), 15);
    for (bad, kind, offset, line) in [
        ("r\nA\n+\nI\n", "record_start", 0, 0),
        (" \n", "record_start", 0, 0),
        ("\rx", "record_start", 0, 0),
        ("@r", "incomplete", 2, 0),
        ("@r\n", "incomplete", 3, 1),
        ("@r\nAC", "incomplete", 5, 1),
        ("@r\nAC\n", "incomplete", 6, 2),
        ("@r\nAC\n+", "incomplete", 7, 2),
        ("@r\n\n+", "incomplete", 5, 2),
        ("@r\nAC\n+\n", "incomplete", 8, 3),
        ("@r\nAC\n+\nI", "incomplete", 9, 3),
        ("@r\nAC\n+\nIII", "length_mismatch", 8, 3),
        ("@r\nAC\n+\nI\n", "length_mismatch", 8, 3),
        ("@r\nAC\n+\n\n", "length_mismatch", 8, 3),
        ("@r\n\n+\nI\n", "length_mismatch", 6, 3),
        ("@r\n@C\n+\nII\n", "sequence_start", 3, 1),
        ("@r\n+\nAC\nII\n", "sequence_start", 3, 1),
        ("@r\nAC\nAC\n+\nIIII\n", "plus_line", 6, 2),
        ("@r\nAC\n\n+\nII\n", "plus_line", 6, 2),
        ("@r\nAC\n+\n@r\nA\n+\nI\n", "quality_line", 8, 3),
        ("@r\nAC\n+q\nII\n", "plus_name", 6, 2),
        ("@r x\nAC\n+r\nII\n", "plus_name", 8, 2),
        ("@r\nA C\n+\nIII\n", "sequence_letter", 4, 1),
        ("@r\nACZ\n+\nIII\n", "sequence_letter", 5, 1),
        ("@r\nA\rC\n+\nIII\n", "sequence_letter", 4, 1),
        ("@r\nACG\n+\nII \n", "quality_range", 11, 3),
        ("@r\nACG\n+\nI\x7fI\n", "quality_range", 10, 3),
        ("@r\nACG\n+\n\0II\n", "quality_range", 9, 3),
    ] {
        for before in ["", good, &good.repeat(3), &good.repeat(3000)] {
            let text = format!("{before}{bad}");
            let records = before.len() / good.len();
            let place = format!("{} {records} {}", before.len() + offset, 5 * records + line + 1);
            assert_eq!(
                first_error(text.as_bytes()),
                Some((records, kind.to_owned(), place)),
                "{bad:?} after {records} records"
            );
        }
    }
}

#[test]
fn unusual_valid_records_are_read() {
    for text in [
        "",
        "\n",
        "\r\n\n",
        "@\n\n+\n\n",
        "@\n\n+\n",
        "@r\r\n\r\n+\r\n",
        "@r\r\n\r\n+\r\n\r",
        "@r\nA\n+\nI",
        "@r\r\nA\r\n+\r\nI",
        "@r\r\nA\r\n+\r\nI\r",
        "@r\nA\n+\nI\r\n",
        "@r\r\nA\n+\nI\n",
        "@r x\nA\n+r x\nI\n",
        "@r x\r\nA\n+r x\nI\n",
        "@r\nacgtunryswkmbdhv-.*\n+\nIIIIIIIIIIIIIIIIIII\n",
        "@r\nAC\n+\n@@\n\n@s\nA\n+\n+\n",
        "\u{feff}@r\nA\n+\nI\n",
        "\u{feff}",
    ] {
        assert_eq!(first_error(text.as_bytes()), None, "{text:?}");
    }
}

#[test]
fn each_optional_check_works_on_its_own() {
    let text = b"@r\nA C\n+q\n\x01\x02\x03\n";
    let kind = |format: Fastq| format.records(text).find_map(Result::err).map(|error| error.kind().name());
    assert_eq!(kind(Fastq::new()), None);
    assert_eq!(kind(Fastq::new().check_sequence_letters(true)), Some("sequence_letter"));
    assert_eq!(kind(Fastq::new().check_plus_name(true)), Some("plus_name"));
    assert_eq!(kind(Fastq::new().check_quality_range(true)), Some("quality_range"));
    assert_eq!(kind(Fastq::strict().check_sequence_letters(false)), Some("plus_name"));
    assert_eq!(
        kind(Fastq::strict().check_sequence_letters(false).check_plus_name(false)),
        Some("quality_range")
    );
}

#[test]
fn records_match_a_naive_parser() {
    for (name, data) in all_testdata("fastq") {
        let text = String::from_utf8(data.clone()).unwrap().replace("\r\n", "\n");
        let text = text.trim_start_matches('\u{feff}');
        let lines: Vec<&str> = if name == "blank_lines.fastq" {
            continue; // The naive parser cannot handle zero-length reads and blank lines at once.
        } else {
            text.split('\n').collect()
        };
        for (record, lines) in Fastq::new().records(&data).map_while(Result::ok).zip(lines.chunks(4)) {
            assert_eq!([b"@", record.definition()].concat(), lines[0].as_bytes(), "{name}");
            assert_eq!(record.sequence(), lines[1].as_bytes(), "{name}");
            assert_eq!(record.quality_scores(), lines[3].as_bytes(), "{name}");
            let range = record.range();
            let range = usize::try_from(range.start).unwrap()..usize::try_from(range.end).unwrap();
            assert_eq!(record.as_bytes(), &data[range], "{name}");
        }
    }
}

#[test]
fn records_outlive_the_iterator_and_cross_threads() {
    let data = fs::read(testdata("illumina.fastq")).unwrap();
    let mut records: Vec<_> = pagecut::fastq::records(&data).map(Result::unwrap).collect();
    std::thread::scope(|scope| {
        scope.spawn(|| records.sort_by_key(|record| record.sequence())).join().unwrap()
    });
    assert!(records.is_sorted_by_key(|record| record.sequence()));
}

#[test]
fn a_record_of_many_megabytes_is_read() {
    let len = 20 << 20;
    let data =
        [b"@long\n", "A".repeat(len).as_bytes(), b"\n+\n", "@".repeat(len).as_bytes(), b"\n@s\nA\n+\nI\n"]
            .concat();
    let records: Vec<_> = Fastq::new().records(&data).map(Result::unwrap).collect();
    assert_eq!(records.iter().map(|record| record.sequence().len()).collect::<Vec<_>>(), [len, 1]);
}

/// The reference set of Cock et al. 2010: every file gets its published verdict, with the published number of valid records before
/// the error. Four-line files are read as four-line and as wrapped FASTQ.
#[test]
fn the_published_corpus() {
    let Some(corpus) = corpus() else { return };
    let folder = corpus.join("cock2010");
    let table = fs::read_to_string(folder.join("expected.tsv")).unwrap();
    let rows: Vec<Vec<&str>> = table.lines().skip(1).map(|line| line.split('\t').collect()).collect();
    assert_eq!(rows.len(), 59);
    for row in rows {
        let [file, verdict, good_records, bases, layout] = row[..] else { panic!("{row:?}") };
        let data = fs::read(folder.join(file)).unwrap();
        let check = |lens: Vec<usize>, error: Option<pagecut::Error>, how: &str| {
            assert_eq!(error.is_none(), verdict == "valid", "{file} by {how}: {error:?}");
            assert_eq!(lens.len().to_string(), good_records, "{file} by {how}: {error:?}");
            if verdict == "valid" {
                assert_eq!(lens.iter().sum::<usize>().to_string(), bases, "{file} by {how}");
            }
        };
        let mut records = Fastq::strict().wrapped().records(&data);
        let lens = records.by_ref().map_while(Result::ok).map(|record| record.sequence_len()).collect();
        check(lens, records.error().cloned(), "lines");
        let mut records = Fastq::strict().records(&data);
        let lens = records.by_ref().map_while(Result::ok).map(|record| record.sequence().len()).collect();
        if layout == "wrapped" {
            assert!(records.error().is_some(), "{file} is wrapped, and must not be read as four-line FASTQ");
            assert_eq!(FileKind::detect(&data).unwrap(), FileKind::WrappedFastq, "{file}");
        } else {
            check(lens, records.error().cloned(), "four lines");
            assert_eq!(FileKind::detect(&data).unwrap(), FileKind::Fastq, "{file}");
        }
    }
}

#[test]
fn the_encodings_of_the_published_corpus_are_guessed() {
    let Some(corpus) = corpus() else { return };
    let mut guesses = 0;
    for entry in fs::read_dir(corpus.join("cock2010")).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        let expected = match name.rsplit('_').next() {
            Some("sanger") => Encoding::Phred33,
            Some("solexa") => Encoding::Solexa64,
            Some("illumina") => Encoding::Phred64,
            _ => continue,
        };
        let data = fs::read(&path).unwrap();
        let records: Vec<_> = Fastq::new().wrapped().records(&data).map(Result::unwrap).collect();
        let guess =
            EncodingGuess::from_quality_lines(records.iter().flat_map(|record| record.quality_lines()))
                .unwrap();
        guesses += 1;
        match guess.confidence {
            Confidence::Open => {}
            // Every Illumina 1.3 score can also be written as Solexa+64.
            Confidence::Likely if expected == Encoding::Solexa64 => {
                assert_ne!(guess.encoding, Encoding::Phred33)
            }
            _ => assert_eq!(guess.encoding, expected, "{name}: {guess}"),
        }
    }
    assert!(guesses > 20, "{guesses}");
}

/// Each check alone rejects its faults at the same position as all checks together, and nothing that they accept.
#[test]
fn each_check_alone_on_the_published_corpus() {
    let Some(corpus) = corpus() else { return };
    let new = Fastq::new();
    let alone = [
        ("sequence_letter", new.check_sequence_letters(true)),
        ("plus_name", new.check_plus_name(true)),
        ("quality_range", new.check_quality_range(true)),
        ("length_mismatch", new.check_quality_end(true)),
    ];
    let error = |format: Fastq, data: &[u8]| format.records(data).find_map(Result::err);
    let mut refused = std::collections::BTreeMap::new();
    for entry in fs::read_dir(corpus.join("cock2010")).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|extension| extension != "fastq") {
            continue;
        }
        let data = fs::read(&path).unwrap();
        let strict = error(Fastq::strict(), &data);
        let always = error(new, &data);
        for (kind, format) in alone {
            let found = error(format, &data);
            match &strict {
                None => assert!(found.is_none(), "{kind}: {}", path.display()),
                Some(strict) if strict.kind().name() == kind => {
                    let place = |error: &Error| (error.to_string(), error.location());
                    assert_eq!(found.as_ref().map(place), Some(place(strict)), "{}", path.display());
                    *refused.entry(kind).or_insert(0) += u32::from(always.is_none());
                }
                Some(_) => {}
            }
        }
    }
    // For every check, the corpus has a file that only this check rejects, except for the check of the record end, which decides
    // which record is at fault.
    assert!(
        ["sequence_letter", "plus_name", "quality_range"].iter().all(|kind| refused[kind] > 0),
        "{refused:?}"
    );
}
