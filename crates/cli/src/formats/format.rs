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

    /// Returns the format if reading continues after a fault, or the reason why it does not.
    fn recovery(&self) -> std::result::Result<&dyn Recovery, &'static str>;

    /// Returns whether the bytes of records are coded media, which `verify` does not decode.
    fn is_media(&self) -> bool {
        false
    }

    /// Returns whether the records have quality scores.
    fn has_quality_scores(&self) -> bool {
        false
    }

    /// Returns the reason why records cannot be looked up by number or offset; `None` if they can.
    fn lacks_lookup(&self) -> Option<&'static str> {
        None
    }

    /// Counts the records, for `stats`.
    ///
    /// # Errors
    ///
    /// Errors before anything was counted. Later errors are part of the outcome.
    fn stats(&self, input: NamedSource<'_>, all: bool) -> Result<Outcome>;

    /// Reads everything, for `verify`.
    ///
    /// # Errors
    ///
    /// An error before anything was read. Faults of the input are part of the result.
    fn verify(&self, input: NamedSource<'_>, args: &Verify) -> Result<Reading>;

    /// Returns whether `index` writes an index of names by default.
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

    /// Prints every box, element or packet, for `tree`, and reports damage. Returns whether there is none.
    ///
    /// # Errors
    ///
    /// Those of reading; that the format has no tree.
    fn tree(&self, _input: NamedSource<'_>, _printer: &mut Printer<'_>) -> Result<bool> {
        Err(unsupported(format!("it is {}, and only media containers have a tree", self.name())))
    }

    /// Returns the function that writes the requested object to `place`, for `extract`.
    ///
    /// # Errors
    ///
    /// If the format has no objects of this kind.
    fn extract<'run>(&self, wanted: Wanted<'run>, _place: &'run Place<'run>) -> Result<Work<'run>> {
        Err(match wanted {
            Wanted::Pid(_) => unsupported("only a transport stream has PIDs"),
            _ => unsupported(format!("it is {}, and only media containers hold tracks", self.name())),
        })
    }

    /// Describes the streams, for `probe`. Adds errors to `errors` if other streams or fields can still be described.
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

/// A format that can be read after a fault.
pub(crate) trait Recovery {
    /// Writes the good records, for `sanitize`.
    fn recover(&self, input: NamedSource<'_>, strict: bool, max_gaps: u64, out: &mut Out) -> Account;
}
