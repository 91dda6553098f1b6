//! Accounts of compressed bytes: each byte belongs to a member or is padding.

#![cfg(all(feature = "gzip", feature = "zstd"))]

#[path = "compressed/make.rs"]
mod make;

use std::fs;
use std::io::{Cursor, Write};

use make::{
    BGZF_END, Header, Kind, bgzf_block, bgzf_block_with, gzip, gzip_with, zstd_frame, zstd_skippable,
};
use pagecut::compress::CompressionStats;
use pagecut::fastq::Fastq;
use pagecut::io::Strategy;
use pagecut::{Account, Source, SourceOptions};

const RECORD: &[u8] = b"@r1 first\nACGTACGT\n+\nIIIIIIII\n";

/// Returns the accounts of a mapped file, a read file, and a stream.
fn accounts(bytes: &[u8]) -> Vec<Account> {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(bytes).unwrap();
    let mut accounts = Vec::new();
    for threads in [1, 2, 3, 8] {
        let options = SourceOptions::new().threads(threads).part_len(100);
        let sources = [
            Source::with_options(file.path(), options.strategy(Strategy::Mapped)).unwrap(),
            Source::with_options(file.path(), options.strategy(Strategy::Read)).unwrap(),
            Source::from_reader(Cursor::new(bytes.to_vec()), options),
        ];
        accounts.extend(sources.map(|source| source.account(&Fastq::new())));
    }
    accounts
}

/// Returns members, compressed bytes, padding, text, and whether the file is closed, which all accounts agree on.
fn facts(bytes: &[u8]) -> (u64, u64, u64, u64, bool) {
    let fact = |packed: &CompressionStats| {
        let CompressionStats { members, compressed_bytes, padding_bytes, decompressed_bytes, closed, .. } =
            *packed;
        (members, compressed_bytes, padding_bytes, decompressed_bytes, closed)
    };
    let mut facts: Vec<_> =
        accounts(bytes).iter().map(|account| fact(account.compression.as_ref().unwrap())).collect();
    facts.dedup();
    let [facts] = facts[..] else { panic!("{facts:?}") };
    facts
}

#[test]
fn plain_input_has_no_compression_stats() {
    for account in accounts(RECORD) {
        assert!(account.compression.is_none() && account.error.is_none(), "{account:?}");
    }
}

#[test]
fn every_byte_is_in_a_member_or_padding() {
    let text = RECORD.repeat(40);
    let len = text.len() as u64;
    for (kind, members) in [(Kind::Gzip, 12), (Kind::Bgzf, 13), (Kind::Zstd, 12)] {
        let packed = kind.file(&text, 100);
        assert_eq!(facts(&packed.bytes), (members, packed.bytes.len() as u64, 0, len, true), "{kind:?}");
    }
    for zeros in [1, 18, 1000] {
        for kind in [Kind::Gzip, Kind::Bgzf] {
            let packed = kind.file(&text, 100);
            let padded = [&packed.bytes[..], &vec![0; zeros]].concat();
            let members = packed.members() as u64;
            assert_eq!(facts(&padded), (members, padded.len() as u64, zeros as u64, len, true));
        }
    }
}

#[test]
fn members_without_text_are_members() {
    let end = BGZF_END.len() as u64;
    assert_eq!(facts(&BGZF_END.repeat(3)), (3, 3 * end, 0, 0, true));
    let bytes = [gzip(b""), gzip(RECORD), gzip(b"")].concat();
    assert_eq!(facts(&bytes), (3, bytes.len() as u64, 0, RECORD.len() as u64, true));
    let bytes = [zstd_skippable(1, b"some"), zstd_frame(RECORD), zstd_skippable(2, b"")].concat();
    let (_, packed, padding, unpacked, closed) = facts(&bytes);
    let skipped = (zstd_skippable(1, b"some").len() + zstd_skippable(2, b"").len()) as u64;
    assert_eq!((packed, padding, unpacked, closed), (bytes.len() as u64, skipped, RECORD.len() as u64, true));
}

#[test]
fn bgzf_without_end_of_file_block_is_not_closed() {
    let packed = Kind::Bgzf.file(&RECORD.repeat(20), 70);
    let open = &packed.bytes[..packed.bytes.len() - BGZF_END.len()];
    for account in accounts(open) {
        assert!(account.error.is_none() && account.complete, "{account:?}");
        assert_eq!(account.tally.records, 20);
    }
    assert!(!facts(open).4);
    assert!(facts(&packed.bytes).4);
    // An end-of-file block in the middle closes nothing.
    assert!(!facts(&[&packed.bytes, open].concat()).4);
    assert!(facts(&packed.bytes.repeat(2)).4);
}

#[test]
fn the_last_member_decides_whether_bgzf_is_closed() {
    let late = |text| bgzf_block_with(b"XY\x03\0abc", flate2::Compression::fast(), text);
    // The extra field of a member that is not a block.
    let other = gzip_with(&Header { extra: Some(b"RA\x02\0\x01\0"), ..Header::default() }, RECORD);
    let (open, end, member, empty) = (bgzf_block(RECORD), BGZF_END.to_vec(), gzip(RECORD), gzip(b""));
    for (members, closed) in [
        (vec![&open, &member], true),
        (vec![&open, &other], true),
        (vec![&open, &empty], true),
        (vec![&open, &member, &open, &end], true),
        (vec![&open, &end, &member], true),
        (vec![&open, &end, &open, &end], true),
        (vec![&open, &open, &end], true),
        (vec![&late(RECORD), &late(b"")], true),
        (vec![&late(RECORD), &member], true),
        (vec![&member, &open, &end], true),
        (vec![&other, &empty], true),
        (vec![&open, &member, &open], false),
        (vec![&open, &end, &open], false),
        (vec![&late(RECORD)], false),
        (vec![&open, &late(RECORD)], false),
    ] {
        let bytes = members.iter().copied().flatten().copied().collect::<Vec<u8>>();
        let with_text = members.iter().filter(|member| ![&end, &empty, &late(b"")].contains(member)).count();
        let text_len = (RECORD.len() * with_text) as u64;
        let expected = (members.len() as u64, bytes.len() as u64, 0, text_len, closed);
        assert_eq!(facts(&bytes), expected, "{members:?}");
        for account in accounts(&bytes) {
            assert!(account.error.is_none() && account.complete, "{account:?}");
            assert_eq!(account.tally.records, with_text as u64);
        }
    }
}

#[test]
fn bgzf_is_open_only_if_its_end_was_seen() {
    let text = [&RECORD.repeat(5), &b"@r\nAC\n+\nI\n"[..], &RECORD.repeat(20)].concat();
    let packed = Kind::Bgzf.file(&text, 70);
    let open = &packed.bytes[..packed.bytes.len() - BGZF_END.len()];
    for account in accounts(open) {
        assert_eq!(account.error.as_ref().unwrap().kind().name(), "length_mismatch");
        assert!(account.compression.unwrap().closed, "{account:?}");
    }
    // The truncated record shows that the input ends there.
    let cut = Kind::Bgzf.file(&text[..RECORD.len() * 2 + 5], 70);
    for account in accounts(&cut.bytes[..cut.bytes.len() - BGZF_END.len()]) {
        assert_eq!(account.error.as_ref().unwrap().kind().name(), "incomplete");
        assert!(!account.compression.unwrap().closed, "{account:?}");
    }
}

#[test]
fn a_compressed_file_has_bytes() {
    let folder = tempfile::tempdir().unwrap();
    for (name, format) in
        [("a.fastq.gz", "gzip"), ("a.bgz", "BGZF"), ("a.fa.ZST", "zstd"), ("a.bz2", "bzip2"), ("a.xz", "xz")]
    {
        let path = folder.path().join(name);
        fs::write(&path, b"").unwrap();
        let place = Source::open(&path).unwrap_err().compressed_place().unwrap();
        assert_eq!((place.format, place.number, place.offset), (format, Some(0), 0));
    }
    for name in ["a.fastq", "gz", "a.gz.fastq"] {
        let path = folder.path().join(name);
        fs::write(&path, b"").unwrap();
        let account = Source::open(&path).unwrap().account(&Fastq::new());
        assert!(account.error.is_none() && account.complete && account.compression.is_none(), "{name}");
    }
    // An empty member is not an empty file.
    let path = folder.path().join("empty.fastq.gz");
    fs::write(&path, gzip(b"")).unwrap();
    assert!(Source::open(&path).unwrap().account(&Fastq::new()).complete);
}

#[test]
fn the_account_ends_at_a_fault() {
    let packed = Kind::Bgzf.file(&RECORD.repeat(20), 70);
    let cut = packed.range(4).end - 5;
    for account in accounts(&packed.bytes[..cut]) {
        assert_eq!(account.error.as_ref().unwrap().kind().name(), "compressed");
        let stats = account.compression.as_ref().unwrap();
        assert!(stats.members <= 4 && stats.compressed_bytes <= cut as u64, "{account:?}");
        assert!(
            stats.decompressed_bytes <= packed.text_before(5).len() as u64 && !account.complete,
            "{account:?}"
        );
    }
}
