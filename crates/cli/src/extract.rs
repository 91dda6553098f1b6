//! `pagecut extract`: tracks, attached files and boxes of media.

mod sink;
mod wanted;

use std::cell::RefCell;
use std::io;
use std::path::{Path, PathBuf};

use clap::{ArgGroup, Args};
use pagecut::Result;

use crate::args::{Common, Limit};
use crate::media::unsupported;
use crate::named_source::NamedSource;
use crate::{formats, input, output, report};
pub(crate) use sink::Place;
pub(crate) use wanted::{Wanted, Work, available, no_track};

/// Arguments of `pagecut extract`.
#[derive(Debug, Args)]
#[command(
    after_help = "The samples of a track are written in storage order, one after the other; bytes that Matroska stripped from the start \
                  of every frame are restored. Codec data outside of the samples is not written. H.264 and H.265 from MP4 and Matroska \
                  are NAL units with length prefixes, not an Annex B byte stream; AAC has no ADTS headers.\n\n\
                  Of a damaged input, the samples that can be read are written, and the exit status is 1."
)]
#[command(group = ArgGroup::new("what").required(true).args(["track", "pid", "attachment", "mp4_box"]))]
pub(crate) struct Extract {
    /// File; `-`, or none at all, for standard input
    file: Option<PathBuf>,
    #[command(flatten)]
    limit: Limit,
    /// The samples of a track, by the number that `pagecut stats` prints
    #[arg(long, value_name = "N")]
    track: Option<u64>,
    /// The elementary stream of a PID of MPEG-TS: the payload of its PES packets
    #[arg(long, value_name = "PID", value_parser = parse_pid)]
    pid: Option<u16>,
    /// A file attached to Matroska, by its name, or by its number, from 1
    #[arg(long, value_name = "NAME|N")]
    attachment: Option<String>,
    /// Boxes of MP4 with their headers, as `moov/trak/tkhd` (of all tracks) or `moov/trak[1]/tkhd` (of the second one)
    #[arg(long = "box", value_name = "PATH")]
    mp4_box: Option<String>,
    /// Output file [default: standard output]
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

/// A PID, as `256` or `0x100`.
fn parse_pid(text: &str) -> std::result::Result<u16, String> {
    let pid = match text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")) {
        Some(digits) => u16::from_str_radix(digits, 16),
        None => text.parse(),
    };
    pid.ok().filter(|pid| *pid < 0x2000).ok_or_else(|| "a PID is a number below 8192 (0x2000)".to_owned())
}

impl Extract {
    /// Returns the object that the arguments name; exactly one of them is given.
    fn wanted(&self) -> Option<Wanted<'_>> {
        let track = self.track.map(Wanted::Track);
        let pid = self.pid.map(Wanted::Pid);
        let attachment = self.attachment.as_deref().map(Wanted::Attachment);
        track.or(pid).or(attachment).or(self.mp4_box.as_deref().map(Wanted::Box))
    }
}

/// Writes the requested object. Sets `all_good` to `false` if it is incomplete.
pub(crate) fn run(args: &Extract, common: &Common, all_good: &mut bool) -> io::Result<()> {
    let path = input::inputs(args.file.as_slice()).remove(0);
    let name = path.display().to_string();
    *all_good &= report::outcome(&name, extract(args, &path, &name, common))?;
    Ok(())
}

/// Writes the requested object. Returns whether it is complete; if not, that was reported.
fn extract(args: &Extract, path: &Path, name: &str, common: &Common) -> Result<bool> {
    let source = input::open_to_read(path, &args.limit, common)?;
    let Some(wanted) = args.wanted() else { return Err(unsupported("no object was requested")) };
    let output = args.output.as_deref();
    let place = Place { output, input: path, name, source: &source, finished: RefCell::default() };
    // Before the whole input is read: the format may have no such object.
    let work = formats::of(source.detect()?)?.extract(wanted, &place)?;
    let done = NamedSource { source: &source, name, common }.with_whole(work);
    // The readable part is complete, though there is damage.
    if done.as_ref().err().is_none_or(output::is_complete_with)
        && let Some(file) = place.finished.take()
    {
        file.commit()?;
    }
    done
}
