//! Location of faults in the compressed file: the member, block or frame, and the byte.

use std::ops::RangeInclusive;

use pagecut::error::CompressedPlace;
use pagecut::fastq::Fastq;

use crate::check::{few_settings, read_in, reads};
use crate::make::{CompressedFile, Kind};

/// Returns the location of the fault, which is the same in files and streams.
fn place(bytes: &[u8], number: usize) -> CompressedPlace {
    let (_, error) = read_in(&Fastq::new(), bytes, &few_settings(number));
    let error = error.unwrap_or_else(|| panic!("{number}: no error"));
    let place = error.compressed_place().unwrap_or_else(|| panic!("{number}: {error}"));
    let message = error.to_string();
    assert!(
        message.contains(&format!("{} {} at compressed byte {}", place.unit, number_of(place), place.start)),
        "{message}"
    );
    place
}

fn number_of(place: CompressedPlace) -> u64 {
    place.number.unwrap_or_else(|| panic!("{place}"))
}

/// Checks that a fault is in a member, at one of these bytes.
fn is_in(packed: &CompressedFile, bytes: &[u8], member: usize, at: RangeInclusive<usize>) {
    let place = place(bytes, member);
    let start = packed.range(member).start;
    assert_eq!((number_of(place), place.start), (member as u64, start as u64), "{place}");
    assert!(at.contains(&usize::try_from(place.offset).unwrap()), "{place}, not at {at:?}");
}

/// Returns a copy with one changed byte.
fn changed(packed: &CompressedFile, at: usize) -> Vec<u8> {
    let mut bytes = packed.bytes.clone();
    bytes[at] ^= 0x55;
    bytes
}

/// Files of each kind, of one member and of many.
fn files() -> impl Iterator<Item = (Kind, CompressedFile)> {
    let text = reads(40);
    Kind::ALL.into_iter().flat_map(move |kind| [100_000, 300].map(|len| (kind, kind.file(&text, len))))
}

#[test]
fn a_bad_start_is_located_at_its_first_byte() {
    for (_, packed) in files() {
        // The first member identifies the file.
        for member in 1..packed.members() {
            let start = packed.range(member).start;
            is_in(&packed, &changed(&packed, start), member, start..=start);
        }
    }
}

#[test]
fn a_bad_header_is_located_at_the_member() {
    for (kind, packed) in files() {
        // Reserved flags: in gzip of the member, in zstd of the frame.
        let flag = if kind == Kind::Zstd { (4, 1 << 3) } else { (3, 1 << 7) };
        for member in 1..packed.members() {
            let start = packed.range(member).start;
            let mut bytes = packed.bytes.clone();
            bytes[start + flag.0] |= flag.1;
            // The input of the zstd decoder starts there, or after the first bytes of the header.
            let most = if kind == Kind::Zstd { start + 5 } else { start };
            is_in(&packed, &bytes, member, start..=most);
        }
    }
}

#[test]
fn bad_data_are_located_in_the_member() {
    for (kind, packed) in files() {
        for member in 0..packed.members() - usize::from(kind == Kind::Bgzf) {
            let range = packed.range(member);
            // Block type 3 is invalid in DEFLATE and in zstd.
            let header_len = match kind {
                Kind::Gzip => 10,
                Kind::Bgzf => 18,
                Kind::Zstd => 6,
            };
            let mut bytes = packed.bytes.clone();
            bytes[range.start + header_len] |= 6;
            is_in(&packed, &bytes, member, range.start + header_len - 1..=range.start + header_len + 3);
        }
    }
}

#[test]
fn a_wrong_checksum_or_length_is_located() {
    for (kind, packed) in files() {
        for member in 0..packed.members() {
            let range = packed.range(member);
            if kind == Kind::Zstd {
                // The decoder reports it after the last block.
                is_in(&packed, &changed(&packed, range.end - 1), member, range.start + 6..=range.end);
                continue;
            }
            is_in(&packed, &changed(&packed, range.end - 8), member, range.end - 8..=range.end - 8);
            let len = range.end - 4;
            let mut more = packed.bytes.clone();
            // For a block with more bytes than stated, the position of the additional bytes.
            more[len + 1] ^= 0x40;
            is_in(&packed, &more, member, len..=len);
        }
    }
}

#[test]
fn an_early_end_is_located_at_the_end() {
    for (_, packed) in files() {
        for cut in (19..packed.bytes.len()).step_by(7).filter(|&cut| !packed.is_end(cut)) {
            is_in(&packed, &packed.bytes[..cut], packed.member_at(cut), cut..=cut);
        }
    }
}

#[test]
fn trailing_garbage_is_located_at_its_start() {
    for (kind, packed) in files() {
        for zeros in [0, 50] {
            if zeros > 0 && kind == Kind::Zstd {
                continue;
            }
            let bytes = [&packed.bytes[..], &vec![0; zeros], b"garbage"].concat();
            let place = place(&bytes, zeros);
            let at = (packed.bytes.len() + zeros) as u64;
            assert_eq!(
                (place.number, place.start, place.offset),
                (Some(packed.members() as u64), at, at),
                "{place}"
            );
        }
    }
}

/// Streams of a program whose file starts with these bytes, with the ends of their text.
#[cfg(any(feature = "bzip2", feature = "xz"))]
fn streams_of(program: &str) -> Option<CompressedFile> {
    use std::io::Write;
    use std::process::Stdio;

    let mut packed = CompressedFile::default();
    for text in reads(40).chunks(500) {
        let mut tool = crate::common::oracle(program)?;
        let mut child = tool.arg("-c").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        child.stdin.take().unwrap().write_all(text).unwrap();
        packed.push(&child.wait_with_output().unwrap().stdout, text);
    }
    Some(packed)
}

#[cfg(any(feature = "bzip2", feature = "xz"))]
#[test]
fn faults_in_streams_of_other_programs() {
    for program in [
        #[cfg(feature = "bzip2")]
        "bzip2",
        #[cfg(feature = "xz")]
        "xz",
    ] {
        let Some(packed) = streams_of(program) else { return };
        for stream in 0..packed.members() {
            let range = packed.range(stream);
            let middle = range.start + range.len() / 2;
            // The decoder has already returned the bytes that it compares.
            is_in(&packed, &changed(&packed, range.end - 3), stream, range.start..=range.end);
            is_in(&packed, &packed.bytes[..middle], stream, middle..=middle);
            if stream > 0 {
                is_in(&packed, &changed(&packed, range.start), stream, range.start..=range.start);
            }
        }
    }
}
