//! The report as text.

use std::io::{self, Write};

use super::ratio::Ratio;
use super::report::{Format, Report, Stream};
use crate::table::{self, Table};
use crate::time_base::{Seconds, TimeBase};

/// Writes a line for the input, and a table with a line for each stream.
pub(super) fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "{}: {}", report.format.filename, whole(&report.format))?;
    let mut table = Table::new(vec![
        "#", "kind", "codec", "profile", "language", "what", "start", "duration", "kb/s", "packets",
    ]);
    for stream in &report.streams {
        table.push(vec![
            stream.index.to_string().as_str().into(),
            stream.kind.name().into(),
            stream.codec_name.unwrap_or("-").into(),
            stream.profile.as_deref().unwrap_or("-").into(),
            tag(stream, "language").unwrap_or("-").into(),
            what(stream).as_str().into(),
            seconds(stream.time_base, stream.times.start_pts).as_str().into(),
            seconds(stream.time_base, stream.times.duration_ts).as_str().into(),
            stream.bit_rate.map_or_else(|| "-".to_owned(), kilobits).as_str().into(),
            stream.nb_read_packets.map_or_else(|| "-".to_owned(), count).as_str().into(),
        ]);
    }
    table.write_aligned(out)
}

fn whole(format: &Format) -> String {
    let mut words = vec![format.name.to_owned()];
    words.extend(
        format
            .duration
            .map(|duration| format!("{} s", seconds(TimeBase::per_second(1_000_000), Some(duration)))),
    );
    words.push(format!("{} bytes", count(format.size)));
    words.extend(format.bit_rate.map(|rate| format!("{} kb/s", kilobits(rate))));
    words.extend(
        format.tags.iter().filter(|(name, _)| name == "title").map(|(_, title)| format!("\"{title}\"")),
    );
    words.join(", ")
}

/// Returns a description of the contents.
fn what(stream: &Stream) -> String {
    let mut words = Vec::new();
    if let Some(picture) = &stream.picture {
        words.push(format!("{}x{}", picture.width, picture.height));
        let rate = stream.avg_frame_rate.filter(|&rate| rate != Ratio::NONE);
        words.extend(rate.map(|rate| format!("{} fps", trim(&format!("{:.3}", rate.as_f64())))));
    }
    if let Some(sound) = &stream.sound {
        words.extend(sound.sample_rate.map(|rate| format!("{} Hz", count(rate))));
        words.extend(sound.channels.map(|channels| format!("{channels} ch")));
    }
    words.extend(tag(stream, "filename").map(str::to_owned));
    words.extend(tag(stream, "title").map(|title| format!("\"{title}\"")));
    let is_set = |name: &&str| stream.disposition.contains(&(name, 1));
    words.extend(["default", "forced"].iter().filter(|name| is_set(name)).map(|&name| name.to_owned()));
    if words.is_empty() { "-".to_owned() } else { words.join(", ") }
}

fn tag<'a>(stream: &'a Stream, name: &str) -> Option<&'a str> {
    stream.tags.iter().find(|(other, _)| other == name).map(|(_, value)| value.as_str())
}

fn seconds(time_base: TimeBase, time: Option<i64>) -> String {
    time.map_or_else(|| "-".to_owned(), |time| trim(&Seconds::new(time_base, time).to_string()))
}

fn kilobits(bits: u64) -> String {
    count(bits.saturating_add(500) / 1000)
}

fn count(number: u64) -> String {
    table::with_commas(&number.to_string())
}

/// Removes trailing zeros after the decimal point.
fn trim(number: &str) -> String {
    number.trim_end_matches('0').trim_end_matches('.').to_owned()
}
