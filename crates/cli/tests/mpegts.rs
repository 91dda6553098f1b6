//! Every command on transport streams of every kind of packets.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// The streams, and how long their packets are.
const STREAMS: [(&str, usize); 3] = [("av.ts", 188), ("av.m2ts", 192), ("av.204.ts", 204)];

fn testdata(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../testdata/media/mpegts").join(name)
}

fn pagecut(folder: &Path, args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_pagecut")).current_dir(folder).args(args).output().unwrap()
}

/// Runs every test on a copy of every stream.
fn with_streams(test: impl Fn(&Path, &str, &[u8], usize)) {
    for (name, packet_len) in STREAMS {
        let folder = tempfile::tempdir().unwrap();
        let data = fs::read(testdata(name)).unwrap();
        fs::write(folder.path().join(name), &data).unwrap();
        test(folder.path(), name, &data, packet_len);
    }
}

#[test]
fn all_packets_are_counted() {
    with_streams(|folder, name, data, packet_len| {
        let packets = data.len() / packet_len;
        let output = pagecut(folder, &["verify", "-v", name]);
        let len = data.len();
        let expected = format!(
            "OK {name}: mpegts, {packets} records, {len} bytes = {len} in records + 0 blank + 0 in gaps, payload not checked\n"
        );
        assert_eq!(String::from_utf8(output.stdout).unwrap(), expected);

        let output = pagecut(folder, &["stats", "--json", name]);
        let stats: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(
            (&stats["packet_len"], &stats["num_packets"], &stats["continuity_errors"], &stats["gaps"]),
            (&packet_len.into(), &packets.into(), &0.into(), &0.into())
        );
    });
}

#[test]
fn what_is_damaged_is_counted_whatever_the_number_of_threads() {
    let folder = testdata("");
    for threads in ["1", "3"] {
        let output = pagecut(&folder, &["stats", "--json", "--threads", threads, "damaged.ts"]);
        assert_eq!(output.status.code(), Some(1));
        let stats: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        let found = ["gaps", "gap_bytes", "continuity_errors", "duplicates", "transport_errors", "scrambled"]
            .map(|name| stats[name].as_u64().unwrap());
        assert_eq!(found, [2, 115, 2, 1, 1, 1]);
    }
}

#[test]
fn a_packet_with_a_bit_error_fails_stats() {
    let folder = tempfile::tempdir().unwrap();
    let mut data = fs::read(testdata("av.ts")).unwrap();
    data[20 * 188 + 1] |= 0x80;
    fs::write(folder.path().join("bad.ts"), &data).unwrap();
    for threads in ["1", "3"] {
        let output = pagecut(folder.path(), &["stats", "--json", "--threads", threads, "bad.ts"]);
        assert_eq!(output.status.code(), Some(1));
        let stats: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(stats["transport_errors"], 1);
        assert_eq!(stats["error"]["kind"], "transport_error");
        assert_eq!(stats["error"]["offset"], 20 * 188);
    }
}

#[test]
fn gaps_are_left_out() {
    with_streams(|folder, name, data, packet_len| {
        let at = 20 * packet_len;
        fs::write(folder.join(name), [&data[..at], b"between packets", &data[at..]].concat()).unwrap();
        let output = pagecut(folder, &["sanitize", name]);
        assert!(output.stdout == data, "{name}");
    });
}

#[test]
fn packets_are_fetched_by_number_and_place_and_a_stream_is_cut_between_them() {
    with_streams(|folder, name, data, packet_len| {
        let packet = |number: usize| &data[number * packet_len..(number + 1) * packet_len];
        for is_indexed in [false, true] {
            let output = pagecut(folder, &["fetch", name, "#7", "#0"]);
            assert!(output.stdout == [packet(7), packet(0)].concat(), "{name}");
            assert!(is_indexed || pagecut(folder, &["index", name]).status.success());
        }
        let place = format!("{}..{}", 9 * packet_len + 1, 12 * packet_len);
        let output = pagecut(folder, &["fetch", name, &place]);
        assert!(output.stdout == [packet(10), packet(11)].concat(), "{name}");

        assert!(pagecut(folder, &["shard", "-n", "3", "-o", "piece", name]).status.success());
        let extension = Path::new(name).extension().unwrap().to_str().unwrap();
        let pieces: Vec<_> = (0..3)
            .map(|number| fs::read(folder.join(format!("piece.{number}.{extension}"))).unwrap())
            .collect();
        assert!(
            pieces.iter().all(|piece| piece.len().is_multiple_of(packet_len) && !piece.is_empty()),
            "{name}"
        );
        assert!(pieces.concat() == data, "{name}");
    });
}
