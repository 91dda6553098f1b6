//! zstd: frames and skippable frames (RFC 8878).

use pagecut::fastq::Fastq;

use crate::check::{fault_between, few_settings, is_plain, names, reads};
use crate::make::{CompressedFile, Kind, zstd_frame, zstd_skippable, zstd_with};

const FASTQ: Fastq = Fastq::new();

#[test]
fn frames_of_every_length() {
    for len in [1, 7, 300, 100_000] {
        let text = reads(if len == 1 { 8 } else { 40 });
        is_plain(&FASTQ, &Kind::Zstd.file(&text, len).bytes, &text);
    }
}

#[test]
fn length_and_checksum_are_optional() {
    let text = reads(40);
    let frames = |len: usize| text.chunks(len).enumerate();
    for len in [90, 100_000] {
        for (checksum, has_len) in [(false, false), (false, true), (true, false), (true, true)] {
            let bytes: Vec<u8> =
                frames(len).flat_map(|(_, text)| zstd_with(checksum, has_len, text)).collect();
            is_plain(&FASTQ, &bytes, &text);
        }
        let mixed = frames(len).flat_map(|(number, text)| zstd_with(number & 1 == 0, number & 2 == 0, text));
        is_plain(&FASTQ, &mixed.collect::<Vec<_>>(), &text);
    }
}

#[test]
fn skippable_frames_are_skipped_everywhere() {
    let text = reads(40);
    let (a, b) = text.split_at(555);
    let [a, b] = [a, b].map(zstd_frame);
    let (empty, long) = (zstd_skippable(15, b""), zstd_skippable(3, &[0x28; 100_000]));
    for frames in [
        [&zstd_skippable(0, b"some")[..], &a, &b],
        [&long, &a, &b],
        [&empty, &a, &b],
        [&a, &zstd_skippable(7, b"@r\nA\n+\nI\n"), &b],
        [&a, &long, &b],
        [&a, &b, &zstd_skippable(1, b"some")],
        [&a, &b, &empty],
    ] {
        is_plain(&FASTQ, &frames.concat(), &text);
    }
}

#[test]
fn every_magic_number_of_a_skippable_frame_is_known() {
    let text = reads(10);
    for number in 0..16 {
        let bytes = [zstd_skippable(number, b"content"), zstd_frame(&text)].concat();
        is_plain(&FASTQ, &bytes, &text);
    }
}

#[test]
fn frames_without_text_are_empty() {
    for bytes in [
        zstd_frame(b""),
        zstd_with(false, true, b"").repeat(3),
        zstd_skippable(0, b"nothing"),
        zstd_skippable(0, b"").repeat(2),
    ] {
        is_plain(&FASTQ, &bytes, b"");
    }
    let text = reads(30);
    let (a, b) = text.split_at(333);
    is_plain(&FASTQ, &[zstd_frame(a), zstd_frame(b""), zstd_frame(b)].concat(), &text);
}

#[test]
fn a_skippable_frame_that_is_cut_is_an_error() {
    let text = reads(10);
    let mut packed = CompressedFile::default();
    packed.push(&zstd_frame(&text), &text);
    packed.push(&zstd_skippable(5, b"content"), b"");
    let start = packed.range(1).start;
    for at in start + 1..packed.bytes.len() {
        let message = fault_between(&FASTQ, &packed.bytes[..at], [&text, &text], &few_settings(at));
        names(&message, Kind::Zstd, &packed, 1);
    }
}

#[test]
fn a_wrong_checksum_is_an_error() {
    let packed = Kind::Zstd.file(&reads(60), 500);
    for frame in 0..packed.members() {
        for back in 1..=4 {
            let mut bytes = packed.bytes.clone();
            bytes[packed.range(frame).end - back] ^= 0x10;
            let text = [packed.text_before(frame), packed.text_before(frame + 1)];
            let message = fault_between(&FASTQ, &bytes, text, &few_settings(frame * 4 + back));
            names(&message, Kind::Zstd, &packed, frame);
        }
    }
}

#[test]
fn a_frame_that_needs_a_dictionary_is_an_error() {
    // The dictionary ID in the header of a frame.
    let mut frame = zstd_frame(&reads(10));
    assert_eq!(frame[4] & 0b11, 0);
    frame[4] |= 1;
    frame.insert(6, 77);
    for bytes in [frame.clone(), [zstd_frame(b""), frame].concat()] {
        let message = fault_between(&FASTQ, &bytes, [b"", b""], &few_settings(bytes.len()));
        assert!(message.to_lowercase().contains("zstd"), "{message}");
    }
}
