//! Positions in a compressed input.

#[cfg(feature = "gzip")]
use pagecut::compress::Compression;
#[cfg(feature = "gzip")]
use pagecut::compress::bgzf::Gzi;
#[cfg(feature = "gzip")]
use pagecut::source::BgzfReader;
use pagecut::{Error, Source, error::CompressedPlace, record::LostBlock};
use serde::Serialize;

/// A position in a compressed input, in bytes from its start.
#[derive(Debug, Serialize)]
pub(super) struct Place {
    format: &'static str,
    /// Name of a unit: `member`, `block`, `frame`, `stream`.
    unit: &'static str,
    number: Option<u64>,
    /// Offset of that unit.
    start: u64,
    /// Offset of the faulty byte, as precisely as it is known.
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
    /// Offsets that their contents would have if nothing were lost; null if these are uncertain.
    start: Option<u64>,
    end: Option<u64>,
}

impl LostBytes {
    pub(super) fn of(lost: &LostBlock) -> Self {
        let held = lost.decompressed.as_ref();
        Self {
            compressed_start: lost.compressed.start,
            compressed_end: lost.compressed.end,
            start: held.map(|held| held.start),
            end: held.map(|held| held.end),
        }
    }
}

/// Offsets of BGZF blocks, to find the block of a decompressed byte.
#[derive(Default)]
pub(super) struct Blocks {
    /// `None` if the input is not BGZF, is a stream, or is damaged.
    #[cfg(feature = "gzip")]
    gzi: Option<Gzi>,
}

impl Blocks {
    /// Reads the header of each block, if there are any.
    #[cfg(feature = "gzip")]
    pub(super) fn of(source: &Source) -> Self {
        let reader = source.reader().filter(|_| source.compression() == Some(Compression::Bgzf));
        Self { gzi: reader.and_then(|reader| BgzfReader::find_blocks(reader).ok()) }
    }

    #[cfg(not(feature = "gzip"))]
    pub(super) fn of(_: &Source) -> Self {
        Self {}
    }

    /// The virtual offset of the faulty byte, as samtools and htslib define it.
    #[cfg(feature = "gzip")]
    pub(super) fn virtual_offset_of(&self, error: &Error) -> Option<u64> {
        self.gzi.as_ref()?.virtual_offset(error.offset()?).map(u64::from)
    }

    #[cfg(not(feature = "gzip"))]
    pub(super) fn virtual_offset_of(&self, _: &Error) -> Option<u64> {
        None
    }
}
