//! Promise: reading BGZF at a position returns the same bytes as decompressing all of it, or an error.

#![cfg(feature = "gzip")]

mod common;
#[path = "compressed/make.rs"]
mod make;

use std::fs::{self, File};
use std::ops::Range;
use std::path::{Path, PathBuf};

use pagecut::compress::bgzf::{Gzi, Point, VirtualOffset};
use pagecut::fastq::Fastq;
use pagecut::index::{self, Fai, RecordIndex};
use pagecut::io::{Strategy, ZeroCopyConfig};
use pagecut::{
    Error, ErrorKind, Format, Source, SourceOptions, open_reader,
    source::{BgzfReader, ReadAt, Reader},
};
use tempfile::TempDir;

use common::{damaged, oracle, testdata};
use make::{BGZF_END, bgzf_block, bgzf_block_with, bgzf_of_lens as bgzf, gzip};

const DATA: &[u8] = b"@r1\nAC\n+\nII\n@r2\n";

/// Block lengths: one byte per block, empty blocks in all places, and a single block.
const LENS: [&[usize]; 6] = [&[1], &[0, 1], &[1, 0, 0], &[3, 1, 0, 5], &[7], &[100]];

fn write(bytes: &[u8]) -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("input.gz");
    fs::write(&path, bytes).unwrap();
    (folder, path)
}

fn reader(path: &Path, strategy: Strategy) -> Reader {
    open_reader(path, &ZeroCopyConfig::new().strategy(strategy).threshold(0)).unwrap()
}

fn ranges(len: u64) -> impl Iterator<Item = Range<u64>> {
    (0..=len).flat_map(move |start| (start..=len).map(move |end| start..end))
}

fn within(data: &[u8], range: &Range<u64>) -> Vec<u8> {
    data[usize::try_from(range.start).unwrap()..usize::try_from(range.end).unwrap()].to_vec()
}

/// Reads every range. Returns the number of ranges that were read, and of errors.
fn read_all_ranges(bgzf: &BgzfReader, data: &[u8]) -> (usize, usize) {
    let (mut read, mut rejected) = (0, 0);
    for range in ranges(bgzf.len()) {
        match bgzf.bytes_at(range.clone()) {
            Ok(bytes) => {
                assert_eq!(*bytes, within(data, &range), "{range:?}");
                read += 1;
            }
            Err(_) => rejected += 1,
        }
    }
    (read, rejected)
}

fn bytes(gzi: &Gzi) -> Vec<u8> {
    let mut bytes = Vec::new();
    gzi.write(&mut bytes).unwrap();
    bytes
}

#[test]
fn every_range_is_read_for_all_block_lengths() {
    for lens in LENS {
        for strategy in [Strategy::Mapped, Strategy::Read] {
            for closed in [true, false] {
                let mut file = bgzf(DATA, lens);
                if !closed {
                    file.truncate(file.len() - BGZF_END.len());
                }
                let (_folder, path) = write(&file);
                let walked = BgzfReader::new(reader(&path, strategy)).unwrap();
                let gzi = Gzi::read(&*bytes(walked.gzi())).unwrap();
                assert_eq!(gzi, *walked.gzi());
                let indexed = BgzfReader::with_gzi(reader(&path, strategy), gzi).unwrap();
                // An index with only some of the blocks is valid too.
                let some: Vec<u8> = walked.gzi().points().iter().step_by(2).flat_map(numbers).collect();
                let some = [&((some.len() / 16) as u64).to_le_bytes(), &some[..]].concat();
                let sparse =
                    BgzfReader::with_gzi(reader(&path, strategy), Gzi::read(&*some).unwrap()).unwrap();
                for bgzf in [walked, indexed, sparse] {
                    assert_eq!((bgzf.len(), bgzf.is_closed()), (DATA.len() as u64, closed));
                    assert_eq!(read_all_ranges(&bgzf, DATA).1, 0);
                    for range in [0..17, 17..17, 5..u64::MAX, Range { start: 3, end: 2 }] {
                        let error = bgzf.bytes_at(range).unwrap_err();
                        assert!(matches!(error.kind(), ErrorKind::OutOfRange { len: 16, .. }), "{error}");
                    }
                    bgzf.check().unwrap();
                }
            }
        }
    }
}

#[test]
fn blocks_with_other_subfields_and_padding_are_read() {
    for field_len in [0, 1, 200, 9000, 60_000] {
        let mut field = b"XY".to_vec();
        field.extend(u16::try_from(field_len).unwrap().to_le_bytes());
        field.resize(4 + field_len, 7);
        let blocks = DATA.chunks(3).map(|text| bgzf_block_with(&field, flate2::Compression::fast(), text));
        let mut file: Vec<u8> = blocks.flatten().chain(BGZF_END).collect();
        for zeros in [0, 1, 17, 5000] {
            file.extend(vec![0; zeros]);
            let (_folder, path) = write(&file);
            for strategy in [Strategy::Mapped, Strategy::Read] {
                let bgzf = BgzfReader::new(reader(&path, strategy)).unwrap();
                assert_eq!((bgzf.len(), bgzf.is_closed()), (DATA.len() as u64, true));
                assert_eq!(read_all_ranges(&bgzf, DATA).1, 0, "a field of {field_len}, {zeros} zeros");
            }
            let source = Source::open(&path).unwrap();
            assert_eq!(source.compression(), Some(pagecut::compress::Compression::Bgzf));
            assert_eq!(*source.random_access().unwrap().bytes_at(4..9).unwrap(), DATA[4..9]);
        }
    }
}

#[test]
fn gzip_after_bgzf_is_rejected_at_its_start() {
    let blocks = bgzf(DATA, &[7]);
    for (suffix, fault) in [
        (gzip(DATA), "an ordinary gzip member follows BGZF here"),
        ([&[0; 100][..], &gzip(DATA)].concat(), "trailing garbage"),
        (b"garbage".repeat(10), "no BGZF block starts here"),
    ] {
        let (_folder, path) = write(&[&blocks[..], &suffix, &BGZF_END].concat());
        let zeros = suffix.iter().take_while(|&&byte| byte == 0).count();
        for strategy in [Strategy::Mapped, Strategy::Read] {
            let error = BgzfReader::new(reader(&path, strategy)).unwrap_err();
            assert!(error.to_string().contains(fault), "{error}");
            assert_eq!(error.compressed_place().unwrap().offset, (blocks.len() + zeros) as u64);
        }
    }
}

fn numbers(point: &Point) -> [u8; 16] {
    let mut bytes = [0; 16];
    bytes[..8].copy_from_slice(&point.block_offset.to_le_bytes());
    bytes[8..].copy_from_slice(&point.offset.to_le_bytes());
    bytes
}

#[test]
fn an_empty_file_has_no_bytes() {
    for file in [Vec::new(), bgzf(b"", &[1]), BGZF_END.repeat(3)] {
        let (_folder, path) = write(&file);
        let bgzf = BgzfReader::new(reader(&path, Strategy::Mapped)).unwrap();
        assert!(bgzf.is_empty() && bgzf.bytes_at(0..0).unwrap().is_empty());
        assert_eq!(bytes(bgzf.gzi()), [0; 8]);
        assert!(bgzf.bytes_at(0..1).is_err());
    }
    // As bgzip 1.16 writes it.
    assert_eq!(Gzi::read(&[0xff; 8][..]).unwrap(), Gzi::default());
}

#[test]
fn a_damaged_index_gives_an_error_or_correct_bytes() {
    let file = bgzf(DATA, &[3, 1, 0, 5]);
    let (_folder, path) = write(&file);
    let index = bytes(&BgzfReader::find_blocks(&reader(&path, Strategy::Mapped)).unwrap());
    let open = |index: &[u8]| -> Result<BgzfReader, Error> {
        BgzfReader::with_gzi(reader(&path, Strategy::Mapped), Gzi::read(index)?)
    };
    assert_eq!(read_all_ranges(&open(&index).unwrap(), DATA).1, 0);
    let (mut unopened, mut read, mut rejected) = (0, 0, 0);
    for damaged in damaged(&index, &[0, 1, 0x7f, 0xff]).filter(|damaged| *damaged != index) {
        match open(&damaged) {
            Err(error) => {
                let known =
                    matches!(error.kind(), ErrorKind::DamagedIndex { .. } | ErrorKind::StaleIndex { .. });
                assert!(known, "{error}");
                unopened += 1;
            }
            Ok(bgzf) => {
                assert_eq!(bgzf.len(), DATA.len() as u64);
                let (good, bad) = read_all_ranges(&bgzf, DATA);
                (read, rejected) = (read + good, rejected + bad);
            }
        }
    }
    assert!(unopened > 100 && read > 100 && rejected > 100, "{unopened}, {read} and {rejected}");
    for end in 0..index.len() {
        let error = Gzi::read(&index[..end]).unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::DamagedIndex { .. }), "{error}");
    }
    for longer in [1, 8, 16] {
        assert!(Gzi::read(&[&index, &vec![1; longer][..]].concat()[..]).is_err());
    }
    assert!(Gzi::read(&[&u64::MAX.to_le_bytes(), &index[8..]].concat()[..]).is_err());
}

#[test]
fn an_index_of_another_file_is_rejected() {
    let (_folder, path) = write(&bgzf(DATA, &[3, 1, 0, 5]));
    for (other, lens) in
        [(DATA, &[2, 3][..]), (DATA, &[3, 1, 0, 6]), (&DATA[..9], &[5, 0]), (&DATA.repeat(2), &[3, 1, 0, 5])]
    {
        let (_other_folder, other) = write(&bgzf(other, lens));
        fs::write(Gzi::path_of(&path), bytes(BgzfReader::open(other, &ZeroCopyConfig::new()).unwrap().gzi()))
            .unwrap();
        let error = BgzfReader::open(&path, &ZeroCopyConfig::new()).unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::StaleIndex { .. }), "{error}");
    }
}

#[test]
fn damaged_blocks_give_an_error_or_correct_bytes() {
    let file = bgzf(DATA, &[5, 0, 4]);
    let (folder, path) = write(&file);
    let index = bytes(&BgzfReader::find_blocks(&reader(&path, Strategy::Mapped)).unwrap());
    let damaged_path = folder.path().join("damaged.gz");
    let (mut unopened, mut read, mut rejected) = (0, 0, 0);
    for position in 0..file.len() {
        for flip in [1, 0x80] {
            let mut damaged = file.clone();
            damaged[position] ^= flip;
            fs::write(&damaged_path, &damaged).unwrap();
            let open = || reader(&damaged_path, Strategy::Read);
            let walked = BgzfReader::new(open());
            let indexed = BgzfReader::with_gzi(open(), Gzi::read(&*index).unwrap());
            for (opened, is_indexed) in [(walked, false), (indexed, true)] {
                let Ok(bgzf) = opened else {
                    unopened += 1;
                    continue;
                };
                // Without an index, the stated size of an unread block is trusted.
                let is_moved = !is_indexed && bgzf.len() != DATA.len() as u64;
                for range in ranges(bgzf.len().min(DATA.len() as u64)).step_by(7) {
                    match bgzf.bytes_at(range.clone()) {
                        Err(_) => rejected += 1,
                        Ok(bytes) => {
                            assert!(is_moved || *bytes == within(DATA, &range), "{position}, {range:?}");
                            read += 1;
                        }
                    }
                }
            }
        }
    }
    assert!(unopened > 100 && read > 1000 && rejected > 100, "{unopened}, {read} and {rejected}");
}

#[test]
fn a_truncated_file_is_rejected_except_between_blocks() {
    let file = bgzf(DATA, &[5, 4]);
    let mut ends = vec![0];
    for block in [&DATA[..5], &DATA[5..9], &DATA[9..14], &DATA[14..], b""] {
        ends.push(ends[ends.len() - 1] + bgzf_block(block).len());
    }
    let (_folder, path) = write(&file);
    for len in 0..file.len() {
        fs::write(&path, &file[..len]).unwrap();
        match BgzfReader::new(reader(&path, Strategy::Mapped)) {
            Ok(bgzf) => {
                assert!(ends.contains(&len), "{len}");
                assert_eq!(
                    *bgzf.bytes_at(0..bgzf.len()).unwrap(),
                    DATA[..usize::try_from(bgzf.len()).unwrap()]
                );
            }
            Err(error) => {
                assert!(!ends.contains(&len), "{len}: {error}");
                let number = ends.iter().filter(|&&end| end <= len).count() - 1;
                let start = ends[number];
                let expected = format!(
                    "BGZF, block {number} at compressed byte {start}, compressed byte {len}: unexpected end of input"
                );
                assert_eq!(error.to_string(), expected);
            }
        }
    }
    fs::write(&path, [&file[..], b"text that is not a block"].concat()).unwrap();
    let error = BgzfReader::new(reader(&path, Strategy::Mapped)).unwrap_err();
    assert!(error.to_string().ends_with("invalid header: no BGZF block starts here"), "{error}");
}

#[test]
fn a_changed_file_is_detected() {
    let file = bgzf(DATA, &[5, 4]);
    for strategy in [Strategy::Mapped, Strategy::Read] {
        let (_folder, path) = write(&file);
        let bgzf = BgzfReader::new(reader(&path, strategy)).unwrap();
        File::options().write(true).open(&path).unwrap().set_len(40).unwrap();
        assert!(matches!(bgzf.check().unwrap_err().kind(), ErrorKind::Truncated { offset: 40, .. }));
        let error = bgzf.bytes_at(0..DATA.len() as u64).unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::Truncated { .. }), "{error}");
    }
}

#[test]
fn virtual_offsets_map_to_offsets_and_back() {
    for lens in LENS {
        let (_folder, path) = write(&bgzf(DATA, lens));
        let gzi = BgzfReader::find_blocks(&reader(&path, Strategy::Mapped)).unwrap();
        for offset in 0..=DATA.len() as u64 {
            let place = gzi.virtual_offset(offset).unwrap();
            assert_eq!(gzi.offset_of(place), Some(offset), "{place}");
            let starts = gzi.points().iter().map(|point| point.block_offset);
            assert!(
                place.block_offset() == 0 || starts.into_iter().any(|start| start == place.block_offset())
            );
        }
        let places: Vec<_> = (0..=16).map(|offset| gzi.virtual_offset(offset).unwrap()).collect();
        assert!(places.is_sorted());
        // An offset inside no block, and one after the end of the first.
        assert_eq!(gzi.offset_of(VirtualOffset::new(1, 0).unwrap()), None);
        let behind_the_first = gzi.points().first().map(|point| point.offset + 1);
        if let Some(within) = behind_the_first {
            assert_eq!(gzi.offset_of(VirtualOffset::new(0, within.try_into().unwrap()).unwrap()), None);
        }
    }
    assert_eq!(Gzi::default().virtual_offset(65_536), None);
}

#[test]
fn indexes_match_bgzip() {
    for lens in LENS {
        let (_folder, path) = write(&bgzf(DATA, lens));
        let Some(mut bgzip) = oracle("bgzip") else { return };
        assert!(bgzip.arg("-r").arg(&path).status().unwrap().success());
        let theirs = fs::read(Gzi::path_of(&path)).unwrap();
        assert_eq!(
            bytes(&BgzfReader::find_blocks(&reader(&path, Strategy::Mapped)).unwrap()),
            theirs,
            "{lens:?}"
        );
    }
}

#[test]
fn ranges_of_bgzip_output_match_bgzip() {
    let data = fs::read(testdata("illumina.fastq")).unwrap().repeat(3);
    let folder = tempfile::tempdir().unwrap();
    let plain = folder.path().join("reads.fastq");
    fs::write(&plain, &data).unwrap();
    let Some(mut bgzip) = oracle("bgzip") else { return };
    assert!(bgzip.args(["-i", "-k"]).arg(&plain).status().unwrap().success());
    let path = folder.path().join("reads.fastq.gz");
    let theirs = fs::read(Gzi::path_of(&path)).unwrap();
    assert_eq!(bytes(&BgzfReader::find_blocks(&reader(&path, Strategy::Read)).unwrap()), theirs);

    let bgzf = BgzfReader::open(&path, &ZeroCopyConfig::new()).unwrap();
    assert_eq!(bgzf.len(), data.len() as u64);
    let ends: Vec<u64> =
        bgzf.gzi().points().iter().map(|point| point.offset).chain([0, bgzf.len()]).collect();
    for start in ends.iter().flat_map(|end| [end.saturating_sub(1), *end, end + 1]) {
        for len in [0, 1, 2, 1000, 70_000, 200_000] {
            let range = start.min(bgzf.len())..(start + len).min(bgzf.len());
            assert!(*bgzf.bytes_at(range.clone()).unwrap() == within(&data, &range), "{range:?}");
            if len == 1000 && !range.is_empty() {
                let [offset, size] = [range.start, range.end - range.start].map(|number| number.to_string());
                let theirs =
                    oracle("bgzip").unwrap().args(["-b", &offset, "-s", &size]).arg(&path).output().unwrap();
                assert!(*bgzf.bytes_at(range.clone()).unwrap() == theirs.stdout, "{range:?}");
            }
        }
    }
}

#[test]
fn several_threads_read_at_once() {
    let data = fs::read(testdata("illumina.fastq")).unwrap();
    let (_folder, path) = write(&bgzf(&data, &[700]));
    let bgzf = BgzfReader::new(reader(&path, Strategy::Mapped)).unwrap();
    std::thread::scope(|scope| {
        for thread in 0..4 {
            let (bgzf, data) = (&bgzf, &data);
            scope.spawn(move || {
                for start in (0..bgzf.len() - 900).step_by(1001 + thread) {
                    let range = start..start + 900;
                    assert!(*bgzf.bytes_at(range.clone()).unwrap() == within(data, &range));
                }
            });
        }
    });
}

/// Writes the same records as a plain file and as BGZF.
fn both() -> (TempDir, [PathBuf; 2]) {
    let data = fs::read(testdata("illumina.fastq")).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let paths = ["reads.fastq", "reads.fastq.gz"].map(|name| folder.path().join(name));
    fs::write(&paths[0], &data).unwrap();
    fs::write(&paths[1], bgzf(&data, &[999, 0, 4000])).unwrap();
    (folder, paths)
}

fn source(path: &Path) -> Source {
    Source::with_options(path, SourceOptions::new().part_len(10_000)).unwrap()
}

#[test]
fn indexes_find_the_same_bytes_as_in_a_plain_file() {
    let (_folder, paths) = both();
    let sources = paths.each_ref().map(|path| source(path));
    let sparse = sources.each_ref().map(|source| RecordIndex::build(source, &Fastq::new()).unwrap());
    let fai = sources.each_ref().map(|source| Fai::from_fastq(source).unwrap());
    assert_eq!(fai[0], fai[1]);
    let content = sources.each_ref().map(|source| source.random_access().unwrap());
    assert_eq!(content[0].len(), content[1].len());
    for record in [0, 1, 17, 248, 249] {
        let [plain, packed] = [0, 1].map(|file| {
            let range = sparse[file].record_range(record, content[file], &Fastq::new()).unwrap();
            content[file].bytes_at(range).unwrap().to_vec()
        });
        assert_eq!(plain, packed);
    }
    for count in [1, 2, 7, 100] {
        let shards = [0, 1].map(|file| index::shards(content[file], &Fastq::new(), count).unwrap());
        assert_eq!(shards[0], shards[1]);
        let shards = [0, 1].map(|file| sparse[file].shards(count, content[file], &Fastq::new()).unwrap());
        assert_eq!(shards[0], shards[1]);
    }
    for entry in fai[0].entries().iter().step_by(20) {
        let [plain, packed] = [0, 1].map(|file| {
            let mut letters = fai[file].region(&entry.name).unwrap().letters(content[file]).unwrap();
            letters.next_piece().unwrap().unwrap().to_vec()
        });
        assert_eq!(plain, packed);
    }
    // The index survives writing and reading, although its offsets are after the end of the compressed file.
    let mut index = Vec::new();
    sparse[1].write(&mut index).unwrap();
    assert_eq!(RecordIndex::read(&*index).unwrap(), sparse[1]);
}

#[test]
fn compressed_bytes_are_never_read_as_records() {
    let (_folder, paths) = both();
    let source = source(&paths[1]);
    let sparse = RecordIndex::build(&source, &Fastq::new()).unwrap();
    let raw = source.reader().unwrap();
    let error = sparse.record_range(0, raw, &Fastq::new()).unwrap_err();
    assert!(
        matches!(error.kind(), ErrorKind::StaleIndex { difference: "the length of the content" }),
        "{error}"
    );
    for rejected in [
        index::shards(raw, &Fastq::new(), 1).map(drop),
        index::find_boundary(raw, &Fastq::new(), 0).map(drop),
    ] {
        assert!(matches!(rejected.unwrap_err().kind(), ErrorKind::UnknownFormat(_)));
    }
    let fai = Fai::from_fastq(&source).unwrap();
    assert!(fai.region(&fai.entries()[3].name).unwrap().letters(raw).is_err());
    assert_eq!(
        Fastq::new().records(&raw.bytes_at(0..raw.len()).unwrap()).filter(|record| record.is_ok()).count(),
        0
    );
}

#[test]
fn inputs_without_positions_report_it() {
    let others: [(&[u8], &str); 4] = [
        (b"\x1f\x8b\x08\0\0\0\0\0\0\x03\x03\0\0\0\0\0\0\0\0\0", "gzip"),
        (b"\x28\xb5\x2f\xfd\x20\0\x01\0\0", "zstd"),
        (b"BZh9\x17\x72\x45\x38\x50\x90\0\0\0\0", "bzip2"),
        (b"\xfd7zXZ\0\0\0\0\0", "xz"),
    ];
    for (bytes, name) in others {
        let (_folder, path) = write(bytes);
        let source = Source::open(path).unwrap();
        for error in
            [source.random_access().err().unwrap(), RecordIndex::build(&source, &Fastq::new()).unwrap_err()]
        {
            let text = error.to_string();
            assert!(
                text.starts_with(&format!(
                    "random access is impossible: {name} is decompressed from its start"
                )),
                "{text}"
            );
            assert!(text.contains(&format!("`{name} -dc FILE | bgzip > OTHER.gz`")), "{text}");
        }
    }
    let stream = Source::from_reader(&b"@r\nA\n+\nI\n"[..], SourceOptions::new());
    assert!(stream.random_access().err().unwrap().to_string().starts_with("random access"));
}
