//! Work that is the same for every format.

use pagecut::fasta::Fasta;
use pagecut::fastq::Fastq;
use pagecut::media::matroska::Matroska;
use pagecut::{FileKind, Format, Result, Source};

use crate::input;
use crate::media::unsupported;

/// Something to find out about an input, whatever its format.
pub(crate) trait Task {
    type Output;

    fn run<F: Format>(&self, source: &Source, format: &F) -> Result<Self::Output>;
}

/// Does the work in the format of the input. An empty one is read as FASTQ.
pub(crate) fn run<T: Task>(source: &Source, task: &T) -> Result<T::Output> {
    match source.detect()? {
        FileKind::MpegTs(packets) => task.run(source, &packets),
        // A box can be as long as the whole input, and is no piece of it that is of use alone.
        FileKind::Mp4 => {
            Err(unsupported("boxes are not looked up by number or place; `extract --box` writes them"))
        }
        FileKind::Matroska => task.run(source, &Matroska),
        FileKind::Fasta => task.run(source, &Fasta::new()),
        FileKind::WrappedFastq => task.run(source, &Fastq::new().wrapped()),
        _ => fastq(source, || task.run(source, &Fastq::new()), || task.run(source, &Fastq::new().wrapped())),
    }
}

/// Reads FASTQ in four lines a record and, if it turns out not to be, as wrapped.
pub(crate) fn fastq<T>(
    source: &Source,
    in_four_lines: impl FnOnce() -> Result<T>,
    wrapped: impl FnOnce() -> Result<T>,
) -> Result<T> {
    match in_four_lines() {
        Err(error) if input::may_be_wrapped(source, &error) => {
            let wrapped = wrapped();
            if input::comes_further(wrapped.as_ref().err(), &error) { wrapped } else { Err(error) }
        }
        done => done,
    }
}
