//! Parts of a file have the records that reading from the left finds: in valid files, damaged files, and files that contain
//! another file.

use std::ops::Range;

use pagecut::media::matroska::{ElementId, Matroska};
use pagecut::{
    Piece, Resync, Source, SourceOptions,
    record::{Boundaries, Part, Search},
};
use proptest::prelude::*;
use rayon::prelude::*;

use super::common::{POOLS, facts, in_words, noise, parts_at, serial};
use super::write::{cluster_body, element, file, id, simple_block, unknown, vint};
use super::{clusters, files, position, read};

/// Builds a file that contains another file in every possible place.
fn nested() -> Vec<u8> {
    let frame = b"a frame".as_slice();
    let inner = file(&[known(0, &[frame; 3]), live(1, &[frame; 2]), known(2, &[frame])].concat());
    let tail = &inner[clusters(&inner)[1].start..];
    let attachment = |data: &[u8]| {
        let attached = element(ElementId::ATTACHED_FILE, &element(ElementId::FILE_DATA, data));
        element(ElementId::ATTACHMENTS, &attached)
    };
    file(
        &[
            // The inner file ends at the start of the next element, like its own elements.
            attachment(&inner),
            known(3, &[frame, &inner, frame]),
            live(4, &[frame, &inner, tail]),
            attachment(tail),
            element(ElementId::VOID, &inner),
            known(5, &[frame, tail]),
            live(6, &[frame]),
            known(7, &[&inner, frame]),
        ]
        .concat(),
    )
}

fn known(time: u64, frames: &[&[u8]]) -> Vec<u8> {
    element(ElementId::CLUSTER, &cluster_body(time, frames))
}

fn live(time: u64, frames: &[&[u8]]) -> Vec<u8> {
    unknown(ElementId::CLUSTER, &cluster_body(time, frames))
}

/// Returns damaged copies: a wrong size of each cluster and some other elements, a missing piece, a changed piece.
fn damaged(data: &[u8]) -> Vec<Vec<u8>> {
    let mut copies = Vec::new();
    let places = clusters(data).into_iter().map(|cluster| cluster.start);
    for start in places.chain((0..data.len()).step_by(data.len() / 40 + 1)) {
        for (at, bytes) in
            [(4, b"\x80".as_slice()), (4, b"\x10\xff\xff\xff"), (4, b"\x1f"), (0, b"\0"), (8, b"\xff\0\xff")]
        {
            let mut copy = data.to_vec();
            let range = (start + at).min(copy.len())..(start + at + bytes.len()).min(copy.len());
            copy[range.clone()].copy_from_slice(&bytes[..range.len()]);
            copies.push(copy);
        }
        let behind = (start + 11).min(data.len());
        copies.push([&data[..start], &data[behind..]].concat());
        copies.push([&data[..behind], &data[start..]].concat());
        copies.push([&data[..start], b"junk", &data[start..]].concat());
        copies.push(data[..start].to_vec());
        copies.push(data[start..].to_vec());
    }
    copies
}

/// Returns every boundary found from any offset.
fn all_boundaries(data: &[u8]) -> Vec<usize> {
    let mut cuts = Vec::new();
    let mut from = 0;
    while let Some(cut) = Matroska.find_boundary(data, from) {
        cuts.push(cut);
        from = cut + 1;
    }
    cuts
}

fn words(parts: &[Part<'_>]) -> Vec<String> {
    parts.iter().flat_map(|part| Matroska.pieces_of(*part)).map(in_words).collect()
}

/// Checks the division at every pair of boundaries, and at all of them.
fn check(data: &[u8], what: &str) {
    let whole = words(&[Part::whole(data)]);
    let (records, error) = serial(&Matroska, data);
    let cuts = all_boundaries(data);
    for at in cuts.iter().map(|&cut| vec![cut]).chain([cuts.clone()]) {
        let parts = parts_at(&Matroska, data, &at);
        assert_eq!(words(&parts), whole, "{what}, cut at {at:?}");
    }
    for pool in &POOLS[1..3] {
        let collected: Result<Vec<_>, _> =
            pool.install(|| Matroska.par_records(data).with_min_len(1).collect());
        let collected = collected.map_err(|error| facts(&error));
        let expected = error.clone().map_or_else(|| Ok(records.clone()), Err);
        assert_eq!(collected, expected, "{what}");
    }
}

#[test]
fn every_file_split_anywhere() {
    for (name, data) in files() {
        check(&data, name);
        let cuts = all_boundaries(&data);
        let expected: Vec<_> = clusters(&data).into_iter().map(|cluster| cluster.start).collect();
        assert_eq!(cuts, expected, "{name}");
        // The same boundaries are found from each offset.
        for from in (0..data.len()).step_by(61) {
            let next = cuts.iter().copied().find(|&cut| cut >= from);
            assert_eq!(Matroska.find_boundary(&data, from), next, "{name}, from {from}");
        }
    }
}

#[test]
fn clusters_of_a_nested_file_are_no_boundaries() {
    let data = nested();
    let expected: Vec<_> = clusters(&data).into_iter().map(|cluster| cluster.start).collect();
    assert_eq!(expected.len(), 5);
    // Many more positions look like clusters.
    let looks = data.windows(4).filter(|window| *window == id(ElementId::CLUSTER)).count();
    assert!(looks > 25, "{looks}");
    for from in 0..data.len() {
        let next = expected.iter().copied().find(|&cut| cut >= from);
        assert_eq!(Matroska.find_boundary(&data, from), next, "from {from}");
    }
    check(&data, "nested");
}

#[test]
fn an_attached_file_is_skipped() {
    let data = read("groups.mkv");
    let inner = clusters(&read("unknown_sizes.mkv")).len();
    let looks = data.windows(4).filter(|window| *window == id(ElementId::CLUSTER)).count();
    // The seek head lists none of them.
    assert_eq!(clusters(&data).len() + inner, looks);
    assert_eq!(all_boundaries(&data).len(), clusters(&data).len());
}

#[test]
fn damaged_files_split_anywhere() {
    for (number, data) in damaged(&nested()).iter().enumerate() {
        check(data, &format!("nested, damaged copy {number}"));
    }
    for name in ["unknown_sizes.mkv", "lacing.mka"] {
        for (number, data) in damaged(&read(name)).iter().enumerate().step_by(3) {
            check(data, &format!("{name}, damaged copy {number}"));
        }
    }
}

/// Generates valid and damaged elements, and elements that no muxer writes.
fn fragment() -> impl Strategy<Value = Vec<u8>> {
    let frames = prop::collection::vec(prop::collection::vec(any::<u8>(), 0..20), 0..4);
    let leaf = prop_oneof![
        (0..9_u64, frames.clone(), any::<bool>()).prop_map(|(time, frames, is_known)| {
            let frames: Vec<_> = frames.iter().map(Vec::as_slice).collect();
            if is_known { known(time, &frames) } else { live(time, &frames) }
        }),
        prop::collection::vec(any::<u8>(), 0..9),
        Just(file(b"")),
        Just(element(ElementId::VOID, b"void")),
        Just(element(ElementId::TAGS, &element(ElementId::TAG, b""))),
        Just(element(ElementId(0x1234_5678), b"unknown")),
        Just(simple_block(1, b"lost")),
        Just(id(ElementId::CLUSTER)),
        Just(id(ElementId::CUES)),
        Just(vec![0x1f, 0x43, 0xb6, 0x75, 0x9f]),
    ];
    leaf.prop_recursive(2, 20, 5, |inner| {
        let some = prop::collection::vec(inner, 1..5).prop_map(|all| all.concat());
        prop_oneof![
            some.clone().prop_map(|body| known(9, &[&body])),
            some.clone().prop_map(|body| live(9, &[&body])),
            some.clone().prop_map(|body| element(ElementId::VOID, &body)),
            some.clone().prop_map(|body| element(ElementId::CLUSTER, &body)),
            some,
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_sequence_of_elements_split_anywhere(
        fragments in prop::collection::vec(fragment(), 1..12),
        flips in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..3),
    ) {
        let mut data = fragments.concat();
        for (at, byte) in flips {
            if !data.is_empty() {
                let at = at.index(data.len());
                data[at] = byte;
            }
        }
        check(&data, "made");
        let from = data.len() / 2;
        let whole = Matroska.search_boundary(&data, from..data.len());
        let part = Matroska.search_boundary(&data[..(from + data.len()) / 2], from..(from + data.len()) / 2);
        prop_assert!(!matches!(part, Search::Boundary(_)) || part == whole);
        prop_assert!(!matches!(part, Search::NoBoundary) || !matches!(whole, Search::Boundary(cut) if cut < (from + data.len()) / 2));
        for cut in all_boundaries(&data) {
            for from in 0..=cut {
                prop_assert!(Matroska.find_start(Part::whole(&data), from).is_some_and(|start| start <= cut));
            }
        }
    }
}

#[test]
fn more_bytes_never_change_a_decision() {
    let sound = nested();
    for data in damaged(&sound).into_iter().step_by(37).chain([sound]) {
        let mut ranges: Vec<Range<usize>> =
            all_boundaries(&data).into_iter().map(|cut| cut..cut + 1).collect();
        ranges.extend((0..data.len()).step_by(101).map(|start| start..(start + 300).min(data.len())));
        for range in ranges {
            let whole = Matroska.search_boundary(&data, range.clone());
            for len in (range.end..data.len()).step_by(13) {
                let found = Matroska.search_boundary(&data[..len], range.clone());
                assert!(found == whole || found == Search::Unknown, "{range:?} in {len} bytes: {found:?}");
            }
        }
    }
}

#[test]
fn a_start_is_never_after_the_next_boundary() {
    let sound = nested();
    for data in damaged(&sound).into_iter().step_by(7).chain([sound]) {
        for cut in all_boundaries(&data) {
            for from in (0..=cut).rev().take(400) {
                let start = Matroska.find_start(Part::whole(&data), from);
                assert!(start.is_some_and(|start| start <= cut), "from {from}: {start:?} is behind {cut}");
            }
        }
    }
}

#[test]
fn a_source_reads_the_same_records() {
    let sound = nested();
    for data in damaged(&sound).into_iter().step_by(23).chain([sound]) {
        let pieces: Vec<_> = Matroska.pieces(&data).map(in_words).collect();
        let (_folder, path) = super::common::file(&data);
        for part_len in [500, 3000, 1 << 20] {
            let options = SourceOptions::new().part_len(part_len).threads(2);
            let from_file = Source::with_options(&path, options).unwrap();
            let from_stream = Source::from_reader(std::io::Cursor::new(data.clone()), options);
            for source in [from_file, from_stream] {
                let mut found = Vec::new();
                let account = source.parts(&Matroska).recover().map_in_order(
                    |pieces| pieces.map(in_words).collect::<Vec<_>>(),
                    |words| {
                        found.extend(words);
                        Ok(())
                    },
                );
                assert_eq!(found, pieces, "parts of {part_len}");
                assert_eq!(account.tally.bytes(), data.len() as u64);
            }
        }
    }
}

#[test]
fn junk_between_clusters_is_one_gap() {
    for name in ["clusters.mkv", "unknown_sizes.mkv", "groups.mkv"] {
        let data = read(name);
        for (number, cluster) in clusters(&data).into_iter().enumerate().skip(1) {
            for len in [1, 2, 7, 500] {
                let mut junk = noise(number as u64 + 1, len);
                // A different first byte, so that the junk does not begin like an element.
                junk[0] = 0;
                let damaged = [&data[..cluster.start], &junk, &data[cluster.start..]].concat();
                let gaps = gaps(&damaged);
                assert_eq!(gaps, [(cluster.start, cluster.start + len)], "{name}");
                assert_eq!(clusters(&damaged).len(), clusters(&data).len());
            }
        }
    }
}

#[test]
fn a_truncated_cluster_keeps_its_complete_blocks() {
    let blocks: Vec<_> = (0..5).map(|time| simple_block(time, b"some frame")).collect();
    let (timestamp, block_len) = (super::write::unsigned(ElementId::TIMESTAMP, 1), blocks[0].len());
    let body = [timestamp.clone(), blocks.concat()].concat();
    let before = file(b"").len();
    let header_len = known(0, &[]).len() - cluster_body(0, &[]).len();
    for (cluster, header_len) in
        [(element(ElementId::CLUSTER, &body), header_len), (unknown(ElementId::CLUSTER, &body), 5)]
    {
        let first = before + header_len + timestamp.len();
        let data = file(&cluster);
        for len in first + block_len..data.len() {
            let whole = (len - first) / block_len;
            let end = first + whole * block_len;
            let expected = if end < len { vec![(end, len)] } else { vec![] };
            assert_eq!(gaps(&data[..len]), expected, "{len} bytes");
            let found = clusters(&data[..len]).pop().unwrap();
            assert_eq!(found.end, end);
        }
    }
}

#[test]
fn a_wrong_cluster_size_is_reported_by_its_blocks() {
    let clusters_before = clusters(&nested());
    let mut data = nested();
    let wrong = clusters_before[0].clone();
    data[wrong.start + 4..wrong.start + 8].copy_from_slice(&vint(5, 4));
    let found = Matroska.pieces(&data).filter_map(Piece::record).find_map(|record| match record {
        pagecut::media::matroska::TopLevel::Cluster(cluster) => Some(cluster),
        _ => None,
    });
    let cluster = found.unwrap();
    assert_eq!(position(cluster.range().end), wrong.end);
    let blocks: Vec<_> = cluster.blocks().collect();
    assert_eq!(blocks.iter().filter(|block| block.is_ok()).count(), 3);
    let error = blocks.last().unwrap().as_ref().unwrap_err();
    assert_eq!(error.location().unwrap().offset, cluster.element().body_offset());
    assert!(gaps(&data).is_empty());
}

/// Returns start and end of the gaps.
fn gaps(data: &[u8]) -> Vec<(usize, usize)> {
    let gaps = Matroska.pieces(data).filter_map(|piece| match piece {
        Piece::Gap(gap) => Some((position(gap.range.start), position(gap.range.end))),
        Piece::Record(_) => None,
    });
    gaps.collect()
}
