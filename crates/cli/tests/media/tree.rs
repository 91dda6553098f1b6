//! `pagecut tree`: comparison with the boxes of fq and the elements of mkvinfo.

use std::io::{BufRead, BufReader, Read};
use std::process::Stdio;

use pagecut::media::mpegts::{PACKET_LEN, Packets};
use pagecut::{FileKind, Piece, Resync};
use serde_json::Value;

use super::{
    every_backend_prints_the_same, good, json, matroska, mp4, oracle, pagecut, printed, read, run, stderr,
    write,
};

fn tree(name: &str) -> Vec<Value> {
    json(&good(&["tree", "--json", name]))
}

fn number(node: &Value, key: &str) -> u64 {
    node[key].as_u64().unwrap_or_else(|| panic!("{key} of {node}"))
}

#[test]
fn boxes_match_fq() {
    // A size of 0 or 1 stands for another size field.
    const QUERY: &str = r#"
        def boxes($depth): .boxes[]? |
            "\($depth) \(tobytesrange.start) \(if .size > 1 then .size else tobytesrange.size end) \(.type)",
            boxes($depth + 1);
        boxes(0)"#;
    for name in mp4() {
        let Some(mut fq) = oracle("fq") else { return };
        let output = printed(fq.args(["-d", "mp4", "-o", "decode_samples=false", "-r", QUERY, &name]));
        let nodes = tree(&name);
        // fq stores the fields and boxes of a sample entry in other keys than those of boxes.
        let entries: Vec<_> = nodes.iter().filter(|node| node["type"] == "stsd").collect();
        let is_in_entry = |node: &Value| {
            entries.iter().any(|stsd| {
                let (start, offset) = (number(stsd, "offset"), number(node, "offset"));
                (start + 1..start + number(stsd, "len")).contains(&offset)
            })
        };
        let shown = nodes.iter().filter(|node| !is_in_entry(node)).map(|node| {
            let kind = node["type"].as_str().unwrap();
            format!("{} {} {} {kind}", node["depth"], node["offset"], node["len"])
        });
        let expected: Vec<_> = String::from_utf8(output)
            .unwrap()
            .lines()
            .map(|line| line.replace('\0', "\\x00"))
            .filter(|line| {
                let offset: u64 = line.split(' ').nth(1).unwrap().parse().unwrap();
                !is_in_entry(&serde_json::json!({ "offset": offset }))
            })
            .collect();
        assert!(expected.len() > 5, "{name}: {expected:?}");
        assert_eq!(shown.collect::<Vec<_>>(), expected, "{name}");
    }
}

#[test]
fn depths_and_ranges_of_boxes_agree() {
    for name in mp4().iter().chain(&matroska()) {
        let mut open: Vec<Value> = Vec::new();
        for node in tree(name) {
            open.truncate(usize::try_from(number(&node, "depth")).unwrap());
            assert_eq!(open.len() as u64, number(&node, "depth"), "{name}: {node}");
            let end = |node: &Value| Some(number(node, "offset") + node["len"].as_u64()?);
            if let Some(parent) = open.last() {
                assert!(number(parent, "offset") + number(parent, "header_len") <= number(&node, "offset"));
                // A segment of unknown size has no end.
                assert!(
                    end(parent).is_none_or(|outer| end(&node).unwrap() <= outer),
                    "{name}: {node} in {parent}"
                );
            }
            open.push(node);
        }
    }
}

#[test]
fn elements_match_mkvinfo() {
    for name in matroska() {
        let Some(mut mkvinfo) = oracle("mkvinfo") else { return };
        let output = printed(mkvinfo.args(["--ui-language", "en_US", "-a", "-P", "-z", &name]));
        // `|+ Cluster at 33148 size 5605 data size 5599`
        let place = |line: &str| {
            let (rest, data_size) = line.rsplit_once(" data size ")?;
            let (rest, size) = rest.rsplit_once(" size ")?;
            let (rest, offset) = rest.rsplit_once(" at ")?;
            let depth = rest.find('+')?;
            let numbers = [offset, size, data_size].map(|number| number.parse::<u64>().ok());
            Some((depth as u64, numbers[0]?, numbers[1]?, numbers[2]?))
        };
        let text = String::from_utf8_lossy(&output);
        let expected: Vec<_> = text.lines().filter_map(place).collect();
        // mkvinfo shows no checksums, and no size for an unknown one; the size of a cluster is that of its readable part.
        let is_shown = |node: &&Value| node["type"] != "CRC-32" && !node["len"].is_null();
        let found: Vec<_> = tree(&name)
            .iter()
            .filter(is_shown)
            .map(|node| {
                let (len, header_len) = (number(node, "len"), number(node, "header_len"));
                (number(node, "depth"), number(node, "offset"), len, len - header_len)
            })
            .filter(|node| name != "unknown_sizes.mkv" && name != "live.mkv" || expected.contains(node))
            .collect();
        assert!(found.len() > 50, "{name}");
        assert_eq!(found, expected, "{name}");
    }
}

#[test]
fn text_output_has_a_line_per_box() {
    let text = String::from_utf8(good(&["tree", "mp4/text.mp4"])).unwrap();
    let lines: Vec<_> = text.lines().take(8).collect();
    assert_eq!(
        lines,
        [
            "ftyp at 0, 8+20 bytes: major_brand isom, minor_version 512",
            "free at 28, 8+0 bytes",
            "mdat at 36, 8+18 bytes",
            "moov at 62, 8+726 bytes",
            "  mvhd at 70, 8+100 bytes: timescale 1000, duration 2000",
            "  trak at 178, 8+512 bytes",
            "    tkhd at 186, 8+84 bytes: track_ID 1, duration 2000",
            "    edts at 278, 8+28 bytes",
        ]
    );
    let text = String::from_utf8(good(&["tree", "live.mkv", "groups.mkv"])).unwrap();
    assert!(text.starts_with("live.mkv:\nEBML at 0, "), "{text}");
    for line in [
        "groups.mkv:",
        "Segment at 40, 12+60569 bytes",
        "    Title at 4255, 3+7 bytes: A title",
        "      CodecID at 4315, 2+15 bytes: V_MPEG4/ISO/AVC",
    ] {
        assert!(text.lines().any(|found| found == line), "{line}");
    }
    assert!(text.contains("\nSegment at 40, 12 bytes, then all that follows\n"), "{text}");
    let text = String::from_utf8(good(&["tree", "../small.ts"])).unwrap();
    assert_eq!(text.lines().next(), Some("packet at 0, 4+0+184 bytes: PID 0x0011, counter 0, unit start"));
}

#[test]
fn every_backend_prints_the_same_tree() {
    for name in ["mp4/moov_last.mp4", "groups.mkv", "../small.ts"] {
        every_backend_prints_the_same(name, &["tree"]);
    }
}

#[test]
fn packets_match_the_library() {
    let folder = tempfile::tempdir().unwrap();
    let mut data = read("../small.ts").repeat(20);
    data.splice(188 * 100..188 * 100, [0; 50]);
    let name = write(folder.path(), "gap.ts", &data);
    let output = run(&["tree", "--json", &name]);
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).contains("gap of bytes 18800 to 18850 (50)"), "{}", stderr(&output));
    let packets = Packets::new().pieces(&data).filter_map(|piece| match piece {
        Piece::Record(packet) => Some(packet),
        Piece::Gap(_) => None,
    });
    let packets: Vec<_> = packets.collect();
    let printed = json(&output.stdout);
    assert_eq!(packets.len(), printed.len());
    for (packet, line) in packets.iter().zip(&printed) {
        assert_eq!(number(line, "offset"), packet.range().start);
        assert_eq!(number(line, "pid"), u64::from(packet.pid()));
        assert_eq!(line["unit_start"], packet.payload_unit_start());
        assert_eq!(number(line, "continuity_counter"), u64::from(packet.continuity_counter()));
        assert_eq!(number(line, "payload_len"), packet.payload().map_or(0, <[u8]>::len) as u64);
        let lens = ["header_len", "adaptation_len", "payload_len"].map(|key| number(line, key));
        assert_eq!(lens.iter().sum::<u64>(), number(line, "len"));
    }
}

#[test]
fn packets_of_other_lengths() {
    for (name, len) in [("mpegts/av.m2ts", 192), ("mpegts/av.204.ts", 204)] {
        let data = read(name);
        assert!(matches!(FileKind::detect(&data), Ok(FileKind::MpegTs(_))));
        let printed = json(&good(&["tree", "--json", name]));
        assert_eq!(printed.len(), data.len() / len);
        for (line, offset) in printed.iter().zip((0..).step_by(len)) {
            assert_eq!((number(line, "offset"), number(line, "len")), (offset, len as u64));
            let lens = ["header_len", "adaptation_len", "payload_len"].map(|key| number(line, key));
            assert_eq!(lens.iter().sum::<u64>(), PACKET_LEN as u64);
        }
        let text = String::from_utf8(good(&["tree", name])).unwrap();
        assert!(text.starts_with(&format!("packet at 0, 4+0+184 of {len} bytes: PID 0x")), "{text}");
    }
}

#[test]
fn a_closed_pipe_ends_the_tree_quietly() {
    let folder = tempfile::tempdir().unwrap();
    let name = write(folder.path(), "long.ts", &read("../small.ts").repeat(200));
    let mut child = pagecut(&["tree", &name]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let mut complaint = String::new();
    child.stderr.take().unwrap().read_to_string(&mut complaint).unwrap();
    assert_eq!((child.wait().unwrap().code(), complaint.as_str()), (Some(0), ""));
}

#[test]
fn reads_have_no_tree() {
    let output = run(&["tree", "../two.fastq"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).contains("only media containers have a tree"), "{}", stderr(&output));
}
