//! Promise: no number in a file decides how much memory is allocated.

#[path = "mpegts/exercise.rs"]
mod exercise;

mod common;

use exercise::exercise;
use pagecut::media::mpegts::{Packets, PesPackets, Programs};

#[global_allocator]
static ALLOCATOR: dhat::Alloc = dhat::Alloc;

/// Returns the peak memory of `work` in bytes, and the number of its allocations.
fn cost<T>(work: impl FnOnce() -> T) -> (T, usize, u64) {
    let _profiler = dhat::Profiler::builder().testing().build();
    let before = dhat::HeapStats::get();
    let result = work();
    let after = dhat::HeapStats::get();
    (result, after.max_bytes - before.curr_bytes, after.total_blocks - before.total_blocks)
}

/// Builds packets with a payload of `fill` in every PID, with a PES packet or a section of the maximum length in each.
fn every_pid(payload: &[u8]) -> Vec<u8> {
    (0..0x1fff_u16)
        .flat_map(|pid| {
            let [high, low] = pid.to_be_bytes();
            let mut packet = vec![0x47, 0x40 | high, low, 0x10];
            packet.extend(payload);
            packet.resize(188, 0);
            packet
        })
        .collect()
}

/// Only one profiler can run at a time, so this is one test.
#[test]
fn memory_is_bounded_for_any_file() {
    for name in ["av.ts", "av.m2ts", "two_programs.ts"] {
        let data = std::fs::read(common::testdata("media/mpegts").join(name)).unwrap();
        let packets = Packets::detect(&data, true).unwrap();
        for len in (0..data.len()).step_by(997) {
            let (_, bytes, _) = cost(|| exercise(packets, &data[..len]));
            assert!(bytes < 1 << 20, "{bytes} bytes for {name}");
        }
    }

    // A program association with the maximum number of programs, each in its own PID, and maps that do not end.
    let many =
        [every_pid(&[0, 2, 0xbf, 0xff]), every_pid(&[0, 0, 1, 0xe0, 0xff, 0xff, 0x80, 0xc0, 0xff])].concat();
    let (_, bytes, _) = cost(|| exercise(Packets::new(), &many));
    assert!(bytes < 16 << 20, "{bytes} bytes");

    // Only the start and the end of a PES packet are kept; no PES packet is allocated.
    let small = std::fs::read(common::testdata("media/mpegts/av.ts")).unwrap();
    let count = |data: &[u8]| {
        let packets = Packets::new();
        let read =
            |packets: PesPackets<'_>| packets.map(|packet| packet.unwrap().pieces().count()).sum::<usize>();
        cost(|| read(packets.pes_packets(data)))
    };
    let (pieces, bytes, blocks) = count(&small);
    let (more_pieces, more_bytes, more_blocks) = count(&small.repeat(20));
    assert!(more_pieces > 19 * pieces, "{pieces}, {more_pieces}");
    assert_eq!((more_bytes, more_blocks), (bytes, blocks));
    assert!(bytes < 64 << 10 && blocks < 20, "{bytes} bytes in {blocks} blocks");

    // A table that repeats is not allocated again.
    let follow = |data: &[u8]| {
        let mut packets = Packets::new().pes_packets(data).with_programs();
        let read = || packets.by_ref().map(|packet| packet.unwrap().pieces().count()).sum::<usize>();
        let (pieces, _, blocks) = cost(read);
        assert!(packets.programs().is_some_and(Programs::is_complete));
        (pieces, blocks)
    };
    let (pieces, blocks) = follow(&small);
    let (more_pieces, more_blocks) = follow(&small.repeat(20));
    assert!(more_pieces > 19 * pieces, "{pieces}, {more_pieces}");
    assert_eq!(more_blocks, blocks);
}
