//! MP4, QuickTime and related formats.

mod boxes;
mod extract;
mod probe;
mod stats;
mod tree;
mod verify;

use pagecut::Format as _;
use pagecut::Result;
use pagecut::media::mp4::{Boxes, Movie};

use super::format::{Format, Recovery};
use crate::extract::{Place, Wanted, Work};
use crate::media::unsupported;
use crate::named_source::NamedSource;
use crate::probe::Report;
use crate::stats::{Outcome, Tracks};
use crate::tree::Printer;
use crate::verify::{Reading, Verify};

/// MP4.
pub(super) struct Mp4;

impl Format for Mp4 {
    fn name(&self) -> &'static str {
        "MP4"
    }

    fn is_media(&self) -> bool {
        true
    }

    fn recovery(&self) -> std::result::Result<&dyn Recovery, &'static str> {
        Err("MP4 has no certain boundary after a fault")
    }

    fn lacks_lookup(&self) -> Option<&'static str> {
        // A box can be as long as the whole input, and is useless without the boxes around it.
        Some("boxes are not looked up by number or offset; `extract --box` writes them")
    }

    fn stats(&self, input: NamedSource<'_>, _: bool) -> Result<Outcome> {
        let counted = input.with_whole(|data| Ok(stats::tracks(&Movie::read(data)?)));
        counted.map(|(tracks, errors)| Outcome::Tracks(Tracks::new(input.name, "MP4", tracks, errors)))
    }

    fn verify(&self, input: NamedSource<'_>, _: &Verify) -> Result<Reading> {
        Reading::of_whole(input, Boxes::NAME, verify::read)
    }

    fn tree(&self, input: NamedSource<'_>, printer: &mut Printer<'_>) -> Result<bool> {
        input.with_whole(|data| tree::print(data, printer))
    }

    fn extract<'run>(&self, wanted: Wanted<'run>, place: &'run Place<'run>) -> Result<Work<'run>> {
        Ok(match wanted {
            Wanted::Track(id) => Box::new(move |data| extract::samples(data, id, place).map(|()| true)),
            Wanted::Box(path) => Box::new(move |data| extract::boxes(data, path, place).map(|()| true)),
            Wanted::Attachment(_) => return Err(unsupported("MP4 has no attached files")),
            Wanted::Pid(_) => return Err(unsupported("only a transport stream has PIDs")),
        })
    }

    fn probe(&self, data: &[u8], _: bool, errors: &mut Vec<String>) -> Result<Report> {
        probe::report(data, errors)
    }
}
