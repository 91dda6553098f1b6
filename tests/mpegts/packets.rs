//! Packets compared with simple code, and gaps after lost synchronisation.

use std::fs;

use crate::common::{noise, oracle, packets, testdata};
use pagecut::media::mpegts::Packets;
use pagecut::{FileKind, Format, Piece, Resync, Source};
use rayon::prelude::*;

/// Returns offset, PID, start flag, counter and payload length of each packet of an undamaged stream.
fn naive(data: &[u8]) -> Vec<(u64, u16, bool, u8, Option<usize>)> {
    let mut packets = Vec::new();
    for (number, packet) in data.chunks_exact(188).enumerate() {
        assert_eq!(packet[0], 0x47);
        let pid = (u16::from(packet[1]) << 8 | u16::from(packet[2])) & 0x1fff;
        let payload = match packet[3] >> 4 & 3 {
            1 => Some(184),
            3 => Some(183 - usize::from(packet[4])),
            _ => None,
        };
        packets.push((number as u64 * 188, pid, packet[1] & 0x40 != 0, packet[3] & 15, payload));
    }
    packets
}

fn check(data: &[u8]) {
    let facts = |packet: pagecut::media::mpegts::TsPacket<'_>| {
        let payload = packet.payload().map(<[u8]>::len);
        (
            packet.range().start,
            packet.pid(),
            packet.payload_unit_start(),
            packet.continuity_counter(),
            payload,
        )
    };
    let expected = naive(data);
    let serial: Vec<_> = Packets::new().records(data).map(|packet| facts(packet.unwrap())).collect();
    assert_eq!(serial, expected);
    let parallel: Result<Vec<_>, _> =
        Packets::new().par_records(data).with_min_len(1000).map(|packet| packet.map(facts)).collect();
    assert_eq!(parallel.unwrap(), expected);
}

#[test]
fn packets_of_the_small_stream() {
    let data = fs::read(testdata("small.ts")).unwrap();
    assert_eq!(data.len(), 200 * 188);
    check(&data);
}

#[test]
fn packets_of_a_stream_by_ffmpeg() {
    let Some(mut ffmpeg) = oracle("ffmpeg") else { return };
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("made.ts");
    let status = ffmpeg
        .args(["-v", "error", "-f", "lavfi", "-i", "testsrc=size=320x240:rate=25:duration=4"])
        .args(["-f", "lavfi", "-i", "sine=frequency=440:duration=4", "-f", "mpegts"])
        .arg(&path)
        .status()
        .unwrap();
    assert!(status.success());
    let data = fs::read(&path).unwrap();
    assert!(data.len() > 100_000 && data.len().is_multiple_of(188));
    check(&data);
    assert_eq!(Source::open(&path).unwrap().detect().unwrap(), FileKind::MpegTs(Packets::new()));
}

/// Returns start and end of the gaps of a stream, and the number of packets.
fn gaps(data: &[u8]) -> (Vec<(u64, u64)>, usize) {
    let (mut gaps, mut records) = (Vec::new(), 0);
    for piece in Packets::new().pieces(data) {
        match piece {
            Piece::Record(_) => records += 1,
            Piece::Gap(gap) => gaps.push((gap.range.start, gap.range.end)),
        }
    }
    (gaps, records)
}

#[test]
fn junk_between_two_packets_is_one_gap() {
    let undamaged = fs::read(testdata("small.ts")).unwrap();
    let undamaged = &undamaged[..188 * 16];
    for packet in 0..=16 {
        for len in 1..=400 {
            // Bytes that look like a packet are read as one, so the junk has no sync byte where a packet could begin.
            let mut junk = noise(len as u64, len);
            for byte in junk.iter_mut().step_by(188) {
                *byte &= 0x3f;
            }
            let at = packet * 188;
            let data = [&undamaged[..at], &junk, &undamaged[at..]].concat();
            let expected = vec![(at as u64, (at + len) as u64)];
            assert_eq!(gaps(&data), (expected, 16), "{len} bytes of junk before packet {packet}");
        }
    }
}

#[test]
fn a_packet_with_missing_bytes_is_a_gap() {
    let mut undamaged = packets(20);
    for header in undamaged.chunks_mut(188) {
        header[1..3].copy_from_slice(&[1, 0]);
    }
    for lost in 1..187 {
        for from in [1, 188 - lost] {
            let start = 7 * 188 + from;
            let data = [&undamaged[..start], &undamaged[start + lost..]].concat();
            assert_eq!(gaps(&data), (vec![(7 * 188, 8 * 188 - lost as u64)], 19), "{lost} bytes from {from}");
        }
    }
}

#[test]
fn a_truncated_stream_ends_in_a_gap() {
    let data = packets(10);
    for len in 1..188 {
        let (found, records) = gaps(&data[..9 * 188 + len]);
        assert_eq!((found, records), (vec![(9 * 188, 9 * 188 + len as u64)], 9));
    }
    let error = Packets::new().records(&data[..1000]).find_map(Result::err).unwrap();
    // The excerpt of binary bytes is shorter.
    let message = error.message();
    let excerpt =
        message.strip_prefix("the input ends in a transport packet: \"").unwrap().trim_end_matches('"');
    assert!(excerpt.len() > 50, "{message}");
    assert!(data[940..1000].escape_ascii().to_string().starts_with(excerpt), "{message}");
}

#[test]
fn strict_reading_stops_at_the_first_gap() {
    let mut data = packets(20);
    data.splice(188 * 7..188 * 7, *b"junk");
    let mut records = Packets::new().records(&data);
    assert_eq!(records.by_ref().filter(Result::is_ok).count(), 7);
    assert_eq!(records.tally().records, 7);
    let error = Packets::new().records(&data).find_map(Result::err).unwrap();
    let place = error.location().unwrap();
    assert_eq!((place.offset, place.record, place.line), (7 * 188, Some(7), None));
    assert!(
        error.to_string().starts_with("mpegts: record 7, byte 1316: synchronisation is lost: \"junk"),
        "{error}"
    );
}

#[test]
fn noise_is_one_gap() {
    for seed in 0..50 {
        let data = noise(seed, 5000);
        if !data.windows(753).any(|run| run.iter().step_by(188).all(|&byte| byte == 0x47)) {
            let (gaps, _) = gaps(&data);
            assert!(gaps.len() <= 2 && gaps.last().is_some_and(|gap| gap.1 == 5000), "{gaps:?}");
        }
    }
}
