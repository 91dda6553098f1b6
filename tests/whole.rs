//! Reading all bytes of an input at once, by every method.

mod common;

use std::fs;
use std::io::Cursor;

use pagecut::io::Strategy;
use pagecut::{ErrorKind, Result, Source, SourceOptions};

/// Returns the bytes of several parts, the last of them shorter.
fn data() -> Vec<u8> {
    (0..3_000_001_u32).map(|number| number.wrapping_mul(2_654_435_761).to_be_bytes()[0]).collect()
}

fn strategies() -> impl Iterator<Item = SourceOptions> {
    let strategies = [Strategy::Auto, Strategy::Mapped, Strategy::Read, Strategy::Direct, Strategy::Uring];
    strategies.into_iter().flat_map(|strategy| {
        let options = SourceOptions::new().strategy(strategy);
        // An explicit strategy of mapping must not be disabled.
        let unmapped = options.mmap(strategy == Strategy::Mapped);
        [options, unmapped, options.threads(1), options.threads(3).part_len(1000)]
    })
}

#[test]
fn every_backend_returns_the_same_bytes() {
    let data = data();
    let file = tempfile::NamedTempFile::new().unwrap();
    for len in [0, 1, 63, 64, 65, 4096, data.len()] {
        let data = &data[..len];
        fs::write(&file, data).unwrap();
        for options in strategies() {
            let source = Source::with_options(&file, options).unwrap();
            assert!(*source.read_all().unwrap() == *data, "{len} bytes, {options:?}");
            source.check().unwrap();
        }
        let source = Source::from_reader(Cursor::new(data.to_vec()), SourceOptions::new());
        assert!(*source.read_all().unwrap() == *data, "{len} bytes of a stream");
        source.check().unwrap();
    }
}

#[test]
fn only_a_mapping_is_borrowed() {
    let path = common::testdata("media/clusters.mkv");
    let is_borrowed = |strategy| {
        let source = Source::with_options(&path, SourceOptions::new().strategy(strategy)).unwrap();
        source.read_all().unwrap().is_borrowed()
    };
    assert_eq!([Strategy::Mapped, Strategy::Read].map(is_borrowed), [true, false]);
}

#[test]
fn a_file_without_a_length_is_read() {
    let source = Source::open("/proc/self/status").unwrap();
    assert!(source.read_all().unwrap().starts_with(b"Name:"));
}

#[test]
fn the_length_limit_is_respected() {
    let data = data();
    let file = tempfile::NamedTempFile::new().unwrap();
    fs::write(&file, &data).unwrap();
    for options in strategies().map(|options| options.max_len(data.len() as u64 - 1)) {
        let whole = Source::with_options(&file, options).unwrap().read_all().map(|whole| whole.len());
        assert!(is_too_much(&whole), "{whole:?}, {options:?}");
    }
    for options in strategies().map(|options| options.max_len(data.len() as u64)) {
        Source::with_options(&file, options).unwrap().read_all().unwrap();
    }
}

fn is_too_much(whole: &Result<usize>) -> bool {
    matches!(whole, Err(error) if matches!(error.kind(), ErrorKind::InputTooLong { .. }))
}

#[test]
fn a_changed_file_is_detected() {
    let file = tempfile::NamedTempFile::new().unwrap();
    for strategy in [Strategy::Mapped, Strategy::Read] {
        fs::write(&file, vec![1; 100_000]).unwrap();
        let source = Source::with_options(&file, SourceOptions::new().strategy(strategy)).unwrap();
        let whole = source.read_all().unwrap();
        fs::write(&file, vec![1; 50_000]).unwrap();
        assert_eq!(whole.len(), 100_000);
        let sum: u64 = whole.iter().map(|&byte| u64::from(byte)).sum();
        assert!(sum <= 100_000);
        let error = source.check().unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::Truncated { .. } | ErrorKind::Changed), "{error}");
    }
}

#[cfg(feature = "gzip")]
mod compressed {
    use std::io::Write;

    use flate2::{Compression, write::GzEncoder};
    use pagecut::compress::bgzf;

    use super::*;

    fn gzip(data: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(data).unwrap();
        encoder.finish().unwrap()
    }

    fn bgzf(data: &[u8]) -> Vec<u8> {
        let mut writer = bgzf::Writer::new(Vec::new());
        writer.write_all(data).unwrap();
        writer.finish().unwrap()
    }

    #[test]
    fn compressed_input_is_decompressed() {
        let data = data();
        let file = tempfile::NamedTempFile::new().unwrap();
        for packed in [gzip(&data), bgzf(&data)] {
            fs::write(&file, &packed).unwrap();
            for options in strategies() {
                let source = Source::with_options(&file, options).unwrap();
                assert!(*source.read_all().unwrap() == *data, "{options:?}");
                let account = source.compression_stats().unwrap();
                assert_eq!(
                    (account.compressed_bytes, account.decompressed_bytes),
                    (packed.len() as u64, 3_000_001)
                );
            }
            let source = Source::from_reader(Cursor::new(packed), SourceOptions::new());
            assert!(*source.read_all().unwrap() == *data);
        }
    }

    #[test]
    fn truncated_input_is_an_error() {
        let mut packed = gzip(&data());
        packed.pop();
        let source = Source::from_reader(Cursor::new(packed), SourceOptions::new());
        let error = source.read_all().unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::Compressed { .. }), "{error}");
    }

    #[test]
    fn a_decompression_bomb_is_rejected() {
        let packed = gzip(&vec![0; 5 << 20]);
        for options in strategies() {
            let source = Source::from_reader(Cursor::new(packed.clone()), options.max_record_len(4 << 20));
            let error = source.read_all().unwrap_err();
            assert!(matches!(error.kind(), ErrorKind::TooLong { most: 4_194_304 }), "{error}");
            let source = Source::from_reader(Cursor::new(packed.clone()), options);
            assert_eq!(source.read_all().unwrap().len(), 5 << 20);
        }
    }
}
