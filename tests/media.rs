//! Tracks and packets of any container are those of the container's own types, and those of ffprobe.

mod common;

use std::collections::BTreeMap;

use common::{oracle, testdata};
use pagecut::media::matroska::{Segment, Streams};
use pagecut::media::mp4::{Movie, Times};
use pagecut::media::{Container, ContainerKind, FrameEncoding, MediaKind, Packet, TimeBase, Track};
use pagecut::{ErrorKind, FileKind, Source};
use rayon::prelude::*;

/// The media files of `testdata/media`, by their paths there.
fn files() -> Vec<(String, Vec<u8>)> {
    let mut files = Vec::new();
    for folder in ["", "mp4", "mpegts"] {
        for entry in std::fs::read_dir(testdata("media").join(folder)).unwrap() {
            let path = entry.unwrap().path();
            let extension = path.extension().and_then(|extension| extension.to_str()).unwrap_or_default();
            if ["mp4", "mov", "mkv", "mka", "webm", "ts", "m2ts"].contains(&extension) {
                let name = path.strip_prefix(testdata("media")).unwrap().display().to_string();
                files.push((name, std::fs::read(&path).unwrap()));
            }
        }
    }
    files.sort();
    assert!(files.len() > 35);
    files
}

fn read(name: &str) -> Vec<u8> {
    std::fs::read(testdata(name)).unwrap()
}

fn packets<'data>(container: &Container<'data>) -> Vec<Packet<'data>> {
    container.packets().collect::<Result<_, _>>().unwrap()
}

/// The data of a packet, by each of its accessors.
fn bytes(packet: &Packet<'_>, data: &[u8]) -> Vec<u8> {
    let all = packet.slices().collect::<Vec<_>>().concat();
    assert_eq!(all.len() as u64, packet.len());
    assert_eq!(all.is_empty(), packet.is_empty());
    assert!(packet.slices().all(|slice| !slice.is_empty()));
    assert_eq!(all, &*packet.to_contiguous().unwrap());
    if let Some(range) = packet.range() {
        let [start, end] = [range.start, range.end].map(|offset| usize::try_from(offset).unwrap());
        assert_eq!(all, data[start..end]);
        assert_eq!(packet.data_offset(), Some(range.start));
    }
    all
}

#[test]
fn mp4_packets_are_those_of_the_movie() {
    for (name, data) in files() {
        let container = Container::read(&data).unwrap();
        if container.kind() != ContainerKind::Mp4 {
            continue;
        }
        for times in [Times::Presentation, Times::Media] {
            let movie = Movie::read(&data).unwrap();
            let own = movie.packets(times).map(Result::unwrap).filter(|packet| !packet.is_left_out);
            let mut count = 0;
            for (found, own) in container.packets_with(times).map(Result::unwrap).zip(own) {
                assert_eq!(
                    (found.track, found.dts, found.offset),
                    (own.track, Some(own.dts), Some(own.offset))
                );
                assert_eq!((found.pts, found.is_key), (Some(own.pts), own.is_sync), "{name}");
                assert_eq!(found.is_discarded, own.is_discarded, "{name}");
                assert_eq!(bytes(&found, &data), own.data, "{name}");
                assert_eq!(found.range(), Some(own.offset..own.offset + own.data.len() as u64), "{name}");
                assert_eq!(
                    found.time_base,
                    TimeBase::per_second(movie.tracks()[own.track].media().timescale)
                );
                count += 1;
            }
            let total = movie.packets(times).filter(|packet| !packet.as_ref().unwrap().is_left_out).count();
            assert_eq!((count, container.packets_with(times).count()), (total, total), "{name}");
        }
    }
}

#[test]
fn matroska_packets_are_those_of_all_segments() {
    let mut inputs: Vec<_> = files();
    let joined = [read("media/clusters.mkv"), read("media/groups.mkv"), read("media/clusters.mkv")].concat();
    inputs.push(("joined.mkv".into(), joined));
    let (mut several, mut stripped) = (0, 0);
    for (name, data) in inputs {
        let container = Container::read(&data).unwrap();
        if container.kind() != ContainerKind::Matroska {
            continue;
        }
        let mut found = container.packets();
        let mut segment = Segment::read(&data).unwrap();
        let mut streams = Streams::new(&segment);
        loop {
            let mut own = segment.packets();
            for own in own.by_ref() {
                let (found, own) = (found.next().unwrap().unwrap(), own.unwrap());
                let track = &segment.tracks()[own.track];
                assert_eq!(found.track, streams.of_tracks()[own.track], "{name}");
                let times = (found.pts, found.dts, found.duration);
                assert_eq!(times, (own.pts, own.dts, own.duration), "{name}");
                assert_eq!(found.is_key, own.is_key && own.lace == 0, "{name}");
                assert_eq!(
                    found.time_base,
                    TimeBase::nanoseconds(track.tick(segment.info().timestamp_scale))
                );
                assert_eq!(found.offset, Some(own.block_offset), "{name}");
                assert_eq!(found.encoding, track.frame_encoding(), "{name}");
                assert_eq!(bytes(&found, &data), own.payload.to_vec(), "{name}");
                assert_eq!(found.range().is_none(), !own.payload.prefix.is_empty(), "{name}");
                stripped += usize::from(!own.payload.prefix.is_empty());
            }
            let Some(next) = own.next_segment() else { break };
            segment = next;
            streams.follow(&segment);
            several += 1;
        }
        assert!(found.next().is_none() && found.next().is_none(), "{name}");
        let kinds: Vec<_> = found.tracks().iter().map(|track| track.kind).collect();
        assert_eq!(kinds, streams.kinds(), "{name}");
    }
    assert!(several > 1 && stripped > 20, "{several} {stripped}");
}

#[test]
fn mpegts_packets_are_those_of_the_pids() {
    for (name, data) in files() {
        let container = Container::read(&data).unwrap();
        let ContainerKind::MpegTs(format) = container.kind() else { continue };
        let mut found = container.packets();
        let mut count = 0;
        for own in format.pes_packets(&data) {
            let own = match own {
                Ok(own) if own.is_empty() => continue,
                Ok(own) => own,
                Err(error) => {
                    let found = found.next().unwrap().unwrap_err();
                    assert_eq!(common::facts(&found), common::facts(&error), "{name}");
                    continue;
                }
            };
            let packet = found.next().unwrap().unwrap();
            assert_eq!(found.tracks()[packet.track].id, Some(own.pid().into()), "{name}");
            assert_eq!(packet.offset, Some(own.range().start), "{name}");
            assert_eq!(bytes(&packet, &data), own.pieces().collect::<Vec<_>>().concat(), "{name}");
            assert_eq!(packet.data_offset(), own.payload_offset(), "{name}");
            for (time, own) in [(packet.pts, own.pts()), (packet.dts, own.dts())] {
                let in_33_bits = |time: i64| time.rem_euclid(1 << 33).cast_unsigned();
                assert_eq!(time.map(in_33_bits), own, "{name}");
            }
            count += 1;
        }
        assert!(found.next().is_none() && count > 10, "{name}");
        assert_eq!(found.tracks(), container.tracks(), "{name}");
    }
}

/// Packets as ffprobe prints them: stream, times, size and position.
fn rows_of_ffprobe(path: &std::path::Path, options: &[&str]) -> Option<Vec<Vec<String>>> {
    let entries = "packet=stream_index,pts,dts,size,pos,flags";
    let output = oracle("ffprobe")?
        .args(["-v", "quiet", "-fflags", "+nofillin+noparse", "-of", "csv=p=0", "-show_entries", entries])
        .args(options)
        .arg(path)
        .output()
        .unwrap();
    let printed = String::from_utf8(output.stdout).unwrap();
    // Side data makes several lines out of one.
    let lines = printed.lines().filter(|line| !line.is_empty() && !line.starts_with(','));
    Some(lines.map(|line| line.split(',').take(6).map(str::to_owned).collect()).collect())
}

fn row(packet: &Packet<'_>, early: u64) -> Vec<String> {
    let number = |number: Option<i64>| number.map_or("N/A".to_owned(), |number| number.to_string());
    let offset = packet.offset.map_or("N/A".to_owned(), |offset| offset.saturating_sub(early).to_string());
    let key = if packet.is_key { 'K' } else { '_' };
    let discarded = if packet.is_discarded { 'D' } else { '_' };
    let flags = format!("{key}{discarded}");
    vec![
        packet.track.to_string(),
        number(packet.pts),
        number(packet.dts),
        packet.len().to_string(),
        offset,
        flags,
    ]
}

#[test]
fn packets_are_those_of_ffprobe() {
    let mut compared = 0;
    for (name, data) in files() {
        // ffprobe takes every run without a data offset for the first one, and shows what is in several edits several times.
        if ["mp4/fragmented_split_runs.mp4", "mp4/several_edits.mp4", "mpegts/damaged.ts"].contains(&&*name) {
            continue;
        }
        let container = Container::read(&data).unwrap();
        let is_mpegts = matches!(container.kind(), ContainerKind::MpegTs(_));
        let options: &[&str] =
            if is_mpegts { &["-scan_all_pmts", "1", "-max_packet_size", "1000000000"] } else { &[] };
        let Some(mut expected) = rows_of_ffprobe(&testdata("media").join(&name), options) else { return };
        // It believes that packets of 204 bytes begin 16 bytes earlier, and does not list frames without bytes.
        let early = if name == "mpegts/av.204.ts" { 16 } else { 0 };
        let packets = packets(&container);
        let packets = packets.iter().filter(|packet| !packet.is_empty());
        let mut found: Vec<_> = packets.clone().map(|packet| row(packet, early)).collect();
        assert_eq!(found.len(), expected.len(), "{name}");
        for ((packet, found), expected) in packets.zip(&mut found).zip(&mut expected) {
            if packet.encoding != FrameEncoding::Plain {
                // It decompresses.
                found[3].clone_from(&expected[3]);
            }
            if is_mpegts {
                // Without a look at the payload it does not know the key frames.
                found[5].clone_from(&expected[5]);
            }
            assert_eq!(found, expected, "{name}");
            compared += 1;
        }
    }
    assert!(compared > 3000, "{compared} packets");
}

#[test]
fn tracks_are_described() {
    let describe = |name: &str| -> Vec<String> {
        let data = read(name);
        let container = Container::read(&data).unwrap();
        let describe = |track: &Track<'_>| {
            let Track { index, id, kind, codec, codec_id, time_base, language, duration, .. } = track;
            let id = id.map_or("-".into(), |id| id.to_string());
            let text = |text: &Option<std::borrow::Cow<'_, str>>| text.as_deref().unwrap_or("-").to_owned();
            let duration = duration.map_or("-".into(), |duration| duration.to_string());
            let picture = if track.is_attached_picture { " picture" } else { "" };
            format!(
                "{index} {id} {} {} {} {time_base} {} {duration}{picture}",
                kind.name(),
                codec.unwrap_or("-"),
                text(codec_id),
                text(language)
            )
        };
        container.tracks().iter().map(describe).collect()
    };
    assert_eq!(
        describe("media/mp4/faststart.mp4"),
        ["0 1 video h264 avc1.4d400a 1/12800 - 25600", "1 2 audio aac mp4a.40.2 1/8000 - 17024"]
    );
    assert_eq!(
        describe("media/vp9_opus.webm"),
        ["0 1 video vp9 V_VP9 1/1000 - 2008", "1 2 audio opus A_OPUS 1/1000 - 2008"]
    );
    assert_eq!(
        describe("media/mpegts/hevc_ac3.ts"),
        ["0 256 video hevc 0x24 1/90000 - -", "1 257 audio ac3 0x81 1/90000 - -"]
    );
    assert_eq!(
        describe("foreign/mp4/covers.m4a"),
        [
            "0 1 audio aac mp4a.40.2 1/8000 - 3424",
            "1 - video mjpeg - 1/90000 - - picture",
            "2 - video png - 1/90000 - - picture"
        ]
    );
    assert_eq!(
        describe("foreign/matroska/attachments.mkv")[..4],
        [
            "0 1 video vp8 V_VP8 1/1000 eng 1000",
            "1 2 audio pcm_s16le A_PCM/INT/LIT 1/1000 eng 1000",
            "2 - video png image/png 1/90000 - - picture",
            "3 - attachment - font/ttf 1/90000 - -"
        ]
    );
}

#[test]
fn attached_pictures_come_first_without_times() {
    for (name, offsets) in [("mp4/covers.m4a", true), ("matroska/attachments.mkv", false)] {
        let data = read(&format!("foreign/{name}"));
        let container = Container::read(&data).unwrap();
        let pictures: Vec<_> = container.tracks().iter().filter(|track| track.is_attached_picture).collect();
        assert!(!pictures.is_empty(), "{name}");
        let packets = packets(&container);
        for (picture, packet) in pictures.iter().zip(&packets) {
            assert_eq!((picture.index, picture.kind), (packet.track, MediaKind::Video), "{name}");
            assert_eq!((packet.pts, packet.dts, packet.duration), (None, None, None), "{name}");
            assert_eq!((packet.is_key, packet.offset.is_some()), (true, offsets), "{name}");
            assert!(packet.range().is_some() && !bytes(packet, &data).is_empty(), "{name}");
        }
        assert!(packets[pictures.len()..].iter().all(|packet| packet.pts.is_some()), "{name}");
        // Other attached files are tracks without packets.
        for track in container.tracks().iter().filter(|track| track.kind == MediaKind::Attachment) {
            assert!(packets.iter().all(|packet| packet.track != track.index), "{name}");
        }
    }
}

#[test]
fn detection_is_that_of_every_other_input() {
    for (name, data) in files() {
        let kind = FileKind::detect(&data[..data.len().min(64 << 10)]).unwrap();
        assert_eq!(Some(Container::read(&data).unwrap().kind()), kind.container(), "{name}");
        let source = Source::open(testdata("media").join(&name)).unwrap();
        assert_eq!(source.detect().unwrap(), kind, "{name}");
        let whole = source.read_all().unwrap();
        let container = Container::read(&whole).unwrap();
        assert_eq!(container.packets().count(), Container::read(&data).unwrap().packets().count(), "{name}");
        source.check().unwrap();
    }
    for other in [&b"@r\nA\n+\nI\n"[..], b">s\nA\n", b"", b"\n", b"OggS\0\x02", b"hello"] {
        let error = Container::read(other).unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::UnknownFormat(_)), "{error}");
    }
}

#[test]
fn damage_leaves_the_packets_of_other_tracks() {
    let by_track = |data: &[u8]| {
        let container = Container::read(data).unwrap();
        let (mut counts, mut errors) = (BTreeMap::<usize, usize>::new(), 0);
        for packet in container.packets() {
            match packet {
                Ok(packet) => *counts.entry(packet.track).or_default() += 1,
                Err(_) => errors += 1,
            }
        }
        (counts, errors)
    };
    let data = read("media/mp4/faststart.mp4");
    let (whole, _) = by_track(&data);
    // The samples of both tracks are interleaved, and each track ends where its first sample is cut.
    let (cut, errors) = by_track(&data[..data.len() * 2 / 3]);
    assert!(
        errors > 0 && cut.len() == 2 && cut[&0] < whole[&0] && cut[&1] < whole[&1],
        "{cut:?} of {whole:?}"
    );

    let mut data = read("media/clusters.mkv");
    let (whole, _) = by_track(&data);
    let middle = data.len() / 2;
    data[middle..middle + 300].fill(0);
    let (torn, errors) = by_track(&data);
    assert!(errors > 0 && torn.keys().eq(whole.keys()), "{torn:?} of {whole:?}");

    let mut data = read("media/mpegts/av.ts");
    let (whole, _) = by_track(&data);
    let middle = data.len() / 2;
    data.splice(middle..middle + 100, []);
    let (torn, errors) = by_track(&data);
    assert!(errors > 0 && torn.keys().eq(whole.keys()), "{torn:?} of {whole:?}");
}

/// Reads everything, and checks what holds for every input.
fn exercise(data: &[u8]) {
    let Ok(container) = Container::read(data) else { return };
    let mut packets = container.packets();
    let mut known = packets.tracks().len();
    while let Some(packet) = packets.next() {
        match packet {
            Ok(packet) => {
                assert_eq!(packets.tracks()[packet.track].index, packet.track);
                bytes(&packet, data);
                let is_inside = |offset: u64| offset <= data.len() as u64;
                assert!(packet.offset.is_none_or(is_inside) && packet.data_offset().is_none_or(is_inside));
            }
            Err(error) => assert!(!error.message().is_empty()),
        }
        assert!(packets.tracks().len() >= known);
        known = packets.tracks().len();
    }
    assert!(packets.next().is_none());
    for tracks in [packets.tracks(), container.tracks()] {
        assert!(tracks.iter().enumerate().all(|(index, track)| track.index == index));
    }
}

#[test]
fn damaged_copies_are_read_without_panics() {
    let files = files();
    files.par_iter().filter(|(_, data)| data.len() < 100_000).for_each(|(_, data)| {
        let step = data.len() / 25 + 1;
        for len in (0..data.len()).step_by(step) {
            exercise(&data[..len]);
        }
        for at in (0..data.len()).step_by(step).chain(0..data.len().min(40)) {
            for value in [0, 0xff, data[at] ^ 0x10] {
                let mut copy = data.clone();
                copy[at] = value;
                exercise(&copy);
            }
        }
    });
}
