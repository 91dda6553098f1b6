//! Encodings of frames: compression and encryption.

use super::{Element, ElementId};
use crate::error::Result;

/// `ContentEncoding` (RFC 9559, section 5.1.4.1.31): one encoding step of the frames of a track.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct ContentEncoding<'data> {
    /// `ContentEncodingOrder`: the encoding with the highest order is decoded first.
    pub order: u64,
    /// `ContentEncodingScope`, bits: 1 for frames, 2 for `CodecPrivate`.
    pub scope: u64,
    /// The encoding.
    pub encoding: Encoding<'data>,
}

/// The encoding of frames.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Encoding<'data> {
    /// These bytes were removed from the start of every frame (`ContentCompAlgo` 3).
    HeaderStripping(&'data [u8]),
    /// zlib (`ContentCompAlgo` 0).
    Zlib,
    /// Another `ContentCompAlgo`: 1 is bzip2, 2 is LZO1X.
    Compression(u64),
    /// Encryption, with its `ContentEncryption`, if there is one.
    Encryption(Option<Element<'data>>),
}

impl<'data> ContentEncoding<'data> {
    /// Reads an [`ElementId::CONTENT_ENCODING`].
    pub(super) fn read(element: Element<'data>) -> Result<Self> {
        let (mut order, mut scope, mut is_encryption) = (0, 1, false);
        let (mut compression, mut encryption) = (Encoding::Zlib, None);
        for child in element.children() {
            let child = child?;
            match child.id() {
                ElementId::CONTENT_ENCODING_ORDER => order = child.unsigned()?,
                ElementId::CONTENT_ENCODING_SCOPE => scope = child.unsigned_or(1)?,
                ElementId::CONTENT_ENCODING_TYPE => is_encryption = child.unsigned()? == 1,
                ElementId::CONTENT_COMPRESSION => compression = Self::read_compression(child)?,
                ElementId::CONTENT_ENCRYPTION => encryption = Some(child),
                _ => {}
            }
        }
        let encoding = if is_encryption { Encoding::Encryption(encryption) } else { compression };
        Ok(Self { order, scope, encoding })
    }

    fn read_compression(element: Element<'data>) -> Result<Encoding<'data>> {
        let (mut algorithm, mut settings) = (0, b"".as_slice());
        for child in element.children() {
            let child = child?;
            match child.id() {
                ElementId::CONTENT_COMP_ALGO => algorithm = child.unsigned()?,
                ElementId::CONTENT_COMP_SETTINGS => settings = child.body(),
                _ => {}
            }
        }
        Ok(match algorithm {
            0 => Encoding::Zlib,
            3 => Encoding::HeaderStripping(settings),
            other => Encoding::Compression(other),
        })
    }

    /// Whether the encoding applies to frames.
    #[must_use]
    pub fn is_of_frames(&self) -> bool {
        self.scope & 1 != 0
    }
}

/// The contents of a frame as two consecutive slices, so that nothing is copied.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Payload<'data> {
    /// The bytes removed from the start of every frame; usually empty.
    pub prefix: &'data [u8],
    /// The bytes of the frame.
    pub data: &'data [u8],
}

impl<'data> Payload<'data> {
    /// Returns the total length in bytes.
    #[must_use]
    pub fn len(&self) -> usize {
        self.prefix.len() + self.data.len()
    }

    /// Whether both slices are empty.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Returns both slices in order, for example for `writev` or a hash.
    #[must_use]
    pub fn slices(&self) -> [&'data [u8]; 2] {
        [self.prefix, self.data]
    }

    /// Returns a copy of both slices in one vector.
    #[must_use]
    pub fn to_vec(&self) -> Vec<u8> {
        self.slices().concat()
    }
}
