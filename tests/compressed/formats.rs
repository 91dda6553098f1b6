//! Every format, damaged and intact, reads the same compressed and plain.

use std::fs;

use pagecut::fasta::Fasta;
use pagecut::fastq::Fastq;
use pagecut::media::mpegts::Packets;
use pagecut::{Format, Resync};

use crate::check::{Input, Reading, is_plain, pieces_are_plain, plain, reads, settings};
use crate::common::{all_testdata, noise, packets, testdata};
use crate::make::Kind;

/// Text that is short enough to be read in every setting.
fn texts(extension: &str) -> Vec<Vec<u8>> {
    let short = |(_, text): (String, Vec<u8>)| text[..text.len().min(3000)].to_vec();
    all_testdata(extension).into_iter().map(short).collect()
}

/// Chooses a compression and a length of members for each number.
fn packed(number: usize, text: &[u8]) -> Vec<u8> {
    Kind::ALL[number % 3].file(text, [37, 400, 100_000][number / 3 % 3]).bytes
}

fn are_plain<F: Format>(formats: &[F], texts: &[Vec<u8>])
where
    for<'data> F::Record<'data>: std::fmt::Debug,
{
    for (number, text) in texts.iter().enumerate() {
        let format = &formats[number % formats.len()];
        is_plain(format, &packed(number, text), text);
    }
}

#[test]
fn reads_of_every_kind() {
    are_plain(&[Fastq::new(), Fastq::strict()], &texts("fastq"));
    are_plain(&[Fastq::strict(), Fastq::new()], &texts("fastq")[1..]);
}

#[test]
fn wrapped_reads() {
    let wrapped = fs::read(testdata("wrapped.fastq")).unwrap();
    for number in 0..6 {
        is_plain(&Fastq::new().wrapped(), &packed(number, &wrapped), &wrapped);
        let reads = reads(20);
        is_plain(&Fastq::new().wrapped(), &packed(number, &reads), &reads);
    }
}

#[test]
fn sequences_of_every_kind() {
    are_plain(&[Fasta::new(), Fasta::strict()], &texts("fasta"));
    are_plain(&[Fasta::strict().comments(true), Fasta::new().comments(true)], &texts("fasta"));
}

#[test]
fn transport_streams() {
    let mut packets = packets(20);
    is_plain(&Packets::new(), &packed(0, &packets), &packets);
    packets.splice(188 * 5..188 * 5, noise(3, 250));
    for number in 0..6 {
        pieces_are_plain(&Packets::new(), &packed(number, &packets), &packets);
    }
}

#[test]
fn damaged_text_is_recovered_as_plain_text() {
    fn check(format: &impl Resync, text: &[u8], number: usize) {
        pieces_are_plain(format, &packed(number, text), text);
    }
    let damaged =
        [&reads(5)[..], b"@bad\nAC\n+\nI\n", &reads(3), b"junk\nand more\n", &reads(9)[..200]].concat();
    for number in 0..9 {
        check(&Fastq::new(), &damaged, number);
    }
    for (number, text) in texts("fastq").iter().enumerate() {
        check(&Fastq::strict(), text, number);
    }
    for (number, text) in texts("fasta").iter().enumerate() {
        check(&Fasta::strict(), text, number + 1);
    }
}

#[test]
fn a_file_can_be_read_again() {
    let text = reads(30);
    let expected = Reading::of(&plain(&text).account(&Fastq::new()));
    for (number, setting) in settings().into_iter().enumerate() {
        let input = Input::new(&packed(number, &text));
        let source = input.open(setting);
        assert!(source.mapped().is_none(), "what is mapped is not what was compressed");
        assert!(source.len_hint().is_none_or(|len| Some(len) == source.reader().map(|reader| reader.len())));
        for _ in 0..if source.reader().is_some() { 3 } else { 1 } {
            assert_eq!(Reading::of(&source.account(&Fastq::new())), expected, "{setting:?}");
        }
    }
}
