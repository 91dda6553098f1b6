//! `pagecut sanitize`: the good records of a damaged file.

mod held;

use std::io::{self, Write};
use std::path::Path;

use pagecut::fasta::Fasta;
use pagecut::fastq::Fastq;
use pagecut::media::matroska::Matroska;
use pagecut::{Account, Error, FileKind, Resync, Salvaged, Source};

use crate::cli::{Common, Sanitize};
use crate::media::unsupported;
use crate::output::{self, Out, OutputError};
use crate::{formats, input, report};
use held::Held;

/// Writes the good records, tells what was left out, and notes whether that is nothing.
pub(crate) fn run(args: &Sanitize, common: &Common, all_good: &mut bool) -> io::Result<()> {
    let path = input::inputs(args.file.as_slice()).remove(0);
    let name = path.display().to_string();
    let account = salvage(args, &path, &name, common);
    match account {
        Err(error) => {
            report::pass_on_broken_pipe(&error)?;
            report::failure(&name, &error);
            *all_good = false;
        }
        Ok((account, is_written)) => {
            let tally = account.tally;
            if let Some(error) = account.error.as_ref().filter(|_| !account.complete) {
                report::pass_on_broken_pipe(error)?;
                report::error(&name, error);
                input::tell_end(&name, error);
                tell_unproven(&name, error, &account);
            }
            *all_good &= account.complete && tally.gaps == 0;
            if !is_written && !common.quiet {
                let path = args.output.path.as_deref().unwrap_or(Path::new(""));
                let what = "not written, since the input could not be read to its end";
                report::note(&path.display().to_string(), &what);
            } else if !common.quiet {
                let (records, gaps, bytes) = (tally.records, tally.gaps, tally.gap_bytes);
                let (records, gaps) = (report::counted(records, "record"), report::counted(gaps, "gap"));
                let done = if account.complete { "" } else { ", and what follows was not read" };
                report::note(&name, &format!("{records} written, {bytes} bytes left out in {gaps}{done}"));
            }
        }
    }
    Ok(())
}

/// Says which bytes no check sum proves: in all but BGZF it stands at the end of a member, and so after the bytes of records.
fn tell_unproven(name: &str, error: &Error, account: &Account) {
    let (Some(packed), Some(place)) = (account.packed, error.compressed_place()) else { return };
    let (start, end) = (packed.proven_bytes, packed.unpacked_bytes);
    if start == end {
        return;
    }
    let number = place.number.map_or_else(String::new, |number| format!(" {number}"));
    let records = match start {
        0 => format!("none of the {}", report::counted(account.tally.records, "record")),
        _ => "no record in them".to_owned(),
    };
    let what = format!(
        "bytes {start} to {end} of the decompressed input are unproven, and {records} is certain: the check sum \
         of {} {}{number} is wrong or was not reached",
        place.format, place.unit
    );
    report::note(name, &what);
}

/// Writes the good records. Returns what was read, and whether an output is left: a file is removed if another run may read more.
fn salvage(args: &Sanitize, path: &Path, name: &str, common: &Common) -> pagecut::Result<(Account, bool)> {
    let source = input::open_to_read(path, &args.limit, common)?;
    let kind = source.detect_after_damage()?;
    if let Some(why) = input::lacks_boundaries(kind) {
        return Err(unsupported(why));
    }
    // Only now that there is something to write.
    let mut out = Out::open(&args.output, path, common)?;
    let account = input::work(&source, name, common, || match (kind, args.strict) {
        (FileKind::MpegTs(packets), _) => write_good(&source, &packets, args, name, common, &mut out),
        (FileKind::Matroska, _) => write_good(&source, &Matroska, args, name, common, &mut out),
        (FileKind::Fasta, false) => write_good(&source, &Fasta::new(), args, name, common, &mut out),
        (FileKind::Fasta, true) => write_good(&source, &Fasta::strict(), args, name, common, &mut out),
        (_, strict) => {
            let fastq = if strict { Fastq::strict() } else { Fastq::new() };
            let guess = formats::guess(kind);
            let mut held = Held::of(&source);
            let account = source.salvage_fastq(&fastq, guess, args.max_gaps, |salvaged| match salvaged {
                Salvaged::Records(bytes) if held.is_holding() => held.write(bytes),
                salvaged => {
                    held.see(&salvaged);
                    write(salvaged, name, common, &mut out)
                }
            });
            held.end(account, &mut out)
        }
    });
    let failure = account.error.as_ref().filter(|_| !account.complete);
    if let Some(error) = failure.filter(|error| OutputError::find(error).is_some()) {
        return Err(error.clone());
    }
    let is_complete = failure.is_none_or(output::is_complete_with);
    let is_written = if is_complete { out.finish().map(|()| true)? } else { !out.abandon()? };
    Ok((account, is_written))
}

fn write_good<F: Resync>(
    source: &Source,
    format: &F,
    args: &Sanitize,
    name: &str,
    common: &Common,
    out: &mut Out,
) -> Account {
    source.salvage(format, args.max_gaps, |salvaged| write(salvaged, name, common, out))
}

/// Writes records, and tells a gap.
fn write(salvaged: Salvaged<'_>, name: &str, common: &Common, out: &mut Out) -> pagecut::Result<()> {
    match salvaged {
        Salvaged::Records(bytes) => out.write_all(bytes)?,
        Salvaged::Gap(gap) if !common.quiet => report::gap(name, &gap),
        _ => {}
    }
    Ok(())
}
