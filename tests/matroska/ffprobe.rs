//! Comparison with the packets and streams of ffprobe.

use std::fmt::Write;
use std::process::Command;

use pagecut::media::matroska::{ElementId, Packet, Segment};

use super::common::oracle;
use super::{FILES, path, read};

/// Computes the CRC-32 that ffprobe prints, bit by bit.
fn crc32(bytes: impl Iterator<Item = u8>) -> u32 {
    !bytes.fold(!0, |crc, byte| {
        (0..8).fold(
            crc ^ u32::from(byte),
            |crc, _| if crc & 1 == 1 { crc >> 1 ^ 0xedb8_8320 } else { crc >> 1 },
        )
    })
}

fn number(number: Option<i64>) -> String {
    number.map_or("N/A".into(), |number| number.to_string())
}

/// Formats a packet like ffprobe, which marks only the first frame of a block as a key frame.
fn line(segment: &Segment<'_>, packet: &Packet<'_>) -> String {
    let key = if packet.is_key && packet.lace == 0 { "K_" } else { "__" };
    let (pts, dts, duration) = (number(packet.pts), number(packet.dts), number(packet.duration));
    let (track, size, pos) = (packet.track, packet.payload.len(), packet.block_offset);
    let bytes = packet.payload.slices().into_iter().flatten().copied();
    let mut line = format!("{track},{pts},{dts},{duration}");
    // Frames that ffprobe decompresses have another size and content.
    if segment.tracks()[track].has_encoded_frames() {
        write!(line, ",{pos},{key}").unwrap();
    } else {
        write!(line, ",{size},{pos},{key},CRC32:{:08x}", crc32(bytes)).unwrap();
    }
    line
}

/// A line of ffprobe, without size and content if the frames are compressed.
fn expected(segment: &Segment<'_>, line: &str) -> String {
    let fields: Vec<_> = line.split(',').collect();
    let track: usize = fields[0].parse().unwrap();
    if segment.tracks()[track].has_encoded_frames() {
        [&fields[..4], &fields[5..7]].concat().join(",")
    } else {
        line.into()
    }
}

fn output(command: &mut Command) -> String {
    let output = command.output().unwrap();
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn packets_match_ffprobe() {
    for name in FILES {
        let Some(mut ffprobe) = oracle("ffprobe") else { return };
        ffprobe.args([
            "-v",
            "quiet",
            "-fflags",
            "+nofillin+noparse",
            "-show_data_hash",
            "crc32",
            "-of",
            "csv=p=0",
        ]);
        let entries = "packet=stream_index,pts,dts,duration,size,pos,flags,data_hash";
        let printed = output(ffprobe.args(["-show_entries", entries]).arg(path(name)));

        let data = read(name);
        let segment = Segment::read(&data).unwrap();
        let packets: Vec<_> = segment.packets().collect::<Result<_, _>>().unwrap();
        // ffprobe skips empty frames.
        let with_bytes = packets.iter().filter(|packet| !packet.payload.is_empty());
        let found: Vec<_> = with_bytes.map(|packet| line(&segment, packet)).collect();
        // Side data splits a line in two.
        let printed = printed.replace(",\n,", ",");
        let expected: Vec<_> = printed.lines().map(|line| expected(&segment, line)).collect();
        assert!(found.len() > 20, "{name} has {} packets", found.len());
        for (found, expected) in found.iter().zip(&expected) {
            assert_eq!(found, expected, "{name}");
        }
        assert_eq!(found.len(), expected.len(), "{name}");
        for packet in &packets {
            let at = super::position(packet.offset);
            assert_eq!(&data[at..at + packet.payload.data.len()], packet.payload.data, "{name}");
        }
    }
}

#[test]
fn streams_match_ffprobe() {
    for name in FILES {
        let Some(mut ffprobe) = oracle("ffprobe") else { return };
        let entries = "stream=width,height,sample_rate,channels:stream_tags=language:format=duration";
        ffprobe.args(["-v", "quiet", "-of", "default=nw=1", "-show_entries", entries]);
        let printed = output(ffprobe.arg(path(name)));

        let data = read(name);
        let segment = Segment::read(&data).unwrap();
        let mut found = String::new();
        for track in segment.tracks() {
            if let Some(video) = track.video {
                writeln!(found, "width={}\nheight={}", video.pixel_width, video.pixel_height).unwrap();
            }
            if let Some(audio) = track.audio {
                // ffprobe reports the output rate of AAC with spectral band replication.
                let rate = audio.output_sampling_frequency.unwrap_or(audio.sampling_frequency);
                writeln!(found, "sample_rate={rate}\nchannels={}", audio.channels).unwrap();
            }
            // ffprobe reports the three-letter code even if there is a BCP 47 code.
            let language = track
                .element
                .child(ElementId::LANGUAGE)
                .unwrap()
                .map_or(b"eng".as_slice(), |code| code.text());
            if language != b"und" && language != b"eng" {
                writeln!(found, "TAG:language={}", language.escape_ascii()).unwrap();
            }
        }
        let info = segment.info();
        if let Some(duration) = info.duration {
            // ffprobe ignores values below a microsecond.
            let micros = (duration * info.timestamp_scale as f64 / 1e3).trunc();
            writeln!(found, "duration={:.6}", micros / 1e6).unwrap();
            assert!((info.duration_secs().unwrap() - micros / 1e6).abs() < 2e-6);
        }
        // English is the default, which ffprobe does not print; and it estimates missing durations.
        let printed = printed.lines().filter(|line| {
            let is_guess = line.starts_with("duration=") && info.duration.is_none();
            !is_guess && !line.ends_with("=N/A") && !matches!(*line, "TAG:language=eng" | "TAG:language=und")
        });
        assert_eq!(found.lines().collect::<Vec<_>>(), printed.collect::<Vec<_>>(), "{name}");
    }
}
