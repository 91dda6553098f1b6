//! MPEG transport streams.

use crate::{path, probe, run, stderr, succeed, write};

/// Returns the rows of `packets`: stream, pts and size.
fn packets(name: &str) -> Vec<(u32, i64, u32)> {
    let rows = succeed(&["packets", "--entries", "stream_index,pts,size", name]);
    let row = |line: &str| {
        let fields: Vec<_> = line.split(',').collect();
        let [stream, pts, size] = fields[..] else { panic!("{line}") };
        (stream.parse().unwrap(), pts.parse().unwrap(), size.parse().unwrap())
    };
    rows.lines().map(row).collect()
}

/// Returns the value of a field of each stream of `probe`.
fn streams(name: &str, field: &str) -> Vec<String> {
    let report = probe(name);
    let streams = report["streams"].as_array().unwrap().iter();
    streams.map(|stream| stream[field].as_str().unwrap_or_default().to_owned()).collect()
}

#[test]
fn padding_pes_packets_are_no_packets() {
    let expected: Vec<_> = (0..20).map(|number| (0, 90_000 + 3600 * number, 311)).collect();
    assert_eq!(packets("mpegts/padding-pes.ts"), expected);
}

#[test]
fn packets_with_headers_in_ascii_are_detected() {
    let expected: Vec<_> = (0..200).map(|number| (0, 90_000 + 2160 * number, 82)).collect();
    assert_eq!(packets("mpegts/headers-in-ascii.ts"), expected);
    assert_eq!(streams("mpegts/headers-in-ascii.ts", "codec_type"), ["audio"]);
}

#[test]
fn splice_information_is_data() {
    assert_eq!(streams("mpegts/scte35.ts", "codec_type"), ["video", "data"]);
    assert_eq!(streams("mpegts/scte35.ts", "codec_name"), ["h264", "scte_35"]);
    assert_eq!(streams("mpegts/scte35.ts", "codec_tag_string")[1], "[0][0][0][0]");
}

#[test]
fn programs_have_clocks_of_their_own() {
    let rows =
        (0..4).flat_map(|number| [(0, 90_000 + 3600 * number, 311), (1, 4_295_058_296 + 3600 * number, 311)]);
    assert_eq!(packets("mpegts/two-clocks.ts"), rows.collect::<Vec<_>>());
}

#[test]
fn streams_come_in_the_order_of_the_tables() {
    assert_eq!(streams("mpegts/program-order.ts", "id"), ["0x201", "0x101"]);
    let report = probe("mpegts/program-order.ts");
    let programs: Vec<_> = report["programs"]
        .as_array()
        .unwrap()
        .iter()
        .map(|program| {
            (
                program["program_id"].as_u64(),
                program["pmt_pid"].as_u64(),
                program["streams"][0]["index"].as_u64(),
            )
        })
        .collect();
    assert_eq!(programs, [(Some(2), Some(0x200), Some(0)), (Some(1), Some(0x100), Some(1))]);
    assert_eq!(packets("mpegts/program-order.ts")[..2], [(0, 90_000, 311), (1, 90_000, 311)]);
}

#[test]
fn streams_without_tables_come_from_pes_headers() {
    let expected: Vec<_> = (0..40).map(|number| (0, 1000 + 3600 * number, 311)).collect();
    assert_eq!(packets("mpegts/no-pat.ts"), expected);
    assert_eq!(streams("mpegts/no-pat.ts", "id"), ["0x101"]);
    assert_eq!(streams("mpegts/no-pat.ts", "start_time"), ["0.011111"]);
}

/// Runs `verify` on a stream; returns whether it is good, and standard error.
fn verify(stream: &[u8]) -> (bool, String) {
    let (_folder, file) = write("stream.ts", stream);
    let output = run(&["verify", &file]);
    assert!(String::from_utf8_lossy(&output.stdout).contains("payload not checked"));
    (output.status.success(), stderr(&output))
}

#[test]
fn a_lost_packet_is_bad_with_its_place() {
    let sound = std::fs::read(path("../media/mpegts/av.ts")).unwrap();
    assert_eq!(verify(&sound), (true, String::new()));
    let packets: Vec<&[u8]> = sound.chunks(188).collect();
    let is_video = |packet: &[u8]| packet[1] & 0x1f == 1 && packet[2] == 0 && packet[3] & 0x10 != 0;
    let at = (20..).find(|&at| is_video(packets[at])).unwrap();
    let next = (at + 1..).find(|&at| is_video(packets[at])).unwrap();

    let without = [&packets[..at], &packets[at + 1..]].concat().concat();
    let (is_good, message) = verify(&without);
    let place = format!("record {}, byte {}: packets of PID 0x0100 are missing", next - 1, (next - 1) * 188);
    assert!(!is_good && message.contains(&place), "{message}");

    // A repetition is allowed once.
    let twice = [&packets[..=at], &packets[at..]].concat().concat();
    assert_eq!(verify(&twice), (true, String::new()));
    let thrice = [&packets[..=at], &[packets[at]], &packets[at..]].concat().concat();
    let (is_good, message) = verify(&thrice);
    assert!(!is_good && message.contains(&format!("record {}", at + 2)), "{message}");

    // Null packets have no counter, and a packet may announce a discontinuity.
    let null = [&[0x47, 0x1f, 0xff, 0x1a][..], &[0xff; 184]].concat();
    let discontinuity = [&[0x47, 0x01, 0x00, 0x27, 183, 0x80][..], &[0xff; 182]].concat();
    let counter = packets[next][3].wrapping_sub(1) & 0x0f;
    let discontinuity = [&discontinuity[..3], &[0x20 | counter], &discontinuity[4..]].concat();
    let told = [&packets[..at], &[&null[..], &discontinuity], &packets[at + 1..]].concat().concat();
    assert_eq!(verify(&told), (true, String::new()));
}

#[test]
fn damaged_packets_and_tables_are_bad() {
    let sound = std::fs::read(path("../media/mpegts/av.ts")).unwrap();
    let packets: Vec<&[u8]> = sound.chunks(188).collect();
    let pid = |packet: &[u8]| u16::from_be_bytes([packet[1] & 0x1f, packet[2]]);
    let change = |at: usize, byte: usize, bits: u8| {
        let mut stream = sound.clone();
        stream[188 * at + byte] ^= bits;
        verify(&stream)
    };

    // `transport_error_indicator`.
    let (is_good, message) = change(40, 1, 0x80);
    assert!(!is_good && message.contains("record 40, byte 7520"), "{message}");
    assert!(message.contains("transport_error_indicator is set"), "{message}");

    // The CRCs of tables.
    let map_pid = 0x1000;
    for table in [0, map_pid] {
        let at = packets.iter().position(|packet| pid(packet) == table).unwrap();
        let (is_good, message) = change(at, 14, 1);
        let expected = format!("the section in PID {table:#06x} is damaged: its CRC does not match");
        assert!(!is_good && message.contains(&expected), "{message}");
    }

    // A PES packet of 2 bytes, which is shorter than its header.
    let starts = |packet: &[u8]| pid(packet) == 0x100 && packet[1] & 0x40 != 0;
    let at = packets.iter().position(|packet| starts(packet)).unwrap();
    let header = 4 + if packets[at][3] & 0x20 == 0 { 0 } else { 1 + usize::from(packets[at][4]) };
    assert_eq!(packets[at][header..header + 3], [0, 0, 1]);
    let (is_good, message) = change(at, header + 5, 2 ^ packets[at][header + 5]);
    let is_told = message.contains("the PES packet in PID 0x0100 is damaged: it ends inside its header");
    assert!(!is_good && is_told, "{message}");

    // A repetition with a changed byte, outside and inside the clock reference.
    let has_clock = |packet: &[u8]| packet[3] & 0x30 == 0x30 && packet[4] > 7 && packet[5] == 0x10;
    let at = packets.iter().position(|packet| has_clock(packet)).unwrap();
    for (byte, is_allowed) in [(6, true), (11, true), (12, false), (187, false)] {
        let mut copy = packets[at].to_vec();
        copy[byte] ^= 0x40;
        let stream = [&packets[..=at], &[&copy[..]], &packets[at + 1..]].concat().concat();
        let (is_good, message) = verify(&stream);
        assert_eq!(is_good, is_allowed, "byte {byte}: {message}");
        let is_told = message.contains("repeats the counter of the one before with other bytes");
        assert_eq!(is_told, !is_allowed, "byte {byte}: {message}");
    }
}

#[test]
fn an_adaptation_field_longer_than_its_packet_is_bad() {
    let mut stream = std::fs::read(path("../media/mpegts/av.ts")).unwrap();
    let at = stream.chunks(188).position(|packet| packet[3] & 0x30 == 0x30).unwrap();
    stream[188 * at + 4] = 184;
    let (is_good, message) = verify(&stream);
    assert!(!is_good && message.contains("has a length of 184, which exceeds the packet"), "{message}");
}

#[test]
fn gaps_have_their_records_from_files_and_pipes() {
    let stream = std::fs::read(path("../media/mpegts/av.ts")).unwrap();
    let damaged = [&stream[..188 * 20], b"other", &stream[188 * 20..188 * 40], b"bytes", &stream[188 * 40..]];
    // Longer than a part.
    let (_folder, name) = write("damaged.ts", damaged.concat().repeat(20));
    let name = name.as_str();
    let of_file = stderr(&run(&["tree", name])).replace(name, "-");
    let pipe = std::process::Command::new("sh")
        .args(["-c", "cat \"$1\" | \"$0\" tree - > /dev/null", env!("CARGO_BIN_EXE_pagecut"), name])
        .output()
        .unwrap();
    assert!(of_file.contains("record 40, byte 7525"), "{of_file}");
    assert_eq!(of_file, stderr(&pipe));
}
