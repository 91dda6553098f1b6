//! IVF, which holds one video stream.

mod probe;
mod tree;

use pagecut::media::ivf::{self as library, Frame, Header, Record};
use pagecut::{ErrorKind, Format as _, Result};

use super::format::{Format, Recovery};
use crate::extract::{Place, Wanted, Work, no_track};
use crate::media::unsupported;
use crate::named_source::NamedSource;
use crate::probe::Report;
use crate::stats::{Outcome, TrackRow, Tracks};
use crate::tree::Printer;
use crate::verify::{Checked, Reading, Verify};

/// IVF.
pub(super) struct Ivf;

/// The number of the only track.
const TRACK: u64 = 1;

impl Format for Ivf {
    fn name(&self) -> &'static str {
        "IVF"
    }

    fn is_media(&self) -> bool {
        true
    }

    fn recovery(&self) -> std::result::Result<&dyn Recovery, &'static str> {
        Err("IVF has no certain boundary after a fault")
    }

    fn stats(&self, input: NamedSource<'_>, _: bool) -> Result<Outcome> {
        input.with_whole(|data| {
            let (header, mut frames) = open(data)?;
            let mut sum = Sum::default();
            let read = frames.try_for_each(|frame| frame.map(|frame| sum.add(&frame)));
            let errors = Vec::from_iter(read.err());
            Ok(Outcome::Tracks(Tracks::new(input.name, "IVF", vec![sum.into_row(&header)], errors)))
        })
    }

    fn verify(&self, input: NamedSource<'_>, _: &Verify) -> Result<Reading> {
        let read = || Checked::new(input.source.account(&library::Ivf));
        Ok(Reading::of_parts(input, Some(library::Ivf::NAME), read))
    }

    fn tree(&self, input: NamedSource<'_>, printer: &mut Printer<'_>) -> Result<bool> {
        input.with_whole(|data| tree::print(data, printer))
    }

    fn extract<'run>(&self, wanted: Wanted<'run>, place: &'run Place<'run>) -> Result<Work<'run>> {
        match wanted {
            Wanted::Track(TRACK) => Ok(Box::new(move |data| extract(data, place).map(|()| true))),
            Wanted::Track(other) => Err(no_track(other, std::iter::once(TRACK))),
            Wanted::Pid(_) => Err(unsupported("only a transport stream has PIDs")),
            Wanted::Attachment(_) => Err(unsupported("IVF has no attached files")),
            Wanted::Box(_) => Err(unsupported("IVF has no boxes")),
        }
    }

    fn probe(&self, data: &[u8], count_packets: bool, errors: &mut Vec<String>) -> Result<Report> {
        let (header, frames) = open(data)?;
        Ok(probe::report(&header, frames, data.len() as u64, count_packets, errors))
    }
}

/// Reads the file header. Returns it, and the frames up to the first error.
fn open(data: &[u8]) -> Result<(Header, impl Iterator<Item = Result<Frame<'_>>>)> {
    let mut records = library::Ivf.records(data);
    match records.next().transpose()? {
        Some(Record::Header(header)) => {
            let frames = records.filter_map(|record| match record {
                Ok(Record::Frame(frame)) => Some(Ok(frame)),
                Ok(Record::Header(_)) => None,
                Err(error) => Some(Err(error)),
            });
            Ok((header, frames))
        }
        _ => Err(ErrorKind::Incomplete { within: "in the file header" }.into()),
    }
}

/// Sums over the frames.
#[derive(Default)]
struct Sum {
    frames: u64,
    bytes: u64,
    /// The first and the last presentation time.
    times: Option<(i64, i64)>,
}

impl Sum {
    fn add(&mut self, frame: &Frame<'_>) {
        self.frames += 1;
        self.bytes += frame.payload.len() as u64;
        let (first, last) = self.times.unwrap_or((frame.pts, frame.pts));
        self.times = Some((first.min(frame.pts), last.max(frame.pts)));
    }

    /// Builds the row. The duration excludes the last frame, whose duration IVF does not store.
    fn into_row(self, header: &Header) -> TrackRow {
        let ticks = self.times.map_or(0, |(first, last)| i128::from(last) - i128::from(first));
        let unit = f64::from(header.time_base_numerator) / f64::from(header.time_base_denominator);
        TrackRow {
            track: TRACK,
            kind: "video".into(),
            codec: Some(header.four_cc.escape_ascii().to_string()),
            samples: self.frames,
            bytes: self.bytes,
            duration: ticks as f64 * unit,
        }
    }
}

/// Writes the payloads of the frames.
fn extract(data: &[u8], place: &Place<'_>) -> Result<()> {
    let (_, frames) = open(data)?;
    let mut sink = place.open(data)?;
    for frame in frames {
        match frame {
            Ok(frame) => sink.put(frame.payload_offset()..frame.range().end)?,
            // The frames before the fault are written.
            Err(error) => return sink.finish().and(Err(error)),
        }
    }
    sink.finish()
}
