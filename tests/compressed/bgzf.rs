//! BGZF: blocks, empty blocks, and the end-of-file block.

use flate2::Compression;
use pagecut::fastq::Fastq;

use crate::check::{fault_after, fault_between, few_settings, is_plain, names, read_in, reads, settings};
use crate::make::{BGZF_END, CompressedFile, Kind, bgzf_block, bgzf_block_with, gzip};

const FASTQ: Fastq = Fastq::new();

/// Blocks of 50 bytes of text, with or without an end-of-file block.
fn blocks(records: usize, closed: bool) -> CompressedFile {
    let mut packed = CompressedFile::default();
    reads(records).chunks(50).for_each(|text| packed.push(&bgzf_block(text), text));
    if closed {
        packed.push(&BGZF_END, b"");
    }
    packed
}

#[test]
fn an_empty_block_ends_nothing() {
    let text = reads(30);
    for at in [0, 1, 5, 10] {
        for count in [1, 4] {
            let mut packed = CompressedFile::default();
            for (number, text) in text.chunks(100).enumerate() {
                if number == at {
                    (0..count).for_each(|_| packed.push(&BGZF_END, b""));
                }
                packed.push(&bgzf_block(text), text);
            }
            packed.push(&BGZF_END, b"");
            is_plain(&FASTQ, &packed.bytes, &text);
        }
    }
    let emptied: Vec<u8> =
        text.chunks(60).flat_map(|text| [&bgzf_block(text)[..], &BGZF_END].concat()).collect();
    is_plain(&FASTQ, &emptied, &text);
}

#[test]
fn a_file_of_nothing_but_empty_blocks_is_empty() {
    for count in [1, 2, 50] {
        is_plain(&FASTQ, &BGZF_END.repeat(count), b"");
    }
}

#[test]
fn blocks_of_every_length() {
    for len in [1, 7, 300, 60_000] {
        let text = reads(if len == 1 { 8 } else { 40 });
        is_plain(&FASTQ, &Kind::Bgzf.file(&text, len).bytes, &text);
    }
}

#[test]
fn blocks_as_long_as_they_can_be() {
    let text = crate::common::reads(200_000);
    for (len, level) in [(65_280, Compression::none()), (65_536, Compression::best())] {
        let blocks = text.chunks(len).map(|text| bgzf_block_with(b"", level, text));
        let bytes: Vec<u8> = blocks.chain([BGZF_END.to_vec()]).flatten().collect();
        let (reading, error) = read_in(&FASTQ, &bytes, &settings());
        assert!(error.is_none(), "{error:?}");
        assert_eq!(reading.tally.bytes(), text.len() as u64);
    }
}

#[test]
fn an_oversized_block_is_read_or_an_error() {
    // 70,000 bytes; the maximum is 65,536.
    let long = bgzf_block_with(b"", Compression::best(), &b"@r\n\n+\n\n".repeat(10_000));
    let (reading, error) = read_in(&FASTQ, &[&long[..], &BGZF_END].concat(), &few_settings(0));
    assert!(error.is_some() || reading.tally.records == 10_000, "{reading:?}");
}

#[test]
fn a_block_may_have_other_fields_too() {
    let text = reads(30);
    let fields = [b"XY\x03\0abc".as_slice(), b"BD\x02\0\x01\x02", b"XX\0\0YY\x01\0B"];
    let blocks = text.chunks(90).enumerate();
    let blocks = blocks.map(|(number, text)| bgzf_block_with(fields[number % 3], Compression::fast(), text));
    let bytes: Vec<u8> = blocks.chain([BGZF_END.to_vec()]).flatten().collect();
    is_plain(&FASTQ, &bytes, &text);
}

#[test]
fn the_end_of_file_block_may_be_missing() {
    let packed = blocks(30, false);
    is_plain(&FASTQ, &packed.bytes, &packed.text);
}

#[test]
fn a_cut_in_a_block_is_an_error() {
    let (tiny, small) = (blocks(3, true), blocks(60, true));
    let of_tiny = (1..tiny.bytes.len()).map(|at| (&tiny, at));
    let of_small = (97..small.bytes.len()).step_by(97).map(|at| (&small, at));
    let mut cuts = 0;
    for (packed, at) in of_tiny.chain(of_small).filter(|(packed, at)| !packed.is_end(*at)) {
        let block = packed.member_at(at);
        // The available part of a truncated block may be returned.
        let text = [packed.text_before(block), packed.text_before(block + 1)];
        let bytes = &packed.bytes[..at];
        if block == 0 && at < 18 {
            // It may look like gzip, or not be recognizable yet.
            assert!(read_in(&FASTQ, bytes, &few_settings(at)).1.is_some(), "cut at {at}");
        } else {
            let message = fault_between(&FASTQ, bytes, text, &few_settings(at));
            names(&message, Kind::Bgzf, packed, block);
        }
        cuts += 1;
    }
    assert!(cuts > 150, "{cuts} cuts");
}

#[test]
fn a_cut_between_blocks_ends_with_the_text() {
    let packed = blocks(30, true);
    for block in 0..packed.members() {
        let bytes = &packed.bytes[..packed.range(block).start];
        is_plain(&FASTQ, bytes, packed.text_before(block));
    }
}

#[test]
fn bgzf_and_gzip_may_follow_each_other() {
    let text = reads(60);
    let (a, b) = text.split_at(555);
    let (b, c) = b.split_at(700);
    let bgzf = |text| Kind::Bgzf.file(text, 120).bytes;
    for bytes in [
        [bgzf(a), bgzf(b), bgzf(c)],
        [bgzf(a), gzip(b), bgzf(c)],
        [gzip(a), bgzf(b), bgzf(c)],
        [gzip(a), bgzf(b), gzip(c)],
        [bgzf(a), bgzf(b), gzip(c)],
    ] {
        is_plain(&FASTQ, &bytes.concat(), &text);
    }
}

#[test]
fn a_wrong_length_of_a_block_is_an_error() {
    let packed = blocks(30, true);
    let last = packed.members() - 1;
    for block in [0, 1, last / 2, last - 1, last] {
        let at = packed.range(block).start + 16;
        let size = u16::from_le_bytes([packed.bytes[at], packed.bytes[at + 1]]);
        for wrong in [0, 1, 17, 25, size - 1, size + 1, size + 28, 0xffff] {
            let mut bytes = packed.bytes.clone();
            bytes[at..at + 2].copy_from_slice(&wrong.to_le_bytes());
            // Where no block ends, the available part may be returned.
            let text = [packed.text_before(block), packed.text_before(block + 1)];
            let message = fault_between(&FASTQ, &bytes, text, &few_settings(block + usize::from(wrong)));
            names(&message, Kind::Bgzf, &packed, block);
        }
    }
}

#[test]
fn a_wrong_checksum_or_length_of_the_text_is_an_error() {
    let packed = blocks(30, true);
    for block in 0..packed.members() {
        for back in [8, 5, 4, 1] {
            let mut bytes = packed.bytes.clone();
            bytes[packed.range(block).end - back] ^= 1;
            let message = fault_after(&FASTQ, &bytes, packed.text_before(block), &few_settings(block + back));
            names(&message, Kind::Bgzf, &packed, block);
        }
    }
}
