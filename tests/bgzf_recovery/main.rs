//! Promise: after a damaged block of BGZF, reading continues, and only records that touch the block are lost; with
//! every number of threads, from files and streams.

#![cfg(feature = "gzip")]

#[path = "../compressed/make.rs"]
mod make;

mod check;
mod damage;
mod edges;

use std::io::Cursor;
use std::ops::Range;

use check::{ORIGINS, Reads, Setting, blocks, check, few_settings, recover, text_of};
use damage::Damage;
use make::{BGZF_END, CompressedFile, bgzf_block, gzip};
use pagecut::fastq::Fastq;
use pagecut::{FileKind, Source, SourceOptions};
use proptest::prelude::*;

#[test]
fn a_damaged_block_loses_only_its_records() {
    let reads = Reads::of(50);
    for (shape, lens) in [&[200][..], &[37, 300, 1, 90], &[0, 500], &[64]].into_iter().enumerate() {
        let packed = blocks(&reads.text, lens);
        for damage in Damage::ALL {
            for block in 0..packed.members() {
                if !damage.is_detected(&packed, block)
                    || packed.members() > 20 && !(block + shape).is_multiple_of(3)
                {
                    continue;
                }
                let mut bytes = packed.bytes.clone();
                damage.apply(&packed, block, &mut bytes);
                if bytes == packed.bytes {
                    // The length of an empty block stays 0.
                    continue;
                }
                let gaps = check(&reads, &packed, &bytes, &[block], &few_settings(shape + block * 5));
                let gap = gaps.iter().find(|gap| gap.lost.is_some()).unwrap();
                let (lost, range, text) =
                    (gap.lost.as_deref().unwrap(), packed.range(block), text_of(&packed, block));
                assert_eq!(lost.compressed, range.start as u64..range.end as u64, "{damage:?} of {block}");
                let place = gap.error.compressed_place().unwrap();
                assert_eq!(
                    (place.start, place.number),
                    (range.start as u64, Some(block as u64)),
                    "{damage:?}"
                );
                // Uncertain lengths are not reported.
                let text = text.start as u64..text.end as u64;
                let certain = matches!(damage, Damage::Sum | Damage::LongIsize);
                assert_eq!(lost.decompressed, certain.then_some(text), "{damage:?} of {block}");
            }
        }
    }
}

#[test]
fn adjacent_lost_blocks() {
    let reads = Reads::of(60);
    let packed = blocks(&reads.text, &[150]);
    for damage in Damage::ALL {
        for blocks in [vec![3, 4], vec![3, 4, 5], vec![3, 5], vec![1, 4, 5, 9]] {
            // The length of both blocks does not give that of the second one.
            if damage == Damage::NextBsize {
                continue;
            }
            let mut bytes = packed.bytes.clone();
            blocks.iter().for_each(|&block| damage.apply(&packed, block, &mut bytes));
            check(&reads, &packed, &bytes, &blocks, &few_settings(blocks.len()));
        }
    }
}

#[test]
fn bytes_that_are_missing_or_too_many() {
    let reads = Reads::of(40);
    let packed = blocks(&reads.text, &[170]);
    let last = packed.members() - 1;
    for block in [1, 3, last - 1] {
        let Range { start, end } = packed.range(block);
        for (number, bytes) in [
            // Bytes removed from the block, so that all later bytes move.
            [&packed.bytes[..start + 30], &packed.bytes[end - 12..]].concat(),
            [&packed.bytes[..start + 5], &packed.bytes[end..]].concat(),
            [&packed.bytes[..end - 3], &packed.bytes[end..]].concat(),
        ]
        .into_iter()
        .enumerate()
        {
            let expected = reads.without(&[text_of(&packed, block)]);
            for setting in few_settings(block + number) {
                let (good, gaps, account) = recover(&bytes, setting);
                assert_eq!(
                    good.escape_ascii().to_string(),
                    expected.escape_ascii().to_string(),
                    "{setting:?}"
                );
                let stats = account.compression.unwrap();
                assert_eq!(
                    (stats.compressed_bytes, stats.members),
                    (bytes.len() as u64, last as u64),
                    "{gaps:?}"
                );
                assert!(account.complete && account.tally.bytes() == stats.decompressed_bytes, "{setting:?}");
            }
        }
    }
    // Truncated: the rest of the last block is lost.
    for cut in [packed.range(4).start + 10, packed.range(4).end - 1] {
        for setting in few_settings(cut) {
            let (good, gaps, account) = recover(&packed.bytes[..cut], setting);
            let behind = text_of(&packed, 4).start..reads.text.len();
            assert_eq!(good, reads.without(std::slice::from_ref(&behind)), "{setting:?}: {gaps:?}");
            let stats = account.compression.unwrap();
            assert_eq!(stats.lost_bytes, (cut - packed.range(4).start) as u64);
            assert!(account.complete && !stats.closed, "{account:?}");
        }
    }
}

#[test]
fn a_block_inside_a_block_is_ignored() {
    // Letters that form a block of BGZF, stored uncompressed.
    let mut reads = Reads::of(20);
    let inner = bgzf_block(b"@made up\nA\n+\nI\n");
    assert!(!inner.contains(&b'\n'), "it would end the line");
    reads.push(&[&b"@holds a block\n"[..], &inner, b"\n+\n", &vec![b'I'; inner.len()], b"\n"].concat());
    let end = reads.text.len();
    Reads::of(20).ranges().for_each(|range| reads.push(&Reads::of(20).text[range]));
    let mut packed = CompressedFile::default();
    let stored = make::bgzf_block_with(b"", flate2::Compression::none(), &reads.text[..end]);
    packed.push(&stored, &reads.text[..end]);
    packed.push(&bgzf_block(&reads.text[end..]), &reads.text[end..]);
    packed.push(&BGZF_END, b"");
    // It is found in the intact file, too, as a part of its block.
    check(&reads, &packed, &packed.bytes, &[], &few_settings(0));
}

#[test]
fn members_that_are_no_blocks_are_read() {
    let reads = Reads::of(60);
    let (first, rest) = reads.text.split_at(700);
    let (second, third) = rest.split_at(900);
    let mut packed = blocks(first, &[130]);
    packed.push(&gzip(second), second);
    packed.push(&blocks(third, &[130]).bytes, third);
    for setting in few_settings(3) {
        let (good, gaps, account) = recover(&packed.bytes, setting);
        assert_eq!((good.len(), gaps.len()), (reads.text.len(), 0), "{gaps:?}");
        assert!(account.complete && account.error.is_none());
    }
    // A block without the BGZF subfield is a member.
    let mut nameless = blocks(&reads.text, &[130]);
    nameless.bytes[packed.range(3).start + 12] = b'X';
    for setting in few_settings(5) {
        let (good, gaps, _) = recover(&nameless.bytes, setting);
        assert_eq!((good.len(), gaps.len()), (reads.text.len(), 0), "{gaps:?}");
    }
    // Damage before and after them is skipped.
    let mut packed = CompressedFile::default();
    for (number, text) in reads.text.chunks(130).enumerate() {
        packed.push(&if number % 4 == 3 { gzip(text) } else { bgzf_block(text) }, text);
    }
    packed.push(&BGZF_END, b"");
    for damaged in [vec![2, 6], vec![4, 8, 13], vec![1, 2]] {
        let mut bytes = packed.bytes.clone();
        damaged.iter().for_each(|&block| Damage::Payload.apply(&packed, block, &mut bytes));
        check(&reads, &packed, &bytes, &damaged, &few_settings(damaged.len()));
    }
    // Damage of a member that is short enough to be examined completely.
    let mut bytes = packed.bytes.clone();
    Damage::Sum.apply(&packed, 7, &mut bytes);
    check(&reads, &packed, &bytes, &[7], &few_settings(4));
}

#[test]
fn trailing_zeros_are_padding_and_garbage_is_lost() {
    let reads = Reads::of(20);
    let packed = blocks(&reads.text, &[300]);
    for setting in few_settings(1) {
        let padded = [&packed.bytes[..], &[0; 5000]].concat();
        let (good, gaps, account) = recover(&padded, setting);
        assert_eq!((&good, gaps.len(), account.compression.unwrap().padding_bytes), (&reads.text, 0, 5000));
        let garbage = [&padded[..], b"garbage"].concat();
        let (_, gaps, account) = recover(&garbage, setting);
        let lost = gaps[0].lost.as_deref().unwrap();
        assert_eq!(lost.compressed, packed.bytes.len() as u64..garbage.len() as u64);
        assert_eq!(account.compression.unwrap().lost_bytes, 5007);
    }
}

#[test]
fn the_format_is_detected_after_a_lost_block() {
    let reads = Reads::of(50);
    let packed = blocks(&reads.text, &[333]);
    let mut bytes = packed.bytes.clone();
    Damage::Sum.apply(&packed, 0, &mut bytes);
    let source = Source::from_reader(Cursor::new(bytes), SourceOptions::new());
    assert!(source.detect().is_err());
    assert_eq!(source.detect_after_damage().unwrap(), FileKind::Fastq);
    assert!(source.detect().is_err(), "what is looked at with one backend says nothing of the other");
}

#[test]
fn records_before_the_first_fault_stay() {
    let reads = Reads::of(50);
    let packed = blocks(&reads.text, &[333]);
    let mut bytes = packed.bytes.clone();
    Damage::Payload.apply(&packed, 1, &mut bytes);
    let source = Source::from_reader(Cursor::new(bytes), SourceOptions::new());
    source.detect_after_damage().unwrap();
    let account = source.account(&Fastq::new());
    assert!(!account.complete && account.compression.unwrap().lost_bytes == 0, "{account:?}");
    assert!(account.tally.bytes() <= 333);
}

#[test]
fn an_empty_stream_can_be_read_in_both_modes() {
    let source = Source::from_reader(Cursor::new(BGZF_END.repeat(2)), SourceOptions::new());
    for account in [source.account(&Fastq::new()), source.parts(&Fastq::new()).recover().account()] {
        assert!(account.complete && account.error.is_none() && account.tally.bytes() == 0, "{account:?}");
    }
}

/// A record whose letters and scores may look like something else.
fn record() -> impl Strategy<Value = Vec<u8>> {
    let pair = (prop::sample::select(b"ACGTN"), prop::sample::select(b"!+@I~"));
    ("[a-z@+]{0,5}", prop::collection::vec(pair, 0..60)).prop_map(|(name, pairs)| {
        let (sequence, scores): (Vec<u8>, Vec<u8>) = pairs.into_iter().unzip();
        [b"@", name.as_bytes(), b"\n", &sequence, b"\n+\n", &scores, b"\n"].concat()
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_damage_of_any_blocks(
        records in prop::collection::vec(record(), 1..40),
        lens in prop::collection::vec(1..400_usize, 1..5),
        damages in prop::collection::vec((any::<prop::sample::Index>(), prop::sample::select(&Damage::ALL[..])), 0..4),
        origin in prop::sample::select(&ORIGINS[..]),
        threads in 1..9_usize,
        part_len in 1..500_usize,
    ) {
        let mut reads = Reads::default();
        records.iter().for_each(|record| reads.push(record));
        let packed = blocks(&reads.text, &lens);
        let (mut bytes, mut damaged) = (packed.bytes.clone(), Vec::new());
        for (index, damage) in damages {
            let block = index.index(packed.members());
            // Another test covers damage of adjacent blocks.
            if damaged.iter().any(|other: &usize| other.abs_diff(block) < 2) || !damage.is_detected(&packed, block) {
                continue;
            }
            let before = bytes.clone();
            damage.apply(&packed, block, &mut bytes);
            if bytes != before {
                damaged.push(block);
            }
        }
        damaged.sort_unstable();
        check(&reads, &packed, &bytes, &damaged, &[Setting { origin, threads, part_len }]);
    }
}
