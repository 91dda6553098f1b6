//! Edge cases of the search for the next block and of reported losses.

use flate2::Compression;
use pagecut::Gap;

use crate::check::{Origin, Reads, Setting, blocks, check, few_settings, recover, text_of};
use crate::damage::Damage;
use crate::make::{BGZF_END, CompressedFile, Header, bgzf_block, bgzf_block_with, deflate, gzip};

/// Returns the losses, in compressed bytes and in the text.
fn lost(gaps: &[Gap]) -> Vec<(std::ops::Range<u64>, Option<std::ops::Range<u64>>)> {
    let lost = gaps.iter().filter_map(|gap| gap.lost.as_deref());
    lost.map(|lost| (lost.compressed.clone(), lost.decompressed.clone())).collect()
}

#[test]
fn the_next_block_is_found_wherever_it_begins() {
    let reads = Reads::of(10);
    let packed = blocks(&reads.text, &[150]);
    let (before, behind) = packed.bytes.split_at(packed.range(2).start);
    let at = text_of(&packed, 2).start;
    // Few bytes, and about as many as one search examines.
    for len in (1..4).chain(65_530..65_545) {
        let bytes = [before, &b"?".repeat(len), behind].concat();
        for origin in [Origin::Stream, Origin::Dribble] {
            let (good, gaps, account) = recover(&bytes, Setting { origin, threads: 1, part_len: 700 });
            assert_eq!(good, reads.without(std::slice::from_ref(&(at..at))), "{len} bytes, {origin:?}");
            let start = before.len() as u64;
            assert_eq!(lost(&gaps), [(start..start + len as u64, None)], "{len} bytes, {origin:?}");
            assert!(account.complete);
        }
    }
}

#[test]
fn a_false_block_start_does_not_end_a_loss() {
    let mut reads = Reads::of(5);
    let mut inner = bgzf_block(b"@made up\nA\n+\nI\n");
    assert!(!inner.contains(&b'\n'), "it would end the line");
    let sum = inner.len() - 8;
    inner[sum] ^= 0x40;
    reads.push(&[&b"@holds a block\n"[..], &inner, b"\n+\n", &vec![b'I'; inner.len()], b"\n"].concat());
    let mut packed = CompressedFile::default();
    for text in [&Reads::of(3).text, &reads.text, &Reads::of(4).text] {
        packed.push(&bgzf_block_with(b"", Compression::none(), text), text);
    }
    let mut bytes = packed.bytes.clone();
    Damage::Sum.apply(&packed, 1, &mut bytes);
    for setting in few_settings(2) {
        let range = packed.range(1);
        let lost = lost(&recover(&bytes, setting).1);
        assert_eq!(lost, [(range.start as u64..range.end as u64, None)], "{setting:?}");
    }
}

#[test]
fn only_the_last_block_closes_the_file() {
    let packed = blocks(&Reads::of(20).text, &[300]);
    let open = &packed.bytes[..packed.bytes.len() - BGZF_END.len()];
    for (bytes, closed) in [
        (packed.bytes.clone(), true),
        (open.to_vec(), false),
        ([&packed.bytes, &BGZF_END[..]].concat(), true),
        // Garbage is no block, so the block before it is the last one.
        ([&packed.bytes, &b"garbage"[..]].concat(), true),
        ([open, b"garbage"].concat(), false),
        ([&packed.bytes, &open[..open.len() - 5]].concat(), false),
        ([open, b"garbage", &BGZF_END].concat(), true),
    ] {
        for setting in few_settings(bytes.len()) {
            let stats = recover(&bytes, setting).2.compression.unwrap();
            assert_eq!(stats.closed, closed, "{} bytes, {setting:?}", bytes.len());
        }
    }
}

#[test]
fn an_end_inside_a_block_is_located() {
    let packed = blocks(&Reads::of(20).text, &[170]);
    let last = packed.range(3);
    for cut in [last.start + 1, last.start + 10, last.start + 30, last.end - 1] {
        for setting in few_settings(cut) {
            let (_, gaps, _) = recover(&packed.bytes[..cut], setting);
            let gap = gaps.iter().find(|gap| gap.lost.is_some()).unwrap();
            let place = gap.error.compressed_place().unwrap();
            assert_eq!((place.start, place.offset), (last.start as u64, cut as u64), "{setting:?}");
        }
    }
}

#[test]
fn certain_losses_are_counted() {
    let reads = Reads::of(40);
    let packed = blocks(&reads.text, &[170]);
    let places = |blocks: [usize; 2], certain: [bool; 2]| {
        let place = |(block, certain): (usize, bool)| {
            let (range, text) = (packed.range(block), text_of(&packed, block));
            let held = certain.then_some(text.start as u64..text.end as u64);
            (range.start as u64..range.end as u64, held)
        };
        [place((blocks[0], certain[0])), place((blocks[1], certain[1]))]
    };
    for (damage, certain) in [
        ([&[Damage::Sum][..], &[Damage::Sum]], [true, true]),
        ([&[Damage::LongIsize], &[Damage::Sum]], [true, true]),
        // Neither the length nor the checksum is correct.
        ([&[Damage::LongIsize, Damage::Sum], &[Damage::Sum]], [false, false]),
        ([&[Damage::Sum], &[Damage::Payload]], [true, false]),
    ] {
        let mut bytes = packed.bytes.clone();
        for (block, damages) in [2, 5].into_iter().zip(damage) {
            damages.iter().for_each(|damage| damage.apply(&packed, block, &mut bytes));
        }
        let gaps = check(&reads, &packed, &bytes, &[2, 5], &few_settings(7));
        assert_eq!(lost(&gaps), places([2, 5], certain), "{damage:?}");
    }
}

#[test]
fn a_truncated_member_is_lost() {
    let reads = Reads::of(20);
    let blocks = blocks(&reads.text, &[300]).bytes;
    let member = gzip(&Reads::of(9).text);
    for setting in few_settings(6) {
        let (good, gaps, account) = recover(&[&blocks, &member[..member.len() - 20]].concat(), setting);
        let len = blocks.len() as u64;
        assert_eq!(lost(&gaps), [(len..len + member.len() as u64 - 20, None)], "{setting:?}");
        assert!(good == reads.text && account.complete, "{setting:?}");
    }
    // Longer than the examined bytes: its start identifies it as a member.
    let long = Reads::of(20).text.repeat(400);
    let sum_and_len = [crc32fast::hash(&long), u32::try_from(long.len()).unwrap()].map(u32::to_le_bytes);
    let member =
        [Header::default().bytes(), deflate(&long, Compression::none()), sum_and_len.concat()].concat();
    assert!(member.len() > 300_000);
    let bytes = [&blocks, &member, &bgzf_block(&reads.text)[..]].concat();
    for origin in [Origin::Stream, Origin::File(pagecut::io::Strategy::Read)] {
        let (good, gaps, account) = recover(&bytes, Setting { origin, threads: 2, part_len: 50_000 });
        assert!(gaps.is_empty() && account.complete, "{gaps:?}");
        assert!(good == [&reads.text, &long, &reads.text].map(Vec::as_slice).concat());
    }
}
