//! The output is read again.

use std::io::{Cursor, IoSlice, Write};

use pagecut::compress::bgzf::Writer;
use pagecut::fastq::{self, Fastq};
use pagecut::{Source, SourceOptions};
use proptest::prelude::*;

use crate::make::{CLOSING, MOST, blocks, noise, options, read, reads, whole_reads, written};

/// Returns the output, which is the same for any number of threads and is read again.
fn check(bytes: &[u8]) -> Vec<u8> {
    let one = written(1, [bytes]);
    for threads in 2..=4 {
        assert!(written(threads, [bytes]) == one, "{} bytes, {threads} threads", bytes.len());
    }
    let (again, packed) = read(&one);
    assert!(again == bytes, "{} bytes", bytes.len());
    assert!(packed.closed && one.ends_with(&CLOSING));
    one
}

#[test]
fn lengths_around_block_boundaries() {
    for len in [0, 1, 2, MOST - 1, MOST, MOST + 1, 2 * MOST - 1, 2 * MOST, 2 * MOST + 1] {
        for bytes in [vec![b'A'; len], noise(len), vec![b'\n'; len]] {
            let made = check(&bytes);
            assert!(made.len() <= len + 64 * (2 + len / MOST), "{len} bytes become {}", made.len());
        }
        check(&reads(len));
        // Without a line end, blocks have the maximum length.
        assert_eq!(blocks(&written(2, [&vec![b'A'; len][..]])).len(), len.div_ceil(MOST) + 1);
    }
    assert_eq!(written(1, []), CLOSING);
}

#[test]
fn a_block_ends_at_a_line_near_its_end() {
    for from_end in [0, 1, 2, 100, 4094, 4095, 4096, 4097] {
        let mut bytes = vec![b'A'; 2 * MOST];
        bytes[MOST - 1 - from_end] = b'\n';
        let first = blocks(&check(&bytes)).remove(0);
        let expected = if from_end < 4096 { MOST - from_end } else { MOST };
        assert_eq!(first.len(), expected, "{from_end}");
    }
    let text = reads(500_000);
    let blocks = blocks(&check(&text));
    for block in &blocks[..blocks.len() - 2] {
        assert!(block.ends_with(b"\n") && block.len() > MOST - 4096);
    }
}

#[test]
fn the_division_into_calls_does_not_matter() {
    let text = reads(200_000);
    let whole = written(1, [&text[..]]);
    for len in [7, 1000, 4096, MOST - 1, MOST, MOST + 1] {
        assert!(written(3, text.chunks(len)) == whole, "{len} at a time");
        let mut writer = Writer::with_options(Vec::new(), options(2)).unwrap();
        for (number, chunk) in text.chunks(len).enumerate() {
            assert_eq!(writer.write(b"").unwrap(), 0, "nothing ends no block");
            if number % 2 == 0 {
                writer.write_all(chunk).unwrap();
                continue;
            }
            let (first, second) = chunk.split_at(chunk.len() / 3);
            let mut slices = &mut [IoSlice::new(first), IoSlice::new(&[]), IoSlice::new(second)][..];
            let mut left = chunk.len();
            while left > 0 {
                let taken = writer.write_vectored(slices).unwrap();
                assert!((1..=left).contains(&taken));
                IoSlice::advance_slices(&mut slices, taken);
                left -= taken;
            }
        }
        assert!(writer.finish().unwrap() == whole, "{len} at a time, in slices");
    }
}

#[test]
fn flushed_bytes_are_readable() {
    for threads in 1..=3 {
        let mut writer = Writer::with_options(Vec::new(), options(threads)).unwrap();
        let text = reads(3 * MOST);
        for (number, chunk) in text.chunks(50_000).enumerate() {
            writer.write_all(chunk).unwrap();
            for _ in 0..2 {
                writer.flush().unwrap();
                let (again, packed) = read(writer.get_ref());
                assert!(again == text[..number * 50_000 + chunk.len()]);
                assert!(!packed.closed, "an empty block in between would look like the end");
            }
        }
    }
}

#[test]
fn an_unfinished_file_is_not_closed() {
    for threads in 1..=3 {
        let mut bytes = Vec::new();
        let text = reads(10 * MOST);
        let mut writer = Writer::with_options(&mut bytes, options(threads)).unwrap();
        writer.write_all(&text).unwrap();
        drop(writer);
        if !bytes.is_empty() {
            let (again, packed) = read(&bytes);
            assert!(text.starts_with(&again) && !packed.closed);
        }
        // With one thread, only the incomplete block is pending.
        assert!(threads > 1 || bytes.len() > CLOSING.len());
    }
}

#[test]
fn written_records_are_read_again() {
    let text = whole_reads(300_000);
    let records: Vec<_> = fastq::records(&text).collect::<Result<_, _>>().unwrap();
    for threads in [1, 2, 4] {
        let inner = Writer::with_options(Vec::new(), options(threads)).unwrap();
        let mut writer = fastq::Writer::new(inner);
        writer.write_records_in(&text, &records).unwrap();
        let bytes = writer.finish().unwrap().finish().unwrap();
        assert!(bytes.len() < text.len() / 2);
        let source = Source::from_reader(Cursor::new(bytes), SourceOptions::new().threads(threads));
        let account = source.account(&Fastq::new());
        assert_eq!(account.tally.records, records.len() as u64);
        assert!(account.complete && account.error.is_none(), "{:?}", account.error);
        assert!(source.compression_stats().unwrap().closed);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(30))]

    #[test]
    fn pieces_of_any_length_with_flushes_between(
        pieces in prop::collection::vec((0..40_000_usize, any::<bool>(), any::<bool>()), 0..12),
        threads in 1..4_usize,
    ) {
        let (text, noise) = (reads(40_000), noise(40_000));
        let mut expected = Vec::new();
        let mut made = [1, threads].map(|threads| Writer::with_options(Vec::new(), options(threads)).unwrap());
        for (len, is_text, flush) in pieces {
            let bytes = if is_text { &text[..len] } else { &noise[..len] };
            expected.extend_from_slice(bytes);
            for writer in &mut made {
                writer.write_all(bytes).unwrap();
                if flush {
                    writer.flush().unwrap();
                }
            }
        }
        let [one, many] = made.map(|writer| writer.finish().unwrap());
        prop_assert!(one == many);
        let (again, packed) = read(&one);
        prop_assert!(again == expected && packed.closed);
    }
}
