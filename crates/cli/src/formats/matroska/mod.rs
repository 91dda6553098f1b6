//! Matroska and WebM.

mod extract;
mod probe;
mod stats;
mod tree;
mod verify;

use pagecut::media::matroska::{self as library, Segment};
use pagecut::{Account, Format as _, Result};

use super::format::{Format, Recovery};
use crate::extract::{Place, Wanted, Work};
use crate::media::unsupported;
use crate::named_source::NamedSource;
use crate::output::Out;
use crate::probe::Report;
use crate::sanitize::write_good;
use crate::stats::{Outcome, Tracks};
use crate::tree::Printer;
use crate::verify::{Reading, Verify};

/// Matroska or WebM.
pub(super) struct Matroska;

impl Format for Matroska {
    fn name(&self) -> &'static str {
        "Matroska"
    }

    fn is_media(&self) -> bool {
        true
    }

    fn recovery(&self) -> std::result::Result<&dyn Recovery, &'static str> {
        Ok(self)
    }

    fn stats(&self, input: NamedSource<'_>, _: bool) -> Result<Outcome> {
        input.with_whole(|data| {
            let segment = Segment::read(data)?;
            let is_webm = segment.header().is_some_and(|header| header.doc_type == b"webm");
            let format = if is_webm { "WebM" } else { "Matroska" };
            let (tracks, error) = stats::tracks(segment);
            Ok(Outcome::Tracks(Tracks::new(input.name, format, tracks, Vec::from_iter(error))))
        })
    }

    fn verify(&self, input: NamedSource<'_>, args: &Verify) -> Result<Reading> {
        Reading::of_whole(input, library::Matroska::NAME, |data| {
            if args.recover { verify::pieces(data, args.max_gaps) } else { verify::records(data) }
        })
    }

    fn tree(&self, input: NamedSource<'_>, printer: &mut Printer<'_>) -> Result<bool> {
        input.with_whole(|data| tree::print(data, printer))
    }

    fn extract<'run>(&self, wanted: Wanted<'run>, place: &'run Place<'run>) -> Result<Work<'run>> {
        Ok(match wanted {
            Wanted::Track(number) => Box::new(move |data| extract::frames(data, number, place)),
            Wanted::Attachment(wanted) => Box::new(move |data| extract::attachment(data, wanted, place)),
            Wanted::Box(_) => return Err(unsupported("Matroska has no boxes")),
            Wanted::Pid(_) => return Err(unsupported("only a transport stream has PIDs")),
        })
    }

    fn probe(&self, data: &[u8], count_packets: bool, errors: &mut Vec<String>) -> Result<Report> {
        probe::report(data, count_packets, errors)
    }
}

impl Recovery for Matroska {
    fn recover(&self, input: NamedSource<'_>, _: bool, max_gaps: u64, out: &mut Out) -> Account {
        write_good(input, &library::Matroska, max_gaps, out)
    }
}
