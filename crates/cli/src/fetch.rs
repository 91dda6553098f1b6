//! `pagecut fetch`: sequences, regions of them, and records, by name, number or place.

mod lines;
mod list;
mod ranges;

use std::cell::OnceCell;
use std::ffi::{OsStr, OsString};
use std::io::{self, Write};
use std::ops::Range;
use std::path::{Path, PathBuf};

use clap::Args;
use pagecut::index::{Fai, RecordIndex, Region};
use pagecut::{Error, ErrorKind, Result, Source, source::ReadAt};

use crate::args::{self, Common, Limit, Output};
use crate::output::{self, Out};
use crate::{formats, index, input, report};
use lines::{complement, write_lines};
use list::{Feature, List, Title};
use ranges::{OneRecord, RecordsBetween};

/// Arguments of `pagecut fetch`.
#[derive(Debug, Args)]
#[command(after_help = "What to print:\n  \
        NAME              a sequence\n  \
        NAME:START-END    letters of it, counted from 1, the last included; either\n                    \
                          number may be left out\n  \
        {NAME}:START-END  the same, where NAME has a colon or looks like another of these\n  \
        #NUMBER           a record as it stands in the file, counted from 0\n  \
        START..END        the records that begin in these bytes, counted from 0, END\n                    \
                          excluded\n\n\
        Features of BED are printed as NAME:START-END, followed by the name of the feature. Features of length 0 have no letters and \
        are left out with a note. If a region exceeds the sequence, only the existing letters are printed, with a note.\n\n\
        Indexes beside the file are used; without them, the whole file is read. Positions in BGZF are those of the decompressed data; \
        other compressed files have to be recompressed with bgzip.")]
pub(crate) struct Fetch {
    /// File
    file: PathBuf,
    /// What to print
    #[arg(required_unless_present_any = ["names", "bed"])]
    what: Vec<OsString>,
    /// Print the sequences whose names are in FILE, one name per line; `-` for standard input. It may be compressed
    #[arg(short = 'f', long, value_name = "FILE")]
    names: Option<PathBuf>,
    /// Print the regions in FILE, in BED format (at least three columns); `-` for standard input. It may be compressed
    #[arg(long, value_name = "FILE")]
    bed: Option<PathBuf>,
    /// Print the reverse complement of BED features on the minus strand
    #[arg(short = 's', long, requires = "bed", conflicts_with = "reverse_complement")]
    strand: bool,
    #[command(flatten)]
    limit: Limit,
    #[command(flatten)]
    output: Output,
    /// Letters per line, 0 for one line [default: as in the file]
    #[arg(short = 'n', long, value_name = "N")]
    length: Option<u64>,
    /// Print the reverse complement of sequences
    #[arg(short = 'i', long)]
    reverse_complement: bool,
}

/// Maximum number of bytes per write.
const WRITE_LEN: u64 = 1 << 20;

/// Prints everything requested. Sets `all_good` to `false` if something is missing.
pub(crate) fn run(args: &Fetch, common: &Common, all_good: &mut bool) -> io::Result<()> {
    demand_agreement(args);
    let name = args.file.display().to_string();
    let opened = input::open(&args.file, &args.limit, common).and_then(|source| {
        for list in args.names.iter().chain(&args.bed) {
            output::check_distinct(args.output.path.as_deref(), list)?;
        }
        Ok((source, Out::open(&args.output, &args.file, common)?))
    });
    let (source, mut out) = match opened {
        Ok(opened) => opened,
        Err(error) => {
            report::failure(&name, &error);
            *all_good = false;
            return Ok(());
        }
    };
    let input = Input { args, common, source: &source, names: OnceCell::new(), numbers: OnceCell::new() };
    let mut printed = Printed::All;
    for what in &args.what {
        if out.has_failed() {
            break;
        }
        printed = printed.max(Printed::report(&name, input.print(what, &mut out))?);
    }
    if let Some(path) = &args.names
        && !out.has_failed()
    {
        printed = printed.max(input.print_names(path, &name, &mut out)?);
    }
    if let Some(path) = &args.bed
        && !out.has_failed()
    {
        printed = printed.max(input.print_features(path, &name, &mut out)?);
    }
    input::note_unclosed(&source, &name);
    // The file may have changed while it was printed.
    printed = printed.max(Printed::report(&name, source.check())?);
    *all_good &= report::outcome(&name, out.end(printed.refusal(), &args.output, common))?;
    Ok(())
}

/// How much of the requested items was printed, from the best to the worst.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Printed {
    All,
    /// All items that are in the file.
    WithoutMissing,
    /// An item could not be read.
    Part,
}

impl Printed {
    /// Reports the error of an item, if there is one. A closed output pipe is returned as an error.
    fn report(who: &str, done: Result<()>) -> io::Result<Self> {
        let printed = match done.as_ref().map_err(Error::kind) {
            Ok(()) => Self::All,
            Err(ErrorKind::Region { .. } | ErrorKind::NoRecord { .. } | ErrorKind::OutOfRange { .. }) => {
                Self::WithoutMissing
            }
            Err(_) => Self::Part,
        };
        report::outcome(who, done.map(|()| true)).map(|_| printed)
    }

    /// The reason for which an output file is not written.
    fn refusal(self) -> Option<&'static str> {
        match self {
            Self::All => None,
            Self::WithoutMissing => Some("a requested item was not found"),
            Self::Part => Some("a requested item could not be read"),
        }
    }
}

/// Ends with the exit status of wrong usage if an option for sequences is given with records, which are printed byte for byte.
fn demand_agreement(args: &Fetch) {
    let option = match (args.reverse_complement, args.length) {
        (true, _) => "--reverse-complement",
        (false, Some(_)) => "--length",
        (false, None) => return,
    };
    let is_record = |what: &&OsString| !matches!(Wanted::parse(what), Wanted::Region(_));
    if let Some(what) = args.what.iter().find(is_record) {
        let what = what.display();
        let message =
            format!("`{option}` is for sequences by name, and `{what}` prints records as they stand");
        args::conflict(&message);
    }
}

/// An object to print.
enum Wanted<'text> {
    /// The record with this number.
    Record(u64),
    /// The records that begin in a range of bytes, which may have no end.
    Bytes(u64, Option<u64>),
    Region(&'text [u8]),
}

impl<'text> Wanted<'text> {
    fn parse(text: &'text OsStr) -> Self {
        let number =
            |text: &str| text.parse().ok().filter(|_| text.bytes().all(|byte| byte.is_ascii_digit()));
        let known = text.to_str().and_then(|text| match (text.strip_prefix('#'), text.split_once("..")) {
            (Some(record), _) => number(record).map(Self::Record),
            (None, Some((start, ""))) => Some(Self::Bytes(number(start)?, None)),
            (None, Some((start, end))) => Some(Self::Bytes(number(start)?, Some(number(end)?))),
            (None, None) => None,
        });
        known.unwrap_or(Self::Region(text.as_encoded_bytes()))
    }
}

/// The input file, and its indexes.
struct Input<'run> {
    args: &'run Fetch,
    common: &'run Common,
    source: &'run Source,
    /// The index of names, once it is needed.
    names: OnceCell<Fai>,
    /// The index of numbers, once it is needed.
    numbers: OnceCell<RecordIndex>,
}

impl Input<'_> {
    /// Prints the object that an argument names.
    fn print(&self, what: &OsStr, out: &mut dyn Write) -> Result<()> {
        let content = self.source.random_access()?;
        let path = &*self.args.file;
        match Wanted::parse(what) {
            Wanted::Record(record) => {
                let range = formats::run(
                    self.source,
                    &OneRecord { path, common: self.common, numbers: &self.numbers, record },
                )?;
                write_range(content, range, out)
            }
            Wanted::Bytes(start, end) => {
                let range = start..end.unwrap_or(content.len());
                let range = formats::run(self.source, &RecordsBetween { range })?;
                write_range(content, range, out)
            }
            Wanted::Region(text) => self.print_region(text, out),
        }
    }

    /// Prints the sequences in a list of names.
    fn print_names(&self, path: &Path, file: &str, out: &mut dyn Write) -> io::Result<Printed> {
        print_list(path, file, |list| {
            let Some(name) = list.next_line()?.map(<[u8]>::trim_ascii) else { return Ok(None) };
            let printed = self.names().and_then(|names| {
                let region = names.region_of(name, 0..u64::MAX)?;
                self.print_letters(&Title::new(name), &region, self.args.reverse_complement, out)
            });
            Ok(Some(printed))
        })
    }

    /// Prints the regions in a BED file.
    fn print_features(&self, path: &Path, file: &str, out: &mut dyn Write) -> io::Result<Printed> {
        print_list(path, file, |list| {
            let feature = list.next_feature()?;
            Ok(feature.map(|feature| self.print_feature(&feature, out)))
        })
    }

    fn print_feature(&self, feature: &Feature, out: &mut dyn Write) -> Result<()> {
        let region = self.names()?.region_of(&feature.sequence, feature.range.clone())?;
        let title = feature.title();
        if feature.range.is_empty() {
            if !self.common.quiet {
                report::note(&String::from_utf8_lossy(&title.region), &"left out: the feature has length 0");
            }
            return Ok(());
        }
        let is_reversed = self.args.reverse_complement || (self.args.strand && feature.strand == b'-');
        self.print_letters(&title, &region, is_reversed, out)
    }

    /// Prints a sequence, or a part of one, as samtools does.
    fn print_region(&self, text: &[u8], out: &mut dyn Write) -> Result<()> {
        let region = self.names()?.region(text)?;
        self.print_letters(&Title::new(text), &region, self.args.reverse_complement, out)
    }

    fn print_letters(
        &self,
        title: &Title<'_>,
        region: &Region<'_>,
        is_reversed: bool,
        out: &mut dyn Write,
    ) -> Result<()> {
        let content = self.source.random_access()?;
        let mut letters = region.letters(content)?;
        let scores = region.quality_scores(content)?;
        self.note_end_of_sequence(&title.region, region);
        let line_len = self.args.length.unwrap_or(region.entry().line_bases);
        title.write(if scores.is_some() { b"@" } else { b">" }, is_reversed, out)?;
        write_lines(&mut letters, line_len, is_reversed.then_some(complement), out)?;
        if let Some(mut scores) = scores {
            out.write_all(b"+\n")?;
            write_lines(&mut scores, line_len, is_reversed.then_some(|score| score), out)?;
        }
        Ok(())
    }

    fn names(&self) -> Result<&Fai> {
        if let Some(names) = self.names.get() {
            return Ok(names);
        }
        let names = index::names(&self.args.file, self.source, self.common)?;
        Ok(self.names.get_or_init(|| names))
    }

    /// Prints a note if a region goes beyond the end of its sequence.
    fn note_end_of_sequence(&self, text: &[u8], region: &Region<'_>) {
        let end = region.entry().length;
        let what = match region.range().is_empty() {
            _ if self.common.quiet => return,
            true => format!("there are no letters in it: the sequence has {end}"),
            false if region.is_truncated() => format!("the sequence ends before it, at {end}"),
            false => return,
        };
        report::note(&String::from_utf8_lossy(text), &what);
    }
}

/// Prints the items of a list, which `print` reads from it. An item that is not in `file` does not end this; every other error does.
fn print_list(
    path: &Path,
    file: &str,
    mut print: impl FnMut(&mut List) -> io::Result<Option<Result<()>>>,
) -> io::Result<Printed> {
    let who = path.display().to_string();
    let mut list = match List::open(path) {
        Ok(list) => list,
        Err(error) => return Printed::report(&who, Err(error)),
    };
    let mut all = Printed::All;
    loop {
        match print(&mut list) {
            Ok(Some(printed)) => {
                let is_last =
                    printed.as_ref().is_err_and(|error| !matches!(error.kind(), ErrorKind::Region { .. }));
                all = all.max(Printed::report(file, printed)?);
                if is_last {
                    return Ok(all);
                }
            }
            Ok(None) => return Ok(all),
            Err(error) => return Printed::report(&who, Err(error.into())),
        }
    }
}

/// Writes a range of a file byte for byte.
pub(crate) fn write_range(content: &dyn ReadAt, range: Range<u64>, out: &mut dyn Write) -> Result<()> {
    let mut start = range.start;
    while start < range.end {
        let end = range.end.min(start + WRITE_LEN);
        out.write_all(&content.bytes_at(start..end)?)?;
        start = end;
    }
    content.check()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_asked_for_is_a_number_a_place_or_a_region() {
        for text in ["chr1", "chr1:1-2", "#", "#x", "#-1", "1..x", "..5", "a..b", "+1..2", "{#5}", "1.5"] {
            assert!(matches!(Wanted::parse(text.as_ref()), Wanted::Region(_)), "{text}");
        }
        assert!(matches!(Wanted::parse("#12".as_ref()), Wanted::Record(12)));
        assert!(matches!(Wanted::parse("0..7".as_ref()), Wanted::Bytes(0, Some(7))));
        assert!(matches!(Wanted::parse("3..".as_ref()), Wanted::Bytes(3, None)));
    }
}
