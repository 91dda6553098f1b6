//! Ranges of a file: they cover the file, and contain whole records.

use std::ops::Range;

use pagecut::fasta::Fasta;
use pagecut::fastq::Fastq;
use pagecut::index::{self, RecordIndex};
use pagecut::io::Strategy;
use pagecut::media::mpegts::Packets;
use pagecut::{ErrorKind, Format, Resync, Source};

use crate::common::{all_testdata, packets, reads};
use crate::{STRATEGIES, reader, write};

/// Returns the number of records in each shard. Checks that the shards are adjacent, cover the file, and together contain its
/// records.
fn counts<F: Format>(format: &F, data: &[u8], shards: &[Range<u64>]) -> Vec<usize> {
    assert_eq!((shards[0].start, shards[shards.len() - 1].end), (0, data.len() as u64));
    assert!(shards.windows(2).all(|pair| pair[0].end == pair[1].start));
    let position = |offset| usize::try_from(offset).unwrap();
    let counts: Vec<usize> = shards
        .iter()
        .map(|shard| {
            let records = format.records(&data[position(shard.start)..position(shard.end)]);
            records.map(|record| assert!(record.is_ok(), "{:?}", record.err())).count()
        })
        .collect();
    assert_eq!(counts.iter().sum::<usize>(), format.records(data).count());
    counts
}

fn check_shards<F: Resync>(format: &F, data: &[u8]) {
    let (_folder, path) = write(data);
    for strategy in STRATEGIES {
        let reader = reader(&path, strategy);
        for count in (1..40).chain([data.len() + 2]).filter(|&count| count < 3000) {
            let shards = index::shards(&reader, format, count).unwrap();
            assert_eq!(shards.len(), count);
            counts(format, data, &shards);
        }
    }
}

#[test]
fn shards_cover_the_file_and_contain_whole_records() {
    for (_, data) in all_testdata("fastq") {
        if Fastq::new().records(&data).all(|record| record.is_ok()) {
            check_shards(&Fastq::new(), &data);
        }
    }
    for (_, data) in all_testdata("fasta") {
        if Fasta::new().records(&data).all(|record| record.is_ok()) {
            check_shards(&Fasta::new(), &data);
        }
    }
    check_shards(&Packets::new(), &packets(40));
}

#[test]
fn the_first_shard_begins_at_the_start_of_the_file() {
    for data in [&b"\n\n@r\nA\n+\nI\n"[..], b"@r\nA\n+\nI\n", b""] {
        let (_folder, path) = write(data);
        for strategy in STRATEGIES {
            let reader = reader(&path, strategy);
            assert_eq!(index::find_boundary(&reader, &Fastq::new(), 0).unwrap(), 0);
        }
    }
}

#[test]
fn a_boundary_after_a_long_record_is_found() {
    let long = format!("@long\n{}\n+\n{}\n", "A".repeat(100_000), "@".repeat(100_000));
    let data = ["@r\nA\n+\n@\n", &long, "@s\nA\n+\n@\n"].concat();
    let (_folder, path) = write(data.as_bytes());
    for strategy in STRATEGIES {
        let reader = reader(&path, strategy);
        for (offset, expected) in [(0, 0), (1, 9), (9, 9), (10, data.len() - 9), (200_000, data.len() - 9)] {
            assert_eq!(
                index::find_boundary(&reader, &Fastq::new(), offset).unwrap(),
                expected as u64,
                "{offset}"
            );
        }
        let end = reader.len();
        assert_eq!(index::find_boundary(&reader, &Fastq::new(), end - 8).unwrap(), end);
        assert_eq!(index::find_boundary(&reader, &Fastq::new(), end).unwrap(), end);
        for offset in [end + 1, u64::MAX] {
            let error = index::find_boundary(&reader, &Fastq::new(), offset).unwrap_err();
            assert!(matches!(error.kind(), ErrorKind::OutOfRange { .. }), "{error}");
        }
    }
}

#[test]
fn shards_by_number_have_equally_many_records() {
    for (format, data) in [(Fastq::new(), reads(40_000)), (Fastq::strict(), b"@r\n\n+\n\n\n\n".repeat(50))] {
        let (_folder, path) = write(&data);
        let options = pagecut::SourceOptions::new().part_len(5000);
        let sparse = RecordIndex::build(&Source::with_options(&path, options).unwrap(), &format).unwrap();
        let reader = reader(&path, Strategy::Read);
        for count in (1..20).chain([1000]) {
            let shards = sparse.shards(count, &reader, &format).unwrap();
            let counts = counts(&format, &data, &shards);
            let (least, most) = (counts.iter().min().unwrap(), counts.iter().max().unwrap());
            assert!(most - least <= 1, "{counts:?}");
        }
    }
}

#[test]
fn zero_shards_are_an_error_empty_files_are_not() {
    let (_folder, path) = write(b"");
    let reader = reader(&path, Strategy::Read);
    let sparse = RecordIndex::build(&Source::open(&path).unwrap(), &Fastq::new()).unwrap();
    for shards in
        [index::shards(&reader, &Fastq::new(), 3).unwrap(), sparse.shards(3, &reader, &Fastq::new()).unwrap()]
    {
        assert_eq!(shards, [0..0, 0..0, 0..0]);
    }
    for error in [
        index::shards(&reader, &Fastq::new(), 0).unwrap_err(),
        sparse.shards(0, &reader, &Fastq::new()).unwrap_err(),
    ] {
        assert!(matches!(error.kind(), ErrorKind::InvalidConfig { name: "number of shards", .. }), "{error}");
    }
}
