//! Boxes and their children.

use std::fmt;
use std::iter::FusedIterator;
use std::ops::Range;

use super::{BoxHeader, FourCc, containers, fault};
use crate::error::{Error, ErrorKind, Mp4Fault, Result};

/// A box (ISO/IEC 14496-12 §4.2), borrowed from the input. QuickTime calls it an atom.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Mp4Box<'data> {
    bytes: &'data [u8],
    offset: u64,
    header: BoxHeader,
    /// The type of the parent box; zeros at top level.
    parent: FourCc,
    /// `handler_type` of its track; zeros outside of `mdia`.
    handler: FourCc,
}

impl<'data> Mp4Box<'data> {
    /// Reads the box at the start of `bytes`, the rest of the box `parent` or of the input.
    pub(super) fn first(
        bytes: &'data [u8],
        offset: u64,
        parent: Option<FourCc>,
    ) -> std::result::Result<Self, ErrorKind> {
        let Some(header) = BoxHeader::read(bytes) else {
            return Err(match parent {
                None => ErrorKind::Incomplete { within: "in the header of a box" },
                Some(FourCc(kind)) => {
                    ErrorKind::Mp4(Mp4Fault::BoxContent { kind, why: "ends in the header of a box" })
                }
            });
        };
        let size = header.size.unwrap_or(bytes.len() as u64);
        // ISO/IEC 14496-12 §4.2.2. Zeros after the last box of a container are padding.
        let is_unsized = header.size.is_none() && header.kind != FourCc::default();
        let wrong = |why| Err(ErrorKind::Mp4(Mp4Fault::BoxSize { kind: header.kind.0, size, why }));
        if size < header.header_len as u64 {
            return wrong("is shorter than its header");
        }
        if is_unsized && parent.is_some() {
            return wrong("has a size of 0, which is valid outside of other boxes only");
        }
        match usize::try_from(size).ok().and_then(|len| bytes.get(..len)) {
            Some(bytes) => {
                let parent = parent.unwrap_or_default();
                Ok(Self { bytes, offset, header, parent, handler: FourCc::default() })
            }
            None if parent.is_none() => Err(ErrorKind::Incomplete { within: "in a box" }),
            None => wrong("ends after its parent"),
        }
    }

    /// Creates a top-level box from its bytes.
    pub(super) fn top_level(header: BoxHeader, bytes: &'data [u8], offset: u64) -> Self {
        Self { bytes, offset, header, parent: FourCc::default(), handler: FourCc::default() }
    }

    /// Returns `type`.
    #[must_use]
    pub fn kind(&self) -> FourCc {
        self.header.kind
    }

    /// Returns the header of the box.
    #[must_use]
    pub fn header(&self) -> BoxHeader {
        self.header
    }

    /// Returns the byte range of the box in the input, including its header.
    #[must_use]
    pub fn range(&self) -> Range<u64> {
        self.offset..self.offset + self.bytes.len() as u64
    }

    /// Returns header and payload.
    #[must_use]
    pub fn as_bytes(&self) -> &'data [u8] {
        self.bytes
    }

    /// Returns the bytes after the header.
    #[must_use]
    pub fn payload(&self) -> &'data [u8] {
        &self.bytes[self.header.header_len..]
    }

    /// Returns the offset of the payload from the start of the input.
    #[must_use]
    pub fn payload_offset(&self) -> u64 {
        self.offset + self.header.header_len as u64
    }

    /// Returns the child boxes; `None` if the box is no container, or its type is unknown.
    #[must_use]
    pub fn children(&self) -> Option<Children<'data>> {
        let start = containers::children_start(self.parent, self.handler, self.kind(), self.payload())?;
        let mut children = self.children_from(start);
        if self.kind() == *b"mdia" {
            children.handler = children.find_handler();
        }
        Some(children)
    }

    /// Returns the child boxes after `start` bytes of the payload; an error if the payload is shorter.
    pub(super) fn children_from(&self, start: usize) -> Children<'data> {
        let position = self.header.header_len + start;
        Children {
            rest: self.bytes.get(position..).unwrap_or(&[]),
            offset: self.offset + position as u64,
            parent: Some(self.kind()),
            handler: self.handler,
            short: (position > self.bytes.len()).then_some(*self),
        }
    }

    /// Returns the first child of a type.
    pub(super) fn find(&self, kind: &'static [u8; 4]) -> Result<Option<Mp4Box<'data>>> {
        let mut children = self.children().unwrap_or_default();
        children.find(|child| child.as_ref().map_or(true, |child| child.kind() == *kind)).transpose()
    }

    /// Returns the first child of a type; an error if there is none.
    pub(super) fn get(&self, kind: &'static [u8; 4]) -> Result<Mp4Box<'data>> {
        self.find(kind)?.ok_or_else(|| self.lacks(kind))
    }

    /// Creates an error about the contents of the box; `why` continues the sentence after the name of the box.
    #[cold]
    pub(super) fn error(&self, why: &'static str) -> Error {
        let fault = Mp4Fault::BoxContent { kind: self.kind().0, why };
        fault::at(ErrorKind::Mp4(fault), self.offset, self.bytes)
    }

    /// Creates the error of a missing child.
    #[cold]
    pub(super) fn lacks(&self, kind: &[u8; 4]) -> Error {
        let fault = Mp4Fault::BoxMissing { kind: *kind, parent: Some(self.kind().0) };
        fault::at(ErrorKind::Mp4(fault), self.offset, self.bytes)
    }
}

impl fmt::Debug for Mp4Box<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Mp4Box").field("kind", &self.kind()).field("range", &self.range()).finish()
    }
}

/// The child boxes of a box, or the boxes of an input, in order. Ends at the first error.
///
/// Boxes of unknown types are included. Zeros after the last box are ignored: QuickTime ends lists with them, and some
/// writers pad files with them.
#[derive(Debug, Clone, Default)]
pub struct Children<'data> {
    rest: &'data [u8],
    offset: u64,
    parent: Option<FourCc>,
    handler: FourCc,
    /// A box that ends before its children begin.
    short: Option<Mp4Box<'data>>,
}

impl<'data> Children<'data> {
    /// Returns the boxes of an input from `offset`.
    pub(super) fn of_input(data: &'data [u8], offset: u64) -> Self {
        let rest = usize::try_from(offset).ok().and_then(|start| data.get(start..)).unwrap_or(&[]);
        Self { rest, offset, ..Self::default() }
    }

    /// Returns `handler_type` of the first `hdlr` (ISO/IEC 14496-12 §8.4.3), which gives the layout of sample entries; zeros
    /// if there is none.
    fn find_handler(&self) -> FourCc {
        let hdlr = self.clone().map_while(Result::ok).find(|found| found.kind() == *b"hdlr");
        let handler = hdlr.and_then(|hdlr| hdlr.payload().get(8..)?.first_chunk().copied());
        FourCc(handler.unwrap_or_default())
    }
}

impl<'data> Iterator for Children<'data> {
    type Item = Result<Mp4Box<'data>>;

    fn next(&mut self) -> Option<Self::Item> {
        if let Some(short) = self.short.take() {
            return Some(Err(short.error("ends before its child boxes")));
        }
        if is_padding(self.rest) {
            return None;
        }
        let next = Mp4Box::first(self.rest, self.offset, self.parent)
            .map(|next| Mp4Box { handler: self.handler, ..next })
            .map_err(|kind| fault::at(kind, self.offset, self.rest));
        // After an error, the start of the next box is unknown.
        let len = next.as_ref().map_or(self.rest.len(), |next| next.bytes.len());
        self.rest = &self.rest[len..];
        self.offset += len as u64;
        Some(next)
    }
}

impl FusedIterator for Children<'_> {}

/// Whether the bytes after the last box are padding: zeros, or none.
pub(super) fn is_padding(rest: &[u8]) -> bool {
    rest.iter().all(|&byte| byte == 0)
}
