//! Prints the packets of a media file: `cargo run --release --example media_packets -- FILE`, with the track, the time of presentation and the
//! size of each. `-` is the standard input; compressed input needs a feature such as `gzip`.

use pagecut::{Source, media::Container};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let path = std::env::args_os().nth(1).ok_or("usage: media_packets FILE")?;
    let source = Source::open(path)?;
    let data = source.whole()?;
    for packet in Container::read(&data)?.packets() {
        let packet = packet?;
        let seconds = packet.pts.map(|pts| packet.time_base.seconds(pts));
        println!(
            "{}\t{}\t{}",
            packet.track,
            seconds.map_or("-".into(), |pts| format!("{pts:.3}")),
            packet.len()
        );
    }
    Ok(source.check()?)
}
