//! The inputs: a short film that ffmpeg makes and repeats, in each container; or the user's own file.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::format::Format;
use crate::row::Result;

#[derive(Debug)]
pub(super) struct Input {
    pub(super) name: String,
    pub(super) path: PathBuf,
    pub(super) format: Format,
    /// How the input was made.
    pub(super) description: String,
    /// The container, if the input was made here.
    pub(super) container: Option<Container>,
}

/// The containers that can be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum Container {
    Mp4,
    Fragmented,
    Matroska,
    Mpegts,
}

impl Container {
    pub(super) const ALL: [Self; 4] = [Self::Mp4, Self::Fragmented, Self::Matroska, Self::Mpegts];

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Mp4 => "mp4",
            Self::Fragmented => "fragmented",
            Self::Matroska => "matroska",
            Self::Mpegts => "mpegts",
        }
    }

    /// Returns the ffmpeg options that select the container.
    fn options(self) -> &'static [&'static str] {
        match self {
            Self::Mp4 => &["-f", "mp4"],
            Self::Fragmented => &["-f", "mp4", "-movflags", "frag_keyframe+empty_moov+default_base_moof"],
            Self::Matroska => &["-f", "matroska"],
            Self::Mpegts => &["-f", "mpegts"],
        }
    }
}

impl Input {
    /// Uses the user's own file.
    pub(super) fn from_file(file: &Path) -> Result<Self> {
        let format = Format::detect(file).map_err(|error| format!("{}: {error}", file.display()))?;
        if !Format::MEDIA.contains(&format) {
            return Err(format!("{}: is not MP4, Matroska or MPEG-TS", file.display()).into());
        }
        let (name, path) = (file.display().to_string(), file.to_path_buf());
        Ok(Self { name, path, format, description: "a file of one's own".into(), container: None })
    }
}

/// Four seconds of noisy pictures and of sound, at a broadcast bit rate.
const FILM: [&str; 26] = [
    "-f",
    "lavfi",
    "-i",
    "testsrc2=size=1280x720:rate=25:duration=4,noise=alls=40:allf=t",
    "-f",
    "lavfi",
    "-i",
    "sine=frequency=440:sample_rate=48000:duration=4",
    "-c:v",
    "libx264",
    "-preset",
    "veryfast",
    "-b:v",
    "8M",
    "-maxrate",
    "8M",
    "-bufsize",
    "8M",
    "-g",
    "25",
    "-pix_fmt",
    "yuv420p",
    "-c:a",
    "aac",
    "-b:a",
    "128k",
];

/// Makes the wanted containers, or all if none is named, each of about `len` bytes.
pub(super) fn make(wanted: &[Container], len: u64, folder: &Path) -> Result<Vec<Input>> {
    let film = folder.join("film.mp4");
    ffmpeg(&[], &FILM, &film)?;
    let loops = len.div_ceil(film.metadata()?.len()).saturating_sub(1).to_string();
    let film_name = film.to_str().ok_or("the folder is not UTF-8")?;
    let containers = Container::ALL.into_iter().filter(|one| wanted.is_empty() || wanted.contains(one));
    containers
        .map(|container| {
            let path = folder.join(container.name());
            let again = ["-stream_loop", &loops, "-i", film_name, "-c", "copy", "-map", "0"];
            ffmpeg(&again, container.options(), &path)?;
            Ok(Input {
                name: container.name().into(),
                format: Format::detect(&path)?,
                path,
                description: "four seconds of H.264 and AAC at 8 Mbit/s, made by ffmpeg, again and again"
                    .into(),
                container: Some(container),
            })
        })
        .collect()
}

fn ffmpeg(input: &[&str], output: &[&str], path: &Path) -> Result<()> {
    let made = Command::new("ffmpeg")
        .args(["-v", "error", "-nostdin", "-y"])
        .args(input)
        .args(output)
        .arg(path)
        .output()
        .map_err(|error| format!("ffmpeg, which makes the inputs: {error}"))?;
    if made.status.success() {
        Ok(())
    } else {
        Err(format!("ffmpeg: {}: {}", made.status, String::from_utf8_lossy(&made.stderr).trim_end()).into())
    }
}
