//! Packets of any container: no allocation per packet, and none whose size a number in the file decides.

mod common;
#[path = "common/heap.rs"]
mod heap;

use common::testdata;
use heap::{blocks, peak};
use pagecut::media::Container;

#[global_allocator]
static ALLOCATOR: dhat::Alloc = dhat::Alloc;

fn read(name: &str) -> Vec<u8> {
    std::fs::read(testdata("media").join(name)).unwrap()
}

/// Reads the data of all packets that are left, and returns how many packets and slices there are.
fn walk(packets: pagecut::media::Packets<'_>) -> (usize, usize) {
    packets
        .map(|packet| packet.unwrap().slices().count())
        .fold((0, 0), |(count, sum), n| (count + 1, sum + n))
}

/// Everything in one test, since the allocator counts for the whole process.
#[test]
fn packets_take_no_memory() {
    for (name, expected) in [
        ("mp4/faststart.mp4", 60),
        ("mp4/fragmented.mp4", 60),
        ("mp4/pcm.mov", 60),
        ("clusters.mkv", 100),
        ("lacing.mka", 20),
        ("stripped.mkv", 20),
        ("unknown_sizes.mkv", 100),
    ] {
        let data = read(name);
        let container = Container::read(&data).unwrap();
        let packets = container.packets();
        let ((count, slices), blocks) = blocks(|| walk(packets));
        // One frame of `lacing.mka` is empty.
        assert!(count > expected && slices + 1 >= count, "{name}: {count} packets, {slices} slices");
        assert_eq!(blocks, 0, "{name}");
    }

    // What MPEG-TS needs is for each PID, however long the stream is.
    for name in ["av.ts", "two_programs.ts", "av.m2ts"] {
        let short = read(&format!("mpegts/{name}"));
        let long = short.repeat(20);
        let (few, short) = peak(|| walk(Container::read(&short).unwrap().packets()));
        let (many, long) = peak(|| walk(Container::read(&long).unwrap().packets()));
        assert!(many.0 > 19 * few.0 && many.1 > 19 * few.1, "{name}: {few:?} and {many:?}");
        assert_eq!(short, long, "{name}");
    }
    // Tables take allocations, but the packets after them do not.
    let mut stream = read("mpegts/av.ts");
    let is_media =
        |packet: &&[u8]| (0x100..=0x101).contains(&(u16::from_be_bytes([packet[1], packet[2]]) & 0x1fff));
    let media = stream.chunks(188).filter(is_media).collect::<Vec<_>>().concat();
    let few = blocks(|| walk(Container::read(&stream).unwrap().packets()));
    stream.extend(media.repeat(19));
    let many = blocks(|| walk(Container::read(&stream).unwrap().packets()));
    assert!(many.0.0 > 19 * few.0.0, "{few:?} and {many:?}");
    assert_eq!(many.1, few.1, "{few:?} and {many:?}");

    for name in ["mp4/mixed.mp4", "mp4/faststart.mp4", "clusters.mkv", "mpegts/av.ts"] {
        let data = read(name);
        for at in (4..data.len()).step_by(data.len() / 200) {
            let mut copy = data.clone();
            copy[at - 4..at].copy_from_slice(&[0x01, 0xff, 0xff, 0xff]);
            let ((), bytes) = peak(|| {
                let Ok(container) = Container::read(&copy) else { return };
                assert!(container.tracks().len() < 100);
                container.packets().for_each(drop);
            });
            assert!(bytes < 1 << 20, "{name} at {at}: {bytes} bytes");
        }
    }
}
