//! Tests that every walk over elements takes time linear in the length of the input.

use super::step_count::steps;
use super::{ElementId, Matroska, Segment, TopLevel, tree};
use crate::record::{Boundaries, Format, Piece, Resync};

fn element(id: ElementId, body: &[u8]) -> Vec<u8> {
    let id = id.0.to_be_bytes().into_iter().skip_while(|&byte| byte == 0);
    let size = (body.len() as u64 | 1 << 56).to_be_bytes();
    id.chain(size).chain(body.iter().copied()).collect()
}

fn unsigned(id: ElementId, number: u64) -> Vec<u8> {
    element(id, &number.to_be_bytes())
}

/// Repeats bytes.
fn times(count: usize, bytes: &[u8]) -> Vec<u8> {
    bytes.repeat(count)
}

fn track(number: u64) -> Vec<u8> {
    let parts = [
        unsigned(ElementId::TRACK_NUMBER, number),
        unsigned(ElementId::TRACK_TYPE, 1),
        element(ElementId::CODEC_ID, b"V_VP8"),
    ];
    element(ElementId::TRACK_ENTRY, &parts.concat())
}

fn block(flags: u8, frames: &[u8]) -> Vec<u8> {
    element(ElementId::SIMPLE_BLOCK, &[&[0x81, 0, 0, flags], frames].concat())
}

fn cluster(blocks: &[u8]) -> Vec<u8> {
    element(ElementId::CLUSTER, &[&unsigned(ElementId::TIMESTAMP, 0)[..], blocks].concat())
}

fn without_size(id: ElementId, body: &[u8]) -> Vec<u8> {
    let mut bytes = element(id, body);
    let at = bytes.len() - body.len() - 8;
    bytes[at..at + 8].copy_from_slice(&[1, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]);
    bytes
}

/// Builds a document with these bytes after its track.
fn document(rest: &[u8]) -> Vec<u8> {
    let tracks = element(ElementId::TRACKS, &track(1));
    let header = element(ElementId::EBML, &element(ElementId::DOC_TYPE, b"matroska"));
    [header, without_size(ElementId::SEGMENT, &[&tracks, rest].concat())].concat()
}

fn seek(id: ElementId, position: u64) -> Vec<u8> {
    let id = element(ElementId::SEEK_ID, &id.0.to_be_bytes());
    element(ElementId::SEEK, &[id, unsigned(ElementId::SEEK_POSITION, position)].concat())
}

/// Builds nested elements of one kind.
fn nested(id: ElementId, depth: usize) -> Vec<u8> {
    (0..depth).fold(Vec::new(), |inner, _| element(id, &inner))
}

/// Calls everything that reads an input from start to end.
fn walk(data: &[u8]) {
    Matroska.records(data).for_each(drop);
    for piece in Matroska.pieces(data) {
        if let Piece::Record(record) = piece {
            record.element().checks().for_each(drop);
            if let TopLevel::Cluster(cluster) = record {
                cluster.blocks().flatten().flat_map(|block| block.frames()).flatten().for_each(drop);
            }
        }
    }
    tree(data).for_each(drop);
    Matroska.search_boundary(data, data.len().saturating_sub(1)..data.len());
    let Ok(mut segment) = Segment::read(data) else { return };
    loop {
        let _ = segment.tags().map(|tags| tags.flatten().flat_map(|tag| tag.simple_tags()).for_each(drop));
        let _ = segment.cues().map(|cues| cues.flatten().flat_map(|point| point.positions()).for_each(drop));
        let _ = segment.attachments().map(|files| files.for_each(drop));
        let _ =
            segment.editions().map(|all| all.flatten().flat_map(|edition| edition.chapters()).for_each(drop));
        let _ = segment.seeks().map(|seeks| seeks.for_each(drop));
        match segment.packets().next_segment() {
            Some(next) => segment = next,
            None => break,
        }
    }
}

#[test]
fn walks_take_linear_time() {
    let xiph = [&[254][..], &[255, 1].repeat(254), &vec![0; 256 * 255]].concat();
    let ebml = [&[254, 0x81][..], &[0xbf].repeat(253), &[0; 255]].concat();
    let tag = |body: &[u8]| element(ElementId::TAGS, &element(ElementId::TAG, body));
    let simple = element(ElementId::SIMPLE_TAG, &element(ElementId::TAG_NAME, b"A"));
    let position = unsigned(ElementId::CUE_TRACK, 1);
    let position = [position, unsigned(ElementId::CUE_CLUSTER_POSITION, 0)].concat();
    let position = element(ElementId::CUE_TRACK_POSITIONS, &position);
    let point = element(ElementId::CUE_POINT, &[unsigned(ElementId::CUE_TIME, 0), position].concat());
    let file = element(ElementId::ATTACHED_FILE, &element(ElementId::FILE_DATA, b"data"));
    let atoms = nested(ElementId::CHAPTER_ATOM, 20);
    let one = cluster(&block(0x80, b"frame"));
    let of = |count: usize| -> Vec<(&'static str, Vec<u8>)> {
        vec![
            ("clusters", document(&times(count, &one))),
            ("clusters without sizes", {
                let body = [unsigned(ElementId::TIMESTAMP, 0), block(0x80, b"frame")].concat();
                document(&times(count, &without_size(ElementId::CLUSTER, &body)))
            }),
            ("clusters with a wrong size", {
                let mut wrong = one.clone();
                wrong[11] += 3;
                document(&times(count, &wrong))
            }),
            ("blocks", document(&cluster(&times(count, &block(0x80, b"frame"))))),
            ("blocks of Xiph lacing", document(&cluster(&times(count / 20, &block(0x82, &xiph))))),
            ("blocks of EBML lacing", document(&cluster(&times(count / 20, &block(0x86, &ebml))))),
            ("blocks of many sizes of 255", {
                let sizes = [&[1][..], &vec![255; 64 * count], &[0]].concat();
                document(&cluster(&block(0x82, &sizes)))
            }),
            ("groups", {
                let group =
                    [element(ElementId::BLOCK, b"\x81\0\0\0a"), unsigned(ElementId::BLOCK_DURATION, 1)];
                document(&cluster(&times(count, &element(ElementId::BLOCK_GROUP, &group.concat()))))
            }),
            (
                "cue points",
                document(&[one.clone(), element(ElementId::CUES, &times(count, &point))].concat()),
            ),
            ("attachments", {
                document(&[one.clone(), element(ElementId::ATTACHMENTS, &times(count, &file))].concat())
            }),
            ("simple tags", document(&tag(&times(count, &simple)))),
            ("many Tags", document(&times(count, &tag(&simple)))),
            ("many Tags after the clusters", document(&[one.clone(), times(count, &tag(&simple))].concat())),
            ("nested tags", document(&tag(&times(count / 20, &nested(ElementId::SIMPLE_TAG, 20))))),
            ("chapters", {
                let edition = element(ElementId::EDITION_ENTRY, &times(count / 20, &atoms));
                document(&element(ElementId::CHAPTERS, &edition))
            }),
            ("tracks", {
                let tracks: Vec<u8> = (1..=count as u64).flat_map(track).collect();
                document(&element(ElementId::TRACKS, &tracks))
            }),
            ("many Tracks", {
                let tracks = (1..=count as u64).map(|number| element(ElementId::TRACKS, &track(number)));
                document(&tracks.collect::<Vec<_>>().concat())
            }),
            ("many Info", document(&times(count, &element(ElementId::INFO, b"")))),
            ("many SeekHead", {
                let head = element(ElementId::SEEK_HEAD, &seek(ElementId::TAGS, 0));
                document(&[times(count, &head), one.clone()].concat())
            }),
            ("pointers to every place", {
                let seeks = |last: u64| {
                    (0..last).flat_map(|position| seek(ElementId::TAGS, position)).collect::<Vec<_>>()
                };
                let head = element(ElementId::SEEK_HEAD, &seeks(count as u64 * 8));
                document(&[head, one.clone(), times(count, &tag(b""))].concat())
            }),
            ("joined documents", times(count, &document(&one))),
            ("segments without tracks", {
                let next = without_size(ElementId::SEGMENT, &one);
                [document(&one), times(count, &next)].concat()
            }),
            ("voids", document(&times(count, &element(ElementId::VOID, b"")))),
            ("damage between clusters", document(&times(count, &[&[0; 40], &one[..]].concat()))),
            ("starts that lead nowhere", document(&times(count, b"\x1f\x43\xb6\x75\x84\0\0\0\0"))),
            ("headers of clusters alone", document(&times(count, b"\x1f\x43\xb6\x75\xff"))),
        ]
    };
    for ((name, once), (_, twice)) in of(400).into_iter().zip(of(800)) {
        let (first, second) = (steps(|| walk(&once)), steps(|| walk(&twice)));
        assert!(first > 100, "{name}: {first} steps");
        assert!(
            second < first * 9 / 4,
            "{name}: {first} and {second} steps for {} and {} bytes",
            once.len(),
            twice.len()
        );
    }
}
