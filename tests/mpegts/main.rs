//! MPEG transport streams: packets, sections, programs and PES packets, compared with simple code and with ffprobe.

#[path = "../common/mod.rs"]
mod common;
mod damage;
mod exercise;
mod ffprobe;
mod naive;
mod packets;
mod pes;
mod rules;
mod splits;

use pagecut::media::mpegts::{PacketKind, Packets};

/// The files of `testdata/media/mpegts`, with their names.
fn files() -> Vec<(String, Vec<u8>)> {
    let folder = common::testdata("media/mpegts");
    let mut files: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .map(|path| (path.file_name().unwrap().to_string_lossy().into_owned(), std::fs::read(&path).unwrap()))
        .collect();
    files.sort();
    assert!(files.len() >= 7);
    files
}

fn data(name: &str) -> Vec<u8> {
    std::fs::read(common::testdata("media/mpegts").join(name)).unwrap()
}

/// Returns the detected packet kind of a file.
fn format(data: &[u8]) -> Packets {
    Packets::detect(data, true).unwrap()
}

/// Converts a stream to packets of another kind; `extra` fills the extra header or parity.
fn as_kind(kind: PacketKind, stream: &[u8], extra: u8) -> Vec<u8> {
    let (before, behind) = match kind {
        PacketKind::TransportPacket => (0, 0),
        PacketKind::SourcePacket => (4, 0),
        PacketKind::ProtectedPacket => (0, 16),
    };
    stream
        .chunks(188)
        .flat_map(|packet| [&vec![extra; before], packet, &vec![extra; behind]].concat())
        .collect()
}
