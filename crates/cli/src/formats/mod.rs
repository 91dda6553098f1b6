//! The formats: one table, and what the commands ask of each format.
//!
//! A command opens its input, looks up the format of its [`FileKind`] in [`of`], and asks it. No other module knows the kinds.

mod fasta;
mod fastq;
mod ivf;
mod matroska;
mod mp4;
mod mpegts;

use pagecut::index::Fai;
use pagecut::{Account, Error, FileKind, FormatTask, Result, Source};

use crate::args::Common;
use crate::extract::{Place, Wanted, Work};
use crate::media::{self, unsupported};
use crate::output::Out;
use crate::probe::Probe;
use crate::probe::Report;
use crate::sanitize::Sanitize;
use crate::stats::Stats;
use crate::verify::Verify;
use crate::{input, stats, tree, verify};

/// Returns the format of a kind of file.
///
/// # Errors
///
/// That the table lacks the kind.
pub(crate) fn of(kind: FileKind) -> Result<Box<dyn Format>> {
    Ok(match kind {
        FileKind::Empty => Box::new(fastq::Empty),
        FileKind::Fastq => Box::new(fastq::Reads::FOUR_LINES),
        FileKind::WrappedFastq => Box::new(fastq::Reads::WRAPPED),
        FileKind::Fasta => Box::new(fasta::Sequences),
        FileKind::MpegTs(packets) => Box::new(mpegts::TransportStream(packets)),
        FileKind::Mp4 => Box::new(mp4::Mp4),
        FileKind::Matroska => Box::new(matroska::Matroska),
        FileKind::Ivf => Box::new(ivf::Ivf),
        // The compiler demands this arm, since the library may add kinds. A test demands an arm for each kind that the library has.
        kind => return Err(unsupported(format!("{kind:?} is not read by the command"))),
    })
}

/// An opened input, with its name in messages.
#[derive(Clone, Copy)]
pub(crate) struct NamedSource<'run> {
    pub(crate) source: &'run Source,
    pub(crate) name: &'run str,
    pub(crate) common: &'run Common,
}

impl NamedSource<'_> {
    /// Does work on the input, and shows its progress.
    pub(crate) fn work<T>(self, work: impl FnOnce() -> T) -> T {
        input::work(self.source, self.name, self.common, work)
    }

    /// Does work on all bytes of the input, as [`media::with_whole`] does.
    pub(crate) fn with_whole<T>(self, work: impl FnOnce(&[u8]) -> Result<T>) -> Result<T> {
        media::with_whole(self.source, self.name, self.common, work)
    }
}

/// What the commands ask of a format. A method that has a body here answers that the format lacks what the command is for.
pub(crate) trait Format {
    /// Returns the name of the format in messages and in the output of `inspect`.
    fn name(&self) -> &'static str;

    /// Returns how reading continues after a fault, or why it does not.
    fn recovery(&self) -> std::result::Result<&dyn Recovery, &'static str>;

    /// Returns whether the bytes of records are coded media, which `verify` does not decode.
    fn is_media(&self) -> bool {
        false
    }

    /// Returns whether the records have quality scores.
    fn has_quality_scores(&self) -> bool {
        false
    }

    /// Returns why records are not looked up by number or place; `None` if they are.
    fn lacks_lookup(&self) -> Option<&'static str> {
        None
    }

    /// Counts the records, for `stats`.
    ///
    /// # Errors
    ///
    /// Those of reading. Errors that leave counts are part of the outcome.
    fn stats(&self, input: NamedSource<'_>, args: &Stats) -> Result<stats::Outcome>;

    /// Reads everything, for `verify`.
    ///
    /// # Errors
    ///
    /// That nothing could be read. The faults of the input are part of the reading.
    fn verify(&self, input: NamedSource<'_>, args: &Verify) -> Result<verify::Reading>;

    /// Returns whether `index` writes an index of names without being asked.
    fn is_indexed_by_name(&self) -> bool {
        false
    }

    /// Reads the names of the records, for `index` and `fetch`.
    ///
    /// # Errors
    ///
    /// Those of reading; that the records have no names.
    fn names(&self, _source: &Source) -> Result<Fai> {
        Err(unsupported("its records have no names"))
    }

    /// Prints every box, element or packet, for `tree`. Returns whether there is no damage; damage was reported.
    ///
    /// # Errors
    ///
    /// Those of reading; that the format has no tree.
    fn tree(&self, _input: NamedSource<'_>, _printer: &mut tree::Printer<'_>) -> Result<bool> {
        Err(unsupported(format!("it is {}, and only media containers have a tree", self.name())))
    }

    /// Returns the work that writes what is wanted, for `extract`.
    ///
    /// # Errors
    ///
    /// That the format has no such thing.
    fn extract<'run>(&self, wanted: Wanted<'run>, _place: &'run Place<'run>) -> Result<Work<'run>> {
        Err(match wanted {
            Wanted::Pid(_) => unsupported("only a transport stream has PIDs"),
            _ => unsupported(format!("it is {}, and only media containers hold tracks", self.name())),
        })
    }

    /// Describes the streams, for `probe`. Errors that leave something to describe are added to `errors`.
    ///
    /// # Errors
    ///
    /// Those of reading; that the format has no streams.
    fn probe(&self, _data: &[u8], _args: &Probe, _errors: &mut Vec<String>) -> Result<Report> {
        Err(self.lacks_streams())
    }

    /// Returns the error that an input of this format has no streams.
    fn lacks_streams(&self) -> Error {
        unsupported(format!("it is {}, and has no streams", self.name()))
    }
}

/// A format that is read on after a fault.
pub(crate) trait Recovery {
    /// Writes the good records, for `sanitize`.
    fn salvage(&self, input: NamedSource<'_>, args: &Sanitize, out: &mut Out) -> Account;
}

/// Does a task on the records of an input in their order.
pub(crate) fn run<T: FormatTask>(source: &Source, task: &T) -> Result<T::Output> {
    match of(source.detect()?)?.lacks_lookup() {
        Some(why) => Err(unsupported(why)),
        None => source.in_format(task),
    }
}
