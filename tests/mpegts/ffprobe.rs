//! Comparison with ffprobe.

use pagecut::Format;
use pagecut::media::mpegts::{PacketKind, Packets};
use pagecut::{FileKind, Source};

use crate::common::{oracle, testdata};
use crate::{files, format};

/// Returns the blocks that ffprobe writes as pairs of name and value; pairs of nested blocks are included.
fn blocks(args: &[&str], name: &str) -> Option<Vec<Vec<(String, String)>>> {
    let output = oracle("ffprobe")?
        .args(["-v", "error"])
        .args(args)
        .arg(testdata("media/mpegts").join(name))
        .output()
        .unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let mut blocks = Vec::new();
    for line in text.lines() {
        if line == "[PACKET]" || line == "[PROGRAM]" || line == "[STREAM]" {
            blocks.push(Vec::new());
        } else if let Some((name, value)) = line.split_once('=') {
            blocks.last_mut().unwrap().push((name.to_owned(), value.to_owned()));
        }
    }
    assert!(!blocks.is_empty(), "{name}");
    Some(blocks)
}

fn value<'block>(block: &'block [(String, String)], name: &str) -> Option<&'block str> {
    block.iter().find(|(other, _)| other == name).map(|(_, value)| value.as_str())
}

fn number(text: &str) -> i64 {
    let digits = text.strip_prefix("0x");
    digits.map_or_else(|| text.parse(), |digits| i64::from_str_radix(digits, 16)).unwrap()
}

/// Returns the undamaged files.
fn undamaged() -> impl Iterator<Item = (String, Vec<u8>)> {
    files().into_iter().filter(|(name, _)| name != "damaged.ts")
}

#[test]
fn transport_packets_match_ffprobe() {
    // ffprobe needs about 20 KB to detect the packet length.
    for (name, data) in undamaged().filter(|(_, data)| data.len() > 20_000) {
        let Some(blocks) = blocks(&["-f", "mpegtsraw", "-show_packets"], &name) else { return };
        // ffprobe reports the position after the 188 bytes.
        let expected: Vec<_> =
            blocks.iter().map(|block| number(value(block, "pos").unwrap()) as u64).collect();
        let packets = format(&data);
        let parity = if packets.kind() == PacketKind::ProtectedPacket { 16 } else { 0 };
        let found: Vec<_> =
            packets.records(&data).map(|packet| packet.unwrap().range().end - parity).collect();
        // ffprobe omits the first packets, which it read to detect their length.
        assert!(found.ends_with(&expected[1..]) && expected.len() + 1 >= found.len(), "{name}");
    }
}

/// Computes the checksum that ffprobe prints for a payload.
fn crc32(bytes: &[u8]) -> String {
    format!("CRC32:{:08x}", crc32fast::hash(bytes))
}

#[test]
fn pes_packets_match_ffprobe_in_order() {
    let mut compared = 0;
    for (name, data) in undamaged() {
        let args = [
            &["-fflags", "+nofillin+noparse", "-scan_all_pmts", "1", "-max_packet_size", "1000000000"][..],
            &["-show_packets", "-show_streams", "-show_data_hash", "crc32"],
        ]
        .concat();
        let Some(blocks) = blocks(&args, &name) else { return };
        let (packets, streams): (Vec<_>, Vec<_>) =
            blocks.iter().partition(|block| value(block, "pos").is_some());
        let pid_of = |index: &str| {
            let stream = streams.iter().find(|stream| value(stream, "index") == Some(index)).unwrap();
            number(value(stream, "id").unwrap())
        };
        let expected: Vec<_> = packets
            .iter()
            .map(|packet| {
                let field = |name| value(packet, name).unwrap();
                // ffprobe reports negative times for timestamps that it places before the wrap-around of the 33 bits.
                let time = |name| number(field(name)).rem_euclid(1 << 33);
                let place = (pid_of(field("stream_index")), number(field("pos")), number(field("size")));
                (place, time("pts"), time("dts"), field("data_hash").to_owned())
            })
            .collect();
        let format = format(&data);
        let early = if format.kind() == PacketKind::ProtectedPacket { 16 } else { 0 };
        let found: Vec<_> = format
            .pes_packets(&data)
            .map(|packet| {
                let packet = packet.unwrap();
                let place = (packet.pid().into(), packet.range().start as i64 - early, packet.len() as i64);
                let time = |time: Option<u64>| time.unwrap() as i64;
                (place, time(packet.pts()), time(packet.dts()), crc32(&packet.to_contiguous().unwrap()))
            })
            .collect();
        assert_eq!(found, expected, "{name}");
        compared += found.len();
    }
    assert!(compared > 200, "{compared}");
}

#[test]
fn programs_match_ffprobe() {
    for (name, data) in undamaged() {
        let Some(blocks) = blocks(&["-scan_all_pmts", "1", "-show_programs"], &name) else { return };
        let mut expected = Vec::new();
        for block in &blocks {
            if let Some(program) = value(block, "program_num") {
                let field = |name| number(value(block, name).unwrap());
                let name = value(block, "TAG:service_name").unwrap().to_owned();
                expected.push(((number(program), field("pmt_pid"), field("pcr_pid"), name), Vec::new()));
            } else {
                let language = value(block, "TAG:language").map(str::to_owned);
                expected.last_mut().unwrap().1.push((number(value(block, "id").unwrap()), language));
            }
        }
        let programs = format(&data).programs(&data);
        assert!(programs.is_complete() && programs.errors().is_empty(), "{name}: {programs:?}");
        let found: Vec<_> = programs
            .iter()
            .map(|program| {
                let streams = program.streams().map(|stream| {
                    let language = stream.descriptors().find_map(|descriptor| descriptor.language());
                    (i64::from(stream.pid()), language.map(|code| String::from_utf8(code.to_vec()).unwrap()))
                });
                let pcr_pid = program.pcr_pid().unwrap().into();
                let name = program.service().unwrap().name().into_owned();
                (
                    (program.number().into(), program.map_pid().into(), pcr_pid, name),
                    streams.collect::<Vec<_>>(),
                )
            })
            .collect();
        assert_eq!(found, expected, "{name}");
    }
}

#[test]
fn packet_kinds_are_detected_by_content() {
    for (name, data) in files() {
        let expected = Packets::with_kind(match name.as_str() {
            "av.m2ts" => PacketKind::SourcePacket,
            "av.204.ts" => PacketKind::ProtectedPacket,
            _ => PacketKind::TransportPacket,
        });
        assert_eq!(FileKind::detect(&data).unwrap(), FileKind::MpegTs(expected), "{name}");
        let source = Source::open(testdata("media/mpegts").join(&name)).unwrap();
        assert_eq!(source.detect().unwrap(), FileKind::MpegTs(expected), "{name}");
    }
}
