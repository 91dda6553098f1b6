//! Arbitrary damage: never a wrong count without an error, never a panic, and reading always ends.

use pagecut::fastq::Fastq;

use crate::check::{
    Input, Reading, ends, fault_between, few_settings, is_plain, names, plain, read_in, reads, settings,
};
use crate::make::{CompressedFile, Kind};

const FASTQ: Fastq = Fastq::new();

/// Checks that the bytes read as the text does, or with an error.
fn is_plain_or_error(bytes: &[u8], packed: &CompressedFile, number: usize) {
    let (reading, error) = read_in(&FASTQ, bytes, &few_settings(number));
    if error.is_none() {
        assert_eq!(reading, Reading::of(&plain(&packed.text).account(&FASTQ)), "{number}");
    }
}

#[test]
fn a_flipped_bit_is_an_error_or_harmless() {
    ends(|| {
        for kind in Kind::ALL {
            let packed = kind.file(&reads(40), 400);
            for at in (0..packed.bytes.len()).step_by(13) {
                let mut bytes = packed.bytes.clone();
                bytes[at] ^= 1 << (at / 13 % 8);
                is_plain_or_error(&bytes, &packed, at);
            }
        }
    });
}

#[test]
fn every_flipped_bit_is_an_error_or_harmless() {
    ends(|| {
        for kind in Kind::ALL {
            let packed = kind.file(&reads(2), 1000);
            for at in 0..packed.bytes.len() * 8 {
                let mut bytes = packed.bytes.clone();
                bytes[at / 8] ^= 1 << (at % 8);
                is_plain_or_error(&bytes, &packed, at);
            }
        }
    });
}

#[test]
fn a_lost_or_doubled_byte_is_an_error_or_harmless() {
    ends(|| {
        for kind in Kind::ALL {
            let packed = kind.file(&reads(8), 100);
            for at in 0..packed.bytes.len() {
                let lost = [&packed.bytes[..at], &packed.bytes[at + 1..]].concat();
                is_plain_or_error(&lost, &packed, at);
                let doubled = [&packed.bytes[..=at], &packed.bytes[at..]].concat();
                is_plain_or_error(&doubled, &packed, at);
            }
        }
    });
}

#[test]
fn a_cut_in_a_member_is_an_error() {
    ends(|| {
        for kind in [Kind::Gzip, Kind::Zstd] {
            let (tiny, small) = (kind.file(&reads(3), 40), kind.file(&reads(100), 1500));
            let of_tiny = (1..tiny.bytes.len()).map(|at| (&tiny, at));
            let of_small = (97..small.bytes.len()).step_by(97).map(|at| (&small, at));
            for (packed, at) in of_tiny.chain(of_small).filter(|(packed, at)| !packed.is_end(*at)) {
                let (bytes, member) = (&packed.bytes[..at], packed.member_at(at));
                if at < 4 {
                    // Too short for detection.
                    assert!(read_in(&FASTQ, bytes, &few_settings(at)).1.is_some(), "cut at {at}");
                } else {
                    let text = [packed.text_before(member), packed.text_before(member + 1)];
                    let message = fault_between(&FASTQ, bytes, text, &few_settings(at));
                    names(&message, kind, packed, member);
                }
            }
        }
    });
}

#[test]
fn a_cut_between_members_ends_with_the_text() {
    for kind in [Kind::Gzip, Kind::Zstd] {
        let packed = kind.file(&reads(30), 200);
        for member in 0..packed.members() {
            is_plain(&FASTQ, &packed.bytes[..packed.range(member).start], packed.text_before(member));
        }
    }
}

/// Reads, one of them bad, followed by a fault: in the checksum of the second to last member.
fn fault_after_bad_read(kind: Kind) -> (Vec<u8>, Vec<u8>) {
    let bad = [&reads(10)[..], b"@bad\nAC\n+\nI\n", &reads(30)].concat();
    let packed = kind.file(&bad, 150);
    let mut bytes = packed.bytes.clone();
    let last = packed.range(packed.members() - 2);
    bytes[last.end - if kind == Kind::Zstd { 1 } else { 8 }] ^= 1;
    (bad, bytes)
}

#[test]
fn an_error_of_the_format_before_a_fault_comes_first() {
    for kind in Kind::ALL {
        let (bad, bytes) = fault_after_bad_read(kind);
        let (reading, error) = read_in(&FASTQ, &bytes, &settings());
        assert_eq!(reading, Reading::of(&plain(&bad).account(&FASTQ)));
        assert_eq!(error.unwrap().kind().name(), "length_mismatch");
    }
}

#[test]
fn the_first_of_two_faults_is_reported() {
    for kind in Kind::ALL {
        let packed = kind.file(&reads(40), 400);
        let mut bytes = packed.bytes.clone();
        bytes.truncate(packed.range(3).start + 20);
        bytes[packed.range(1).end - if kind == Kind::Zstd { 1 } else { 8 }] ^= 1;
        let error = read_in(&FASTQ, &bytes, &settings()).1.unwrap();
        assert_eq!(error.compressed_place().unwrap().number, Some(1), "{kind:?}: {error}");
    }
}

#[test]
fn a_final_fault_after_a_gap_is_reported() {
    for kind in [Kind::Gzip, Kind::Zstd] {
        let input = Input::new(&fault_after_bad_read(kind).1);
        for setting in settings() {
            let account = input.open(setting).parts(&FASTQ).recover().account();
            assert!(account.tally.gaps > 0 && !account.complete, "{setting:?}");
            assert_eq!(account.error.unwrap().kind().name(), "compressed", "{setting:?}");
        }
    }
}
