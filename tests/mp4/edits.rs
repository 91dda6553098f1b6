//! Packets of tracks with an edit match ffprobe for all edits.

use std::fs;

use pagecut::media::mp4::{Movie, Times};

use crate::common::oracle;
use crate::data;

/// Stream, presentation time, decode time, position and flags of a packet.
type Facts = (usize, i64, i64, u64, String);

/// Returns the packets that ffprobe lists.
fn packets_of_ffprobe(file: &std::path::Path) -> Option<Vec<Facts>> {
    let mut ffprobe = oracle("ffprobe")?;
    ffprobe.args(["-v", "error", "-fflags", "+nofillin+noparse", "-of", "compact=p=0:nk=1"]);
    ffprobe.args(["-show_entries", "packet=stream_index,pts,dts,pos,flags"]).arg(file);
    let output = ffprobe.output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let packets = text.lines().filter(|line| line.contains('|')).map(|line| {
        let fields: Vec<_> = line.split('|').collect();
        let time = |field: usize| fields[field].parse().unwrap();
        (fields[0].parse().unwrap(), time(1), time(2), fields[3].parse().unwrap(), fields[4].to_owned())
    });
    Some(packets.collect())
}

/// Returns the packets of a movie that are not left out, and the number of left out ones.
fn packets(data: &[u8]) -> (Vec<Facts>, usize) {
    let movie = Movie::read(data).unwrap();
    let packets: Vec<_> = movie.packets(Times::Presentation).map(Result::unwrap).collect();
    let samples: u64 = packets.iter().map(|packet| u64::from(packet.samples)).sum();
    assert_eq!(samples, movie.tracks().iter().map(pagecut::media::mp4::Track::sample_count).sum::<u64>());
    let left_out = packets.iter().filter(|packet| packet.is_left_out).count();
    let listed = packets.iter().filter(|packet| !packet.is_left_out).map(|packet| {
        let flag = |is_set, letter| if is_set { letter } else { '_' };
        let flags = [flag(packet.is_sync, 'K'), flag(packet.is_discarded, 'D')];
        (packet.track, packet.pts, packet.dts, packet.offset, flags.iter().collect())
    });
    (listed.collect(), left_out)
}

/// Sets the duration and the media time of the last entry of each edit list.
fn with_edit(data: &mut [u8], duration: u32, media_time: i32) {
    let lists = data.windows(4).enumerate().filter(|(_, name)| name == b"elst").map(|(at, _)| at);
    for list in lists.collect::<Vec<_>>() {
        let count = usize::from(data[list + 11]);
        let entry = list + 12 * count;
        data[entry..entry + 4].copy_from_slice(&duration.to_be_bytes());
        data[entry + 4..entry + 8].copy_from_slice(&media_time.to_be_bytes());
    }
}

#[test]
fn packets_of_every_edit_match_ffprobe() {
    let folder = tempfile::tempdir().unwrap();
    let mut left_out_somewhere = 0;
    for name in ["faststart.mp4", "delayed_sound.mp4", "vp9_opus.mp4", "mixed.mp4"] {
        for duration in [0, 333, 100_000] {
            for media_time in [0, 1, 1024, 9000, 24_000] {
                let mut data = data(name);
                with_edit(&mut data, duration, media_time);
                let file = folder.path().join("edit.mp4");
                fs::write(&file, &data).unwrap();
                let Some(expected) = packets_of_ffprobe(&file) else { return };
                let (found, left_out) = packets(&data);
                assert_eq!(found, expected, "{name}, {duration} from {media_time}");
                left_out_somewhere += left_out;
            }
        }
    }
    assert!(left_out_somewhere > 100, "{left_out_somewhere}");
}
