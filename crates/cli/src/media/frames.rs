//! Decompresses frames of Matroska (`ContentCompression`, RFC 9559, section 5.1.4.1.31.6).

#[cfg(feature = "bzip2")]
mod bzip2;
mod lzo;
mod pieces;
#[cfg(feature = "gzip")]
mod zlib;

use std::io;

use pagecut::media::FrameEncoding;
use pagecut::{Error, Result};
use pieces::{Damaged, Put};

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

    /// Returns whether [`read`] gives the original frames.
    pub(crate) fn is_readable(self) -> bool {
        self != Self::Other
    }

    /// Returns whether the stored bytes are those of the frame.
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

#[cfg(test)]
mod tests;
