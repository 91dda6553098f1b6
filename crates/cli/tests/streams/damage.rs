//! Truncated files: the command prints the packets that are left, and reports that others are missing.

use std::collections::HashSet;
use std::fs;

use pagecut::media::matroska::{ElementId, Matroska};
use pagecut::media::mp4::Boxes;
use pagecut::{Format, Resync};

use crate::{pagecut, stderr, stdout, testdata};

/// Returns the lines of `pagecut packets` for a file, and whether it succeeded.
fn packets(path: &str) -> (Vec<String>, bool) {
    let output = pagecut(&["packets", "--entries", "stream_index,pts,dts,size,pos,data_hash", path]);
    assert!(!stderr(&output).contains("panicked"), "{}", stderr(&output));
    let all_good = output.status.success();
    assert_eq!(output.status.code(), Some(i32::from(!all_good)));
    assert_eq!(all_good, stderr(&output).is_empty());
    (stdout(&output).lines().map(str::to_owned).collect(), all_good)
}

/// Returns the offsets at which a file may end without an error.
fn ends(name: &str, data: &[u8]) -> HashSet<u64> {
    if name.starts_with("mp4/") {
        Boxes.records(data).map(|found| found.unwrap().range().end).collect()
    } else {
        Matroska.pieces(data).map(|piece| piece.record().unwrap().range().end).collect()
    }
}

#[test]
fn truncated_files_print_their_remaining_packets() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("cut");
    for name in ["mp4/faststart.mp4", "mp4/fragmented.mp4", "mp4/pcm.mov", "clusters.mkv", "live.mkv"] {
        let data = fs::read(testdata(name)).unwrap();
        let (whole, all_good) = packets(name);
        assert!(all_good);
        let ends = ends(name, &data);
        let mut counts = HashSet::new();
        for cut in (1..24).map(|part| data.len() * part / 24 + part) {
            fs::write(&path, &data[..cut]).unwrap();
            let (found, all_good) = packets(path.to_str().unwrap());
            // All lines are lines of the whole file, in the same order; a PCM packet may be truncated.
            let mut rest = whole.iter();
            let new = found.iter().filter(|line| !rest.by_ref().any(|other| other == *line)).count();
            assert!(new <= usize::from(name == "mp4/pcm.mov"), "{name} of {cut} bytes");
            assert!(
                found.len() == whole.len() || !all_good || ends.contains(&(cut as u64)),
                "{name} of {cut} bytes"
            );
            counts.insert(found.len());

            let probed = pagecut(&["probe", "--of", "json", path.to_str().unwrap()]);
            assert!(matches!(probed.status.code(), Some(0 | 1)), "{}", stderr(&probed));
        }
        // Some packets remain, unless the sample tables are at the end of the file.
        assert!(counts.len() > 8 || name == "mp4/pcm.mov", "{name}: {counts:?}");
    }
}

#[test]
fn packets_continue_after_a_damaged_cluster() {
    let mut data = fs::read(testdata("clusters.mkv")).unwrap();
    let (whole, _) = packets("clusters.mkv");
    let clusters = Matroska.pieces(&data).filter_map(pagecut::Piece::record);
    let clusters: Vec<_> = clusters.filter(|record| record.id() == ElementId::CLUSTER).collect();
    let start = usize::try_from(clusters[clusters.len() / 2].range().start).unwrap();
    data[start..start + 40].fill(0);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("damaged.mkv");
    fs::write(&path, &data).unwrap();
    let (found, all_good) = packets(path.to_str().unwrap());
    assert!(!all_good);
    assert!(found.len() > whole.len() / 2 && found.len() < whole.len(), "{} of {}", found.len(), whole.len());
    assert_eq!((found.first(), found.last()), (whole.first(), whole.last()));
}
