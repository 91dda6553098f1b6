//! Packets and gaps follow the rules on the module's page at any damage.

use std::ops::Range;

use pagecut::media::mpegts::{PacketKind, Packets, TsPacket};
use pagecut::{Format, Piece, Resync, record::Part};

use crate::common::noise;

fn sync_at(kind: PacketKind) -> usize {
    if kind == PacketKind::SourcePacket { 4 } else { 0 }
}

/// Returns the packets and, with `false`, the gaps of a stream by these rules.
fn naive(data: &[u8], kind: PacketKind) -> Vec<(Range<u64>, bool)> {
    let len = kind.packet_len();
    let sync_at = sync_at(kind);
    let is_sync = |at: usize| data.get(at + sync_at) == Some(&0x47);
    let is_lock = |at: usize| {
        let run = (0..5).take_while(|packet| is_sync(at + packet * len)).count();
        run == 5 || (run > 0 && at + run * len == data.len())
    };
    let lock_from = |from: usize| (from..data.len()).find(|&at| is_lock(at));
    let pid = |at: usize| {
        let header = data.get(at..at + len)?;
        Some((header[sync_at + 1] & 0x1f, header[sync_at + 2]))
    };
    let mut found = Vec::new();
    let mut at = 0;
    while at < data.len() {
        let next = at + len;
        let is_packet = is_sync(at) && next <= data.len() && {
            let is_confirmed = is_sync(next) || next == data.len();
            let inside = if is_confirmed { None } else { lock_from(at + 1).filter(|&lock| lock < next) };
            !inside.is_some_and(|lock| (1..4).any(|packet| pid(lock + packet * len) == pid(lock)))
        };
        let end = if is_packet { next } else { lock_from(at + 1).unwrap_or(data.len()) };
        found.push((at as u64..end as u64, is_packet));
        at = end;
    }
    found
}

fn pieces(data: &[u8], kind: PacketKind) -> Vec<(Range<u64>, bool)> {
    let pieces = Packets::with_kind(kind).pieces(data);
    let range = |piece: Piece<TsPacket<'_>>| match piece {
        Piece::Record(packet) => (packet.range(), true),
        Piece::Gap(gap) => (gap.range, false),
    };
    pieces.map(range).collect()
}

/// Builds packets of a few PIDs, with sync bytes in their payloads.
fn stream(kind: PacketKind) -> Vec<u8> {
    let len = kind.packet_len();
    let mut stream = noise(7, 110 * len);
    for (number, packet) in (0_u8..).zip(stream.chunks_mut(len)) {
        packet[sync_at(kind)..][..4].copy_from_slice(&[0x47, 0, number % 5, 0x10 | (number % 16)]);
    }
    stream
}

#[test]
fn lost_sync_bytes_leave_the_other_packets() {
    for kind in PacketKind::ALL {
        let (whole, len) = (stream(kind), kind.packet_len());
        for first in 0..110 {
            for lost in [1, 2, 40] {
                let mut data = whole.clone();
                for packet in first..(first + lost).min(110) {
                    data[packet * len + sync_at(kind)] = 0x46;
                }
                assert_eq!(pieces(&data, kind), naive(&data, kind), "{kind:?}: {lost} from {first}");
            }
        }
    }
}

#[test]
fn lost_or_inserted_bytes_leave_the_other_packets() {
    for kind in PacketKind::ALL {
        let (whole, len) = (stream(kind), kind.packet_len());
        for at in (0..whole.len()).step_by(151) {
            for count in [1, 4, len, 3 * len + 1] {
                let without = [&whole[..at], whole.get(at + count..).unwrap_or_default()].concat();
                assert_eq!(pieces(&without, kind), naive(&without, kind), "{kind:?}: {count} lost at {at}");
                let with = [&whole[..at], &noise(9, count), &whole[at..]].concat();
                assert_eq!(pieces(&with, kind), naive(&with, kind), "{kind:?}: {count} put in at {at}");
            }
        }
    }
}

#[test]
fn truncated_streams_keep_the_packets_before() {
    let kind = PacketKind::TransportPacket;
    let whole = stream(kind);
    for len in 0..whole.len() {
        let data = &whole[..len];
        let packets = pieces(data, kind);
        let expected = (0..(len / 188) as u64).map(|packet| (packet * 188..(packet + 1) * 188, true));
        assert!(packets.iter().take_while(|(_, is_packet)| *is_packet).cloned().eq(expected), "{len} bytes");
        let gap = packets.get(len / 188).map(|(range, _)| range.clone());
        assert_eq!(gap, (len % 188 > 0).then(|| (len - len % 188) as u64..len as u64), "{len} bytes");
    }
}

#[test]
fn a_part_is_independent_of_the_bytes_after_it() {
    for kind in PacketKind::ALL {
        let (whole, len) = (stream(kind), kind.packet_len());
        for first in 0..110 {
            for last in (first..=110).step_by(7) {
                let part = Part::from_range(&whole, first * len..last * len);
                let mut records = Packets::with_kind(kind).records_of(part);
                for packet in first..last {
                    let before = records.tally();
                    assert_eq!(
                        (before.records, before.bytes()),
                        ((packet - first) as u64, ((packet - first) * len) as u64)
                    );
                    let range = records.next().unwrap().unwrap().range();
                    assert_eq!(range, (packet * len) as u64..((packet + 1) * len) as u64);
                }
                assert!(records.next().is_none(), "{kind:?}: {first} to {last}");
                assert_eq!(records.tally().records, (last - first) as u64);
            }
        }
    }
}
