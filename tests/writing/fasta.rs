//! FASTA.

use std::fs;
use std::num::NonZeroUsize;

use pagecut::fasta::{Fasta, Record, Writer};
use pagecut::{ErrorKind, Format};
use proptest::prelude::*;

use crate::common::{all_testdata, damaged, oracle, serial, testdata};
use crate::{all_texts, check_place, output};

/// Definition and letters.
type Parts = (Vec<u8>, Vec<u8>);

const FORMATS: [Fasta; 3] = [Fasta::new(), Fasta::new().comments(true), Fasta::strict()];

fn parts_of(record: &Record<'_>) -> Parts {
    (record.definition().to_vec(), record.to_contiguous().into_owned())
}

/// Formats a record without any checks; 0 means one line.
fn naive((definition, letters): &Parts, line_len: usize) -> Vec<u8> {
    let mut text = [b">", definition.as_slice(), b"\n"].concat();
    for line in letters.chunks(if line_len == 0 { usize::MAX } else { line_len }) {
        text.extend_from_slice(line);
        text.push(b'\n');
    }
    text
}

/// Returns the records of a text, unless it contains an error.
fn read(format: Fasta, text: &[u8]) -> Option<Vec<Parts>> {
    format.records(text).map(|record| record.ok().map(|record| parts_of(&record))).collect()
}

/// Writes a record between others: it must be refused if and only if the unchecked text does not read back.
fn check(format: Fasta, line_len: usize, record: &Parts) {
    let (before, after) = ((b"b".to_vec(), b"A".to_vec()), (Vec::new(), Vec::new()));
    let list = [&before, record, record, &after].map(Clone::clone);
    let text = list.iter().map(|parts| naive(parts, line_len)).collect::<Vec<_>>().concat();
    let is_read = read(format, &text).is_some_and(|found| found == list);

    // The letters are read from lines of other lengths.
    for old in [1, 2, 3, 100] {
        let mut writer = Writer::new(Vec::new()).format(format).line_len(NonZeroUsize::new(line_len));
        writer.write(&before.0, [before.1.as_slice()]).unwrap();
        let written = writer.write(&record.0, record.1.chunks(old));
        assert_eq!(written.is_ok(), is_read, "{line_len}: {}: {written:?}", text.escape_ascii());

        let mut expected = naive(&before, line_len);
        match &written {
            Ok(()) => expected.extend(naive(record, line_len)),
            Err(error) => {
                check_place(error, 1, expected.len(), &naive(record, line_len));
                if let ErrorKind::Unwritable { field, position, found, .. } = *error.kind() {
                    let part = if field == "definition" { &record.0 } else { &record.1 };
                    assert_eq!(part[usize::try_from(position).unwrap()], found, "{error}");
                }
            }
        }
        assert_eq!((writer.records(), writer.bytes()), (1 + u64::from(is_read), expected.len() as u64));
        // A refusal does not affect the next record.
        writer.write(&after.0, []).unwrap();
        expected.extend(naive(&after, line_len));
        assert_eq!(writer.finish().unwrap(), expected);
    }
}

#[test]
fn only_parts_that_round_trip_are_written() {
    for format in FORMATS {
        for definition in all_texts(b">;\n\rA", 3) {
            check(format, 0, &(definition, b"AC".to_vec()));
        }
        for letters in all_texts(b">;\n\rA", 4) {
            for line_len in 0..=3 {
                check(format, line_len, &(b"r >".to_vec(), letters.clone()));
            }
        }
    }
}

/// A method of writing records.
type WriteMethod = fn(&mut Writer<Vec<u8>>, &[u8], &[Record<'_>]);

/// Writes records with every method, as in their input, and reads them again.
fn check_records(format: Fasta, data: &[u8]) {
    let (records, _) = serial(&format, data);
    let expected: Vec<u8> = records.iter().flat_map(|record| record.as_bytes()).copied().collect();
    let methods: [WriteMethod; 3] = [
        |writer, _, records| writer.write_records(records).unwrap(),
        |writer, _, records| records.iter().for_each(|record| writer.write_record(record).unwrap()),
        |writer, data, records| writer.write_records_in(data, records).unwrap(),
    ];
    for method in methods {
        let mut writer = Writer::new(Vec::new()).format(format);
        method(&mut writer, data, &records);
        assert_eq!(writer.records(), records.len() as u64);
        // Another record can follow.
        writer.write(b"after", []).unwrap();
        let mut written = writer.finish().unwrap();
        written.truncate(written.len() - ">after\n".len());

        let eol = &written[expected.len()..];
        assert_eq!(&written[..expected.len()], expected, "{}", data.escape_ascii());
        assert!([b"".as_slice(), b"\n", b"\r\n"].contains(&eol), "{}", written.escape_ascii());
        let again = read(format, &written).unwrap();
        assert_eq!(again, records.iter().map(parts_of).collect::<Vec<_>>(), "{}", data.escape_ascii());
    }
}

#[test]
fn records_that_were_read_can_be_written() {
    for (_, data) in all_testdata("fasta") {
        for format in FORMATS {
            check_records(format, &data);
        }
    }
    let small = b"\n;0\n>r1 x\r\nAC\r\n\r\n;G\r\nT>\r\n\r\n>\n>r2\n;>\n\n>r3\r\nA";
    for data in damaged(small, b">;\n\rA") {
        for format in FORMATS {
            check_records(format, &data);
        }
    }
    for len in 0..small.len() {
        check_records(Fasta::new(), &small[..len]);
    }
}

#[test]
fn a_last_line_ends_as_the_first_one() {
    for (data, eol) in [
        (">r\nA\n", ""),
        (">r\nA", "\n"),
        (">r\nA\r", "\n"),
        (">r\r\nA", "\r\n"),
        (">r\r\nA\r", "\n"),
        (">r", "\n"),
        (">r\r", "\n"),
        (">\n", ""),
    ] {
        let record = Fasta::new().records(data.as_bytes()).next().unwrap().unwrap();
        let mut writer = Writer::new(Vec::new());
        writer.write_record(&record).unwrap();
        assert_eq!(writer.into_inner(), format!("{data}{eol}").as_bytes());
    }
}

#[test]
fn line_length_does_not_change_records() {
    for (name, data) in all_testdata("fasta") {
        // A few thousand letters suffice.
        let records: Vec<_> = Fasta::new().records(&data).map_while(Result::ok).take(5).collect();
        let expected: Vec<_> = records.iter().map(parts_of).collect();
        for line_len in (0..=70).chain([1000]) {
            let mut writer = Writer::new(Vec::new()).line_len(NonZeroUsize::new(line_len));
            writer.write_records(&records).unwrap();
            let written = writer.finish().unwrap();
            let naive: Vec<_> = expected.iter().flat_map(|parts| naive(parts, line_len)).collect();
            assert_eq!(written, naive, "{name}, {line_len}");
            assert_eq!(read(Fasta::new(), &written).unwrap(), expected, "{name}, {line_len}");
        }
    }
}

#[test]
fn comments_and_letters_stay_distinct() {
    let data = b">r1\nAC\n>r2\nAC\n;GT\n>r3\nAC\n";
    for comments in [false, true] {
        let (written, read_as) = (Fasta::new().comments(!comments), Fasta::new().comments(comments));
        let records: Vec<_> = read_as.records(data).map(Result::unwrap).collect();
        let mut writer = Writer::new(Vec::new()).format(written);
        let error = writer.write_records(&records).unwrap_err();
        let role = if comments { "be a letter" } else { "begin a comment" };
        let message = format!("byte 7 of the record cannot be written: ';' would {role}: ");
        assert!(error.message().starts_with(&message), "{error}");
        check_place(&error, 1, 7, &data[7..]);
        assert_eq!(writer.get_ref(), b">r1\nAC\n");
        // Without such a line, both grammars give the same record.
        writer.write_record(&records[2]).unwrap();
        assert_eq!(writer.get_ref(), b">r1\nAC\n>r3\nAC\n");

        // Rewrapping omits comments, and may move a `;` from the start of a line into a line.
        let mut writer = Writer::new(Vec::new()).format(written).line_len(None);
        writer.write_records(&records).unwrap();
        let again = read(written, &writer.finish().unwrap()).unwrap();
        assert_eq!(again, records.iter().map(parts_of).collect::<Vec<_>>());
    }
}

#[test]
fn parts_are_wrapped_and_records_keep_their_lines() {
    let letters = b"ACGT".repeat(40);
    let mut writer = Writer::new(Vec::new());
    writer.write(b"r", [&letters[..100], &letters[100..]]).unwrap();
    assert_eq!(writer.finish().unwrap(), naive(&(b"r".to_vec(), letters), 60));
}

const SOUND: [&str; 5] =
    ["blank_lines.fasta", "nanopore.fasta", "no_final_newline.fasta", "one_line.fasta", "protein.fasta"];

#[test]
fn wrapping_is_that_of_seqkit_and_samtools() {
    for name in SOUND {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(name);
        let data = fs::read(testdata(name)).unwrap();
        let records: Vec<_> = Fasta::new().records(&data).map(Result::unwrap).collect();
        let file = || fs::File::create(&path).unwrap();
        // As in their input, so that seqkit wraps them.
        Writer::new(file()).write_records(&records).unwrap();
        for line_len in [0, 1, 7, 60, 61] {
            let mut writer = Writer::new(Vec::new()).line_len(NonZeroUsize::new(line_len));
            writer.write_records(&records).unwrap();
            let Some(mut seqkit) = oracle("seqkit") else { return };
            let found = output(seqkit.args(["seq", "-w", &line_len.to_string()]).arg(&path));
            assert!(writer.finish().unwrap() == found.as_bytes(), "{name}, {line_len}");
        }

        let mut writer = Writer::new(file());
        records.iter().for_each(|record| writer.write(record.name(), record.lines()).unwrap());
        let Some(mut samtools) = oracle("samtools") else { return };
        let names = records.iter().map(|record| std::str::from_utf8(record.name()).unwrap());
        let found = output(samtools.arg("faidx").arg(&path).args(names));
        assert!(fs::read_to_string(&path).unwrap() == found, "{name}");
    }
}

#[test]
fn seqkit_reads_written_records() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("written.fasta");
    let mut writer = Writer::new(fs::File::create(&path).unwrap());
    let mut expected = String::new();
    for name in SOUND {
        let data = fs::read(testdata(name)).unwrap();
        let records: Vec<_> = Fasta::new().records(&data).map(Result::unwrap).collect();
        writer.write_records(&records).unwrap();
        for (definition, letters) in records.iter().map(parts_of) {
            let text = |bytes| String::from_utf8(bytes).unwrap();
            expected.push_str(&format!("{}\t{}\t\n", text(definition), text(letters)));
        }
    }
    writer.finish().unwrap();
    let Some(mut seqkit) = oracle("seqkit") else { return };
    assert!(output(seqkit.arg("fx2tab").arg(&path)) == expected, "seqkit reads something else");
}

/// Bytes with a special meaning are frequent.
fn text(most: usize) -> impl Strategy<Value = Vec<u8>> {
    let byte = prop_oneof![4 => proptest::sample::select(b">;\rAC \t".to_vec()), 1 => any::<u8>()];
    proptest::collection::vec(byte, 0..most)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn any_records_are_read_again(
        list in proptest::collection::vec((text(6), text(12)), 0..12),
        line_len in 0..14usize,
        format in proptest::sample::select(FORMATS.to_vec()),
    ) {
        let mut writer = Writer::new(Vec::new()).format(format).line_len(NonZeroUsize::new(line_len));
        let mut taken = list.clone();
        taken.retain(|(definition, letters)| writer.write(definition, [letters.as_slice()]).is_ok());
        prop_assert_eq!(writer.records(), taken.len() as u64);
        let written = writer.finish().unwrap();
        prop_assert_eq!(read(format, &written), Some(taken));
        for parts in &list {
            check(format, line_len, parts);
        }
    }
}
