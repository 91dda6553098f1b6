//! Limits of the number of tracks and faults kept.

use pagecut::ErrorKind;
use pagecut::media::matroska::{ElementId, Occurrences, Segment, tree};

use super::write::{element, file, simple_block, unsigned};

/// Builds a track with a number; a damaged one has no codec.
fn track(number: u64, is_damaged: bool) -> Vec<u8> {
    let codec = if is_damaged { Vec::new() } else { element(ElementId::CODEC_ID, b"V_VP8") };
    let body = [unsigned(ElementId::TRACK_NUMBER, number), unsigned(ElementId::TRACK_TYPE, 1), codec];
    element(ElementId::TRACK_ENTRY, &body.concat())
}

#[test]
fn the_first_ten_thousand_tracks_are_kept() {
    const MOST: u64 = 10_000;
    for is_damaged in [false, true] {
        let of = |numbers: std::ops::RangeInclusive<u64>| {
            let tracks: Vec<u8> =
                numbers.flat_map(|number| track(number, is_damaged && number > 1)).collect();
            let cluster = [unsigned(ElementId::TIMESTAMP, 0), simple_block(0, b"frame")].concat();
            let rest = [element(ElementId::TRACKS, &tracks), element(ElementId::CLUSTER, &cluster)].concat();
            file(&rest)
        };
        // `file` has track 1 already.
        let data = of(2..=MOST);
        let segment = Segment::read(&data).unwrap();
        assert_eq!(segment.tracks().len(), if is_damaged { 1 } else { 10_000 });
        assert!(!segment.is_left_out(MOST + 1));
        let data = of(2..=MOST + 500);
        let segment = Segment::read(&data).unwrap();
        assert_eq!(segment.tracks().len(), if is_damaged { 1 } else { 10_000 });
        assert!(segment.is_left_out(MOST + 1) && segment.track_index(MOST + 1).is_none());
        let reported =
            segment.faults().iter().filter(|fault| fault.to_string().contains("more than 10,000 tracks"));
        assert_eq!(reported.count(), usize::from(!is_damaged));
        assert_eq!(segment.packets().count(), 1);
    }
}

#[test]
fn numbers_out_of_range_are_faults_of_the_head() {
    let scale = |number: f64| element(ElementId::TRACK_TIMESTAMP_SCALE, &number.to_be_bytes());
    let audio = element(ElementId::SAMPLING_FREQUENCY, &f64::NAN.to_be_bytes());
    let entry = [
        unsigned(ElementId::TRACK_NUMBER, 2),
        unsigned(ElementId::TRACK_TYPE, 2),
        element(ElementId::CODEC_ID, b"A_AAC"),
        scale(f64::INFINITY),
        element(ElementId::AUDIO, &audio),
    ];
    let duration = element(ElementId::DURATION, &f32::NEG_INFINITY.to_be_bytes());
    let tracks = element(ElementId::TRACKS, &element(ElementId::TRACK_ENTRY, &entry.concat()));
    let data = file(&[element(ElementId::INFO, &duration), tracks].concat());
    let segment = Segment::read(&data).unwrap();
    let ids: Vec<_> = segment
        .faults()
        .iter()
        .map(|fault| match fault.kind() {
            ErrorKind::DamagedElement { id, .. } => ElementId(*id),
            kind => panic!("{kind:?}"),
        })
        .collect();
    let expected = [ElementId::DURATION, ElementId::TRACK_TIMESTAMP_SCALE, ElementId::SAMPLING_FREQUENCY];
    assert_eq!(ids, expected);
    assert_eq!(segment.info().duration, None);
    let track = &segment.tracks()[1];
    assert_eq!(track.tick(1_000_000), 1_000_000);
    assert!((track.audio.unwrap().sampling_frequency - 8000.0).abs() < f64::EPSILON);
}

#[test]
fn faults_within_an_element() {
    let twice = [unsigned(ElementId::TIMESTAMP, 0), unsigned(ElementId::TIMESTAMP, 0)].concat();
    let group = |body: &[u8]| element(ElementId::BLOCK_GROUP, body);
    let duration = unsigned(ElementId::BLOCK_DURATION, 1);
    // A second duration in one group, and a first one in another.
    let groups = [group(&[&duration[..], &duration].concat()), group(&duration)].concat();
    let data = file(&element(ElementId::CLUSTER, &[twice, groups].concat()));
    let cluster = tree(&data).flatten().find(|node| node.element.id() == ElementId::CLUSTER).unwrap();
    let offsets: Vec<_> = cluster.element.checks().map(|error| error.offset().unwrap()).collect();
    let body = cluster.element.body_offset();
    assert_eq!(offsets, [body + 13 + 5, body + 26 + 5 + 13 + 5]);

    let mut met = Occurrences::default();
    assert!(met.add(&cluster.element).is_ok() && met.add(&cluster.element).is_ok());
}
