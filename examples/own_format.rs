//! A format outside the crate, read on all cores across damage: `cargo run --release --example own_format -- counts.tsv`.

use std::ops::Range;

use pagecut::{
    ErrorKind, Format, Piece, Source,
    record::{Boundaries, Fault, Part, Search, Step, Stop},
};

/// Lines with a name, a tab and a number.
#[derive(Clone)]
pub(crate) struct Counts;

impl Format for Counts {
    const NAME: &'static str = "counts";
    const IS_TEXT: bool = true;
    type Record<'data> = (&'data [u8], u64);
    /// The length of the name, and the number.
    type Layout = (usize, u64);
    type Lookahead = ();

    fn step(&self, (): &mut (), part: &Part<'_>, position: usize) -> Result<Step<(usize, u64)>, Stop> {
        let rest = &part.view()[position..];
        let len = match rest.iter().position(|&byte| byte == b'\n') {
            Some(end) => end + 1,
            None if part.is_complete() => rest.len(),
            None => return Err(Stop::needs_more("in a line")),
        };
        let line = rest[..len].trim_ascii_end();
        let wrong = |what: &'static str, at| Fault::new(ErrorKind::Invalid(what.into()), position + at);
        let tab = line.iter().position(|&byte| byte == b'\t').ok_or_else(|| wrong("no tab", 0))?;
        let number = str::from_utf8(&line[tab + 1..]).ok().and_then(|digits| digits.parse().ok());
        let layout = (tab, number.ok_or_else(|| wrong("no number after the tab", tab + 1))?);
        Ok(Step::Record { layout, len, blank: 0, lines: 1 })
    }

    fn record<'data>(&self, bytes: &'data [u8], _: u64, (tab, number): (usize, u64)) -> (&'data [u8], u64) {
        (&bytes[..tab], number)
    }

    fn boundaries(&self) -> Option<&dyn Boundaries> {
        Some(self)
    }
}

impl Boundaries for Counts {
    fn look_behind(&self) -> usize {
        1
    }

    /// A line begins after each line feed.
    fn search_boundary(&self, data: &[u8], range: Range<usize>) -> Search {
        let is_start = |at: &usize| *at == 0 || data[at - 1] == b'\n';
        range.into_iter().find(is_start).map_or(Search::NoBoundary, Search::Boundary)
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let source = Source::open(std::env::args_os().nth(1).ok_or("usage: own_format FILE")?)?;
    let add = |sum: u64, piece: Piece<(&[u8], u64)>| sum + piece.record().map_or(0, |(_, number)| number);
    let (sum, account) =
        source.parts(&Counts).recover().fold(|| 0, |sum, piece| *sum = add(*sum, piece), |a, b| a + b);
    println!("{sum} in {} lines, {} skipped", account.tally.records, account.tally.gaps);
    account.error.map_or(Ok(()), |first| Err(first.into()))
}
