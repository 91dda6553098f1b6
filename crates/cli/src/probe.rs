//! `pagecut probe`: what media files say of themselves, without being decoded.

mod codec_names;
pub(crate) mod coding;
pub(crate) mod matroska;
pub(crate) mod mp4;
mod mp4_codec;
pub(crate) mod mpegts;
pub(crate) mod picture;
mod profile;
pub(crate) mod ratio;
pub(crate) mod report;
mod side_data;
mod tags;
mod text;
pub(crate) mod whole;

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use pagecut::Result;
use pagecut::media::AudioSpecificConfig;

use crate::args::{Common, Limit};
use crate::named_source::NamedSource;
use crate::streams::Kind;
use crate::time_base::TimeBase;
use crate::{formats, input};
use ratio::Ratio;
pub(crate) use report::Report;
use report::{Sound, Stream, Times};

/// Arguments of `pagecut probe`.
#[derive(Debug, Args)]
#[command(
    after_help = "JSON has the names and the forms of `ffprobe -v error -count_packets -show_format -show_streams -show_chapters \
                  -show_programs -of json` of FFmpeg 5.1, one object per file. Nothing is decoded: values come from the container, from \
                  parameter sets and from the first bytes of each stream. Fields without a value in these are omitted. Where ffprobe \
                  contradicts the file or does not know a coding, the value of the file is printed."
)]
pub(crate) struct Probe {
    /// Files; `-`, or none at all, for standard input
    files: Vec<PathBuf>,
    #[command(flatten)]
    limit: Limit,
    /// Output format
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    of: ProbeFormat,
    /// Also count packets where that requires reading each of them, as in Matroska
    #[arg(long)]
    count_packets: bool,
}

/// Output format of `probe`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ProbeFormat {
    /// Lines of text
    Text,
    /// An object for each file
    Json,
}

/// So many bytes are looked at to find out when the streams start: as many as ffprobe reads.
const START_LEN: u64 = 5_000_000;

/// Tells of every input, and notes whether all of them are well.
pub(crate) fn run(args: &Probe, common: &Common, out: &mut dyn Write, all_good: &mut bool) -> io::Result<()> {
    for (number, path) in input::inputs(&args.files).iter().enumerate() {
        let name = path.display().to_string();
        let mut errors = Vec::new();
        match probe(path, &name, args, common, &mut errors) {
            Ok(report) => match args.of {
                ProbeFormat::Json => {
                    serde_json::to_writer_pretty(&mut *out, &report)?;
                    writeln!(out)?;
                }
                ProbeFormat::Text => {
                    if number > 0 {
                        writeln!(out)?;
                    }
                    text::write(&report, out)?;
                }
            },
            Err(error) => errors.push(error.to_string()),
        }
        // Whoever reads need not wait for the next file.
        out.flush()?;
        for error in errors {
            crate::report::error(&name, &error);
            *all_good = false;
        }
    }
    Ok(())
}

/// What an input says. Errors that leave something to tell are put among `errors`.
fn probe(path: &Path, name: &str, args: &Probe, common: &Common, errors: &mut Vec<String>) -> Result<Report> {
    let source = input::open_to_read(path, &args.limit, common)?;
    let format = formats::of(source.detect()?)?;
    let mut report = NamedSource { source: &source, name, common }
        .with_whole(|data| format.probe(data, args.count_packets, errors))?;
    name.clone_into(&mut report.format.filename);
    report.format.name = format.name();
    report.format.nb_streams = report.streams.len();
    report.streams.iter_mut().for_each(Stream::complete);
    Ok(report)
}

impl Stream {
    /// A stream of which nothing is known yet.
    pub(crate) fn bare(index: usize, kind: Kind, time_base: TimeBase) -> Self {
        Self {
            index,
            codec_name: None,
            codec_long_name: None,
            profile: None,
            kind,
            codec_tag_string: tag_string([0; 4]),
            codec_tag: tag_number([0; 4]),
            picture: None,
            sound: None,
            canvas: None,
            id: None,
            r_frame_rate: Some(Ratio::NONE),
            avg_frame_rate: Some(Ratio::NONE),
            time_base,
            times: Times::default(),
            bit_rate: None,
            bits_per_raw_sample: None,
            nb_frames: None,
            nb_read_packets: None,
            extradata_size: None,
            disposition: vec![("default", 0), ("forced", 0)],
            tags: Vec::new(),
            side_data_list: Vec::new(),
        }
    }
}

/// A tag of four bytes in letters, as ffprobe shows it.
pub(crate) fn tag_string(tag: [u8; 4]) -> String {
    let letter = |byte: u8| match byte {
        b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'.' | b' ' | b'-' | b'_' => char::from(byte).to_string(),
        other => format!("[{other}]"),
    };
    tag.map(letter).concat()
}

/// A tag of four bytes as a number, as ffprobe shows it: the first byte is the lowest.
pub(crate) fn tag_number(tag: [u8; 4]) -> String {
    format!("0x{:04x}", u32::from_le_bytes(tag))
}

/// What an `AudioSpecificConfig` tells of the sound that comes out of a decoder.
fn aac_sound(config: &AudioSpecificConfig) -> Sound {
    let rate = config.extension_sampling_frequency.unwrap_or(config.sampling_frequency);
    let channels = if config.has_parametric_stereo { Some(2) } else { config.channels };
    Sound {
        sample_fmt: Some("fltp"),
        sample_rate: Some(rate.into()),
        channels: channels.map(u64::from),
        channel_layout: channels.and_then(|channels| channel_layout(channels.into())),
        bits_per_sample: 0,
    }
}

/// What ffprobe calls the layout that MPEG-4 has for a number of channels.
fn channel_layout(channels: u64) -> Option<&'static str> {
    Some(match channels {
        1 => "mono",
        2 => "stereo",
        3 => "3.0",
        4 => "4.0",
        5 => "5.0",
        6 => "5.1",
        _ => return None,
    })
}
