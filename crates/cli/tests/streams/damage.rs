//! Files that end too early: what is there is told, and so is what is not.

use std::collections::HashSet;
use std::fs;

use pagecut::media::matroska::{ElementId, Matroska};
use pagecut::media::mp4::Boxes;
use pagecut::{Format, Resync};

use crate::{pagecut, stderr, stdout, testdata};

/// The lines of `pagecut packets` of a file.
fn packets(path: &str) -> (Vec<String>, bool) {
    let output = pagecut(&["packets", "--entries", "stream_index,pts,dts,size,pos,data_hash", path]);
    assert!(!stderr(&output).contains("panicked"), "{}", stderr(&output));
    let all_good = output.status.success();
    assert_eq!(output.status.code(), Some(i32::from(!all_good)));
    assert_eq!(all_good, stderr(&output).is_empty());
    (stdout(&output).lines().map(str::to_owned).collect(), all_good)
}

/// Where a file can end without anybody seeing it.
fn ends(name: &str, data: &[u8]) -> HashSet<u64> {
    if name.starts_with("mp4/") {
        Boxes.records(data).map(|found| found.unwrap().range().end).collect()
    } else {
        Matroska.pieces(data).map(|piece| piece.record().unwrap().range().end).collect()
    }
}

#[test]
fn of_a_file_that_is_cut_what_is_there_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("cut");
    for name in ["mp4/faststart.mp4", "mp4/fragmented.mp4", "mp4/pcm.mov", "clusters.mkv", "live.mkv"] {
        let data = fs::read(testdata(name)).unwrap();
        let (whole, all_good) = packets(name);
        assert!(all_good);
        let ends = ends(name, &data);
        let mut told = HashSet::new();
        for cut in (1..24).map(|part| data.len() * part / 24 + part) {
            fs::write(&path, &data[..cut]).unwrap();
            let (found, all_good) = packets(path.to_str().unwrap());
            // All of it is of the whole, and in its order; a packet of plain sound may be cut.
            let mut rest = whole.iter();
            let new = found.iter().filter(|line| !rest.by_ref().any(|other| other == *line)).count();
            assert!(new <= usize::from(name == "mp4/pcm.mov"), "{name} of {cut} bytes");
            assert!(
                found.len() == whole.len() || !all_good || ends.contains(&(cut as u64)),
                "{name} of {cut} bytes"
            );
            told.insert(found.len());

            let probed = pagecut(&["probe", "--of", "json", path.to_str().unwrap()]);
            assert!(matches!(probed.status.code(), Some(0 | 1)), "{}", stderr(&probed));
        }
        // Not all or nothing, unless what tells of the rest comes last.
        assert!(told.len() > 8 || name == "mp4/pcm.mov", "{name}: {told:?}");
    }
}

#[test]
fn behind_a_damaged_cluster_packets_go_on() {
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
