//! The packets of all tracks are the samples, in the order of demuxers.

use pagecut::media::mp4::{Movie, Packet, Times};

use crate::packets::samples;
use crate::{data, files};

#[test]
fn packets_are_the_samples_in_file_order() {
    for (name, data) in files() {
        let movie = Movie::read(&data).unwrap();
        let packets: Vec<_> = movie.packets(Times::Media).collect::<Result<_, _>>().unwrap();
        for (index, track) in movie.tracks().iter().enumerate() {
            let mut samples = samples(track).into_iter();
            for packet in packets.iter().filter(|packet| packet.track == index) {
                let of_packet: Vec<_> = samples.by_ref().take(packet.samples as usize).collect();
                let (first, last) = (&of_packet[0], of_packet.last().unwrap());
                assert_eq!(
                    (packet.index, packet.pts, packet.dts),
                    (first.index, first.pts, first.dts),
                    "{name}"
                );
                assert_eq!(
                    packet.offset..packet.offset + packet.data.len() as u64,
                    first.range.start..last.range.end
                );
                assert_eq!(packet.duration, of_packet.iter().map(|sample| u64::from(sample.duration)).sum());
                assert!(packet.samples == 1 || name == "pcm.mov", "{name}");
            }
            assert_eq!(samples.next(), None, "{name}");
        }
        // Two seconds are hardly longer than the second in which offsets decide.
        if !["delayed_sound.mp4", "several_edits.mp4"].contains(&name.as_str()) && !movie.is_fragmented() {
            assert!(packets.is_sorted_by_key(|packet| packet.offset), "{name}");
        }
    }
}

#[test]
fn an_error_of_a_track_follows_all_packets() {
    let data = data("faststart.mp4");
    let whole =
        Movie::read(&data).unwrap().packets(Times::Presentation).collect::<Result<Vec<_>, _>>().unwrap();
    // The start of the samples, and samples after it.
    for end in whole[0].offset..data.len() as u64 {
        let movie = Movie::read(&data[..usize::try_from(end).unwrap()]).unwrap();
        let mut packets = movie.packets(Times::Presentation);
        let found: Vec<_> = packets.by_ref().map_while(Result::ok).collect();
        let is_there = |packet: &&Packet<'_>| packet.offset + packet.data.len() as u64 <= end;
        assert!(found.iter().eq(whole.iter().filter(is_there)), "{end}");
        assert!(packets.all(|error| error.is_err()));
    }
}
