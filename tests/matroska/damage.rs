//! Damage: every byte belongs to a record or a gap, and every error has an offset.

use pagecut::media::matroska::{ElementId, Matroska, Segment, tree};
use pagecut::{Error, Format, Piece, Resync, record::Part};

use super::{files, position};

/// Reads the bytes with all methods; returns the number of errors.
fn read_all(data: &[u8]) -> usize {
    let mut errors = Vec::new();
    let mut at = 0;
    let mut pieces = Matroska.pieces(data);
    for piece in pieces.by_ref() {
        let range = match &piece {
            Piece::Record(record) => record.range(),
            Piece::Gap(gap) => gap.range.clone(),
        };
        assert!(range.start == at && range.end > at, "{range:?} behind {at}");
        at = range.end;
        if let Piece::Gap(gap) = piece {
            errors.push(gap.error);
        }
    }
    assert_eq!((at, pieces.tally().bytes()), (data.len() as u64, data.len() as u64));
    errors.extend(tree(data).filter_map(Result::err));
    match Segment::read(data) {
        Ok(segment) => {
            errors.extend(segment.packets().filter_map(Result::err));
            errors.extend(segment.tags().and_then(|tags| tags.collect::<Result<Vec<_>, _>>()).err());
            errors.extend(segment.cues().and_then(|cues| cues.collect::<Result<Vec<_>, _>>()).err());
            errors.extend(segment.editions().and_then(|all| all.collect::<Result<Vec<_>, _>>()).err());
            errors.extend(segment.attachments().and_then(|all| all.collect::<Result<Vec<_>, _>>()).err());
        }
        Err(error) => errors.push(error),
    }
    errors.iter().for_each(|error| check_place(error, data));
    errors.len()
}

fn check_place(error: &Error, data: &[u8]) {
    let place = error.location().unwrap();
    assert_eq!(place.format, "matroska");
    assert!(place.record_offset <= place.offset && place.offset <= data.len() as u64, "{error}");
    assert!(data[position(place.offset)..].starts_with(error.excerpt()), "{error}");
}

#[test]
fn valid_files_have_no_errors() {
    for (name, data) in files() {
        assert_eq!(read_all(&data), 0, "{name}");
    }
}

#[test]
fn files_without_their_start_or_end() {
    for (name, data) in files() {
        for at in (1..data.len()).step_by(97) {
            read_all(&data[..at]);
        }
        for at in (1..data.len()).step_by(997) {
            assert!(read_all(&data[at..]) > 0, "{name} from {at}");
        }
    }
}

/// Returns the sizes of elements: position, length of the size field, and the available bytes in the parent.
fn sizes(data: &[u8]) -> Vec<(usize, usize, u64)> {
    let mut ends = Vec::new();
    tree(data)
        .map(|node| {
            let node = node.unwrap();
            let (element, len) = (node.element, data.len() as u64);
            ends.truncate(node.depth);
            let end = ends.last().copied().unwrap_or(len);
            // The body of a segment extends to the end of the file.
            ends.push(if element.id() == ElementId::SEGMENT { len } else { element.range().end });
            let id_len = super::write::id(element.id()).len();
            (position(element.offset()) + id_len, element.header_len() - id_len, end - element.body_offset())
        })
        .collect()
}

#[test]
fn every_size_changed() {
    for (_, data) in files() {
        let sizes = sizes(&data);
        // All sizes of the first elements, which hold the metadata, and some sizes of frames.
        let some = sizes.iter().enumerate().filter(|(number, _)| *number < 60 || number % 31 == 0);
        for (_, &(at, len, room)) in some {
            let largest = (1 << (7 * len)) - 2;
            for size in [0, 1, largest, largest + 1, (room + 1).min(largest)] {
                let mut copy = data.clone();
                copy[at..at + len].copy_from_slice(&super::write::vint(size, len));
                read_all(&copy);
            }
        }
    }
}

#[test]
fn every_byte_of_the_metadata_changed() {
    let data = super::read("lacing.mka");
    for at in 0..600 {
        for byte in [0, 1, 0x7f, 0x80, 0xff] {
            let mut copy = data.clone();
            copy[at] = byte;
            read_all(&copy);
        }
    }
}

#[test]
fn errors_of_a_part_have_offsets_in_the_input() {
    let data = super::read("clusters.mkv");
    let cluster = super::clusters(&data)[2].clone();
    let mut damaged = data.clone();
    damaged[cluster.start] = 0;
    let error = Matroska.records(&damaged).find_map(Result::err).unwrap();
    let place = format!(
        "matroska: record {}, byte {}: no valid element starts here: \"",
        Matroska.records(&damaged).filter(Result::is_ok).count(),
        cluster.start,
    );
    let text = error.to_string();
    let excerpt = text.strip_prefix(&place).unwrap().trim_end_matches('"');
    // The excerpt of binary bytes is shorter.
    assert!(excerpt.len() > 50, "{text}");
    assert!(damaged[cluster.start..][..60].escape_ascii().to_string().starts_with(excerpt), "{text}");
    let part = Part::from_range(&damaged, cluster.start..cluster.end);
    let place = Matroska.records_of(part).next().unwrap().unwrap_err().location().unwrap();
    assert_eq!((place.offset, place.record), (cluster.start as u64, None));
}

#[test]
fn cluster_ids_alone_are_a_gap() {
    for bytes in [
        b"\x1f\x43\xb6\x75".as_slice(),
        b"\x1f\x43\xb6\x75\xff",
        b"\x1f\x43\xb6\x75\x84",
        b"\x1a\x45\xdf\xa3\x84",
        b"\0",
    ] {
        read_all(&bytes.repeat(5000));
    }
}

#[test]
fn repeated_searches_are_bounded() {
    let tags = |size: u64| [super::write::id(ElementId::TAGS), super::write::vint(size, 4)].concat();
    let start = [tags(2), b"\xec\x80".to_vec()].concat();
    // Start IDs after faults everywhere, and no cluster.
    let data = [start.clone(), tags(1000), vec![0]].concat().repeat(12_000);
    assert!(read_all(&data) > 24_000);
    // Elements that are almost filled by many nested ones.
    let void = super::write::element(ElementId::VOID, &[start, tags(200_001)].concat());
    let data = [tags(200_001), void.repeat(12_000)].concat();
    assert!(read_all(&data) > 12_000);
    // Nested clusters, none of them confirmed.
    let cluster = [super::write::id(ElementId::CLUSTER), super::write::vint(0x0fff_fffe, 4)].concat();
    read_all(&[cluster, super::write::unsigned(ElementId::TIMESTAMP, 0)].concat().repeat(20_000));
}
