//! The formats of the command: the table of formats, and a module for each.
//!
//! A command opens its input, gets the format of its [`FileKind`] from [`of`], and calls its methods. No other module knows the kinds.

mod fasta;
mod fastq;
mod format;
mod ivf;
mod matroska;
mod mp4;
mod mpegts;

use pagecut::{FileKind, Result, Source, source::FormatTask};

use crate::media::unsupported;
pub(crate) use format::Format;

/// Returns the format of a kind of file.
///
/// # Errors
///
/// That the table lacks the kind.
pub(crate) fn of(kind: FileKind) -> Result<Box<dyn Format>> {
    Ok(match kind {
        FileKind::Empty => Box::new(fastq::Empty),
        FileKind::Fastq => Box::new(fastq::Reads::FOUR_LINES),
        FileKind::WrappedFastq => Box::new(fastq::Reads::WRAPPED),
        FileKind::Fasta => Box::new(fasta::Sequences),
        FileKind::MpegTs(packets) => Box::new(mpegts::TransportStream(packets)),
        FileKind::Mp4 => Box::new(mp4::Mp4),
        FileKind::Matroska => Box::new(matroska::Matroska),
        FileKind::Ivf => Box::new(ivf::Ivf),
        // `FileKind` is non-exhaustive. `tests/floors.rs` requires an arm for each of its variants.
        kind => return Err(unsupported(format!("the command does not read {kind:?}"))),
    })
}

/// Does a task on the records of an input in their order.
pub(crate) fn run<T: FormatTask>(source: &Source, task: &T) -> Result<T::Output> {
    match of(source.detect()?)?.lacks_lookup() {
        Some(why) => Err(unsupported(why)),
        None => source.in_format(task),
    }
}
