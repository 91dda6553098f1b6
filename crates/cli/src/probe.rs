//! `pagecut probe`: format, streams and codecs of media files, without decoding.

pub(crate) mod codec_tag;
pub(crate) mod coding;
pub(crate) mod picture;
mod profile;
pub(crate) mod ratio;
pub(crate) mod report;
pub(crate) mod side_data;
pub(crate) mod tags;
mod text;
pub(crate) mod whole;

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use pagecut::Result;

use crate::args::{Common, Limit};
use crate::named_source::NamedSource;
use crate::{formats, input};
pub(crate) use report::Report;
use report::Stream;

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

/// Describes every input. Sets `all_good` to `false` if one is damaged.
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
        // The reader need not wait for the next file.
        out.flush()?;
        for error in errors {
            crate::report::error(&name, &error);
            *all_good = false;
        }
    }
    Ok(())
}

/// Describes an input. Errors after which a report is possible are added to `errors`.
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
