//! Writes elements like a muxer.

use pagecut::media::matroska::ElementId;

/// Encodes a number as a VINT of `len` bytes.
pub(crate) fn vint(number: u64, len: usize) -> Vec<u8> {
    assert!(number < 1 << (7 * len));
    (number | 1 << (7 * len)).to_be_bytes()[8 - len..].to_vec()
}

/// Encodes an ID.
pub(crate) fn id(id: ElementId) -> Vec<u8> {
    id.0.to_be_bytes().into_iter().skip_while(|&byte| byte == 0).collect()
}

/// Builds an element with a size of four bytes.
pub(crate) fn element(element_id: ElementId, body: &[u8]) -> Vec<u8> {
    [id(element_id), vint(body.len() as u64, 4), body.to_vec()].concat()
}

/// Builds an element of unknown size.
pub(crate) fn unknown(element_id: ElementId, body: &[u8]) -> Vec<u8> {
    [id(element_id), vec![0xff], body.to_vec()].concat()
}

/// Builds an integer element.
pub(crate) fn unsigned(element_id: ElementId, number: u64) -> Vec<u8> {
    element(element_id, &number.to_be_bytes())
}

/// Builds a `SimpleBlock` with one frame of track 1.
pub(crate) fn simple_block(time: i16, frame: &[u8]) -> Vec<u8> {
    element(ElementId::SIMPLE_BLOCK, &[&[0x81], time.to_be_bytes().as_slice(), &[0x80], frame].concat())
}

/// Builds the body of a cluster with one block for each frame.
pub(crate) fn cluster_body(time: u64, frames: &[&[u8]]) -> Vec<u8> {
    let blocks = (0..).zip(frames).flat_map(|(time, frame)| simple_block(time, frame));
    unsigned(ElementId::TIMESTAMP, time).into_iter().chain(blocks).collect()
}

/// Builds an EBML header and a `Segment` of unknown size with one track and these bytes.
pub(crate) fn file(rest: &[u8]) -> Vec<u8> {
    let header = element(ElementId::EBML, &element(ElementId::DOC_TYPE, b"matroska"));
    let track = [
        unsigned(ElementId::TRACK_NUMBER, 1),
        unsigned(ElementId::TRACK_TYPE, 2),
        element(ElementId::CODEC_ID, b"A_PCM/INT/LIT"),
    ];
    let tracks = element(ElementId::TRACKS, &element(ElementId::TRACK_ENTRY, &track.concat()));
    [header, unknown(ElementId::SEGMENT, &tracks), rest.to_vec()].concat()
}
