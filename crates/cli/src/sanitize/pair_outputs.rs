//! The outputs of pairs.

use std::io::{self, Write};
use std::path::Path;

use pagecut::error::PairFile;
use pagecut::source::PairPiece;
use pagecut::{PairedSource, Result, Source};

use super::args::Sanitize;
use super::held::Held;
use crate::args::{Common, Output};
use crate::output::{self, Out};
use crate::pairs::Input;

/// The outputs of pairs. They are opened for the first piece, since an input may be no FASTQ.
pub(super) struct PairOutputs<'run> {
    input: &'run Input,
    /// Whether the inputs are streams.
    are_streams: [bool; 2],
    args: &'run Sanitize,
    common: &'run Common,
    opened: Option<Opened>,
    counts: Counts,
    /// The counts when records were held for the first time.
    counts_before_held: Option<Counts>,
}

/// Pairs, and records without a mate.
#[derive(Debug, Clone, Copy, Default)]
struct Counts {
    pairs: u64,
    orphans: u64,
}

/// What was written.
pub(super) struct Written {
    /// Whether the outputs exist.
    pub(super) is_kept: bool,
    pub(super) pairs: u64,
    pub(super) orphans: u64,
}

struct Opened {
    first: RecordOutput,
    /// `None` if the mates alternate in `first`.
    second: Option<RecordOutput>,
    /// `None` if records without a mate are left out.
    orphans: Option<RecordOutput>,
}

impl<'run> PairOutputs<'run> {
    pub(super) fn new(
        input: &'run Input,
        source: &PairedSource,
        args: &'run Sanitize,
        common: &'run Common,
    ) -> Self {
        let is_stream = |source: &Source| source.reader().is_none();
        let are_streams = [is_stream(source.first()), source.second().is_some_and(is_stream)];
        let counts = Counts::default();
        Self { input, are_streams, args, common, opened: None, counts, counts_before_held: None }
    }

    /// Writes a pair or a record, or notes a gap.
    ///
    /// # Errors
    ///
    /// Those of the outputs.
    pub(super) fn take(&mut self, piece: PairPiece<'_>) -> Result<()> {
        self.open()?;
        let Some(outputs) = &mut self.opened else { return Ok(()) };
        match piece {
            PairPiece::Pair(pair) => {
                self.counts.pairs += 1;
                outputs.first.write(pair.first)?;
                outputs.second.as_mut().unwrap_or(&mut outputs.first).write(pair.second)
            }
            PairPiece::Orphan { record, .. } => {
                self.counts.orphans += 1;
                outputs.orphans.as_mut().map_or(Ok(()), |orphans| orphans.write(record))
            }
            PairPiece::Gap { file, .. } => {
                if self.are_streams[usize::from(file == Some(PairFile::Second))] {
                    self.counts_before_held.get_or_insert(self.counts);
                    outputs.all_mut().for_each(RecordOutput::hold);
                }
                Ok(())
            }
            _ => Ok(()),
        }
    }

    /// Completes the outputs, which get their names together, or abandons them. `discard_held` discards the held records.
    ///
    /// # Errors
    ///
    /// Those of the outputs.
    pub(super) fn end(mut self, is_complete: bool, discard_held: bool) -> Result<Written> {
        self.open()?;
        let counts = self.counts_before_held.filter(|_| discard_held).unwrap_or(self.counts);
        let mut complete = Vec::new();
        let mut is_kept = true;
        for output in self.opened.into_iter().flat_map(Opened::into_all) {
            let out = output.release(discard_held)?;
            if is_complete {
                complete.push(out.complete()?);
            } else {
                is_kept &= !out.abandon()?;
            }
        }
        output::commit(complete)?;
        let Counts { pairs, orphans } = counts;
        Ok(Written { is_kept, pairs, orphans })
    }

    /// Opens the outputs, unless they are open.
    fn open(&mut self) -> Result<()> {
        if self.opened.is_some() {
            return Ok(());
        }
        let Sanitize { output, second_output, orphans, .. } = self.args;
        let second = second_output.as_deref();
        let orphans = orphans.as_deref();
        let stdout = Path::new(output::STDOUT);
        let paths = [Some(output.path.as_deref().unwrap_or(stdout)), second, orphans];
        output::check_separate(paths.into_iter().flatten())?;
        self.opened = Some(Opened {
            first: self.open_one(output.path.as_deref())?,
            second: second.map(|path| self.open_one(Some(path))).transpose()?,
            orphans: orphans.map(|path| self.open_one(Some(path))).transpose()?,
        });
        Ok(())
    }

    fn open_one(&self, path: Option<&Path>) -> Result<RecordOutput> {
        let inputs = self.input.paths();
        for input in &inputs {
            output::check_distinct(path, input)?;
        }
        let output = Output { path: path.map(Path::to_owned), compress: self.args.output.compress };
        let out = Out::open(&output, inputs[0], self.common)?;
        Ok(RecordOutput { out, held: Held::new(), is_in_line: false })
    }
}

impl Opened {
    fn all_mut(&mut self) -> impl Iterator<Item = &mut RecordOutput> {
        std::iter::once(&mut self.first).chain(&mut self.second).chain(&mut self.orphans)
    }

    fn into_all(self) -> impl Iterator<Item = RecordOutput> {
        std::iter::once(self.first).chain(self.second).chain(self.orphans)
    }
}

/// An output of records, each of which starts a line.
struct RecordOutput {
    out: Out,
    held: Held,
    /// Whether the last record has no line end: the last one of an input, which may be followed by one of the other input.
    is_in_line: bool,
}

impl RecordOutput {
    fn write(&mut self, record: &[u8]) -> Result<()> {
        if std::mem::replace(&mut self.is_in_line, !record.ends_with(b"\n")) {
            self.write_bytes(b"\n")?;
        }
        self.write_bytes(record)
    }

    fn write_bytes(&mut self, bytes: &[u8]) -> Result<()> {
        if self.held.is_holding() { self.held.write(bytes) } else { Ok(self.out.write_all(bytes)?) }
    }

    /// Holds the following records.
    fn hold(&mut self) {
        self.held.hold();
    }

    /// Writes the held records, or discards them.
    fn release(mut self, discard_held: bool) -> io::Result<Out> {
        if !discard_held {
            self.held.release(&mut self.out)?;
        }
        Ok(self.out)
    }
}
