//! Work that is the same for every format.

use pagecut::{FileKind, FormatTask, Result, Source};

use crate::media::unsupported;

/// Does a task in the format of the input.
pub(crate) fn run<T: FormatTask>(source: &Source, task: &T) -> Result<T::Output> {
    // A box can be as long as the whole input, and is no piece of it that is of use alone.
    if source.detect()? == FileKind::Mp4 {
        return Err(unsupported("boxes are not looked up by number or place; `extract --box` writes them"));
    }
    source.in_format(task)
}

/// The variant that the first bytes of FASTQ suggest.
pub(crate) fn guess(kind: FileKind) -> pagecut::fastq::Variant {
    kind.fastq_variant().unwrap_or(pagecut::fastq::Variant::FourLines)
}
