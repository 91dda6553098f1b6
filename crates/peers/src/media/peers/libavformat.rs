//! libavformat, through the programs of FFmpeg. Their time includes process startup.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};

use super::super::is_installed;
use super::peer;
use crate::format::Format;
use crate::row::{Access, Count, Result, Row};

const CONTAINERS: &[Format] = &[Format::Mp4, Format::Matroska];

const COPY: &str = "a program, with its start: each packet with a copy of its bytes, passed to a muxer that drops it; reports no count";
const LIST: &str = "a program, with its start: each packet with a copy of its bytes, its length written out";
const TS: &str = "a program, with its start: access units, which are put together out of transport packets; so there is nothing to \
                  compare with the number of these";

/// Returns the rows of the programs that are installed.
pub(super) fn rows() -> Vec<Row> {
    let ffmpeg = [
        peer("ffmpeg -c copy -f null", CONTAINERS, Access::Read, COPY, ffmpeg),
        peer("ffmpeg -c copy -f null", Format::MPEGTS, Access::Read, TS, ffmpeg),
    ];
    let ffprobe = [
        peer("ffprobe -show_packets", CONTAINERS, Access::Read, LIST, ffprobe),
        peer("ffprobe -show_packets", Format::MPEGTS, Access::Read, TS, ffprobe_units),
    ];
    let installed =
        |program: &str, rows: [Row; 2]| rows.into_iter().filter(|_| is_installed(program)).collect();
    let programs: [Vec<Row>; 2] = [installed("ffmpeg", ffmpeg), installed("ffprobe", ffprobe)];
    programs.concat()
}

fn ffmpeg(path: &Path, _: usize) -> Result<Option<Count>> {
    let status = Command::new("ffmpeg")
        .args(["-v", "error", "-nostdin", "-i"])
        .arg(path)
        .args(["-c", "copy", "-map", "0", "-f", "null", "-"])
        // It warns about equal times at the seams of the film.
        .stderr(Stdio::null())
        .status()?;
    if status.success() { Ok(None) } else { Err(format!("ffmpeg: {status}").into()) }
}

/// Prints one line per packet: its length.
fn ffprobe(path: &Path, _: usize) -> Result<Option<Count>> {
    let mut child = Command::new("ffprobe")
        .args(["-v", "error", "-show_packets", "-show_entries", "packet=size", "-of", "csv=p=0"])
        .arg(path)
        .stdout(Stdio::piped())
        .spawn()?;
    let mut count = Count::default();
    for line in child.stdout.take().map(BufReader::new).into_iter().flat_map(BufRead::lines) {
        let line = line?;
        // A packet with side data has a comma after its length, and then an empty line.
        if let Some(len) = line.split(',').next().filter(|len| !len.is_empty()) {
            count = count.with(len.parse()?);
        }
    }
    let status = child.wait()?;
    if status.success() { Ok(Some(count)) } else { Err(format!("ffprobe: {status}").into()) }
}

fn ffprobe_units(path: &Path, threads: usize) -> Result<Option<Count>> {
    ffprobe(path, threads).map(|_| None)
}
