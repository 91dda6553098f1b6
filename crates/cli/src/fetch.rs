//! `pagecut fetch`: sequences, regions of them, and records, by name, number or place.

use std::cell::OnceCell;
use std::ffi::{OsStr, OsString};
use std::io::{self, Write};
use std::ops::Range;
use std::path::Path;

use clap::CommandFactory;
use pagecut::index::{self as library, Fai, Letters, Region, Sparse};
use pagecut::{ErrorKind, Format, FormatTask, ReadAt, Result, Source};

use crate::cli::{Cli, Common, Fetch};
use crate::output::Out;
use crate::{formats, index, input, report};

/// Bytes that are written at a time.
const WRITE_LEN: u64 = 1 << 20;

/// Prints everything that is asked for, and notes whether all of it is there.
pub(crate) fn run(args: &Fetch, common: &Common, all_good: &mut bool) -> io::Result<()> {
    demand_agreement(args);
    let name = args.file.display().to_string();
    let opened = input::open(&args.file, common)
        .and_then(|source| Ok((source, Out::open(&args.output, &args.file, common)?)));
    let (source, mut out) = match opened {
        Ok(opened) => opened,
        Err(error) => {
            report::failure(&name, &error);
            *all_good = false;
            return Ok(());
        }
    };
    let input = Input { args, common, source: &source, names: OnceCell::new(), numbers: OnceCell::new() };
    let mut whole = true;
    for what in &args.what {
        whole &= report::outcome(&name, input.print(what, &mut out).map(|()| true))?;
    }
    input::tell_unclosed(&source, &name);
    // What was printed may be of bytes that have changed meanwhile.
    whole &= report::outcome(&name, source.check().map(|()| true))?;
    let refusal = (!whole).then_some("not all that was asked for was found");
    *all_good &= report::outcome(&name, out.end(refusal, &args.output, common))?;
    Ok(())
}

/// Ends with the exit status of wrong usage if an option for sequences is given with records, which are printed as they stand.
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
        Cli::command().error(clap::error::ErrorKind::ArgumentConflict, message).exit();
    }
}

/// Something that can be asked for.
enum Wanted<'text> {
    /// The record of a number.
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

/// A file that is printed from.
struct Input<'run> {
    args: &'run Fetch,
    common: &'run Common,
    source: &'run Source,
    /// The index of names, once it was asked for.
    names: OnceCell<Fai>,
    /// The index of numbers, once it was asked for.
    numbers: OnceCell<Sparse>,
}

impl Input<'_> {
    /// Prints what one argument asks for.
    fn print(&self, what: &OsStr, out: &mut dyn Write) -> Result<()> {
        let content = self.source.content()?;
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
            Wanted::Region(text) => self.print_region(text, content, out),
        }
    }

    /// Prints a sequence, or a part of one, as samtools does.
    fn print_region(&self, text: &[u8], content: &dyn ReadAt, out: &mut dyn Write) -> Result<()> {
        let region = self.names()?.region(text)?;
        let reverse = self.args.reverse_complement;
        let mut letters = region.letters(content)?;
        let scores = region.quality_scores(content)?;
        self.tell_of_end(text, &region);
        let line_len = self.args.length.unwrap_or(region.entry().line_bases);
        out.write_all(if scores.is_some() { b"@" } else { b">" })?;
        out.write_all(text)?;
        out.write_all(if reverse { b"/rc\n" } else { b"\n" })?;
        write_lines(&mut letters, line_len, reverse.then_some(complement), out)?;
        if let Some(mut scores) = scores {
            out.write_all(b"+\n")?;
            write_lines(&mut scores, line_len, reverse.then_some(|score| score), out)?;
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

    /// Says that there are fewer letters than were asked for.
    fn tell_of_end(&self, text: &[u8], region: &Region<'_>) {
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

/// Writes letters in lines; backwards, and each as something else, if it is said as what.
fn write_lines(
    letters: &mut Letters<'_>,
    line_len: u64,
    reversed: Option<fn(u8) -> u8>,
    out: &mut dyn Write,
) -> Result<()> {
    let mut lines = Lines::of(line_len);
    match reversed {
        None => {
            while let Some(piece) = letters.next_piece()? {
                lines.write(piece, out)?;
            }
        }
        Some(other) => {
            let mut all = Vec::new();
            while let Some(piece) = letters.next_piece()? {
                all.extend(piece.iter().map(|&letter| other(letter)));
            }
            all.reverse();
            lines.write(&all, out)?;
        }
    }
    Ok(lines.end(out)?)
}

/// Lines of one length, made from pieces of any.
struct Lines {
    len: usize,
    /// Letters in the line that is not full.
    filled: usize,
}

impl Lines {
    /// Of so many letters; 0 stands for one line.
    fn of(len: u64) -> Self {
        let len = usize::try_from(len).ok().filter(|&len| len > 0).unwrap_or(usize::MAX);
        Self { len, filled: 0 }
    }

    fn write(&mut self, mut letters: &[u8], out: &mut dyn Write) -> io::Result<()> {
        while !letters.is_empty() {
            let (line, rest) = letters.split_at(letters.len().min(self.len - self.filled));
            out.write_all(line)?;
            (letters, self.filled) = (rest, self.filled + line.len());
            if self.filled == self.len {
                self.end(out)?;
            }
        }
        Ok(())
    }

    /// Ends the line that was begun, if one was.
    fn end(&mut self, out: &mut dyn Write) -> io::Result<()> {
        if self.filled > 0 {
            out.write_all(b"\n")?;
        }
        self.filled = 0;
        Ok(())
    }
}

/// The nucleotides that pair with those of an IUPAC code, in the same case. Other letters stay what they are.
fn complement(letter: u8) -> u8 {
    const CODES: &[u8; 34] = b"ATTAUACGGCRYYRKMMKBVVBDHHDSSWWNNXX";
    let pair = CODES.chunks_exact(2).find(|pair| pair[0] == letter.to_ascii_uppercase());
    let complement = pair.map_or(letter, |pair| pair[1]);
    if letter.is_ascii_lowercase() { complement.to_ascii_lowercase() } else { complement }
}

/// Where a record of a number lies.
struct OneRecord<'run> {
    path: &'run Path,
    common: &'run Common,
    numbers: &'run OnceCell<Sparse>,
    record: u64,
}

impl FormatTask for OneRecord<'_> {
    type Output = Range<u64>;

    fn run<F: Format>(&self, source: &Source, format: &F) -> Result<Range<u64>> {
        let content = source.content()?;
        let sparse = match self.numbers.get() {
            Some(sparse) => sparse,
            None => {
                let sparse = index::numbers(self.path, source, format, self.common)?;
                self.numbers.get_or_init(|| sparse)
            }
        };
        let range = sparse.record_range(self.record, content, format)?;
        // Blank lines before it are not the record's.
        let bytes = content.bytes_at(range.clone())?;
        let blank = bytes.iter().take_while(|byte| matches!(byte, b'\n' | b'\r')).count();
        Ok(range.start + blank as u64..range.end)
    }
}

/// Where the records lie that begin in a range of bytes.
struct RecordsBetween {
    range: Range<u64>,
}

impl FormatTask for RecordsBetween {
    type Output = Range<u64>;

    fn run<F: Format>(&self, source: &Source, format: &F) -> Result<Range<u64>> {
        let content = source.content()?;
        let Range { start, end } = self.range;
        if start > end {
            let what = format!("{start}..{end}: it ends before it begins");
            return Err(io::Error::new(io::ErrorKind::InvalidInput, what).into());
        }
        if end > content.len() {
            return Err(ErrorKind::OutOfRange { start, end, len: content.len() }.into());
        }
        match format.boundaries() {
            Some(cuts) => {
                let range = library::cut_from(content, cuts, start)?..library::cut_from(content, cuts, end)?;
                if cuts.needs_proof() && library::boundary_from(content, format, range.end).is_err() {
                    // The next cut lies after damage. Records before that are proven too.
                    let end = library::boundary_from(content, format, end)?;
                    return Ok(range.start.min(end)..end);
                }
                Ok(range)
            }
            None => Ok(library::boundary_from(content, format, start)?
                ..library::boundary_from(content, format, end)?),
        }
    }
}

/// Writes a range of a file as it stands there.
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
    fn lines_are_as_long_as_asked_for_whatever_the_pieces() {
        for piece_len in 1..12 {
            for (line_len, expected) in [(4, "ACGT\nACGT\nAC\n"), (5, "ACGTA\nCGTAC\n"), (0, "ACGTACGTAC\n")]
            {
                let mut out = Vec::new();
                let mut lines = Lines::of(line_len);
                for piece in b"ACGTACGTAC".chunks(piece_len) {
                    lines.write(piece, &mut out).unwrap();
                }
                lines.end(&mut out).unwrap();
                assert_eq!(out.escape_ascii().to_string(), expected.as_bytes().escape_ascii().to_string());
            }
        }
    }

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
