//! Regions of sequences, compared with the sequences themselves.

use pagecut::index::{Fai, Letters};
use pagecut::{Error, ErrorKind, Source, fasta, fastq};

use crate::common::damaged;
use crate::{STRATEGIES, reader, write};

fn collect(mut letters: Letters<'_>) -> Result<Vec<u8>, Error> {
    let mut all = Vec::new();
    while let Some(piece) = letters.next_piece()? {
        all.extend_from_slice(piece);
    }
    Ok(all)
}

/// Returns files with several line lengths, both line ends, and with and without the last line end.
fn wrapped() -> Vec<Vec<u8>> {
    let letters = b"ACGTNACCATTGAGC";
    let mut files = Vec::new();
    for eol in ["\n", "\r\n"] {
        for len in [1, 2, 5, 15, 20] {
            let lines: Vec<_> = letters.chunks(len).map(|line| std::str::from_utf8(line).unwrap()).collect();
            let data = [">one x", &lines.join(eol), ">two", &lines.join(eol), ""].join(eol);
            files.push(data.trim_end().into());
            files.push(data.into_bytes());
        }
    }
    // A byte that begins a record at a line start is a letter elsewhere.
    files.push(b">one\nAC>G>\nT>AA\n".to_vec());
    files
}

#[test]
fn every_region_equals_that_part_of_its_sequence() {
    for data in wrapped() {
        let (_folder, path) = write(&data);
        let fai = Fai::from_fasta(&Source::open(&path).unwrap()).unwrap();
        for strategy in STRATEGIES {
            let reader = reader(&path, strategy);
            for record in fasta::records(&data).map(Result::unwrap) {
                let name = String::from_utf8_lossy(record.name());
                let sequence = record.to_contiguous();
                for start in 1..=sequence.len() {
                    for end in start..=sequence.len() + 1 {
                        let region = fai.region(format!("{name}:{start}-{end}").as_bytes()).unwrap();
                        let expected = &sequence[start - 1..end.min(sequence.len())];
                        assert_eq!(collect(region.letters(&reader).unwrap()).unwrap(), expected);
                        assert_eq!(region.is_truncated(), end > sequence.len());
                    }
                }
            }
        }
    }
}

#[test]
fn reads_are_found_by_name() {
    let data = std::fs::read(crate::common::testdata("at_and_plus.fastq")).unwrap();
    let (_folder, path) = write(&data);
    let fai = Fai::from_fastq(&Source::open(&path).unwrap()).unwrap();
    let reader = reader(&path, STRATEGIES[0]);
    let mut found = 0;
    for record in fastq::records(&data).map(Result::unwrap) {
        let region = fai.region(record.name()).unwrap();
        assert_eq!(collect(region.letters(&reader).unwrap()).unwrap(), record.sequence());
        let scores = region.quality_scores(&reader).unwrap().unwrap();
        assert_eq!(collect(scores).unwrap(), record.quality_scores());
        found += 1;
    }
    assert_eq!(found, fai.entries().len());
}

#[test]
fn long_sequences_are_read_in_pieces() {
    let sequence = "ACGTN".repeat(200_000);
    let lines: Vec<_> =
        sequence.as_bytes().chunks(70).map(|line| std::str::from_utf8(line).unwrap()).collect();
    let (_folder, path) = write(format!(">long\n{}\n", lines.join("\r\n")).as_bytes());
    // Only the last line has another line end, which is allowed.
    let fai = Fai::from_fasta(&Source::open(&path).unwrap()).unwrap();
    for strategy in STRATEGIES {
        let reader = reader(&path, strategy);
        let all = collect(fai.region(b"long").unwrap().letters(&reader).unwrap()).unwrap();
        assert!(all == sequence.as_bytes());
        let middle = fai.region(b"long:123,457-900,001").unwrap();
        assert!(collect(middle.letters(&reader).unwrap()).unwrap() == sequence.as_bytes()[123_456..900_001]);
    }
}

#[test]
fn regions_use_samtools_notation() {
    let index =
        b"chr1\t2000\t8\t10\t11\na:b\t4\t39\t4\t5\na\t4\t47\t4\t5\na:1-2\t2\t63\t2\t3\n{x\t1\t70\t1\t2\n";
    let fai = Fai::read(&index[..]).unwrap();
    for (text, name, range, is_truncated) in [
        ("chr1", "chr1", 0..2000, false),
        ("chr1:", "chr1", 0..2000, false),
        ("chr1:5", "chr1", 4..2000, false),
        ("chr1:5-", "chr1", 4..2000, false),
        ("chr1:-4", "chr1", 0..4, false),
        ("chr1:1,0-1,2", "chr1", 9..12, false),
        ("chr1:1,990-2,001", "chr1", 1989..2000, true),
        ("chr1:3000-4000", "chr1", 2000..2000, true),
        ("chr1:99999999999999999999", "chr1", 2000..2000, false),
        ("{chr1}", "chr1", 0..2000, false),
        ("{chr1}:7-7", "chr1", 6..7, false),
        ("a", "a", 0..4, false),
        ("{a:b}", "a:b", 0..4, false),
        ("{a}:2-3", "a", 1..3, false),
        ("a:b:2-3", "a:b", 1..3, false),
        ("a:1-2:1-1", "a:1-2", 0..1, false),
        ("{{x}", "{x", 0..1, false),
    ] {
        let region = fai.region(text.as_bytes()).unwrap();
        assert_eq!((&*region.entry().name, region.range()), (name.as_bytes(), range), "{text}");
        assert_eq!(region.is_truncated(), is_truncated, "{text}");
    }
    let position = "expected a position, or two separated by a hyphen";
    let two_ways = "ambiguous: it is a name, and a region of another name; enclose the name in braces";
    for (text, expected) in [
        ("", "no sequence has this name"),
        ("chr2", "no sequence has this name"),
        ("chr2:1-2", "no sequence has this name"),
        ("a:b", two_ways),
        ("a:1-2", two_ways),
        ("{chr1", "a brace is not closed"),
        ("{chr1}5", "expected a colon after the brace"),
        ("chr1:x", position),
        ("chr1:1-2-3", position),
        ("chr1:-", position),
        ("chr1:,1", position),
        ("chr1:+1", position),
        ("chr1: 1", position),
        ("chr1:0-3", "positions count from 1"),
        ("chr1:5-4", "the region ends before it begins"),
    ] {
        let error = fai.region(text.as_bytes()).unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::Region { why, .. } if *why == expected), "{error}");
        assert_eq!(error.to_string(), format!("{text}: {expected}"));
    }
}

#[test]
fn an_index_of_another_file_is_rejected() {
    let data = b">one\nACGT\nACGT\nAC\n>two\nGGGG\n";
    let (_folder, path) = write(data);
    let fai = Fai::from_fasta(&Source::open(&path).unwrap()).unwrap();
    for (other, name, difference) in [
        (&b">one\nACGT\nACGT\n>two\nGGGG\n>x\n"[..], "one", "the length of a sequence"),
        (b">one\nACGT\nACGT\nAC\n>tow\nGGGG\n", "two", "the header before the sequence"),
        (b">one\nACGT\nACGT\nACC\n>two\nGGGG\n", "two", "the header before the sequence"),
        (b">one\nACGT\n", "two", "the header before the sequence"),
        (b"", "one", "the header before the sequence"),
        (b">one\nACGT\nACG", "one", "the length of a sequence"),
    ] {
        let (_folder, path) = write(other);
        for strategy in STRATEGIES {
            let reader = reader(&path, strategy);
            let letters = fai.region(name.as_bytes()).unwrap().letters(&reader).and_then(collect);
            let error = letters.unwrap_err();
            assert!(
                matches!(error.kind(), ErrorKind::StaleIndex { difference: found } if *found == difference),
                "{error}"
            );
        }
    }
}

/// Names with braces, which samtools 1.16 reads as `{NAME}` too.
#[test]
fn a_name_may_contain_braces() {
    let (_folder, path) = write(b">{z}\nACGT\n>b\nGG\n>c}\nT\n>{y}\nA\n>y\nC\n");
    let fai = Fai::from_fasta(&Source::open(&path).unwrap()).unwrap();
    for (text, name, range) in [
        ("{{z}}", "{z}", 0..4),
        ("{{z}}:2-3", "{z}", 1..3),
        ("{z}", "{z}", 0..4),
        ("{c}}:1-1", "c}", 0..1),
        ("{b}:2-2", "b", 1..2),
        ("{y}", "y", 0..1),
        ("{{y}}", "{y}", 0..1),
    ] {
        let region = fai.region(text.as_bytes()).unwrap();
        assert_eq!((&*region.entry().name, region.range()), (name.as_bytes(), range), "{text}");
    }
}

/// Each file has the length and the headers of the index, and other line ends.
#[test]
fn moved_line_ends_are_rejected() {
    let data = b">one\nACGT\nACGT\nAC\n>two\nGGGG\n";
    let (_folder, path) = write(data);
    let fai = Fai::from_fasta(&Source::open(&path).unwrap()).unwrap();
    let (line, sequence) = ("the length of a line", "the length of a sequence");
    for (other, regions, difference) in [
        (&b">one\nACGTA\nCGT\nAC\n>two\nGGGG\n"[..], &["one", "one:9-10", "one:1-1"][..], line),
        (b">one\nACGT\nACG\nTAC\n>two\nGGGG\n", &["one", "one:6-10", "one:8-9"], line),
        (b">one\nACGT\nACGT\nACC>two\nGGGG\n", &["one", "one:1-1"], sequence),
        (b">one\nACGT\nACGT\nA\n>\ntwo\nGGG\n", &["one", "one:10-10"], sequence),
        (b">one\nACGT\nACGT\nAC\n>two\nGGGGG\n", &["two", "two:4-4", "two:5-5"], sequence),
        (b">one\nACGT\nACGT\nAC\n>two\nGG\nG\n", &["two", "two:1-4"], line),
    ] {
        let (_folder, path) = write(other);
        for strategy in STRATEGIES {
            let reader = reader(&path, strategy);
            for region in regions {
                let letters = fai.region(region.as_bytes()).unwrap().letters(&reader).and_then(collect);
                let error =
                    letters.map(|letters| panic!("{region}: {}", letters.escape_ascii())).unwrap_err();
                let is_stale = matches!(error.kind(), ErrorKind::StaleIndex { difference: found } if *found == difference);
                assert!(is_stale, "{region}: {error}");
            }
        }
    }
}

/// Changes every number of every entry: the result has the same letters, or is an error.
#[test]
fn a_wrong_number_never_gives_wrong_letters() {
    let fasta: &[u8] = b">a x\nACGTNCGTAC\nGTACRTACGT\nACG\n>b\nWCGT\n>c\nK\n";
    let fastq: &[u8] = b"@a x\nACGTTG\n+\nIJKLMN\n@b\nGCA\n+b\nOPQ\n@c\nT\n+\n@\n";
    let (mut same, mut rejected) = (0, 0);
    for (data, is_fastq) in [(fasta, false), (fastq, true)] {
        let (_folder, path) = write(data);
        let source = Source::open(&path).unwrap();
        let fai = if is_fastq { Fai::from_fastq(&source) } else { Fai::from_fasta(&source) }.unwrap();
        let mut text = Vec::new();
        fai.write(&mut text).unwrap();
        let reader = reader(&path, STRATEGIES[0]);
        let read = |fai: &Fai, region: &str| -> Result<Vec<u8>, pagecut::Error> {
            let region = fai.region(region.as_bytes())?;
            let mut read = region.letters(&reader).and_then(collect)?;
            if let Some(scores) = region.quality_scores(&reader)? {
                read.extend(collect(scores)?);
            }
            Ok(read)
        };
        let lines: Vec<_> = std::str::from_utf8(&text).unwrap().lines().collect();
        for (number, line) in lines.iter().enumerate() {
            let columns: Vec<_> = line.split('\t').collect();
            for column in 1..columns.len() {
                for value in 0..data.len() + 3 {
                    let mut columns: Vec<_> = columns.iter().map(|&column| column.to_owned()).collect();
                    columns[column] = value.to_string();
                    let mut lines: Vec<_> = lines.iter().map(|&line| line.to_owned()).collect();
                    lines[number] = columns.join("\t");
                    let Ok(other) = Fai::read((lines.join("\n") + "\n").as_bytes()) else {
                        rejected += 1;
                        continue;
                    };
                    for positions in ["", ":1-2", ":2-", ":3-3", ":11-13"] {
                        let region = columns[0].clone() + positions;
                        match read(&other, &region) {
                            Ok(letters) => {
                                assert_eq!(letters, read(&fai, &region).unwrap(), "{region} {columns:?}");
                                same += 1;
                            }
                            Err(_) => rejected += 1,
                        }
                    }
                }
            }
        }
    }
    assert!(same > 50 && rejected > 1000, "{same} and {rejected}");
}

#[test]
fn a_wrong_index_never_panics_or_exceeds_the_file() {
    let data = b">a x\nACGTACGTAC\nGTACGTACGT\nACG\n>b\nACGT\n";
    let index = b"a\t23\t5\t10\t11\nb\t4\t34\t4\t5\n";
    let (_folder, path) = write(data);
    let reader = reader(&path, STRATEGIES[0]);
    let (mut given, mut rejected) = (0, 0);
    for damaged in damaged(index, b"0159") {
        let Ok(fai) = Fai::read(&*damaged) else { continue };
        for entry in fai.entries() {
            for positions in ["", ":2-3", ":12-", ":99999999999999999999"] {
                let region = fai.region(&[&*entry.name, positions.as_bytes()].concat()).unwrap();
                match region.letters(&reader).and_then(collect) {
                    Ok(letters) => {
                        assert!(letters.len() <= data.len());
                        given += 1;
                    }
                    Err(_) => rejected += 1,
                }
            }
        }
    }
    assert!(given > 100 && rejected > 100, "{given} and {rejected}");
    let huge = "a\t18446744073709551615\t5\t1\t18446744073709551615\n";
    let fai = Fai::read(huge.as_bytes()).unwrap();
    let error = fai.region(b"a:9").unwrap().letters(&reader).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::StaleIndex { .. }), "{error}");
}
