//! FASTA: accepted and rejected inputs, and the positions of errors.

mod common;

use std::borrow::Cow;
use std::fs;
use std::os::unix::fs::FileExt;
use std::process::Command;

use common::{POOLS, all_testdata, damaged, oracle, serial, testdata};
use pagecut::fasta::{Alphabet, Fasta, Lines, Record, Summary};
use pagecut::mmap::MmapReader;
use pagecut::{Format, Piece, Resync};
use proptest::prelude::*;
use rayon::prelude::*;

const FORMATS: [Fasta; 2] = [Fasta::new(), Fasta::new().comments(true)];

/// Records with all unusual features in few bytes.
const SMALL: &[u8] = b"\n;0\r\n>r1 >\nAC\n\nGT\r\n;>\nA\n\r\n\n>r2\r\n>\n;\n\n>r4\tx\n>r5\nA>C;\n >\n;";

/// Definitions and lines of the records before the first fault, and whether there is a fault, from a naive parser.
type Naive<'data> = (Vec<(&'data [u8], Vec<&'data [u8]>)>, bool);

fn naive(data: &[u8], comments: bool) -> Naive<'_> {
    let mut records: Vec<(&[u8], Vec<&[u8]>)> = Vec::new();
    let data = data.strip_prefix(b"\xef\xbb\xbf").unwrap_or(data);
    // A lone `>` at the end begins no record.
    let data = data.strip_suffix(b"\n>").or((data != b">").then_some(data)).unwrap_or_default();
    for line in data.split(|&byte| byte == b'\n') {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        match line {
            [b'>', definition @ ..] if definition.contains(&b'\r') => return (records, true),
            [b'>', definition @ ..] => records.push((definition, Vec::new())),
            [] => {}
            [b';', ..] if comments => {}
            letters => match records.last_mut() {
                Some((_, lines)) => lines.push(letters),
                None => return (records, true),
            },
        }
    }
    (records, false)
}

/// Compares all fields of the records with the naive parser.
fn check_records(data: &[u8], comments: bool) {
    let (expected, fault) = naive(data, comments);
    let (records, error) = serial(&Fasta::new().comments(comments), data);
    let text = data.escape_ascii();
    assert_eq!((records.len(), error.is_some()), (expected.len(), fault), "{text}");
    for (record, (definition, lines)) in records.iter().zip(expected) {
        let letters = lines.concat();
        assert_eq!(record.definition(), definition, "{text}");
        let name = definition.split(|byte| b" \t".contains(byte)).next().unwrap();
        assert_eq!(record.name(), name, "{text}");
        assert_eq!(record.description(), definition.get(name.len() + 1..), "{text}");
        assert_eq!(record.lines().collect::<Vec<_>>(), lines, "{text}");
        assert_eq!(*record.to_contiguous(), letters, "{text}");
        assert_eq!(matches!(record.to_contiguous(), Cow::Borrowed(_)), lines.len() < 2, "{text}");
        assert_eq!((record.sequence_len(), record.is_empty()), (letters.len(), letters.is_empty()), "{text}");

        let range = record.range();
        let range = usize::try_from(range.start).unwrap()..usize::try_from(range.end).unwrap();
        assert_eq!(record.as_bytes(), &data[range], "{text}");
        assert!(record.as_bytes().starts_with(b">") && !record.as_bytes().ends_with(b"\n\n"), "{text}");
        assert!(record.as_bytes().ends_with(record.sequence_bytes()), "{text}");
    }
}

#[test]
fn records_match_a_naive_parser() {
    let files = all_testdata("fasta").into_iter().map(|(_, data)| data);
    for data in files.chain(damaged(SMALL, b"\n\r>;A ")).chain([SMALL.to_vec()]) {
        check_records(&data, false);
        check_records(&data, true);
    }
}

/// Returns the number of records before the first error of a text in this format, its kind, and `offset record line`.
fn first_error(format: Fasta, text: &[u8]) -> Option<(usize, String, String)> {
    let mut records = format.records(text);
    let good = records.by_ref().map_while(Result::ok).count();
    let error = records.error()?;
    let place = error.location().unwrap();
    assert_eq!(place.format, "fasta");
    let place = format!("{} {} {}", place.offset, place.record.unwrap(), place.line.unwrap());
    Some((good, error.kind().name().to_owned(), place))
}

#[test]
fn errors_name_the_fault_and_its_position() {
    let good = ">r\r\nAC\r\n\r\nA\n"; // 12 bytes, 4 lines
    assert_eq!(good.len(), 12);
    for (bad, kind, offset, line) in [
        (">r\rA\n", "carriage_return", 2, 0),
        (">r\r\r\n", "carriage_return", 2, 0),
        (">\rr\r\n", "carriage_return", 1, 0),
        (">r\nAC\n;\n", "sequence_letter", 6, 2),
        (">r\n\n\r\nA C\n", "sequence_letter", 7, 3),
        (">r\nAC\rA\n", "sequence_letter", 5, 1),
        (">r\nAC\r\rA\n", "sequence_letter", 5, 1),
        (">r\nACGT\n >s\n", "sequence_letter", 8, 2),
        (">r\nA>C\n", "sequence_letter", 4, 1),
        (">r\nAC1\n", "sequence_letter", 5, 1),
        (">r\n\0", "sequence_letter", 3, 1),
    ] {
        for before in ["", good, &good.repeat(3), &good.repeat(3000)] {
            let text = format!("{before}{bad}");
            let records = before.len() / good.len();
            let place = format!("{} {records} {}", before.len() + offset, 4 * records + line + 1);
            let expected = Some((records, kind.to_owned(), place));
            assert_eq!(first_error(Fasta::strict(), text.as_bytes()), expected, "{bad:?} after {records}");
        }
    }
    for (text, offset, line) in [
        ("ACGT\n>r\n", 0, 1),
        (" >r\n", 0, 1),
        ("\n\r\nA", 3, 3),
        ("\rx", 0, 1),
        ("\r\r\n>r", 0, 1),
        ("@r\nAC\n+\nII\n", 0, 1),
        (";\n>r\n", 0, 1),
        ("\n\u{feff}>r\nAC\n", 1, 2),
        ("\u{feff}\u{feff}>r\nAC\n", 3, 1),
    ] {
        let place = format!("{offset} 0 {line}");
        let expected = Some((0, "record_start".to_owned(), place));
        assert_eq!(first_error(Fasta::new(), text.as_bytes()), expected, "{text:?}");
    }
    let error = Fasta::new().records(b"ACGT\n").find_map(Result::err).unwrap();
    let expected =
        "fasta: record 0, line 1, byte 0: expected '>' at the start of a record, found 'A': \"ACGT\"";
    assert_eq!(error.to_string(), expected);
}

#[test]
fn unusual_valid_records_are_read() {
    let letters: String = ('A'..='Z').chain('a'..='z').chain("-.*".chars()).collect();
    for text in [
        "",
        "\n",
        "\r\n\n",
        "\r",
        ">",
        ">\n",
        ">\r\n\r\n",
        ">r",
        ">r\r",
        ">r\nAC",
        ">r\r\nAC\r",
        ">r\nAC\r\nAC\n",
        ">r\n\nAC\n\n",
        ">r\n>s\n>t",
        &format!(">r\n{letters}\n"),
    ] {
        assert_eq!(first_error(Fasta::strict(), text.as_bytes()), None, "{text:?}");
    }
    for text in [";", ";\n", ";\r\n\n>r\n;\nAC\n;A", ";>\n;;\n"] {
        assert_eq!(first_error(Fasta::strict().comments(true), text.as_bytes()), None, "{text:?}");
    }
}

#[test]
fn checks_and_comments_are_independent() {
    let text = b">r\n; a comment\nA C\n";
    let error =
        |format: Fasta| format.records(text).find_map(Result::err).map(|error| error.offset().unwrap());
    assert_eq!(error(Fasta::new()), None);
    assert_eq!(error(Fasta::new().comments(true)), None);
    assert_eq!(error(Fasta::strict()), Some(3));
    assert_eq!(error(Fasta::strict().comments(true)), Some(16));
    assert_eq!(error(Fasta::strict().check_sequence_letters(false)), None);
    let within = first_error(Fasta::strict().comments(true), b">r\n;\nAC;GT\n");
    assert_eq!(within, Some((0, "sequence_letter".to_owned(), "7 0 3".to_owned())));
    assert_eq!(Fasta::new().check_sequence_letters(true), Fasta::strict());
}

#[test]
fn testdata_has_the_expected_records_and_errors() {
    for (name, comments, expected) in [
        ("nanopore.fasta", false, Ok((12, 12_000..20_000))),
        ("protein.fasta", false, Ok((125, 7750..8000))),
        ("one_line.fasta", false, Ok((2, 17..18))),
        ("no_final_newline.fasta", false, Ok((2, 16..17))),
        ("empty_sequences.fasta", false, Ok((5, 2..3))),
        ("blank_lines.fasta", false, Ok((2, 8..9))),
        ("comments.fasta", true, Ok((3, 8..9))),
        ("comments.fasta", false, Err("record_start")),
        ("byte_order_mark.fasta", false, Ok((2, 8..9))),
        ("lone_header.fasta", false, Ok((3, 6..7))),
        ("text_before.fasta", true, Err("record_start")),
        ("cr_only.fasta", false, Err("carriage_return")),
    ] {
        let data = fs::read(testdata(name)).unwrap();
        let records: Result<Vec<_>, _> = Fasta::strict().comments(comments).records(&data).collect();
        let found =
            records.map(|records| (records.len(), records.iter().map(Record::sequence_len).sum::<usize>()));
        match (found, expected) {
            (Ok((count, sum)), Ok((expected, letters))) => {
                assert!(count == expected && letters.contains(&sum), "{name}: {count} and {sum}");
            }
            (Err(error), Err(kind)) => assert_eq!(error.kind().name(), kind, "{name}"),
            (found, _) => panic!("{name}: {found:?}"),
        }
    }
}

/// Returns the only record of a text.
fn only(data: &[u8], format: Fasta) -> Record<'_> {
    let (records, error) = serial(&format, data);
    assert!(error.is_none() && records.len() == 1, "{records:?} {error:?}");
    records[0]
}

/// Checks that a record has the same lines however they are divided into pieces.
fn check_pieces(record: Record<'_>) {
    let lines: Vec<&[u8]> = record.lines().collect();
    let bytes = record.sequence_bytes();
    for len in 0..=bytes.len() + 1 {
        let pieces: Vec<Lines<'_>> = record.split_lines(len).collect();
        assert_eq!(pieces.iter().cloned().flatten().collect::<Vec<_>>(), lines, "pieces of {len}");
        assert_eq!(pieces.iter().map(Lines::as_bytes).collect::<Vec<_>>().concat(), bytes, "pieces of {len}");
        for piece in pieces.iter().map(Lines::as_bytes).take(pieces.len().saturating_sub(1)) {
            let last_line =
                piece[..piece.len() - 1].iter().rposition(|&byte| byte == b'\n').map_or(0, |at| at + 1);
            assert!(
                piece.ends_with(b"\n") && piece.len() >= len && last_line < len.max(1),
                "{piece:?} of {len}"
            );
        }
        for pool in POOLS.iter() {
            let found: Vec<&[u8]> = pool.install(|| record.par_lines().with_min_len(len).collect());
            assert_eq!(found, lines, "chunks of {len}");
        }
    }
}

#[test]
fn every_piece_length_gives_the_same_lines() {
    for format in FORMATS {
        for text in [
            ">\n",
            ">r\n",
            ">r\nA",
            ">r\nACGT\n",
            ">r\nACGT\nACGT\nAC\n",
            ">r\r\nAC\r\n\r\n\r\nACGTACGTACGT\r\nA\n;C\n\n\n;\nGT\r",
            ">r\nACGTACGTACGTACGT\nA\nC\nG\nT\n",
        ] {
            check_pieces(only(text.as_bytes(), format));
        }
    }
    for (_, data) in all_testdata("fasta").into_iter().filter(|(_, data)| data.len() < 1000) {
        serial(&Fasta::new(), &data).0.into_iter().for_each(check_pieces);
    }
}

#[test]
fn a_chromosome_in_one_record() {
    let line = [b"ACGTN".repeat(12), b"\n".to_vec()].concat();
    let data = [b">chr1\n".as_slice(), &line.repeat(200_000), b">chr2\nAC\n"].concat();
    let records: Vec<_> = Fasta::new().records(&data).map(Result::unwrap).collect();
    assert_eq!(records.iter().map(Record::sequence_len).collect::<Vec<_>>(), [12_000_000, 2]);
    let pieces = records[0].split_lines(1 << 20).count();
    assert_eq!(pieces, 12);
    let (lines, letters) = POOLS[2].install(|| {
        records[0].par_lines().map(|line| (1, line.len())).reduce(|| (0, 0), |a, b| (a.0 + b.0, a.1 + b.1))
    });
    assert_eq!((lines, letters), (200_000, 12_000_000));
}

#[test]
fn records_outlive_the_iterator_and_cross_threads() {
    let data = fs::read(testdata("protein.fasta")).unwrap();
    let mut records: Vec<_> = pagecut::fasta::records(&data).map(Result::unwrap).collect();
    std::thread::scope(|scope| scope.spawn(|| records.sort_by_key(Record::name)).join().unwrap());
    assert!(records.is_sorted_by_key(Record::name));
    let parallel: Result<Vec<_>, _> = pagecut::fasta::par_records(&data).collect();
    assert_eq!(parallel.unwrap().len(), records.len());
}

/// The lookahead finds lines before records are built, so the found positions may be outdated.
#[test]
fn a_changed_byte_keeps_fields_in_their_record() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("changing.fasta");
    fs::write(&path, SMALL).unwrap();
    let file = fs::File::options().write(true).open(&path).unwrap();
    for at in 0..SMALL.len() {
        for byte in b"\n\r>;A" {
            let reader = MmapReader::open(&path).unwrap();
            let mut pieces = Fasta::strict().comments(true).pieces(reader.as_slice());
            let first = pieces.next().and_then(Piece::record);
            file.write_all_at(&[*byte], at as u64).unwrap();
            for record in first.into_iter().chain(pieces.filter_map(Piece::record)) {
                let letters = record.lines().map(<[u8]>::len).sum::<usize>();
                assert_eq!(record.to_contiguous().len(), letters);
                assert!(record.definition().len() + letters < record.as_bytes().len());
            }
            file.write_all_at(&SMALL[at..=at], at as u64).unwrap();
        }
    }
}

#[test]
fn summaries_match_a_naive_count() {
    for (name, data) in all_testdata("fasta") {
        let (expected, _) = naive(&data, false);
        let (records, _) = serial(&Fasta::new(), &data);
        let sequences: Vec<Vec<u8>> = expected.iter().map(|(_, lines)| lines.concat()).collect();
        // In two halves, the second first: the alphabet is still that of the first record in the file.
        let (left, right) = records.split_at(records.len() / 2);
        let summary = [right, left].map(|records| {
            let mut summary = Summary::with_letters();
            records.iter().for_each(|record| summary.add(record));
            summary
        });
        let summary = summary.into_iter().reduce(Summary::merge).unwrap();
        let lens: Vec<u64> = sequences.iter().map(|sequence| sequence.len() as u64).collect();
        let lengths = summary.lengths();
        assert_eq!((lengths.count(), lengths.sum()), (lens.len() as u64, lens.iter().sum()), "{name}");
        assert_eq!(lengths.min(), lens.iter().copied().min().unwrap_or(0), "{name}");
        assert_eq!(lengths.max(), lens.iter().copied().max().unwrap_or(0), "{name}");
        let all = sequences.concat();
        let count = |set: &[u8]| all.iter().filter(|letter| set.contains(letter)).count() as u64;
        let letters = summary.letters().unwrap();
        let found = (letters.gc(), letters.n(), letters.gaps(), letters.count(b"AX"));
        assert_eq!(found, (count(b"GCgc"), count(b"Nn"), count(b"-. "), count(b"AX")), "{name}");
        let first = sequences.iter().find(|sequence| !sequence.is_empty());
        assert_eq!(
            summary.alphabet(),
            first.and_then(|sequence| Alphabet::from_sequence(sequence)),
            "{name}"
        );
        assert!(Summary::new().letters().is_none());
    }
}

/// Files that other tools read the same.
const AGREED: [&str; 5] =
    ["nanopore.fasta", "protein.fasta", "one_line.fasta", "no_final_newline.fasta", "empty_sequences.fasta"];

/// Returns the standard output of a command that succeeds.
fn output(command: &mut Command) -> String {
    let output = command.output().unwrap();
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn records_match_seqkit() {
    for name in AGREED {
        let Some(mut seqkit) = oracle("seqkit") else { return };
        let data = fs::read(testdata(name)).unwrap();
        let found: String = Fasta::new()
            .records(&data)
            .map(Result::unwrap)
            .map(|record| {
                let sequence = String::from_utf8(record.to_contiguous().into_owned()).unwrap();
                format!("{}\t{sequence}\t\n", String::from_utf8_lossy(record.definition()))
            })
            .collect();
        assert_eq!(found, output(seqkit.arg("fx2tab").arg(testdata(name))), "{name}");
    }
}

#[test]
fn summaries_match_seqkit() {
    for name in AGREED {
        let Some(mut seqkit) = oracle("seqkit") else { return };
        let data = fs::read(testdata(name)).unwrap();
        let mut summary = Summary::with_letters();
        Fasta::new().records(&data).for_each(|record| summary.add(&record.unwrap()));
        let table = output(seqkit.args(["stats", "--all", "--tabular"]).arg(testdata(name)));
        let mut rows = table.lines().map(|row| row.split('\t').collect::<Vec<_>>());
        let (columns, row) = (rows.next().unwrap(), rows.next().unwrap());
        let (lengths, letters) = (summary.lengths(), summary.letters().unwrap());
        for (column, found) in [
            ("num_seqs", lengths.count()),
            ("sum_len", lengths.sum()),
            ("min_len", lengths.min()),
            ("max_len", lengths.max()),
            ("N50", lengths.n50().0),
            ("sum_gap", letters.gaps()),
        ] {
            let at = columns.iter().position(|name| *name == column).unwrap();
            assert_eq!(found.to_string(), row[at], "{column} of {name}");
        }
    }
}

#[test]
fn names_lengths_and_offsets_match_samtools() {
    let folder = tempfile::tempdir().unwrap();
    // samtools rejects a file whose last record has no letters.
    for name in AGREED.into_iter().filter(|name| *name != "empty_sequences.fasta") {
        let Some(mut samtools) = oracle("samtools") else { return };
        let data = fs::read(testdata(name)).unwrap();
        let index = folder.path().join(name);
        output(samtools.arg("faidx").arg("--fai-idx").arg(&index).arg(testdata(name)));
        let expected = fs::read_to_string(&index).unwrap();
        let expected: Vec<_> =
            expected.lines().map(|row| row.split('\t').take(3).collect::<Vec<_>>()).collect();
        let found: Vec<_> = Fasta::new()
            .records(&data)
            .map(Result::unwrap)
            .map(|record| {
                let sequence = record.range().end - record.sequence_bytes().len() as u64;
                let name = String::from_utf8_lossy(record.name()).into_owned();
                vec![name, record.sequence_len().to_string(), sequence.to_string()]
            })
            .collect();
        assert_eq!(found, expected, "{name}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    /// Text of the bytes that decide.
    #[test]
    fn any_text_matches_the_naive_parser(
        data in proptest::collection::vec(proptest::sample::select(b">>>\n\n\n\n\r;A \tC".to_vec()), 0..80),
    ) {
        check_records(&data, false);
        check_records(&data, true);
        // A gap ends at the start of a record, or at the end of the input.
        for format in FORMATS {
            for piece in format.pieces(&data) {
                if let Piece::Gap(gap) = piece {
                    let end = usize::try_from(gap.range.end).unwrap();
                    prop_assert!(end == data.len() || data[end - 1..].starts_with(b"\n>"), "{:?}", gap);
                }
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    /// Any lines, wrapped or not, in pieces of every length.
    #[test]
    fn any_lines_in_pieces(
        lines in proptest::collection::vec((0..12usize, any::<bool>()), 0..12),
        comments in any::<bool>(),
    ) {
        let mut data = b">r\n".to_vec();
        for (len, crlf) in lines {
            data.extend(b";ACGTACGTACG"[usize::from(len % 3 > 0)..].iter().take(len));
            data.extend_from_slice(if crlf { b"\r\n" } else { b"\n" });
        }
        check_pieces(only(&data, Fasta::new().comments(comments)));
    }
}

#[test]
fn lines_with_and_without_line_ends_are_counted() {
    for (data, lines) in
        [(&b">a\nAC\nGT\n"[..], 3), (b">a\nAC\nGT", 3), (b">a\n", 1), (b">a", 1), (b"\n>a\n\nAC", 4)]
    {
        for format in [Fasta::new(), Fasta::new().comments(true)] {
            let mut records = format.records(data);
            assert!(records.by_ref().all(|record| record.is_ok()));
            assert_eq!(records.tally().lines, lines, "{}", data.escape_ascii());
        }
    }
}
