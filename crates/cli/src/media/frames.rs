//! Decompresses frames of Matroska (`ContentCompression`, RFC 9559, section 5.1.4.1.31.6).

#[cfg(feature = "bzip2")]
mod bzip2;
mod lzo;
#[cfg(feature = "gzip")]
mod zlib;

use std::io;

use pagecut::media::FrameEncoding;
use pagecut::{Error, Result};

/// Receives a piece of a frame.
type Put<'a> = &'a mut dyn FnMut(&[u8]) -> Result<()>;

/// The storage of the frames of a track.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Storage {
    /// Without compression, or without the bytes at the start of all frames (header stripping).
    Plain,
    Zlib,
    Bzip2,
    Lzo,
    /// In a form that is not decoded: encrypted, several encodings, or a compression that this build lacks.
    Other,
}

impl Storage {
    /// The storage of frames with this encoding.
    pub(crate) fn of(encoding: FrameEncoding) -> Self {
        match encoding {
            FrameEncoding::Plain => Self::Plain,
            FrameEncoding::Zlib if cfg!(feature = "gzip") => Self::Zlib,
            FrameEncoding::Bzip2 if cfg!(feature = "bzip2") => Self::Bzip2,
            FrameEncoding::Lzo => Self::Lzo,
            _ => Self::Other,
        }
    }

    /// Whether [`read`] gives the original frames.
    pub(crate) fn is_readable(self) -> bool {
        self != Self::Other
    }

    /// Whether the stored bytes are those of the frame.
    pub(crate) fn is_plain(self) -> bool {
        matches!(self, Self::Plain | Self::Other)
    }
}

/// Decompresses the frame that is stored as `data` at `offset`, and passes it to `put` in pieces; passes the stored bytes if the storage is
/// not readable.
///
/// # Errors
///
/// If the frame is damaged; the pieces before the damage are passed. If `put` returned an error.
pub(crate) fn read(data: &[u8], offset: u64, storage: Storage, put: Put<'_>) -> Result<()> {
    let (name, decompressed) = match storage {
        #[cfg(feature = "gzip")]
        Storage::Zlib => ("zlib", zlib::decompress(data, put)?),
        #[cfg(feature = "bzip2")]
        Storage::Bzip2 => ("bzip2", bzip2::decompress(data, put)?),
        Storage::Lzo => ("LZO", lzo::decompress(data, put)?),
        _ => return put(data),
    };
    decompressed.map_err(|Damaged| {
        let fault = format!("the {name} data of the frame at byte {offset} is damaged");
        Error::from(io::Error::new(io::ErrorKind::InvalidData, fault))
    })
}

/// Compressed data is damaged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Damaged;

/// The result of decompression: the outer error is that of `put`, the inner one that of the data.
type Decompressed = Result<std::result::Result<(), Damaged>>;

#[cfg(test)]
mod tests {
    use super::{Decompressed, Put};

    /// Returns all bytes from `decompress`, and whether the data is complete.
    pub(super) fn all(decompress: fn(&[u8], Put<'_>) -> Decompressed, data: &[u8]) -> (Vec<u8>, bool) {
        let mut all = Vec::new();
        let result = decompress(data, &mut |piece| {
            all.extend_from_slice(piece);
            Ok(())
        });
        (all, result.unwrap().is_ok())
    }

    /// Builds a frame longer than every buffer.
    #[cfg(any(feature = "gzip", feature = "bzip2"))]
    pub(super) fn long_frame() -> Vec<u8> {
        (0..200_000_u32).map(|number| number.to_le_bytes()[0]).collect()
    }

    /// Checks that `stored` decompresses to `frame`, that each prefix is damaged and gives a prefix of the frame, and that
    /// other bytes are damaged.
    #[cfg(any(feature = "gzip", feature = "bzip2"))]
    pub(super) fn refuses_every_part(
        decompress: fn(&[u8], Put<'_>) -> Decompressed,
        stored: &[u8],
        frame: &[u8],
    ) {
        assert!(all(decompress, stored) == (frame.to_vec(), true));
        let step = stored.len().div_ceil(500);
        for cut in (0..stored.len()).step_by(step).chain([stored.len() - 1]) {
            let (part, is_whole) = all(decompress, &stored[..cut]);
            assert!(!is_whole && frame.starts_with(&part), "cut at {cut}");
        }
        assert!(!all(decompress, b"not compressed").1);
    }
}
