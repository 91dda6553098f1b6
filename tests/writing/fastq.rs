//! FASTQ.

use std::fs;

use pagecut::fastq::{Fastq, Record, Writer, par_records};
use pagecut::{ErrorKind, Format};
use proptest::prelude::*;

use crate::common::{all_testdata, damaged, oracle, serial, testdata};
use crate::{all_texts, check_place, output};

/// Definition, sequence and quality scores.
type Parts = [Vec<u8>; 3];

const FORMATS: [Fastq; 2] = [Fastq::new(), Fastq::strict()];

fn parts(definition: &[u8], sequence: &[u8], quality_scores: &[u8]) -> Parts {
    [definition.to_vec(), sequence.to_vec(), quality_scores.to_vec()]
}

fn parts_of(record: &Record<'_>) -> Parts {
    parts(record.definition(), record.sequence(), record.quality_scores())
}

/// Formats a record without any checks.
fn naive([definition, sequence, quality_scores]: &Parts) -> Vec<u8> {
    [b"@", definition.as_slice(), b"\n", sequence, b"\n+\n", quality_scores, b"\n"].concat()
}

/// Returns the records of a text, unless it contains an error.
fn read(format: Fastq, text: &[u8]) -> Option<Vec<Parts>> {
    format.records(text).map(|record| record.ok().map(|record| parts_of(&record))).collect()
}

/// Writes a record between others: it must be refused if and only if the unchecked text does not read back.
fn check(format: Fastq, record: &Parts) {
    // The quality line of the first record would look like a header if a line with `+` followed.
    let (before, after) = (parts(b"b", b"A", b"@"), parts(b"", b"", b""));
    let list = [&before, record, record, &after].map(Clone::clone);
    let text = list.iter().map(naive).collect::<Vec<_>>().concat();

    let mut writer = Writer::new(Vec::new()).format(format);
    let [definition, sequence, quality_scores] = &before;
    writer.write(definition, sequence, quality_scores).unwrap();
    let [definition, sequence, quality_scores] = record;
    let written = writer.write(definition, sequence, quality_scores);
    let is_read = read(format, &text).is_some_and(|found| found == list);
    assert_eq!(written.is_ok(), is_read, "{}: {written:?}", text.escape_ascii());

    let start = naive(&before).len();
    let expected = match &written {
        Ok(()) => [naive(&before), naive(record)].concat(),
        Err(error) => {
            check_place(error, 1, start, &naive(record));
            if let ErrorKind::Unwritable { field, position, found, .. } = *error.kind() {
                let part =
                    ["definition", "sequence", "quality scores"].iter().position(|name| *name == field);
                assert_eq!(record[part.unwrap()][usize::try_from(position).unwrap()], found, "{error}");
            }
            naive(&before)
        }
    };
    assert_eq!((writer.records(), writer.bytes()), (1 + u64::from(is_read), expected.len() as u64));
    // A refusal does not affect the next record.
    writer.write(b"", b"", b"").unwrap();
    assert_eq!(writer.finish().unwrap(), [expected, naive(&after)].concat());
}

#[test]
fn only_parts_that_round_trip_are_written() {
    let texts = all_texts(b"@+\n\rA", 2);
    for definition in &texts {
        for sequence in &texts {
            for quality_scores in &texts {
                check(Fastq::new(), &parts(definition, sequence, quality_scores));
            }
        }
    }
}

#[test]
fn requested_checks_apply_to_output() {
    let texts = all_texts(b"@+\n\rA \x7f", 2);
    for sequence in &texts {
        for quality_scores in &texts {
            check(Fastq::strict(), &parts(b"r +", sequence, quality_scores));
        }
    }
}

/// A method of writing records.
type WriteMethod = fn(&mut Writer<Vec<u8>>, &[u8], &[Record<'_>]);

/// Writes records with every method, as in their input, and reads them again.
fn check_records(format: Fastq, data: &[u8]) {
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
        writer.write(b"after", b"A", b"@").unwrap();
        let mut written = writer.finish().unwrap();
        written.truncate(written.len() - "@after\nA\n+\n@\n".len());

        let eol = &written[expected.len()..];
        assert_eq!(&written[..expected.len()], expected, "{}", data.escape_ascii());
        assert!([b"".as_slice(), b"\n", b"\r\n"].contains(&eol), "{}", written.escape_ascii());
        let again = read(format, &written).unwrap();
        assert_eq!(again, records.iter().map(parts_of).collect::<Vec<_>>(), "{}", data.escape_ascii());
    }
}

#[test]
fn records_that_were_read_can_be_written() {
    for (_, data) in all_testdata("fastq") {
        for format in FORMATS {
            check_records(format, &data);
        }
    }
    let small = b"@r1 x\r\nAC\r\n+r1 x\r\n@I\r\n\n@\n\n+\n\n\n@r2\nA\n+\r\n+\r\n@r3\r\n\n+\n\r";
    for data in damaged(small, b"@+\n\rA") {
        for format in FORMATS {
            check_records(format, &data);
        }
    }
    for len in 0..small.len() {
        check_records(Fastq::new(), &small[..len]);
    }
}

#[test]
fn a_last_line_ends_as_the_first_one() {
    for (data, eol) in [
        ("@r\nA\n+\nI\n", ""),
        ("@r\nA\n+\nI", "\n"),
        ("@r\nA\n+\nI\r", "\n"),
        ("@r\r\nA\r\n+\r\nI", "\r\n"),
        ("@r\r\nA\r\n+\r\nI\r", "\n"),
        ("@r\n\n+\n", "\n"),
        ("@r\r\n\r\n+\r\n", "\r\n"),
        ("@r\r\n\r\n+\r\n\r", "\n"),
    ] {
        let record = Fastq::new().records(data.as_bytes()).next().unwrap().unwrap();
        let mut writer = Writer::new(Vec::new());
        writer.write_record(&record).unwrap();
        assert_eq!(writer.into_inner(), format!("{data}{eol}").as_bytes());
    }
}

#[test]
fn wrapped_records_are_written_in_four_lines() {
    let data = fs::read(testdata("wrapped.fastq")).unwrap();
    let mut writer = Writer::new(Vec::new());
    let mut expected = Vec::new();
    for record in Fastq::new().wrapped().records(&data) {
        let record = record.unwrap();
        let (sequence, quality_scores) = (record.sequence(), record.quality_scores());
        writer.write(record.definition(), &sequence, &quality_scores).unwrap();
        expected.push(parts(record.definition(), &sequence, &quality_scores));
    }
    assert!(!expected.is_empty());
    assert_eq!(read(Fastq::strict(), &writer.finish().unwrap()).unwrap(), expected);
}

#[test]
fn a_refused_record_follows_those_before_it() {
    let data = b"@r1\nAC\n+\nII\n@r2\nAC\n+r1\nII\n@r3\nA C\n+\nIII\n@r4\nA\n+\n \n";
    let records: Vec<_> = Fastq::new().records(data).map(Result::unwrap).collect();
    for (at, kind, position) in [(1, "plus_name", 7), (2, "sequence_letter", 5), (3, "quality_range", 8)] {
        let mut writer = Writer::new(Vec::new()).format(Fastq::strict());
        let error = writer.write_records([records[0], records[0], records[at], records[0]]).unwrap_err();
        let location = error.location().unwrap();
        assert_eq!((error.kind().name(), location.offset), (kind, 24 + position), "{error}");
        assert_eq!((location.record, location.record_offset), (Some(2), 24), "{error}");
        assert_eq!((writer.records(), writer.get_ref().as_slice()), (2, data[..12].repeat(2).as_slice()));
    }
}

#[test]
fn messages_name_the_refused_byte() {
    for (parts, expected) in [
        (
            parts(b"r\n", b"A", b"I"),
            r#"byte 1 of the definition cannot be written: '\n' would end its line: "\n""#,
        ),
        (
            parts(b"r", b"AC\r", b"III"),
            r#"byte 2 of the sequence cannot be written: '\r' would end its line: "\r""#,
        ),
        (
            parts(b"r", b"+C", b"II"),
            r#"byte 0 of the sequence cannot be written: '+' would begin a header or a plus line: "+C""#,
        ),
        (parts(b"r", b"A", b""), "the sequence has 1 letters, but there are 0 quality scores"),
    ] {
        let error = Writer::new(Vec::new()).write(&parts[0], &parts[1], &parts[2]).unwrap_err();
        assert_eq!(error.message(), expected);
    }
}

#[test]
fn seqkit_and_samtools_read_the_output() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("written.fastq");
    let mut writer = Writer::new(fs::File::create(&path).unwrap());
    let mut expected = Vec::new();
    for name in
        ["crlf.fastq", "illumina.fastq", "nanopore.fastq", "no_final_newline.fastq", "at_and_plus.fastq"]
    {
        let data = fs::read(testdata(name)).unwrap();
        let records: Vec<_> = Fastq::new().records(&data).map(Result::unwrap).collect();
        writer.write_records(&records).unwrap();
        for record in &records {
            writer.write(record.definition(), record.sequence(), record.quality_scores()).unwrap();
        }
        expected.extend(records.iter().chain(&records).map(parts_of));
    }
    writer.finish().unwrap();
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();

    let Some(mut seqkit) = oracle("seqkit") else { return };
    let rows: String =
        expected.iter().map(|parts| parts.each_ref().map(|part| text(part)).join("\t") + "\n").collect();
    assert!(output(seqkit.arg("fx2tab").arg(&path)) == rows, "seqkit reads something else");

    let Some(mut samtools) = oracle("samtools") else { return };
    let rows: String = expected
        .iter()
        .map(|[_, sequence, scores]| format!("{}\t{}\n", text(sequence), text(scores)))
        .collect();
    let found = output(samtools.args(["import", "-0"]).arg(&path));
    // A header line has fewer columns; a name may start with `@`, too.
    let columns = found.lines().map(|row| row.split('\t').collect::<Vec<_>>());
    let found: String =
        columns.filter(|row| row.len() >= 11).map(|row| row[9..11].join("\t") + "\n").collect();
    assert!(found == rows, "samtools reads something else");
}

/// Bytes with a special meaning are frequent.
fn text(most: usize) -> impl Strategy<Value = Vec<u8>> {
    let byte = prop_oneof![4 => proptest::sample::select(b"@+\rAC \t".to_vec()), 1 => any::<u8>()];
    proptest::collection::vec(byte, 0..most)
}

/// Parts of a record, usually of equal length.
fn any_parts() -> impl Strategy<Value = Parts> {
    (text(6), text(6), text(6), any::<bool>()).prop_map(
        |(definition, sequence, mut quality_scores, equal)| {
            if equal {
                quality_scores.resize(sequence.len(), b'@');
            }
            [definition, sequence, quality_scores]
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn any_records_are_read_again(list in proptest::collection::vec(any_parts(), 0..12)) {
        let mut writer = Writer::new(Vec::new());
        let mut taken = list.clone();
        taken.retain(|[definition, sequence, quality_scores]| {
            writer.write(definition, sequence, quality_scores).is_ok()
        });
        prop_assert_eq!(writer.records(), taken.len() as u64);
        let written = writer.finish().unwrap();
        prop_assert_eq!(&written, &taken.iter().map(naive).collect::<Vec<_>>().concat());
        prop_assert_eq!(read(Fastq::new(), &written), Some(taken.clone()));
        let parallel = rayon::iter::ParallelIterator::collect::<Result<Vec<_>, _>>(par_records(&written)).unwrap();
        prop_assert_eq!(parallel.iter().map(parts_of).collect::<Vec<_>>(), taken);
        for parts in &list {
            check(Fastq::new(), parts);
            check(Fastq::strict(), parts);
        }
    }
}
