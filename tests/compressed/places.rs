//! Where in the compressed file a fault lies is told: the member, block or frame, and the byte.

use std::ops::RangeInclusive;

use pagecut::CompressedPlace;
use pagecut::fastq::Fastq;

use crate::check::{few_settings, read_in, reads};
use crate::make::{CompressionStats, Kind};

/// Where the fault lies, which is the same in files and streams.
fn place(bytes: &[u8], number: usize) -> CompressedPlace {
    let (_, error) = read_in(&Fastq::new(), bytes, &few_settings(number));
    let error = error.unwrap_or_else(|| panic!("{number}: no error"));
    let place = error.compressed_place().unwrap_or_else(|| panic!("{number}: {error}"));
    let told = error.to_string();
    assert!(
        told.contains(&format!("{} {} at compressed byte {}", place.unit, number_of(place), place.start)),
        "{told}"
    );
    place
}

fn number_of(place: CompressedPlace) -> u64 {
    place.number.unwrap_or_else(|| panic!("{place}"))
}

/// A fault in a member, at one of these bytes.
fn is_in(packed: &CompressionStats, bytes: &[u8], member: usize, at: RangeInclusive<usize>) {
    let place = place(bytes, member);
    let start = packed.range(member).start;
    assert_eq!((number_of(place), place.start), (member as u64, start as u64), "{place}");
    assert!(at.contains(&usize::try_from(place.offset).unwrap()), "{place}, not at {at:?}");
}

/// With one byte another one.
fn changed(packed: &CompressionStats, at: usize) -> Vec<u8> {
    let mut bytes = packed.bytes.clone();
    bytes[at] ^= 0x55;
    bytes
}

/// Files of each kind, of one member and of many.
fn files() -> impl Iterator<Item = (Kind, CompressionStats)> {
    let text = reads(40);
    Kind::ALL.into_iter().flat_map(move |kind| [100_000, 300].map(|len| (kind, kind.file(&text, len))))
}

#[test]
fn of_a_member_that_does_not_begin_as_one_its_first_byte() {
    for (_, packed) in files() {
        // The first one tells what the file is.
        for member in 1..packed.members() {
            let start = packed.range(member).start;
            is_in(&packed, &changed(&packed, start), member, start..=start);
        }
    }
}

#[test]
fn of_a_header_that_says_what_cannot_be_the_member() {
    for (kind, packed) in files() {
        // Flags that nobody knows: in gzip of the member, in zstd of the frame.
        let flag = if kind == Kind::Zstd { (4, 1 << 3) } else { (3, 1 << 7) };
        for member in 1..packed.members() {
            let start = packed.range(member).start;
            let mut bytes = packed.bytes.clone();
            bytes[start + flag.0] |= flag.1;
            // What a decoder of zstd is given begins there, or behind the first bytes of the header.
            let most = if kind == Kind::Zstd { start + 5 } else { start };
            is_in(&packed, &bytes, member, start..=most);
        }
    }
}

#[test]
fn of_bytes_that_cannot_be_decompressed_one_in_the_member() {
    for (kind, packed) in files() {
        for member in 0..packed.members() - usize::from(kind == Kind::Bgzf) {
            let range = packed.range(member);
            // No block of DEFLATE is of type 3, no block of zstd either.
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
fn of_a_wrong_sum_or_length_where_it_stands() {
    for (kind, packed) in files() {
        for member in 0..packed.members() {
            let range = packed.range(member);
            if kind == Kind::Zstd {
                // The decoder tells of it when it was given the last block.
                is_in(&packed, &changed(&packed, range.end - 1), member, range.start + 6..=range.end);
                continue;
            }
            is_in(&packed, &changed(&packed, range.end - 8), member, range.end - 8..=range.end - 8);
            let len = range.end - 4;
            let mut more = packed.bytes.clone();
            // Of a block that has more bytes than it says, where those begin.
            more[len + 1] ^= 0x40;
            is_in(&packed, &more, member, len..=len);
        }
    }
}

#[test]
fn of_an_end_that_comes_too_early_the_end() {
    for (_, packed) in files() {
        for cut in (19..packed.bytes.len()).step_by(7).filter(|&cut| !packed.is_end(cut)) {
            is_in(&packed, &packed.bytes[..cut], packed.member_at(cut), cut..=cut);
        }
    }
}

#[test]
fn of_what_is_behind_the_last_member_its_first_byte() {
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

/// Streams of a program whose file begins with these bytes, and behind which the decompressed text ends.
#[cfg(any(feature = "bzip2", feature = "xz"))]
fn streams_of(program: &str) -> Option<CompressionStats> {
    use std::io::Write;
    use std::process::Stdio;

    let mut packed = CompressionStats::default();
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
fn of_streams_that_other_programs_write() {
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
            // What the decoder had to compare was given out before.
            is_in(&packed, &changed(&packed, range.end - 3), stream, range.start..=range.end);
            is_in(&packed, &packed.bytes[..middle], stream, middle..=middle);
            if stream > 0 {
                is_in(&packed, &changed(&packed, range.start), stream, range.start..=range.start);
            }
        }
    }
}
