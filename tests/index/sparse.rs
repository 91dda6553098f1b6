//! Indexes of record numbers: positions of records, files that are rejected, and damage.

use std::fs::{self, File, FileTimes};
use std::io::Write;
use std::ops::Range;
use std::path::Path;
use std::time::{Duration, SystemTime};

use pagecut::fasta::Fasta;
use pagecut::fastq::Fastq;
use pagecut::index::RecordIndex;
use pagecut::media::mpegts::Packets;
use pagecut::{ErrorKind, Format, Source, SourceOptions};

use crate::common::{all_testdata, damaged, packets};
use crate::{STRATEGIES, reader, sources, write};

fn bytes(sparse: &RecordIndex) -> Vec<u8> {
    let mut bytes = Vec::new();
    sparse.write(&mut bytes).unwrap();
    bytes
}

/// Returns the end of each record from a serial reader.
fn ends<F: Format>(format: &F, data: &[u8]) -> Vec<u64> {
    let mut records = format.records(data);
    let mut ends = Vec::new();
    while let Some(Ok(_)) = records.next() {
        ends.push(records.tally().bytes());
    }
    ends
}

/// Looks up every record by its number. Returns the number of records.
fn look_up<F: Format>(format: &F, data: &[u8]) -> usize {
    let (_folder, path) = write(data);
    let ends = ends(format, data);
    let records = ends.len() as u64;
    for source in sources(&path) {
        let sparse = match RecordIndex::build(&source, format) {
            Ok(sparse) => sparse,
            Err(error) => {
                assert!(format.records(data).any(|record| record.is_err()), "{error}");
                return 0;
            }
        };
        let sparse = RecordIndex::read(&*bytes(&sparse)).unwrap();
        assert_eq!(sparse.records(), records);
        for strategy in STRATEGIES {
            let reader = reader(&path, strategy);
            // The records at both ends, and some between.
            for record in
                (0..records).filter(|record| *record < 20 || records - record < 20 || record % 17 == 0)
            {
                let place = usize::try_from(record).unwrap();
                let Range { start, end } = sparse.record_range(record, &reader, format).unwrap();
                assert_eq!(end, ends[place], "{record}");
                // Blank lines before the first record of a part belong to the previous part or to this one.
                let before = place.checked_sub(1).map_or(0, |before| ends[before]);
                let blank = &data[usize::try_from(before).unwrap()..usize::try_from(start).unwrap()];
                assert!(before <= start && blank.iter().all(|byte| b"\r\n".contains(byte)), "{record}");
                assert_eq!(sparse.offset_of(record, &reader, format).unwrap(), start);
            }
            assert_eq!(sparse.offset_of(records, &reader, format).unwrap(), data.len() as u64);
            for record in [records, records + 1, u64::MAX] {
                let error = sparse.record_range(record, &reader, format).unwrap_err();
                assert!(matches!(error.kind(), ErrorKind::NoRecord { .. }), "{error}");
            }
        }
    }
    ends.len()
}

#[test]
fn every_record_is_at_its_indexed_position() {
    let fastq: usize = all_testdata("fastq").iter().map(|(_, data)| look_up(&Fastq::new(), data)).sum();
    let fasta: usize = all_testdata("fasta").iter().map(|(_, data)| look_up(&Fasta::new(), data)).sum();
    assert!(fastq > 250 && fasta > 10, "{fastq} and {fasta}");
    assert_eq!(look_up(&Packets::new(), &packets(50)), 50);
    assert_eq!(look_up(&Fastq::new(), b"\n\n\n"), 0);
    // Quality lines that may be headers, at the end of a part too.
    assert_eq!(look_up(&Fastq::new(), &b"@r\nA\n+\n@\n".repeat(300)), 300);
    let long = format!("@{}\nA\n+\n@\n", "r".repeat(9000));
    assert_eq!(look_up(&Fastq::new(), long.repeat(12).as_bytes()), 12);
    assert_eq!(look_up(&Fastq::new(), &b"@r\n\n+\n\n\n\n".repeat(300)), 300);
}

/// Writes a file of reads, and indexes it in parts of this length.
fn indexed(part_len: usize) -> (tempfile::TempDir, std::path::PathBuf, RecordIndex) {
    let (folder, path) = write(&b"@r\nACGT\n+\nIIII\n".repeat(200));
    let source = Source::with_options(&path, SourceOptions::new().part_len(part_len)).unwrap();
    let sparse = RecordIndex::build(&source, &Fastq::new()).unwrap();
    (folder, path, sparse)
}

/// Returns the reason why the index is rejected for the file at this path, if it is.
fn refusal(sparse: &RecordIndex, path: &Path) -> Option<&'static str> {
    let reader = reader(path, STRATEGIES[0]);
    let errors = [
        sparse.check(&reader).err(),
        sparse.record_range(3, &reader, &Fastq::new()).err(),
        sparse.offset_of(sparse.records(), &reader, &Fastq::new()).err(),
        sparse.shards(3, &reader, &Fastq::new()).err(),
    ];
    let refusals = errors.map(|error| {
        error.map(|error| match error.kind() {
            ErrorKind::StaleIndex { difference } => *difference,
            _ => panic!("{error}"),
        })
    });
    assert!(refusals.windows(2).all(|pair| pair[0] == pair[1]), "{refusals:?}");
    refusals[0]
}

#[test]
fn an_index_is_rejected_for_another_or_changed_file() {
    let (folder, path, sparse) = indexed(500);
    assert_eq!(refusal(&sparse, &path), None);
    // A file with another name or mode is still the same file.
    let renamed = folder.path().join("renamed");
    fs::rename(&path, &renamed).unwrap();
    assert_eq!(refusal(&sparse, &renamed), None);
    fs::hard_link(&renamed, &path).unwrap();
    assert_eq!(refusal(&sparse, &path), None);

    let modified = fs::metadata(&path).unwrap().modified().unwrap();
    let set = |path: &Path, modified: SystemTime| {
        let file = File::options().write(true).open(path).unwrap();
        file.set_times(FileTimes::new().set_modified(modified)).unwrap();
    };
    set(&path, modified + Duration::from_nanos(1));
    assert_eq!(refusal(&sparse, &path), Some("the modification time"));
    set(&path, modified);
    assert_eq!(refusal(&sparse, &path), None);

    let copy = folder.path().join("copy");
    fs::copy(&path, &copy).unwrap();
    set(&copy, modified);
    assert_eq!(refusal(&sparse, &copy), None, "a copy has the same bytes");
    // Other bytes with the same length and time.
    for (place, read) in
        [(1, "the start or end of the content"), (200 * 15 - 2, "the start or end of the content")]
    {
        let mut bytes = fs::read(&path).unwrap();
        bytes[place] = b'x';
        fs::write(&copy, bytes).unwrap();
        set(&copy, modified);
        assert_eq!(refusal(&sparse, &copy), Some(read));
    }

    File::options().append(true).open(&renamed).unwrap().write_all(b"@r\nA\n+\nI\n").unwrap();
    set(&renamed, modified);
    assert_eq!(refusal(&sparse, &renamed), Some("the file length"));
}

#[test]
fn an_index_is_rejected_for_another_format() {
    let (_folder, path, sparse) = indexed(500);
    let error = sparse.offset_of(3, &reader(&path, STRATEGIES[0]), &Fasta::new()).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::StaleIndex { difference: "the format" }), "{error}");
}

#[test]
fn a_stream_has_no_index() {
    let source = Source::from_reader(&b"@r\nA\n+\nI\n"[..], SourceOptions::new());
    let error = RecordIndex::build(&source, &Fastq::new()).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Io(_)), "{error}");
    assert!(error.to_string().starts_with("random access"), "{error}");
}

#[test]
fn an_index_with_any_damaged_byte_is_rejected() {
    let (_folder, _path, sparse) = indexed(1000);
    let index = bytes(&sparse);
    assert_eq!(RecordIndex::read(&*index).unwrap(), sparse);
    let mut refused = 0;
    for damaged in damaged(&index, &[0, 1, 0x7f, 0xff]).filter(|damaged| *damaged != index) {
        let error = RecordIndex::read(&*damaged).unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::DamagedIndex { .. }), "{error}");
        refused += 1;
    }
    for end in 0..index.len() {
        let error = RecordIndex::read(&index[..end]).unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::DamagedIndex { .. }), "{error}");
    }
    assert!(refused > 4 * index.len());
}

#[test]
fn an_index_takes_some_kilobytes_per_gigabyte() {
    let (_folder, path) = write(&b"@r\nACGT\n+\nIIII\n".repeat(400_000));
    let source = Source::open(&path).unwrap();
    let sparse = RecordIndex::build(&source, &Fastq::new()).unwrap();
    let parts = source.len_hint().unwrap() / (256 << 10) + 1;
    assert!(bytes(&sparse).len() as u64 <= 100 + 16 * parts);
}

/// Mates from the middle of two files with different offsets: both indexes find the record of the same number.
#[test]
fn paired_reads_are_read_in_lockstep_from_any_record() {
    let folder = tempfile::tempdir().unwrap();
    let mate = |number: usize, len: usize| {
        (0..500)
            .map(|record| {
                let len = (record * len) % 90 + 1;
                format!("@r{record}/{number}\n{}\n+\n{}\n", "A".repeat(len), "I".repeat(len))
            })
            .collect::<String>()
    };
    let files = [mate(1, 7), mate(2, 31)];
    let paths = [1, 2].map(|number| folder.path().join(format!("reads_{number}.fastq")));
    for (path, text) in paths.iter().zip(&files) {
        fs::write(path, text).unwrap();
    }
    let options = SourceOptions::new().part_len(1000);
    let sources = paths.each_ref().map(|path| Source::with_options(path, options).unwrap());
    let indexes = sources.each_ref().map(|source| RecordIndex::build(source, &Fastq::new()).unwrap());
    for first in [0, 1, 77, 250, 499] {
        let offset = |file: usize| {
            let reader = sources[file].reader().unwrap();
            usize::try_from(indexes[file].offset_of(first, reader, &Fastq::new()).unwrap()).unwrap()
        };
        let rest = [0, 1].map(|file| &files[file].as_bytes()[offset(file)..]);
        let names: Vec<&[u8]> = pagecut::fastq::Pairs::new(rest[0], rest[1], Fastq::new())
            .iter()
            .map(|pair| pair.unwrap().first.name())
            .collect();
        assert_eq!((names.len() as u64, names[0]), (500 - first, format!("r{first}/1").as_bytes()));
    }
}
