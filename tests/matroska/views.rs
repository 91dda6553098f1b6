//! Views of the metadata and blocks of a file.

use pagecut::ErrorKind;
use pagecut::media::matroska::{
    Cluster, ElementId, Encoding, Lacing, Matroska, Segment, TopLevel, TrackType, tree,
};
use pagecut::{Format, Resync};

use super::write::{cluster_body, element, file, unsigned};
use super::{files, read};

fn cluster_of(data: &[u8]) -> Cluster<'_> {
    let found = Matroska.records(data).map(Result::unwrap).find_map(|record| match record {
        TopLevel::Cluster(cluster) => Some(cluster),
        _ => None,
    });
    found.unwrap()
}

#[test]
fn header_and_info() {
    let data = read("clusters.mkv");
    let segment = Segment::read(&data).unwrap();
    let header = segment.header().unwrap();
    assert_eq!((header.doc_type, header.doc_type_version), (b"matroska".as_slice(), 4));
    let info = segment.info();
    assert_eq!((info.timestamp_scale, info.title), (1_000_000, Some(b"A title".as_slice())));
    let data = read("vp9_opus.webm");
    assert_eq!(Segment::read(&data).unwrap().header().unwrap().doc_type, b"webm");
}

#[test]
fn tracks() {
    let data = read("clusters.mkv");
    let segment = Segment::read(&data).unwrap();
    let [video, audio] = segment.tracks() else { panic!("{segment:?}") };
    assert_eq!((video.track_type, video.codec_id), (TrackType::Video, b"V_MPEG4/ISO/AVC".as_slice()));
    assert_eq!(video.default_duration, Some(40_000_000));
    assert!(video.codec_private.is_some_and(|private| private[0] == 1));
    assert_eq!((audio.track_type, audio.language), (TrackType::Audio, b"ger".as_slice()));
    assert_eq!((segment.track_index(2), segment.track_index(3)), (Some(1), None));
}

#[test]
fn encodings_of_frames() {
    let data = read("stripped.mkv");
    let segment = Segment::read(&data).unwrap();
    let track = &segment.tracks()[0];
    let encodings: Vec<_> =
        track.content_encodings().unwrap().map(|encoding| encoding.unwrap().encoding).collect();
    assert_eq!(encodings, [Encoding::HeaderStripping(b"\0\0\x01")]);
    assert!(!track.has_encoded_frames());
    let payload = segment.packets().next().unwrap().unwrap().payload;
    assert_eq!((payload.prefix, payload.slices()[1]), (b"\0\0\x01".as_slice(), payload.data));
    assert!(payload.to_vec().starts_with(b"\0\0\x01") && payload.to_vec().len() == payload.len());

    let data = read("groups.mkv");
    let segment = Segment::read(&data).unwrap();
    let track = &segment.tracks()[2];
    let encoding = track.content_encodings().unwrap().next().unwrap().unwrap();
    assert!(encoding.encoding == Encoding::Zlib && encoding.is_of_frames());
    assert!(track.has_encoded_frames());
}

#[test]
fn attachments_are_slices() {
    let data = read("groups.mkv");
    let segment = Segment::read(&data).unwrap();
    let files: Vec<_> = segment.attachments().unwrap().collect::<Result<_, _>>().unwrap();
    assert_eq!((files[0].name, files[0].media_type), (b"note.txt".as_slice(), b"text/plain".as_slice()));
    assert_eq!((files[0].data, files[0].description), (b"A note.\n".as_slice(), Some(b"a note".as_slice())));
    assert_eq!(files[1].name, b"inner.mkv");
    assert_eq!(files[1].data, read("unknown_sizes.mkv"));
    assert!(data[super::position(files[1].data_offset)..].starts_with(files[1].data));
    assert_eq!(files.len(), 2);
}

#[test]
fn nested_chapters() {
    let data = read("groups.mkv");
    let segment = Segment::read(&data).unwrap();
    let editions: Vec<_> = segment.editions().unwrap().collect::<Result<_, _>>().unwrap();
    assert_eq!((editions.len(), editions[0].uid), (1, Some(11)));
    let chapters: Vec<_> = editions[0].chapters().collect::<Result<_, _>>().unwrap();
    let times: Vec<_> = chapters.iter().map(|chapter| (chapter.uid, chapter.time_start)).collect();
    assert_eq!(times, [(21, 0), (23, 1_000_000_000)]);
    assert_eq!(chapters[0].time_end, Some(1_000_000_000));
    let inner: Vec<_> = chapters[0].chapters().collect::<Result<_, _>>().unwrap();
    assert_eq!((inner.len(), inner[0].uid, inner[0].time_start), (1, 22, 500_000_000));
    let display = chapters[1].displays().next().unwrap().unwrap();
    assert_eq!((display.string, display.language), (b"Zwei".as_slice(), b"de".as_slice()));
}

#[test]
fn nested_tags() {
    let data = read("groups.mkv");
    let segment = Segment::read(&data).unwrap();
    let tags: Vec<_> = segment.tags().unwrap().collect::<Result<_, _>>().unwrap();
    let movie = tags.iter().find(|tag| tag.uids(ElementId::TAG_TRACK_UID).next().is_none()).unwrap();
    assert_eq!(movie.target_type_value().unwrap(), 50);
    let simple: Vec<_> = movie.simple_tags().collect::<Result<_, _>>().unwrap();
    assert_eq!((simple[0].name, simple[0].string), (b"ARTIST".as_slice(), Some(b"Somebody".as_slice())));
    assert_eq!((simple[1].name, simple[1].string), (b"DATE_RELEASED".as_slice(), Some(b"2026".as_slice())));
    let about: Vec<_> = simple[0].simple_tags().collect::<Result<_, _>>().unwrap();
    assert_eq!((about.len(), about[0].name), (1, b"URL".as_slice()));
    // The others are statistics of the tracks.
    let uids: Vec<_> =
        tags.iter().flat_map(|tag| tag.uids(ElementId::TAG_TRACK_UID)).map(Result::unwrap).collect();
    assert!(!uids.is_empty());
    assert!(uids.iter().all(|uid| segment.tracks().iter().any(|track| track.uid == *uid)));
}

#[test]
fn cues_and_seek_heads_point_to_their_targets() {
    let (mut cues, mut seeks) = (0, 0);
    for (name, data) in files() {
        let segment = Segment::read(&data).unwrap();
        for cue in segment.cues().unwrap() {
            let cue = cue.unwrap();
            for position in cue.positions() {
                let position = position.unwrap();
                let cluster = segment.cluster_at(position.cluster_position).unwrap();
                let block = cluster.blocks().map(Result::unwrap).find(|block| {
                    let start = block.group().unwrap_or(block.element()).offset();
                    let relative =
                        position.relative_position.map(|relative| cluster.element().body_offset() + relative);
                    relative.is_none_or(|at| at == start) && block.track_number() == position.track
                });
                assert_eq!(block.unwrap().timestamp(), i64::try_from(cue.time).ok(), "{name}");
                cues += 1;
            }
        }
        for seek in segment.seeks().unwrap() {
            let seek = seek.unwrap();
            let element = segment.element_at(seek.position, seek.id).unwrap();
            assert_eq!(Some(element), segment.find(seek.id).unwrap(), "{name}");
            seeks += 1;
        }
    }
    assert!(cues > 15 && seeks > 20, "{cues} and {seeks}");
}

#[test]
fn unlisted_elements_are_found_after_the_clusters() {
    let tags = element(ElementId::TAGS, &element(ElementId::TAG, b""));
    let cluster = element(ElementId::CLUSTER, &cluster_body(0, &[b"frame"]));
    let data = file(&[cluster.clone(), cluster, tags].concat());
    let segment = Segment::read(&data).unwrap();
    assert_eq!(segment.tags().unwrap().count(), 1);
    assert!(segment.cues().unwrap().next().is_none());
}

#[test]
fn checksums() {
    let data = read("clusters.mkv");
    let sums = |data: &[u8]| -> Vec<_> {
        Matroska.records(data).filter_map(|record| record.unwrap().element().crc32_is_right()).collect()
    };
    let sound = sums(&data);
    assert!(sound.len() > 8 && sound.iter().all(|&right| right));
    let payload = cluster_of(&data).blocks().next().unwrap().unwrap().element().range().end;
    let mut damaged = data.clone();
    damaged[super::position(payload) - 1] ^= 1;
    assert_eq!(sums(&damaged).iter().filter(|&&right| !right).count(), 1);
}

#[test]
fn lacing_of_every_kind() {
    let data = read("lacing.mka");
    let blocks: Vec<_> = cluster_of(&data).blocks().collect::<Result<_, _>>().unwrap();
    let facts: Vec<_> = blocks.iter().map(|block| (block.lacing(), block.frames().unwrap().len())).collect();
    let (xiph, ebml, fixed) = (Lacing::Xiph, Lacing::Ebml, Lacing::FixedSize);
    assert_eq!(facts, [(xiph, 7), (ebml, 8), (fixed, 3), (Lacing::None, 1), (xiph, 1), (fixed, 1)]);
    let sizes: Vec<_> = blocks[1].frames().unwrap().map(|frame| frame.data.len()).collect();
    assert_eq!(sizes, [100, 163, 100, 100, 9000, 8936, 1, 50]);
    assert!(blocks[3].is_invisible() && blocks[3].is_discardable() && blocks[3].timestamp() == Some(993));
    for block in &blocks {
        let frames = block.frames().unwrap();
        assert_eq!(
            frames.map(|frame| frame.offset + frame.data.len() as u64).last(),
            Some(block.element().range().end)
        );
    }
}

#[test]
fn invalid_lacing() {
    // Flags and the bytes after them.
    let damaged: [(u8, &[u8]); 11] = [
        (2, b""),
        (4, b""),
        (6, b""),
        (2, b"\x01"),
        (2, b"\x01\xff\xff"),
        (2, b"\x01\x05abcd"),
        (4, b"\x01abc"),
        (6, b"\x01"),
        (6, b"\x01\x85abcd"),
        (6, b"\x02\x81\x80abcd"),
        (6, b"\x02\x81\x40"),
    ];
    for (flags, rest) in damaged {
        let block = element(ElementId::SIMPLE_BLOCK, &[&[0x81, 0, 0, flags], rest].concat());
        let body = [unsigned(ElementId::TIMESTAMP, 0), block].concat();
        let data = file(&element(ElementId::CLUSTER, &body));
        let block = cluster_of(&data).blocks().next().unwrap().unwrap();
        let error = block.frames().unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::DamagedElement { id: 0xa3, .. }), "{error}");
        assert_eq!(error.location().unwrap().offset, block.element().body_offset());
    }
    // A single frame needs no size; an empty frame in the middle has one.
    let block = element(ElementId::SIMPLE_BLOCK, b"\x81\0\0\x06\0abc");
    let data = file(&element(ElementId::CLUSTER, &[unsigned(ElementId::TIMESTAMP, 0), block].concat()));
    let frames = cluster_of(&data).blocks().next().unwrap().unwrap().frames().unwrap();
    assert_eq!(frames.map(|frame| frame.data).collect::<Vec<_>>(), [b"abc"]);
    let block = element(ElementId::SIMPLE_BLOCK, b"\x81\0\0\x06\x03\x81\xbe\xc0abc");
    let data = file(&element(ElementId::CLUSTER, &[unsigned(ElementId::TIMESTAMP, 0), block].concat()));
    let frames = cluster_of(&data).blocks().next().unwrap().unwrap().frames().unwrap();
    assert_eq!(frames.map(|frame| frame.data).collect::<Vec<_>>(), [b"a".as_slice(), b"", b"b", b"c"]);
}

#[test]
fn references_durations_and_padding_of_groups() {
    let data = read("lacing.mka");
    let last = super::clusters(&data).pop().unwrap();
    let cluster = cluster_of(&data[last.start..]);
    let blocks: Vec<_> = cluster.blocks().collect::<Result<_, _>>().unwrap();
    let facts: Vec<_> =
        blocks.iter().map(|block| (block.is_key(), block.duration(), block.discard_padding())).collect();
    assert_eq!(
        facts,
        [(true, Some(60), None), (false, Some(90), None), (true, None, Some(1000)), (false, None, None)]
    );
}

#[test]
fn a_damaged_block_leaves_the_others() {
    let good = cluster_body(5, &[b"one"]);
    let no_header = element(ElementId::SIMPLE_BLOCK, b"\x81\0");
    let no_block = element(ElementId::BLOCK_GROUP, &unsigned(ElementId::BLOCK_DURATION, 1));
    let no_track = element(ElementId::SIMPLE_BLOCK, b"\x82\0\0\x80frame");
    let again = super::write::simple_block(9, b"two");
    let body = [good, no_header, no_block, no_track, again].concat();
    let data = file(&element(ElementId::CLUSTER, &body));
    let segment = Segment::read(&data).unwrap();
    let packets: Vec<_> = segment.packets().map(|packet| packet.map(|packet| packet.pts)).collect();
    assert_eq!(packets.len(), 5);
    assert!(packets[1..4].iter().all(Result::is_err));
    assert_eq!((packets[0].as_ref().unwrap(), packets[4].as_ref().unwrap()), (&Some(5), &Some(14)));
}

#[test]
fn nesting_has_a_bound() {
    let mut tag = Vec::new();
    for _ in 0..200 {
        tag = element(ElementId::SIMPLE_TAG, &tag);
    }
    let data = file(&element(ElementId::TAGS, &element(ElementId::TAG, &tag)));
    let nodes: Vec<_> = tree(&data).collect();
    assert_eq!(nodes.iter().filter(|node| node.is_err()).count(), 1);
    assert_eq!(nodes.iter().flatten().map(|node| node.depth).max(), Some(30));
}

#[test]
fn the_second_segment_differs_from_the_first() {
    let one = file(&element(ElementId::CLUSTER, &cluster_body(0, &[b"a"])));
    let other = file(&element(ElementId::CLUSTER, &cluster_body(0, &[b"b", b"c"])));
    let both = [one.clone(), other].concat();
    assert_eq!(Segment::read(&both).unwrap().packets().count(), 1);
    assert_eq!(Matroska.pieces(&both).filter_map(pagecut::Piece::record).count(), 8);
}
