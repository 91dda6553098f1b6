//! Matroska and WebM.

use serde_json::{Value, json};

use crate::{run, stderr, succeed};

/// What `probe` prints.
fn probe(name: &str) -> Value {
    serde_json::from_str(&succeed(&["probe", "--of", "json", name])).unwrap()
}

/// What `packets` prints: stream, pts, size and position.
fn packets(name: &str) -> String {
    String::from_utf8(run(&["packets", "--entries", "stream_index,pts,size,pos", name]).stdout).unwrap()
}

#[test]
fn a_seek_head_leads_to_another_one() {
    let report = probe("matroska/seek-head-chain.mkv");
    assert_eq!(report["format"]["tags"], json!({ "encoder": "own", "TITLE": "hello" }));
    assert_eq!(report["streams"][2]["codec_type"], "attachment");
    assert_eq!(report["streams"][2]["tags"]["filename"], "a.txt");
    let file = run(&["extract", "--attachment", "a.txt", "matroska/seek-head-chain.mkv"]);
    assert!(file.status.success() && file.stdout.len() == 5);
}

#[test]
fn tags_of_several_elements_are_joined() {
    let report = probe("matroska/two-tags.mkv");
    let of_track = json!({ "language": "eng", "BPS-eng": "1234", "ARTIST": "x", "track": "3" });
    assert_eq!(report["streams"][0]["tags"], of_track);
    let of_file = json!({ "TITLE": "a", "TITLE-ger": "a", "TITLE-eng": "b", "encoder": "Q", "track": "3" });
    assert_eq!(report["format"]["tags"], of_file);
}

#[test]
fn a_damaged_info_leaves_the_packets() {
    let name = "matroska/info-damaged.mkv";
    let expected = "0,0,10,156\n1,0,20,172\n0,40,11,198\n0,80,10,223\n1,80,20,239\n";
    assert_eq!(packets(name), expected);
    for args in [&["packets", name][..], &["probe", name], &["stats", name], &["verify", name]] {
        let output = run(args);
        assert_eq!(output.status.code(), Some(1), "{args:?}");
        assert_eq!(stderr(&output).matches("byte 64: ").count(), 1, "{args:?}: {}", stderr(&output));
    }
    let table = String::from_utf8(run(&["stats", "-T", name]).stdout).unwrap();
    assert!(table.contains("\t1\tvideo\tV_VP8\t3\t31\t0.080\n"), "{table}");
}

#[test]
fn a_timestamp_after_a_block_counts() {
    assert_eq!(packets("matroska/timestamp-after-block.mkv"), "0,100,10,172\n0,140,10,191\n");
}

#[test]
fn packets_of_two_documents() {
    let name = "matroska/two-documents.mkv";
    let expected = "0,0,10,175\n1,0,20,191\n0,40,11,217\n0,80,10,407\n1,80,20,423\n";
    assert_eq!(packets(name), expected);
    assert!(succeed(&["stats", "-T", name]).contains("\t1\tvideo\tV_VP8\t3\t31\t0.080\n"));
    let track = run(&["extract", "--track", "2", name]);
    assert!(track.status.success() && track.stdout.len() == 40);
    succeed(&["verify", name]);
}
