//! `shard` of pairs: pieces of both files that begin with the same pair.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use pagecut::compress::Compression;
use pagecut::fastq::{Fastq, MateFormat, Variant};
use pagecut::{ErrorKind, PairedSource, Result, Source};

use super::files::{self, Input};
use crate::args::{Common, Compress, Limit, Output};
use crate::media::unsupported;
use crate::output::{self, Out};
use crate::report;

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
    /// Pieces.
    number: u64,
    pairs: u64,
}

impl Pieces<'_> {
    fn write<F: MateFormat>(&self, format: &F) -> Result<()> {
        let mut pairs = self.source.pairs(format)?;
        let mut complete = Vec::new();
        for piece in 0..self.number {
            let mut outs = self.open(piece)?;
            let end = u64::try_from(u128::from(self.pairs) * u128::from(piece + 1) / u128::from(self.number))
                .unwrap_or(self.pairs);
            while pairs.count() < end {
                // They were counted.
                let pair = pairs.next()?.ok_or(ErrorKind::Changed)?;
                write_record::<F>(&mut outs[0], &pair.first)?;
                let second = outs.len() - 1;
                write_record::<F>(&mut outs[second], &pair.second)?;
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
            let compress = compress(source);
            let output =
                Output { path: Some(self.path(piece, mate, input, source)), compress: Some(compress) };
            Out::open(&output, input, self.common)
        };
        inputs.enumerate().map(open).collect()
    }

    /// The path of a piece: `PREFIX.0_1.fastq.gz`.
    fn path(&self, piece: u64, mate: Option<usize>, input: &Path, source: &Source) -> PathBuf {
        let mut name = self.prefix.as_os_str().to_owned();
        name.push(format!(".{piece}"));
        if let Some(mate) = mate {
            name.push(format!("_{mate}"));
        }
        let plain = if source.compression().is_some() { input.with_extension("") } else { input.into() };
        if let Some(extension) = plain.extension() {
            name.push(".");
            name.push(extension);
        }
        if compress(source) != Compress::None {
            name.push(".gz");
        }
        name.into()
    }
}

/// How the pieces of an input are compressed: as it is, if the command can write that.
fn compress(source: &Source) -> Compress {
    match source.compression() {
        #[cfg(feature = "gzip")]
        Some(Compression::Gzip | Compression::Bgzf) => Compress::Bgzf,
        _ => Compress::None,
    }
}

/// Writes a record, with the end of its last line, which the last record of a file may lack.
fn write_record<F: MateFormat>(out: &mut Out, record: &F::Record<'_>) -> io::Result<()> {
    let bytes = F::bytes(record);
    out.write_all(bytes)?;
    if bytes.ends_with(b"\n") { Ok(()) } else { out.write_all(b"\n") }
}
