//! Messages about an input.

use std::io;

use pagecut::record::Tally;
use pagecut::{Account, Error};

use crate::{input, report};

/// The error that ended reading.
pub(super) fn failure_of(account: &Account) -> Option<&Error> {
    account.error.as_ref().filter(|_| !account.complete)
}

/// Reports the error that ended reading, if there is one. A closed output pipe is returned as an error.
pub(super) fn report_failure(name: &str, account: &Account) -> io::Result<()> {
    let Some(error) = failure_of(account) else { return Ok(()) };
    report::pass_on_broken_pipe(error)?;
    report::error(name, error);
    input::report_end(name, error);
    note_unverified(name, error, account);
    Ok(())
}

/// Prints a note about bytes that no checksum verified: except in BGZF, the checksum is at the end of a member, after the bytes of records.
fn note_unverified(name: &str, error: &Error, account: &Account) {
    let (Some(packed), Some(place)) = (account.compression, error.compressed_place()) else { return };
    let (start, end) = (packed.verified_bytes, packed.decompressed_bytes);
    if start == end {
        return;
    }
    let number = place.number.map_or_else(String::new, |number| format!(" {number}"));
    let records = match start {
        0 => format!("none of the {}", report::counted(account.tally.records, "record")),
        _ => "no record in them".to_owned(),
    };
    let what = format!(
        "bytes {start} to {end} of the decompressed input are unproven, and {records} is certain: the checksum \
         of {} {}{number} is wrong or was not reached",
        place.format, place.unit
    );
    report::note(name, &what);
}

/// Describes the bytes of an input, as far as it was read.
pub(super) fn bytes_of(tally: &Tally) -> String {
    let Tally { record_bytes, blank_bytes, gap_bytes, .. } = tally;
    let bytes = tally.bytes();
    format!("{bytes} bytes = {record_bytes} in records + {blank_bytes} blank + {gap_bytes} in gaps")
}
