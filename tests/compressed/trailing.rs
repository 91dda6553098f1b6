//! Bytes after the last member: padding, or garbage.

use pagecut::fastq::Fastq;

use crate::check::{cut_off, fault_after, few_settings, is_plain, read_in, reads, settings};
use crate::make::{Kind, gzip, zstd_frame};

const FASTQ: Fastq = Fastq::new();

#[test]
fn zeros_after_gzip_are_padding() {
    let text = reads(30);
    for kind in [Kind::Gzip, Kind::Bgzf] {
        for len in [1, 2, 17, 18, 511, 100_000] {
            is_plain(&FASTQ, &[&kind.file(&text, 300).bytes[..], &vec![0; len]].concat(), &text);
        }
    }
}

#[test]
fn a_member_after_zeros_is_read_or_an_error() {
    let text = reads(30);
    for kind in [Kind::Gzip, Kind::Bgzf] {
        for zeros in [1, 20, 512] {
            let file = kind.file(&text, 300).bytes;
            let bytes = [&file[..], &vec![0; zeros], &file].concat();
            let (reading, error) = read_in(&FASTQ, &bytes, &settings());
            match error {
                Some(_) => assert_eq!(reading, cut_off(&FASTQ, &text)),
                None => assert_eq!(reading.tally.records, 60),
            }
        }
    }
}

#[test]
fn trailing_garbage_is_an_error() {
    let text = reads(30);
    for (number, kind) in Kind::ALL.into_iter().enumerate() {
        let packed = kind.file(&text, 300);
        let other = if kind == Kind::Zstd { gzip(&text) } else { zstd_frame(&text) };
        for (length, garbage) in [
            b"x".to_vec(),
            vec![b'\n'],
            vec![packed.bytes[0]],
            crate::common::noise(9, 100),
            other,
            text.clone(),
            b"BZh91AY&SY".to_vec(),
            [vec![0; 40], b"x".to_vec()].concat(),
        ]
        .into_iter()
        .enumerate()
        {
            let bytes = [&packed.bytes[..], &garbage].concat();
            let message = fault_after(&FASTQ, &bytes, &text, &few_settings(number * 10 + length));
            assert!(message.to_lowercase().contains(kind.words()[0]), "{message}");
            // The start of the garbage, or the end of the zeros before it.
            let places = [packed.bytes.len(), packed.bytes.len() + 40].map(|place| place.to_string());
            assert!(places.iter().any(|place| message.contains(place)), "{message}: not at {places:?}");
        }
    }
}
