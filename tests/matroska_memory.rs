//! Matroska: no allocation per packet, and none whose size a number in the file decides.

mod common;

use common::testdata;
use pagecut::media::matroska::{Matroska, Segment, TopLevel, tree};
use pagecut::{Format, Piece, Resync, record::Boundaries};

#[global_allocator]
static ALLOCATOR: dhat::Alloc = dhat::Alloc;

const FILES: [&str; 5] = ["clusters.mkv", "unknown_sizes.mkv", "lacing.mka", "stripped.mkv", "groups.mkv"];

fn total_blocks() -> u64 {
    dhat::HeapStats::get().total_blocks
}

fn read_all(data: &[u8]) {
    for piece in Matroska.pieces(data) {
        if let Piece::Record(TopLevel::Cluster(cluster)) = piece {
            cluster.blocks().flatten().flat_map(|block| block.frames()).flatten().for_each(drop);
        }
    }
    tree(data).for_each(drop);
    Matroska.find_boundary(data, data.len() / 2);
    if let Ok(segment) = Segment::read(data) {
        segment.packets().for_each(drop);
        let _ = segment.tags().map(Iterator::count);
        let _ = segment.attachments().map(Iterator::count);
    }
}

/// One test for everything, because the allocator counts for the whole process.
#[test]
fn memory_is_bounded() {
    let _profiler = dhat::Profiler::builder().testing().build();
    let files = FILES.map(|name| std::fs::read(testdata("media").join(name)).unwrap());

    for data in &files {
        let segment = Segment::read(data).unwrap();
        // The main thread of the test program allocates now and then.
        let fewest = (0..5).map(|_| {
            let before = total_blocks();
            let packets = segment.packets().filter(Result::is_ok).count();
            let records = Matroska.records(data).filter(Result::is_ok).count();
            let nodes = tree(data).filter(Result::is_ok).count();
            assert!(packets > 20 && records > 5 && nodes > 50);
            total_blocks() - before
        });
        assert_eq!(fewest.min(), Some(0));
    }

    let before = dhat::HeapStats::get().curr_bytes;
    for data in &files {
        for at in (4..data.len()).step_by(data.len() / 300) {
            let mut copy = data.clone();
            // The largest size and an unknown size at every position.
            copy[at] = if at % 2 == 0 { 0xfe } else { 0xff };
            copy[at - 4..at].copy_from_slice(&[0x01, 0xff, 0xff, 0xff]);
            read_all(&copy);
            read_all(&copy[..at]);
        }
    }
    let peak = dhat::HeapStats::get().max_bytes - before;
    assert!(peak < 16 << 20, "{peak} bytes at the most");
}
