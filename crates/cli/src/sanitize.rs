//! `pagecut sanitize`: the good records of a damaged file.

use std::io::{self, Write};
use std::path::Path;

use pagecut::fasta::Fasta;
use pagecut::fastq::Fastq;
use pagecut::media::mpegts::Packets;
use pagecut::{Account, Error, ErrorKind, FileKind, Resync, Salvaged, Source};

use crate::cli::{Common, Sanitize};
use crate::{input, output, progress, report};

/// Writes the good records, tells what was left out, and notes whether that is nothing.
pub(crate) fn run(args: &Sanitize, common: &Common, all_good: &mut bool) -> io::Result<()> {
    let path = input::inputs(args.file.as_slice()).remove(0);
    let name = path.display().to_string();
    let account = match output::open(args.output.as_deref(), &path) {
        Err(error) => Err(error.into()),
        Ok(mut output) => salvage(args, &path, &name, common, &mut *output),
    };
    match account {
        Err(error) => {
            report::error(&name, &error);
            *all_good = false;
        }
        Ok(account) => {
            let tally = account.tally;
            if let Some(error) = account.error.as_ref().filter(|_| !account.complete) {
                if let ErrorKind::Io(refused) = error.kind()
                    && refused.kind() == io::ErrorKind::BrokenPipe
                {
                    return Err(io::ErrorKind::BrokenPipe.into());
                }
                report::error(&name, error);
            }
            *all_good &= account.complete && tally.gaps == 0;
            if !common.quiet {
                let (records, gaps, bytes) = (tally.records, tally.gaps, tally.gap_bytes);
                let noun = if gaps == 1 { "gap" } else { "gaps" };
                let done = if account.complete { "" } else { ", and what follows was not read" };
                report::note(
                    &name,
                    &format!("{records} records written, {bytes} bytes left out in {gaps} {noun}{done}"),
                );
            }
        }
    }
    Ok(())
}

fn salvage(
    args: &Sanitize,
    path: &Path,
    name: &str,
    common: &Common,
    out: &mut (dyn Write + Send),
) -> pagecut::Result<Account> {
    let source = input::open(path, common)?;
    let kind = source.detect()?;
    let account = progress::show(&source, name, common.quiet, || match (kind, args.strict) {
        (FileKind::MpegTs, _) => Ok(write_good(&source, &Packets, args, name, common, out)),
        (FileKind::Fasta, false) => Ok(write_good(&source, &Fasta::new(), args, name, common, out)),
        (FileKind::Fasta, true) => Ok(write_good(&source, &Fasta::strict(), args, name, common, out)),
        (FileKind::WrappedFastq, _) => {
            let what = "wrapped FASTQ has no boundary that is certain behind a fault";
            Err(Error::from(io::Error::new(io::ErrorKind::Unsupported, what)))
        }
        (_, false) => Ok(write_good(&source, &Fastq::new(), args, name, common, out)),
        // What follows a good record makes it no bad one here.
        (_, true) => {
            let strict = Fastq::strict().check_quality_end(false);
            Ok(write_good(&source, &strict, args, name, common, out))
        }
    })?;
    out.flush()?;
    Ok(account)
}

fn write_good<F: Resync>(
    source: &Source,
    format: &F,
    args: &Sanitize,
    name: &str,
    common: &Common,
    out: &mut (dyn Write + Send),
) -> Account {
    source.salvage(format, args.max_gaps, |salvaged| {
        match salvaged {
            Salvaged::Records(bytes) => out.write_all(bytes)?,
            Salvaged::Gap(gap) if !common.quiet => report::gap(name, &gap),
            _ => {}
        }
        Ok(())
    })
}
