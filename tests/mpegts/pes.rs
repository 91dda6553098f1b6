//! PES packets.

use pagecut::ErrorKind;
use pagecut::media::mpegts::{Continuity, PacketKind, Packets, PesPacket, Step, Timeline};
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
fn pes_packets_are_those_of_simple_code_in_packets_of_every_kind() {
    let mut compared = 0;
    for (name, data) in files().into_iter().filter(|(name, _)| name != "damaged.ts") {
        let packets = format(&data);
        let sync_at = if packets.kind() == PacketKind::SourcePacket { 4 } else { 0 };
        let mut expected = naive::pes_packets(&data, packets.packet_len(), sync_at);
        let mut pes = packets.pes_packets(&data);
        let found: Vec<_> = pes.by_ref().collect::<Result<_, _>>().unwrap();
        assert_eq!(pes.left_over(), 0, "{name}");
        assert!(found.iter().all(|packet| !packet.is_damaged() && !packet.is_empty()), "{name}");
        // They can be kept, sent, and read by others.
        let mut facts: Vec<_> = found.par_iter().map(facts).collect();
        facts.sort_by_key(|packet| packet.1);
        expected.sort_by_key(|packet| packet.1);
        assert!(facts == expected, "{name}");
        compared += facts.len();

        let first = packets.pes_packets(&data).of_pids([found[0].pid()]).map(Result::unwrap);
        assert_eq!(first.count(), found.iter().filter(|packet| packet.pid() == found[0].pid()).count());
        assert_eq!(packets.pes_packets(&data).of_pids([0x1234, 0xffff]).count(), 0);
    }
    assert!(compared > 200, "{compared}");
}

#[test]
fn a_picture_can_begin_where_its_packet_says_so() {
    let data = data("av.ts");
    let pictures = Packets::new().pes_packets(&data).of_pids([0x100]).map(Result::unwrap);
    let starts: Vec<_> = pictures.map(|packet| packet.random_access()).collect();
    let expected: Vec<_> = (0..50).map(|picture| picture % 20 == 0).collect();
    assert_eq!(starts, expected);
}

#[test]
fn timestamps_begin_again_at_0_and_a_timeline_does_not() {
    let data = data("wrap.ts");
    let mut timeline = Timeline::new();
    let pictures: Vec<_> = Packets::new().pes_packets(&data).of_pids([0x100]).map(Result::unwrap).collect();
    let times: Vec<_> = pictures.iter().map(|packet| packet.dts().unwrap()).collect();
    assert!(times[0] > 8_500_000_000 && *times.last().unwrap() < 100_000, "{times:?}");
    let unwrapped: Vec<_> = times.iter().map(|&time| timeline.unwrap(time)).collect();
    assert!(unwrapped.windows(2).all(|pair| pair[1] - pair[0] == 3600), "{unwrapped:?}");
}

#[test]
fn a_packet_that_is_lost_is_told_and_one_that_is_repeated_is_left_out() {
    for kind in PacketKind::ALL {
        let packets = Packets::of(kind);
        let sound = as_kind(kind, &data("av.ts"), 7);
        let len = packets.packet_len();
        let whole: Vec<_> = packets.pes_packets(&sound).map(|packet| facts(&packet.unwrap()).4).collect();
        for at in 0..sound.len() / len {
            let packet = packets.records(&sound[at * len..]).next().unwrap().unwrap();
            let is_video = packet.pid() == 0x100;

            let repeated = [&sound[..(at + 1) * len], &sound[at * len..]].concat();
            let found: Vec<_> =
                packets.pes_packets(&repeated).map(|packet| facts(&packet.unwrap()).4).collect();
            if packet.has_payload() {
                assert!(found == whole, "{kind:?}: packet {at} is repeated");
            }

            let lost = [&sound[..at * len], &sound[(at + 1) * len..]].concat();
            let found: Vec<_> = packets.pes_packets(&lost).collect::<Result<_, _>>().unwrap();
            if is_video && packet.has_payload() && at > 10 && at < sound.len() / len - 10 {
                let damaged = found.iter().filter(|packet| packet.is_damaged()).count();
                assert_eq!(damaged, 1, "{kind:?}: packet {at} is lost");
            }
        }
    }
}

#[test]
fn what_is_wrong_with_a_damaged_stream() {
    let data = data("damaged.ts");
    let packets = format(&data);
    let mut continuity = Continuity::new();
    let (mut errors, mut duplicates, mut gaps) = (Vec::new(), 0, Vec::new());
    for piece in packets.pieces(&data) {
        match piece {
            Piece::Record(packet) => match continuity.check(packet) {
                Step::Error(error) => errors.push(error.offset),
                Step::Duplicate => duplicates += 1,
                _ => {}
            },
            Piece::Gap(gap) => gaps.push(gap.range),
        }
    }
    // A packet lost and one repeated make up for each other; then 100 bytes of one are left, and there are 15 too many.
    let cut = 130 * 188;
    assert_eq!(gaps, [cut..cut + 100, 150 * 188 + 100..150 * 188 + 115]);
    assert_eq!((errors.len(), duplicates), (2, 1), "{errors:?}");
    let mut pes = packets.pes_packets(&data);
    let found: Vec<_> = pes.by_ref().collect();
    let errors: Vec<_> = found.iter().filter_map(|packet| packet.as_ref().err()).collect();
    assert_eq!(errors.iter().filter(|error| matches!(error.kind(), ErrorKind::SyncLost)).count(), 2);
    let damaged = found.iter().flatten().filter(|packet| packet.is_damaged()).count();
    // A sound that a packet is lost of, a picture that begins with a wrong one, and the one that lost some bytes of a packet. The
    // picture that begins with a scrambled packet is not there.
    assert_eq!(damaged, 3, "{found:?}");
    let all = format(&data).pes_packets(&crate::data("av.ts")).count();
    assert_eq!(found.iter().flatten().count(), all - 1);
}
