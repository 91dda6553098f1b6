//! IVF: every cut and every damage of a file, from every source, and what ffprobe finds.

mod common;

use std::fs;
use std::io::Cursor;

use common::{damaged, facts, oracle, serial, testdata};
use pagecut::media::ivf::{Frame, Header, Ivf, Record};
use pagecut::{ErrorKind, FileKind, Format, Source, SourceOptions};

const FILES: [&str; 5] = ["vp8.ivf", "vp9.ivf", "av1.ivf", "ntsc.ivf", "milliseconds.ivf"];

fn stored(name: &str) -> Vec<u8> {
    fs::read(testdata(&format!("media/ivf/{name}"))).unwrap()
}

/// A file of two frames, the first of which has no bytes, after a header of 33 bytes.
fn small() -> Vec<u8> {
    let mut data = b"DKIF\0\0\x21\0AV01\x10\0\x08\0\x19\0\0\0\x01\0\0\0\x02\0\0\0\0\0\0\0\xff".to_vec();
    data.extend(b"\0\0\0\0\x01\0\0\0\0\0\0\0");
    data.extend(b"\x03\0\0\0\x02\0\0\0\0\0\0\0abc");
    data
}

/// The header and the frames of a file without faults.
fn read(data: &[u8]) -> (Header, Vec<Frame<'_>>) {
    let (records, error) = serial(&Ivf, data);
    assert_eq!(error, None);
    let mut records = records.into_iter();
    let Some(Record::Header(header)) = records.next() else { panic!("no header") };
    let frames = records.map(|record| match record {
        Record::Frame(frame) => frame,
        Record::Header(_) => panic!("two headers"),
    });
    (header, frames.collect())
}

/// Checks that every source gives the records and the error of the bytes in memory, and that the account adds up.
fn check(data: &[u8]) {
    let (records, error) = serial(&Ivf, data);
    let record_bytes = records.iter().fold(0, |end, record| match record {
        Record::Header(header) => end + u64::from(header.header_len),
        Record::Frame(frame) => {
            assert_eq!(frame.offset, end);
            frame.range().end
        }
    });
    let mut iterator = Ivf.records(data);
    iterator.by_ref().for_each(drop);
    let tally = iterator.tally();
    assert_eq!((tally.records, tally.record_bytes), (records.len() as u64, record_bytes));
    assert_eq!(error.is_none(), tally.bytes() == data.len() as u64);
    for part_len in [1, 7, 1 << 20] {
        let options = SourceOptions::new().part_len(part_len).threads(2);
        let account = Source::from_reader(Cursor::new(data.to_vec()), options).account(&Ivf);
        assert_eq!(account.error.as_ref().map(facts), error, "{}", data.escape_ascii());
        assert_eq!(account.complete, error.is_none());
        assert_eq!((account.tally.records, account.tally.record_bytes), (tally.records, record_bytes));
    }
}

#[test]
fn fields_of_headers_and_frames() {
    let data = small();
    let (header, frames) = read(&data);
    assert_eq!((header.header_len, &header.four_cc, header.frame_count), (33, b"AV01", 2));
    assert_eq!((header.width, header.height), (16, 8));
    assert_eq!((header.time_base_numerator, header.time_base_denominator), (1, 25));
    let found: Vec<_> = frames.iter().map(|frame| (frame.range(), frame.pts, frame.payload)).collect();
    assert_eq!(found, [(33..45, 1, b"".as_slice()), (45..60, 2, b"abc")]);
    assert_eq!(frames[1].payload_offset(), 57);
}

#[test]
fn every_cut_gives_the_whole_frames_before_it() {
    for data in [small(), stored("vp8.ivf")] {
        let (header, frames) = read(&data);
        let ends: Vec<_> = frames.iter().map(|frame| frame.range().end).collect();
        for len in 1..data.len() {
            let cut = &data[..len];
            let (records, error) = serial(&Ivf, cut);
            let whole = ends.iter().filter(|&&end| end <= len as u64).count();
            let expected = if len < usize::from(header.header_len) { 0 } else { whole + 1 };
            assert_eq!(records.len(), expected, "{len} bytes");
            let is_between = len == usize::from(header.header_len) || ends.contains(&(len as u64));
            assert_eq!(error.is_none(), is_between, "{len} bytes");
            if data.len() < 100 {
                check(cut);
            }
        }
    }
}

#[test]
fn every_damage_is_accounted_for() {
    let data = small();
    check(&data);
    damaged(&data, b"\0\x01\x20\x7f\xff").for_each(|data| check(&data));
}

#[test]
fn damage_of_stored_files_does_no_harm() {
    for name in FILES {
        // The file header and the first frame header.
        for data in damaged(&stored(name)[..48], b"\xff") {
            check(&data);
        }
    }
}

#[test]
fn faults_of_the_header_have_their_place() {
    for (position, byte, message) in [
        (0, b'X', "the header does not begin with DKIF"),
        (3, b'X', "the header does not begin with DKIF"),
        (4, 1, "the version of the header is not 0"),
        (6, 31, "the header has a length below 32"),
        (16, 0, "the denominator of the time base is 0"),
        (20, 0, "the numerator of the time base is 0"),
    ] {
        let mut data = small();
        data[position] = byte;
        let error = Ivf.records(&data).next().unwrap().unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::Invalid(found) if found == message), "{error}");
        let expected = if position == 3 { 0 } else { position as u64 };
        assert_eq!(error.offset(), Some(expected), "{error}");
    }
}

#[test]
fn a_cut_frame_has_its_place() {
    let data = small();
    let error = Ivf.records(&data[..59]).find_map(Result::err).unwrap();
    assert!(error.to_string().starts_with("ivf: record 2, byte 45: the input ends in a frame"), "{error}");
}

#[test]
fn files_are_detected() {
    for name in FILES {
        let path = testdata(&format!("media/ivf/{name}"));
        assert_eq!(FileKind::detect(&stored(name)).unwrap(), FileKind::Ivf, "{name}");
        let source = Source::open(&path).unwrap();
        assert_eq!(source.detect().unwrap(), FileKind::Ivf, "{name}");
        let account = source.account(&Ivf);
        assert!(account.complete && account.error.is_none(), "{name}");
        assert_eq!(account.tally.bytes(), fs::metadata(&path).unwrap().len(), "{name}");
    }
    // Another version is not known.
    assert!(FileKind::detect(b"DKIF\x01\0\x20\0VP80").is_err());
    assert!(FileKind::detect(b"DKIF").is_err());
}

#[test]
fn frames_are_the_packets_of_ffprobe() {
    for name in FILES {
        let Some(mut ffprobe) = oracle("ffprobe") else { return };
        let entries = "packet=pts,size,pos";
        ffprobe.args(["-v", "error", "-show_entries", entries, "-of", "csv=p=0"]);
        let output = ffprobe.arg(testdata(&format!("media/ivf/{name}"))).output().unwrap();
        let expected = String::from_utf8(output.stdout).unwrap();
        let data = stored(name);
        let (_, frames) = read(&data);
        assert!(frames.len() >= 10, "{name}");
        let found =
            frames.iter().map(|frame| format!("{},{},{}\n", frame.pts, frame.payload.len(), frame.offset));
        assert_eq!(found.collect::<String>(), expected, "{name}");
    }
}

#[test]
fn frames_cross_the_ends_of_parts() {
    let mut data = small()[..33].to_vec();
    for number in 0..300_u64 {
        let len = 900 + number % 200;
        data.extend(u32::try_from(len).unwrap().to_le_bytes());
        data.extend(number.to_le_bytes());
        data.resize(data.len() + usize::try_from(len).unwrap(), b'x');
    }
    check(&data);
    let (_folder, path) = common::file(&data);
    for part_len in [1, 64, 1000, 5000, 100_000] {
        for threads in [1, 2] {
            let options = SourceOptions::new().part_len(part_len).threads(threads);
            let stream = Source::from_reader(Cursor::new(data.clone()), options);
            for source in [Source::with_options(&path, options).unwrap(), stream] {
                let account = source.account(&Ivf);
                assert_eq!(account.error.map(|error| error.to_string()), None, "{part_len}, {threads}");
                assert_eq!((account.tally.records, account.tally.bytes()), (301, data.len() as u64));
            }
        }
    }
    // The end of the input in a frame is an error at the same place for every division.
    check(&data[..data.len() - 5]);
}
