//! A property: records of any lengths, in members of any lengths and kinds, give the records of the text in every
//! setting.

use pagecut::fastq::Fastq;
use proptest::prelude::*;

use crate::check::{is_plain_in, settings};
use crate::make::{BGZF_END, Kind, zstd_skippable};

/// A record whose letters and scores may look like something else, with either kind of line end.
fn record() -> impl Strategy<Value = Vec<u8>> {
    let pair = (prop::sample::select(b"ACGTN"), prop::sample::select(b"!+@I~"));
    ("[a-z@+]{0,5}", prop::collection::vec(pair, 0..60), any::<bool>()).prop_map(|(name, pairs, crlf)| {
        let (sequence, scores): (Vec<u8>, Vec<u8>) = pairs.into_iter().unzip();
        let eol: &[u8] = if crlf { b"\r\n" } else { b"\n" };
        [b"@", name.as_bytes(), eol, &sequence, eol, b"+", eol, &scores, eol].concat()
    })
}

/// A file of gzip and BGZF members, or of zstd frames, with the lengths of `lens` and the kinds of `kinds` in turn.
fn file(text: &[u8], zstd: bool, lens: &[usize], kinds: &[u8]) -> Vec<u8> {
    let (mut bytes, mut rest) = (Vec::new(), text);
    for (len, kind) in lens.iter().cycle().zip(kinds.iter().cycle()) {
        let (member, behind) = rest.split_at(rest.len().min(*len));
        bytes.extend(match (zstd, kind) {
            (true, 0) => [Kind::Zstd.member(member), zstd_skippable(1, member)].concat(),
            (true, _) => Kind::Zstd.member(member),
            (false, 0) => [&BGZF_END[..], &Kind::Bgzf.member(member)].concat(),
            (false, 1) => Kind::Gzip.member(member),
            (false, _) => Kind::Bgzf.member(member),
        });
        rest = behind;
        if rest.is_empty() {
            break;
        }
    }
    bytes
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn members_of_any_lengths_and_kinds(
        records in prop::collection::vec(record(), 0..40),
        lens in prop::collection::vec(1..500_usize, 1..5),
        kinds in prop::collection::vec(0..5_u8, 1..6),
        zstd in any::<bool>(),
        setting in prop::sample::select(settings()),
        threads in 1..9_usize,
        part_len in 1..300_usize,
    ) {
        let text = records.concat();
        let bytes = file(&text, zstd, &lens, &kinds);
        is_plain_in(&Fastq::new(), &bytes, &text, setting.with(threads, part_len));
    }
}
