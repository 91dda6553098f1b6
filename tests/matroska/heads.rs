//! The head of a segment: positions of its elements, repeated elements, and damage.

use pagecut::media::matroska::{ElementId, Segment};

use super::write::{cluster_body, element, simple_block, unknown, unsigned};

/// Builds a track with a number.
fn track(number: u64) -> Vec<u8> {
    let codec = element(ElementId::CODEC_ID, b"A_PCM/INT/LIT");
    let body =
        [unsigned(ElementId::TRACK_NUMBER, number), unsigned(ElementId::TRACK_TYPE, 2), codec].concat();
    element(ElementId::TRACK_ENTRY, &body)
}

fn tracks(tracks: &[Vec<u8>]) -> Vec<u8> {
    element(ElementId::TRACKS, &tracks.concat())
}

fn info(scale: u64) -> Vec<u8> {
    element(ElementId::INFO, &unsigned(ElementId::TIMESTAMP_SCALE, scale))
}

fn cluster(time: u64) -> Vec<u8> {
    element(ElementId::CLUSTER, &cluster_body(time, &[b"frame"]))
}

fn tags(name: &str) -> Vec<u8> {
    let tag = element(ElementId::SIMPLE_TAG, &element(ElementId::TAG_NAME, name.as_bytes()));
    element(ElementId::TAGS, &element(ElementId::TAG, &tag))
}

/// Builds a `Segment` of a known size, with an EBML header before it.
fn document(body: &[Vec<u8>]) -> Vec<u8> {
    let header = element(ElementId::EBML, &element(ElementId::DOC_TYPE, b"matroska"));
    [header, element(ElementId::SEGMENT, &body.concat())].concat()
}

fn seek(id: ElementId, position: usize) -> Vec<u8> {
    let position = unsigned(ElementId::SEEK_POSITION, position as u64);
    element(ElementId::SEEK, &[element(ElementId::SEEK_ID, &id.0.to_be_bytes()), position].concat())
}

fn seek_head(seeks: &[Vec<u8>]) -> Vec<u8> {
    element(ElementId::SEEK_HEAD, &seeks.concat())
}

fn names(segment: &Segment<'_>) -> Vec<String> {
    let tags = segment.tags().unwrap().map(Result::unwrap);
    let simple = tags.flat_map(|tag| tag.simple_tags()).map(Result::unwrap);
    simple.map(|tag| String::from_utf8_lossy(tag.name).into_owned()).collect()
}

fn times(segment: &Segment<'_>) -> Vec<Option<i64>> {
    segment.packets().filter_map(Result::ok).map(|packet| packet.pts).collect()
}

/// Returns the position of an element among `elements`, for pointers to it.
fn at(elements: &[Vec<u8>], index: usize) -> usize {
    elements[..index].iter().map(Vec::len).sum()
}

#[test]
fn circular_seek_heads() {
    let seeks = |positions: [usize; 3]| {
        let [to_first, to_second, to_tags] = positions;
        seek_head(&[
            seek(ElementId::SEEK_HEAD, to_first),
            seek(ElementId::SEEK_HEAD, to_second),
            seek(ElementId::TAGS, to_tags),
        ])
    };
    let body = |positions: [[usize; 3]; 2]| {
        vec![
            seeks(positions[0]),
            tracks(&[track(1)]),
            cluster(0),
            tags("a"),
            cluster(1),
            seeks(positions[1]),
            tags("b"),
        ]
    };
    let draft = body([[0; 3]; 2]);
    let (first, a, second, b) = (0, at(&draft, 3), at(&draft, 5), at(&draft, 6));
    let data = document(&body([[first, second, a], [first, second, b]]));
    let segment = Segment::read(&data).unwrap();
    assert_eq!(names(&segment), ["a", "b"]);
    assert_eq!(segment.listed(ElementId::SEEK_HEAD).count(), 2);
}

#[test]
fn pointers_into_an_element_are_ignored() {
    let inner = element(ElementId::VOID, &tags("inner"));
    let outer = element(ElementId::TAGS, &[inner, element(ElementId::TAG, b"")].concat());
    let body = |[outer_at, inner_at]: [usize; 2]| {
        let seeks = seek_head(&[seek(ElementId::TAGS, outer_at), seek(ElementId::TAGS, inner_at)]);
        vec![seeks, tracks(&[track(1)]), cluster(0), outer.clone()]
    };
    let draft = body([0; 2]);
    let outer_at = at(&draft, 3);
    // ID and size of Tags and of Void.
    let data = document(&body([outer_at, outer_at + 8 + 5]));
    assert_eq!(Segment::read(&data).unwrap().listed(ElementId::TAGS).count(), 1);
}

#[test]
fn repeated_elements_are_joined() {
    let body = [
        tracks(&[track(1)]),
        info(1000),
        tags("a"),
        // A repeated copy, as some muxers write it, and a different one.
        tracks(&[track(1), track(2)]),
        tags("b"),
        cluster(0),
    ];
    let data = document(&body);
    let segment = Segment::read(&data).unwrap();
    let numbers: Vec<_> = segment.tracks().iter().map(|track| track.number).collect();
    assert_eq!(numbers, [1, 2]);
    assert_eq!(names(&segment), ["a", "b"]);
}

#[test]
fn info_and_tracks_after_the_clusters() {
    for body in [
        [cluster(5), info(7), tracks(&[track(1)])],
        [cluster(5), tracks(&[track(1)]), info(7)],
        [tracks(&[track(1)]), cluster(5), info(7)],
        [info(7), cluster(5), tracks(&[track(1)])],
    ] {
        let data = document(&body);
        let segment = Segment::read(&data).unwrap();
        assert_eq!((segment.info().timestamp_scale, times(&segment)), (7, vec![Some(5)]));
        assert!(segment.faults().is_empty());
    }
}

#[test]
fn damage_in_the_head_leaves_the_packets() {
    let nine = element(ElementId::TIMESTAMP_SCALE, &[1; 9]);
    let torn = [0x2a, 0xd7, 0xb1, 0x88, 1].to_vec();
    let zero = unsigned(ElementId::TIMESTAMP_SCALE, 0);
    for damage in [nine, torn, zero] {
        let data = document(&[element(ElementId::INFO, &damage), tracks(&[track(1)]), cluster(5)]);
        let segment = Segment::read(&data).unwrap();
        assert_eq!((segment.info().timestamp_scale, times(&segment)), (1_000_000, vec![Some(5)]));
        assert_eq!(segment.faults().len(), 1);
    }
}

#[test]
fn a_damaged_track_leaves_the_others() {
    let no_codec = element(
        ElementId::TRACK_ENTRY,
        &[unsigned(ElementId::TRACK_NUMBER, 2), unsigned(ElementId::TRACK_TYPE, 1)].concat(),
    );
    let no_number = element(ElementId::TRACK_ENTRY, b"");
    // Only the picture size is damaged here.
    let bad_width = element(ElementId::VIDEO, &element(ElementId::PIXEL_WIDTH, &[1; 9]));
    let bad_video = {
        let codec = element(ElementId::CODEC_ID, b"V_VP8");
        let number = unsigned(ElementId::TRACK_NUMBER, 3);
        let body = [number, unsigned(ElementId::TRACK_TYPE, 1), bad_width, codec].concat();
        element(ElementId::TRACK_ENTRY, &body)
    };
    let of_second = element(ElementId::SIMPLE_BLOCK, b"\x82\0\0\x80frame");
    let of_third = element(ElementId::SIMPLE_BLOCK, b"\x83\0\x01\x80frame");
    let of_none = element(ElementId::SIMPLE_BLOCK, b"\x84\0\0\x80frame");
    let body = [unsigned(ElementId::TIMESTAMP, 0), of_second, of_third, of_none, simple_block(2, b"one")];
    let data = document(&[
        tracks(&[no_codec, track(1), no_number, bad_video]),
        element(ElementId::CLUSTER, &body.concat()),
    ]);
    let segment = Segment::read(&data).unwrap();
    let numbers: Vec<_> = segment.tracks().iter().map(|track| track.number).collect();
    assert_eq!((numbers, segment.faults().len()), (vec![1, 3], 3));
    assert!(segment.is_left_out(2) && !segment.is_left_out(4));
    assert_eq!(times(&segment), [Some(1), Some(2)]);
    // The damage of track 2 is reported once; a missing track 4 is an error of its own.
    assert_eq!(segment.packets().filter(Result::is_err).count(), 1);
}

#[test]
fn a_track_has_its_own_ticks() {
    let scaled = |scale: f64, delay: u64| {
        let codec = element(ElementId::CODEC_ID, b"A_PCM/INT/LIT");
        let scale = element(ElementId::TRACK_TIMESTAMP_SCALE, &scale.to_be_bytes());
        let delay = unsigned(ElementId::CODEC_DELAY, delay);
        let body =
            [unsigned(ElementId::TRACK_NUMBER, 1), unsigned(ElementId::TRACK_TYPE, 2), codec, scale, delay];
        let track = element(ElementId::TRACK_ENTRY, &body.concat());
        let blocks = [unsigned(ElementId::TIMESTAMP, 1001), simple_block(40, b"a"), simple_block(-3, b"b")];
        document(&[tracks(&[track]), element(ElementId::CLUSTER, &blocks.concat())])
    };
    // Like ffprobe, with time bases of 1/500, 333/1000000 and 1/1000.
    for (scale, delay, tick, expected) in [
        (2.0, 0, 2_000_000, [540, 497]),
        (0.333, 5_000_000, 333_000, [3006 - 15 + 40, 3006 - 15 - 3]),
        (1.0, 0, 1_000_000, [1041, 998]),
        (0.0, 0, 1_000_000, [1041, 998]),
        (f64::NAN, 0, 1_000_000, [1041, 998]),
    ] {
        let data = scaled(scale, delay);
        let segment = Segment::read(&data).unwrap();
        assert_eq!(segment.tracks()[0].tick(1_000_000), tick);
        assert_eq!(times(&segment), expected.map(Some));
    }
}

#[test]
fn a_time_below_zero_is_unknown() {
    let blocks = [unsigned(ElementId::TIMESTAMP, 2), simple_block(-3, b"a"), simple_block(-2, b"b")];
    let data = document(&[tracks(&[track(1)]), element(ElementId::CLUSTER, &blocks.concat())]);
    assert_eq!(times(&Segment::read(&data).unwrap()), [None, Some(0)]);
}

#[test]
fn a_cluster_without_a_timestamp_is_reported() {
    let data =
        document(&[tracks(&[track(1)]), element(ElementId::CLUSTER, &simple_block(1, b"a")), cluster(5)]);
    let segment = Segment::read(&data).unwrap();
    assert_eq!(times(&segment), [None, Some(5)]);
    assert_eq!(segment.packets().filter(Result::is_err).count(), 1);
}

/// Returns the times of all segments.
fn all_times(data: &[u8]) -> Vec<Vec<Option<i64>>> {
    let mut all = Vec::new();
    let mut segment = Segment::read(data).unwrap();
    loop {
        all.push(times(&segment));
        let Some(next) = segment.packets().next_segment() else { return all };
        segment = next;
    }
}

#[test]
fn following_segments() {
    let first = || document(&[info(7), tracks(&[track(1)]), cluster(0)]);
    let header = || element(ElementId::EBML, &element(ElementId::DOC_TYPE, b"webm"));
    let live = |body: &[Vec<u8>]| [header(), unknown(ElementId::SEGMENT, &body.concat())].concat();
    // Another whole document, of known or unknown size; and one after a live stream.
    let second = || [tracks(&[track(1)]), cluster(1)];
    assert_eq!(all_times(&[first(), document(&second())].concat()), [[Some(0)], [Some(1)]]);
    assert_eq!(all_times(&[first(), live(&second()), first()].concat()), [[Some(0)], [Some(1)], [Some(0)]]);
    // An empty document, and one without tracks, which takes those of the first.
    assert_eq!(all_times(&[first(), document(&[])].concat()), [vec![Some(0)], vec![]]);
    assert_eq!(all_times(&[first(), live(&[cluster(3)])].concat()), [[Some(0)], [Some(3)]]);
    // An EBML header alone starts no segment.
    assert_eq!(all_times(&[first(), header(), cluster(4)].concat()), [[Some(0), Some(4)]]);

    let data = [first(), live(&second())].concat();
    let segment = Segment::read(&data).unwrap();
    let next = segment.packets().next_segment().unwrap();
    assert_eq!(next.header().unwrap().doc_type, b"webm");
    assert_eq!((segment.info().timestamp_scale, next.info().timestamp_scale), (7, 7));
}

#[test]
fn total_length_of_listed_elements_is_bounded() {
    for count in [500, 1000] {
        // Each Tags lies in a Void of the one before, and extends to the end of the input.
        let mut nested = Vec::new();
        for _ in 0..count {
            let inside = [element(ElementId::TAGS, &nested), b"\xec\x80".to_vec()].concat();
            nested = inside;
        }
        let seeks = |base: usize| {
            // ID and size of Tags are 8 bytes.
            (0..count).map(|index| seek(ElementId::TAGS, base + 8 * index)).collect::<Vec<_>>()
        };
        let body =
            |base: usize| vec![seek_head(&seeks(base)), tracks(&[track(1)]), cluster(0), nested.clone()];
        let data = document(&body(at(&body(0), 3)));
        let segment = Segment::read(&data).unwrap();
        let lens: Vec<_> = segment.listed(ElementId::TAGS).map(|tags| tags.body().len()).collect();
        assert!(lens.len() == 1 && lens.iter().sum::<usize>() <= data.len(), "{lens:?}");
    }
}
