//! Places in a compressed input.

#[cfg(feature = "gzip")]
use pagecut::BgzfReader;
#[cfg(feature = "gzip")]
use pagecut::compress::Compression;
#[cfg(feature = "gzip")]
use pagecut::compress::bgzf::Gzi;
use pagecut::{CompressedPlace, Error, LostBlock, Source};
use serde::Serialize;

/// A place in a compressed input, in bytes from its start.
#[derive(Debug, Serialize)]
pub(super) struct Place {
    format: &'static str,
    /// What the pieces are called that it is made of: `member`, `block`, `frame`, `stream`.
    unit: &'static str,
    number: Option<u64>,
    /// Where that piece begins.
    start: u64,
    /// The byte at fault, as nearly as it is known.
    offset: u64,
}

impl Place {
    pub(super) fn of(place: CompressedPlace) -> Self {
        let CompressedPlace { format, unit, number, start, offset, .. } = place;
        Self { format, unit, number, start, offset }
    }
}

/// Compressed bytes that could not be decompressed.
#[derive(Debug, Serialize)]
pub(super) struct LostBytes {
    compressed_start: u64,
    compressed_end: u64,
    /// Where what they held would lie, if nothing were lost; null where that is not certain.
    start: Option<u64>,
    end: Option<u64>,
}

impl LostBytes {
    pub(super) fn of(lost: &LostBlock) -> Self {
        let held = lost.unpacked.as_ref();
        Self {
            compressed_start: lost.packed.start,
            compressed_end: lost.packed.end,
            start: held.map(|held| held.start),
            end: held.map(|held| held.end),
        }
    }
}

/// Where the blocks of a file begin, to tell in which of them a byte is that was decompressed.
#[derive(Default)]
pub(super) struct Blocks {
    /// `None` if it is not BGZF, a stream, or damaged, so that nobody can tell.
    #[cfg(feature = "gzip")]
    gzi: Option<Gzi>,
}

impl Blocks {
    /// Looks at the header of each block, if there are any.
    #[cfg(feature = "gzip")]
    pub(super) fn of(source: &Source) -> Self {
        let reader = source.reader().filter(|_| source.compression() == Some(Compression::Bgzf));
        Self { gzi: reader.and_then(|reader| BgzfReader::find_blocks(reader).ok()) }
    }

    #[cfg(not(feature = "gzip"))]
    pub(super) fn of(_: &Source) -> Self {
        Self {}
    }

    /// The virtual offset of the byte at fault, as samtools and htslib have it.
    #[cfg(feature = "gzip")]
    pub(super) fn virtual_offset_of(&self, error: &Error) -> Option<u64> {
        self.gzi.as_ref()?.virtual_offset(error.offset()?).map(u64::from)
    }

    #[cfg(not(feature = "gzip"))]
    pub(super) fn virtual_offset_of(&self, _: &Error) -> Option<u64> {
        None
    }
}
