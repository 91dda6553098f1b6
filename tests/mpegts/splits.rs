//! A stream split anywhere equals the whole stream.

use pagecut::media::mpegts::{PacketKind, Packets, Summary};
use pagecut::{
    Piece, Resync,
    record::{Boundaries, Part},
};
use rayon::prelude::*;

use crate::common::{in_words, noise, parts_at};
use crate::{as_kind, data};

/// Streams of 40 packets, valid and damaged, with payload bytes that look like packets.
fn streams(kind: PacketKind) -> Vec<Vec<u8>> {
    let small = &data("av.ts")[..40 * 188];
    let undamaged = as_kind(kind, small, 0x47);
    let len = Packets::with_kind(kind).packet_len();
    let mut streams = vec![undamaged.clone()];
    for (packet, junk) in [(0, 1), (13, len - 1), (13, len), (13, len + 1), (20, 400), (38, 5)] {
        let mut damaged = undamaged.clone();
        damaged.splice(packet * len..packet * len, noise(7, junk));
        streams.push(damaged);
    }
    for (packet, lost) in [(5, 1), (15, len - 1), (17, 100)] {
        let mut damaged = undamaged.clone();
        damaged.drain(packet * len + 50..packet * len + 50 + lost);
        streams.push(damaged);
    }
    // Sync bytes of another stream in payloads: on the same phase and on another one, in a short and a long run.
    for (packets, phase) in [(2, 60), (3, 60), (4, 60), (20, 60), (20, 100)] {
        let mut other = undamaged.clone();
        for packet in 10..10 + packets {
            other[packet * len + phase..][..4].copy_from_slice(&[0x47, 0x41, 0, 0x10]);
        }
        streams.push(other);
    }
    streams.push(undamaged[..undamaged.len() - 70].to_vec());
    streams
}

fn summarize(packets: &Packets, part: Part<'_>) -> Summary {
    let mut summary = Summary::new();
    packets.pieces_of(part).filter_map(Piece::record).for_each(|packet| summary.add(packet));
    summary
}

#[test]
fn every_split_of_streams_of_every_kind() {
    for kind in PacketKind::ALL {
        let packets = Packets::with_kind(kind);
        streams(kind).into_par_iter().enumerate().for_each(|(number, stream)| {
            let whole: Vec<String> = packets.pieces(&stream).map(in_words).collect();
            let summary = summarize(&packets, Part::whole(&stream));
            let mut last = 0;
            for from in 0..=stream.len() {
                let found = packets.find_boundary(&stream, from);
                if found == Some(last) {
                    continue;
                }
                last = found.unwrap_or(last);
                let parts = parts_at(&packets, &stream, &[from]);
                let pieces = parts.iter().flat_map(|part| packets.pieces_of(*part)).map(in_words);
                assert_eq!(pieces.collect::<Vec<_>>(), whole, "stream {number} of {kind:?} cut from {from}");
                let merged =
                    parts.iter().map(|part| summarize(&packets, *part)).reduce(Summary::merge).unwrap();
                assert_eq!(merged.pids(), summary.pids(), "stream {number} of {kind:?} cut from {from}");
                if found.is_none() {
                    break;
                }
            }
            let cuts: Vec<_> = (0..stream.len()).step_by(packets.packet_len()).collect();
            let parts = parts_at(&packets, &stream, &cuts);
            let merged = parts.iter().map(|part| summarize(&packets, *part)).reduce(Summary::merge).unwrap();
            assert_eq!(merged.pids(), summary.pids(), "stream {number} of {kind:?} cut everywhere");
        });
    }
}

#[test]
fn valid_streams_have_a_boundary_at_every_packet() {
    for kind in PacketKind::ALL {
        let packets = Packets::with_kind(kind);
        let len = packets.packet_len();
        let stream = as_kind(kind, &data("av.ts"), 0);
        let mut cuts: Vec<_> =
            (0..stream.len()).filter_map(|from| packets.find_boundary(&stream, from)).collect();
        cuts.dedup();
        let expected: Vec<_> = (5..=stream.len() / len - 5).map(|packet| packet * len).collect();
        assert_eq!(cuts, expected, "{kind:?}");
        let ranges: Result<Vec<_>, _> = packets
            .par_records(&stream)
            .with_min_len(1000)
            .map(|packet| packet.map(|packet| packet.range()))
            .collect();
        let expected: Vec<_> =
            (0..stream.len() as u64).step_by(len).map(|start| start..start + len as u64).collect();
        assert_eq!(ranges.unwrap(), expected, "{kind:?}");
    }
}
