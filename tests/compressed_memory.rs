//! A few compressed bytes do not determine the amount of memory used.

#![cfg(all(feature = "gzip", feature = "zstd"))]

#[path = "compressed/make.rs"]
mod make;

use std::io::{Cursor, Write};

use flate2::Compression;
use flate2::write::GzEncoder;
use make::{gzip, zstd_skippable};
use pagecut::fastq::Fastq;
use pagecut::io::Strategy;
use pagecut::{Account, Source, SourceOptions};

#[global_allocator]
static ALLOCATOR: dhat::Alloc = dhat::Alloc;

/// Decompressed length of a bomb.
const BOMB_LEN: usize = 1 << 30;

/// A header, and letters without an end: 1 MiB of them in every member.
fn gzip_bomb() -> Vec<u8> {
    let mut member = GzEncoder::new(Vec::new(), Compression::best());
    member.write_all(&vec![b'A'; 1 << 20]).unwrap();
    let member = member.finish().unwrap();
    [gzip(b"@r\n"), member.repeat(BOMB_LEN >> 20)].concat()
}

/// The same as one zstd frame of blocks that each repeat one letter 131,072 times: four bytes per block (RFC 8878).
fn zstd_bomb() -> Vec<u8> {
    const RLE: u32 = 1;
    let block = |last: u32, kind: u32, len: u32| (last | kind << 1 | len << 3).to_le_bytes();
    let mut frame = b"\x28\xb5\x2f\xfd\0\x38".to_vec();
    frame.extend([&block(0, 0, 3)[..3], b"@r\n"].concat());
    frame.extend([&block(0, RLE, 1 << 17)[..3], b"A"].concat().repeat(BOMB_LEN >> 17));
    frame.extend(&block(1, 0, 0)[..3]);
    [zstd_skippable(0, b"a bomb"), frame].concat()
}

/// Returns the account and the peak of allocated bytes.
fn account(source: impl FnOnce() -> Source) -> (Account, u64) {
    let _profiler = dhat::Profiler::builder().testing().build();
    let before = dhat::HeapStats::get().curr_bytes;
    let account = source().account(&Fastq::new());
    (account, (dhat::HeapStats::get().max_bytes - before) as u64)
}

/// From a file and from streams.
fn accounts(bytes: &[u8], options: SourceOptions) -> [(Account, u64); 3] {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(bytes).unwrap();
    let stream = Cursor::new(bytes.to_vec());
    [
        account(|| Source::with_options(file.path(), options.strategy(Strategy::Mapped)).unwrap()),
        account(|| Source::with_options(file.path(), options.strategy(Strategy::Read)).unwrap()),
        account(move || Source::from_reader(stream, options)),
    ]
}

/// A record of some length after short ones, in plain text and compressed.
fn a_long_record_takes_no_more_than_twice_its_length() {
    const LEN: usize = 48 << 20;
    const SHORT: &[u8] = b"@r\nACGT\n+\nIIII\n";
    // Quality lines may start like a header.
    for first in [b"I", b"@"] {
        let long = [b"@long\n", &vec![b'A'; LEN / 2][..], b"\n+\n", first, &vec![b'I'; LEN / 2 - 1], b"\n"];
        let text = [&SHORT.repeat(10)[..], &long.concat(), &SHORT.repeat(10)].concat();
        for bytes in [text.clone(), gzip(&text), make::zstd_frame(&text)] {
            for threads in [1, 3] {
                let stream = Cursor::new(bytes.clone());
                let (account, peak) =
                    account(|| Source::from_reader(stream, SourceOptions::new().threads(threads)));
                assert!(account.error.is_none(), "{:?}", account.error);
                assert_eq!(account.tally.records, 21);
                let most = (2 * LEN + (16 << 20)) as u64;
                assert!(peak < most, "{peak} bytes with {threads} threads");
            }
        }
    }
}

/// In one test, since the allocator counts for the whole process.
#[test]
fn a_bomb_is_an_error_in_bounded_memory() {
    let options = SourceOptions::new().threads(2);
    let bombs = [gzip_bomb(), zstd_bomb()];
    assert!(bombs.iter().all(|bomb| bomb.len() < 2 << 20), "{:?}", bombs.each_ref().map(Vec::len));
    for bomb in &bombs {
        for threads in [1, 2, 5] {
            for (account, peak) in accounts(bomb, options.threads(threads).max_record_len(64 << 20)) {
                let error = account.error.unwrap();
                assert_eq!(error.kind().name(), "too_long", "{error}");
                let message = "fastq: record 0, byte 0: longer than the memory limit of 67108864 bytes";
                assert!(error.to_string().starts_with(message), "{error}");
                assert_eq!((account.tally.records, account.complete), (0, false));
                assert!(peak < 100 << 20, "{peak} bytes with {threads} threads");
            }
        }
        for (account, peak) in accounts(bomb, options.max_len(10 << 20)) {
            let error = account.error.unwrap();
            assert_eq!(error.kind().name(), "input_too_long", "{error}");
            // The search for its end holds what appears to be one record of 10 MiB.
            assert!(peak < 24 << 20, "{peak} bytes");
        }
    }
    a_long_record_takes_no_more_than_twice_its_length();
    // A record of the maximum length is read; one that is a byte longer is not.
    let text = b"@r\nACGT\n+\nIIII\n".repeat(1000);
    for (most, is_read) in [(text.len() as u64, true), (text.len() as u64 - 1, false)] {
        for (account, _) in accounts(&gzip(&text), options.max_len(most)) {
            assert_eq!(account.error.is_none(), is_read, "{most}: {:?}", account.error);
            assert!(!is_read || account.tally.records == 1000);
        }
    }
    // Many short records need no more memory than few.
    let text = b"@r\nACGT\n+\nIIII\n".repeat(100_000);
    for (account, peak) in accounts(&gzip(&text).repeat(10), options.part_len(100_000)) {
        assert_eq!((account.tally.records, account.error.is_none()), (1_000_000, true));
        assert!(peak < 8 << 20, "{peak} bytes");
    }
    // Many long records need no more memory than few, with any number of workers.
    let record =
        [b"@r\n".to_vec(), vec![b'A'; 150_000], b"\n+\n".to_vec(), vec![b'I'; 150_000], b"\n".to_vec()];
    let text = record.concat().repeat(200);
    for threads in [1, 2, 4] {
        for (account, peak) in accounts(&gzip(&text), SourceOptions::new().threads(threads)) {
            assert_eq!((account.tally.records, account.error.is_none()), (200, true));
            assert!(peak < 24 << 20, "{peak} bytes with {threads} threads");
        }
    }
}
