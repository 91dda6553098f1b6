//! Prints the packets of a media file, each with its track, its presentation time in seconds and its size:
//! `cargo run --release --example media_packets -- FILE`. `/dev/stdin` reads a pipe; compressed input needs a feature such as `gzip`.

use std::io::{self, Write};

use pagecut::{Source, media::Container};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let path = std::env::args_os().nth(1).ok_or("usage: media_packets FILE")?;
    let source = Source::open(path)?;
    let data = source.read_all()?;
    let mut out = io::stdout().lock();
    for packet in Container::read(&data)?.packets() {
        let packet = packet?;
        let time = packet.pts.map_or("-".into(), |pts| format!("{:.3}", packet.time_base.seconds(pts)));
        writeln!(out, "{}\t{time}\t{}", packet.track, packet.len())?;
    }
    Ok(source.check()?)
}
