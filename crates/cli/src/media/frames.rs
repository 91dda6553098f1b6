//! Frames of Matroska as they were before they were stored.

#[cfg(feature = "bzip2")]
mod bzip2;
mod lzo;
#[cfg(feature = "gzip")]
mod zlib;

use std::io;

use pagecut::media::matroska::{Encoding, Packet, Track};
use pagecut::{Error, Result};

/// Takes a piece of a frame.
type Put<'a> = &'a mut dyn FnMut(&[u8]) -> Result<()>;

/// How the frames of a track are stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Storage {
    /// As they are, or without their first bytes.
    Plain,
    Zlib,
    Bzip2,
    Lzo,
    /// In one that is not undone: encrypted, in several at once, by a feature that this build lacks.
    Other,
}

impl Storage {
    /// That of a track.
    pub(crate) fn of(track: &Track<'_>) -> Self {
        if !track.has_encoded_frames() {
            return Self::Plain;
        }
        let mut encodings = track.content_encodings().into_iter().flatten();
        let (first, second) = (encodings.next().and_then(Result::ok), encodings.next());
        match (first.map(|encoding| encoding.encoding), second) {
            (Some(Encoding::Zlib), None) if cfg!(feature = "gzip") => Self::Zlib,
            (Some(Encoding::Compression(1)), None) if cfg!(feature = "bzip2") => Self::Bzip2,
            (Some(Encoding::Compression(2)), None) => Self::Lzo,
            _ => Self::Other,
        }
    }

    /// Whether [`read`] gives frames as they were.
    pub(crate) fn is_readable(self) -> bool {
        self != Self::Other
    }

    /// Whether the stored bytes are those of the frame.
    pub(crate) fn is_plain(self) -> bool {
        matches!(self, Self::Plain | Self::Other)
    }
}

/// Gives a frame in pieces: what was stored if its storage is not readable.
///
/// # Errors
///
/// That the frame is damaged, after the pieces before the damage; those of `put`.
pub(crate) fn read(packet: &Packet<'_>, storage: Storage, put: Put<'_>) -> Result<()> {
    let data = packet.payload.data;
    let (name, undone) = match storage {
        #[cfg(feature = "gzip")]
        Storage::Zlib => ("zlib", zlib::inflate(data, put)?),
        #[cfg(feature = "bzip2")]
        Storage::Bzip2 => ("bzip2", bzip2::decompress(data, put)?),
        Storage::Lzo => ("LZO", lzo::decompress(data, put)?),
        _ => return packet.payload.slices().into_iter().try_for_each(put),
    };
    undone.map_err(|Damaged| {
        let fault = format!("the {name} data of the frame at byte {} is damaged", packet.offset);
        Error::from(io::Error::new(io::ErrorKind::InvalidData, fault))
    })
}

/// That compressed data is damaged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Damaged;

/// What came of decompressing: an error of `put`, or of the data.
type Undone = Result<std::result::Result<(), Damaged>>;

/// All that `undo` gives of `data`, and whether the data is whole.
#[cfg(test)]
fn all(undo: fn(&[u8], Put<'_>) -> Undone, data: &[u8]) -> (Vec<u8>, bool) {
    let mut all = Vec::new();
    let result = undo(data, &mut |piece| {
        all.extend_from_slice(piece);
        Ok(())
    });
    (all, result.unwrap().is_ok())
}
