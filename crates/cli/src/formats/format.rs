//! The interface between the commands and a format.

use pagecut::index::Fai;
use pagecut::{Account, Error, Result, Source};

use crate::extract::{Place, Wanted, Work};
use crate::media::unsupported;
use crate::named_source::NamedSource;
use crate::output::Out;
use crate::probe::Report;
use crate::stats::Outcome;
use crate::tree::Printer;
use crate::verify::{Reading, Verify};

/// The operations of the commands on a format. The default bodies return the error that the format does not support the command.
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
    fn stats(&self, input: NamedSource<'_>, all: bool) -> Result<Outcome>;

    /// Reads everything, for `verify`.
    ///
    /// # Errors
    ///
    /// That nothing could be read. The faults of the input are part of the reading.
    fn verify(&self, input: NamedSource<'_>, args: &Verify) -> Result<Reading>;

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
    fn tree(&self, _input: NamedSource<'_>, _printer: &mut Printer<'_>) -> Result<bool> {
        Err(unsupported(format!("it is {}, and only media containers have a tree", self.name())))
    }

    /// Returns the work that writes the requested object, for `extract`.
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
    fn probe(&self, _data: &[u8], _count_packets: bool, _errors: &mut Vec<String>) -> Result<Report> {
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
    fn salvage(&self, input: NamedSource<'_>, strict: bool, max_gaps: u64, out: &mut Out) -> Account;
}
