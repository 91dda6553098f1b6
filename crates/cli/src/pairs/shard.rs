//! `shard` of pairs: pieces of both files that begin with the same pair.

use std::io;
use std::path::Path;

use pagecut::fastq::{Fastq, MateFormat, Variant};
use pagecut::{ErrorKind, PairedSource, Result, Source};

use super::files::{self, Input};
use crate::args::{Common, Limit};
use crate::media::unsupported;
use crate::output::{self, Out};
use crate::report;
use crate::shard::pieces;

/// Writes the pieces. Sets `all_good` to `false` if that failed.
pub(crate) fn run(
    input: &Input,
    prefix: &Path,
    number: u64,
    limit: &Limit,
    common: &Common,
    all_good: &mut bool,
) -> io::Result<()> {
    let name = input.name();
    let done = match input.open(limit, common) {
        Err((name, error)) => Err((name, error)),
        Ok(source) => write(input, &source, prefix, number, common).map_err(|error| (name, error)),
    };
    if let Err((name, error)) = done {
        report::pass_on_broken_pipe(&error)?;
        report::failure(&name, &error);
        *all_good = false;
    }
    Ok(())
}

/// Counts the pairs, and writes as many into each piece.
fn write(input: &Input, source: &PairedSource, prefix: &Path, number: u64, common: &Common) -> Result<()> {
    let sources = [Some(source.first()), source.second()];
    if sources.iter().flatten().any(|source| source.reader().is_none()) {
        return Err(unsupported(
            "the pairs are counted before they are divided, and a stream cannot be read twice",
        ));
    }
    let name = input.name();
    let fastq = Fastq::new();
    let (tally, variant) = files::work(source, &name, common, || {
        source.in_variant(
            || Ok((source.for_each(&fastq, |_| {})?, Variant::FourLines)),
            || Ok((source.for_each(&fastq.wrapped(), |_| {})?, Variant::Wrapped)),
        )
    })?;
    let pieces = Pieces { input, source, prefix, common, number, pairs: tally.pairs };
    files::work(source, &name, common, || match variant {
        Variant::FourLines => pieces.write(&fastq),
        Variant::Wrapped => pieces.write(&fastq.wrapped()),
    })
}

/// The pieces that pairs are divided into.
struct Pieces<'run> {
    input: &'run Input,
    source: &'run PairedSource,
    prefix: &'run Path,
    common: &'run Common,
    /// Number of pieces.
    number: u64,
    pairs: u64,
}

impl Pieces<'_> {
    fn write<F: MateFormat>(&self, format: &F) -> Result<()> {
        let mut pairs = self.source.pairs(format)?;
        let mut complete = Vec::new();
        for piece in 0..self.number {
            let mut outs = self.open(piece)?;
            let end = pieces::end(self.pairs, piece, self.number);
            while pairs.count() < end {
                // They were counted.
                let pair = pairs.next()?.ok_or(ErrorKind::Changed)?;
                pieces::write_text_record(&mut outs[0], F::bytes(&pair.first))?;
                let second = outs.len() - 1;
                pieces::write_text_record(&mut outs[second], F::bytes(&pair.second))?;
            }
            for out in outs {
                complete.push(out.complete()?);
            }
        }
        if pairs.next()?.is_some() {
            return Err(ErrorKind::Changed.into());
        }
        Ok(output::commit(complete)?)
    }

    /// Begins the outputs of a piece: one for each input.
    fn open(&self, piece: u64) -> Result<Vec<Out>> {
        let sources = [Some(self.source.first()), self.source.second()];
        let inputs = self.input.paths().into_iter().zip(sources.into_iter().flatten());
        let is_two = self.source.second().is_some();
        let open = |(number, (input, source)): (usize, (&Path, &Source))| {
            let mate = is_two.then_some(number + 1);
            pieces::open(self.prefix, piece, mate, input, source, self.common)
        };
        inputs.enumerate().map(open).collect()
    }
}
