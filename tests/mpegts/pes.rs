//! PES packets.

use pagecut::ErrorKind;
use pagecut::media::mpegts::{Continuity, ContinuityStep, PacketKind, Packets, PesPacket, Timeline};
use pagecut::{Format, Piece, Resync};
use rayon::prelude::*;

use crate::naive::{self, NaivePes};
use crate::{as_kind, data, files, format};

fn facts(packet: &PesPacket<'_>) -> NaivePes {
    let payload = packet.pieces().collect::<Vec<_>>().concat();
    assert_eq!(payload.len() as u64, packet.len());
    assert_eq!(&*packet.to_contiguous().unwrap(), payload);
    (packet.pid(), packet.range().start, packet.pts(), packet.dts(), payload)
}

#[test]
fn pes_packets_match_simple_code_in_every_kind() {
    let mut compared = 0;
    for (name, data) in files().into_iter().filter(|(name, _)| name != "damaged.ts") {
        let packets = format(&data);
        let sync_at = if packets.kind() == PacketKind::SourcePacket { 4 } else { 0 };
        let mut expected = naive::pes_packets(&data, packets.packet_len(), sync_at);
        let mut pes = packets.pes_packets(&data);
        let found: Vec<_> = pes.by_ref().collect::<Result<_, _>>().unwrap();
        assert_eq!(pes.left_over(), 0, "{name}");
        assert!(found.iter().all(|packet| !packet.is_damaged() && !packet.is_empty()), "{name}");
        // PES packets can be stored, sent to a thread and read there.
        let mut facts: Vec<_> = found.par_iter().map(facts).collect();
        facts.sort_by_key(|packet| packet.1);
        expected.sort_by_key(|packet| packet.1);
        assert!(facts == expected, "{name}");
        compared += facts.len();

        let first = packets.pes_packets(&data).for_pids([found[0].pid()]).map(Result::unwrap);
        assert_eq!(first.count(), found.iter().filter(|packet| packet.pid() == found[0].pid()).count());
        assert_eq!(packets.pes_packets(&data).for_pids([0x1234, 0xffff]).count(), 0);
    }
    assert!(compared > 200, "{compared}");
}

#[test]
fn random_access_marks_the_key_frames() {
    let data = data("av.ts");
    let pictures = Packets::new().pes_packets(&data).for_pids([0x100]).map(Result::unwrap);
    let starts: Vec<_> = pictures.map(|packet| packet.random_access()).collect();
    let expected: Vec<_> = (0..50).map(|picture| picture % 20 == 0).collect();
    assert_eq!(starts, expected);
}

#[test]
fn a_timeline_continues_after_the_wrap_around() {
    let data = data("wrap.ts");
    let mut timeline = Timeline::new();
    let pictures: Vec<_> = Packets::new().pes_packets(&data).for_pids([0x100]).map(Result::unwrap).collect();
    let times: Vec<_> = pictures.iter().map(|packet| packet.dts().unwrap()).collect();
    assert!(times[0] > 8_500_000_000 && *times.last().unwrap() < 100_000, "{times:?}");
    let unwrapped: Vec<_> = times.iter().map(|&time| timeline.unwrap(time)).collect();
    assert!(unwrapped.windows(2).all(|pair| pair[1] - pair[0] == 3600), "{unwrapped:?}");
}

#[test]
fn lost_packets_are_reported_and_repeated_ones_dropped() {
    for kind in PacketKind::ALL {
        let packets = Packets::with_kind(kind);
        let undamaged = as_kind(kind, &data("av.ts"), 7);
        let len = packets.packet_len();
        let whole: Vec<_> = packets.pes_packets(&undamaged).map(|packet| facts(&packet.unwrap()).4).collect();
        for at in 0..undamaged.len() / len {
            let packet = packets.records(&undamaged[at * len..]).next().unwrap().unwrap();
            let is_video = packet.pid() == 0x100;

            let repeated = [&undamaged[..(at + 1) * len], &undamaged[at * len..]].concat();
            let found: Vec<_> =
                packets.pes_packets(&repeated).map(|packet| facts(&packet.unwrap()).4).collect();
            if packet.has_payload() {
                assert!(found == whole, "{kind:?}: packet {at} is repeated");
            }

            let lost = [&undamaged[..at * len], &undamaged[(at + 1) * len..]].concat();
            let found: Vec<_> = packets.pes_packets(&lost).collect::<Result<_, _>>().unwrap();
            if is_video && packet.has_payload() && at > 10 && at < undamaged.len() / len - 10 {
                let damaged = found.iter().filter(|packet| packet.is_damaged()).count();
                assert_eq!(damaged, 1, "{kind:?}: packet {at} is lost");
            }
        }
    }
}

#[test]
fn faults_of_a_damaged_stream() {
    let data = data("damaged.ts");
    let packets = format(&data);
    let mut continuity = Continuity::new();
    let (mut errors, mut duplicates, mut gaps) = (Vec::new(), 0, Vec::new());
    for piece in packets.pieces(&data) {
        match piece {
            Piece::Record(packet) => match continuity.check(packet) {
                ContinuityStep::Error(error) => errors.push(error.offset),
                ContinuityStep::Duplicate => duplicates += 1,
                _ => {}
            },
            Piece::Gap(gap) => gaps.push(gap.range),
        }
    }
    // One packet is lost and one repeated, which keeps the count; then 100 bytes of a packet are left, and 15 bytes are
    // added.
    let cut = 130 * 188;
    assert_eq!(gaps, [cut..cut + 100, 150 * 188 + 100..150 * 188 + 115]);
    assert_eq!((errors.len(), duplicates), (2, 1), "{errors:?}");
    let mut pes = packets.pes_packets(&data);
    let found: Vec<_> = pes.by_ref().collect();
    let errors: Vec<_> = found.iter().filter_map(|packet| packet.as_ref().err()).collect();
    assert_eq!(errors.iter().filter(|error| matches!(error.kind(), ErrorKind::SyncLost)).count(), 2);
    let damaged = found.iter().flatten().filter(|packet| packet.is_damaged()).count();
    // An audio packet that misses a transport packet, a video packet that begins with a damaged one, and the packet that
    // lost some bytes. The video packet that begins with a scrambled transport packet is absent.
    assert_eq!(damaged, 3, "{found:?}");
    let all = format(&data).pes_packets(&crate::data("av.ts")).count();
    assert_eq!(found.iter().flatten().count(), all - 1);
}
