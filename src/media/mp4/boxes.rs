//! Boxes, and those that they hold.

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
    /// The type of the box that it is in; zeros if it is in none.
    parent: FourCc,
    /// `handler_type` of the track that it is in; zeros outside of `mdia`.
    handler: FourCc,
}

impl<'data> Mp4Box<'data> {
    /// The box at the start of `bytes`, which are the rest of the box `parent`, or of the input.
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
        let wrong = |why| Err(ErrorKind::Mp4(Mp4Fault::BoxSize { kind: header.kind.0, size, why }));
        if size < header.header_len as u64 {
            return wrong("is shorter than its header");
        }
        match usize::try_from(size).ok().and_then(|len| bytes.get(..len)) {
            Some(bytes) => {
                let parent = parent.unwrap_or_default();
                Ok(Self { bytes, offset, header, parent, handler: FourCc::default() })
            }
            None if parent.is_none() => Err(ErrorKind::Incomplete { within: "in a box" }),
            None => wrong("ends behind the box that it is in"),
        }
    }

    /// The type of the box that it is in; zeros if it is in none.
    pub(super) fn parent(&self) -> FourCc {
        self.parent
    }

    /// `handler_type` of the track that it is in; zeros outside of `mdia`.
    pub(super) fn handler(&self) -> FourCc {
        self.handler
    }

    /// The box of these bytes, which is in no other box.
    pub(super) fn top_level(header: BoxHeader, bytes: &'data [u8], offset: u64) -> Self {
        Self { bytes, offset, header, parent: FourCc::default(), handler: FourCc::default() }
    }

    /// `type`: what the box is.
    #[must_use]
    pub fn kind(&self) -> FourCc {
        self.header.kind
    }

    /// The header of the box.
    #[must_use]
    pub fn header(&self) -> BoxHeader {
        self.header
    }

    /// Where the box lies, in bytes from the start of the input, its header included.
    #[must_use]
    pub fn range(&self) -> Range<u64> {
        self.offset..self.offset + self.bytes.len() as u64
    }

    /// Header and payload.
    #[must_use]
    pub fn as_bytes(&self) -> &'data [u8] {
        self.bytes
    }

    /// What follows the header.
    #[must_use]
    pub fn payload(&self) -> &'data [u8] {
        &self.bytes[self.header.header_len..]
    }

    /// Where the payload begins, in bytes from the start of the input.
    #[must_use]
    pub fn payload_offset(&self) -> u64 {
        self.offset + self.header.header_len as u64
    }

    /// The boxes in this one; `None` if it holds none, or is not known to.
    #[must_use]
    pub fn children(&self) -> Option<Children<'data>> {
        let start = containers::children_start(self)?;
        let mut children = self.children_from(start);
        if self.kind() == *b"mdia" {
            children.handler = children.find_handler();
        }
        Some(children)
    }

    /// The boxes that follow so many bytes of the payload; if that is shorter, an error that says so.
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

    /// The first box of this type in this one.
    pub(super) fn find(&self, kind: &'static [u8; 4]) -> Result<Option<Mp4Box<'data>>> {
        let mut children = self.children().unwrap_or_default();
        children.find(|child| child.as_ref().map_or(true, |child| child.kind() == *kind)).transpose()
    }

    /// The first box of this type in this one, which has to be there.
    pub(super) fn get(&self, kind: &'static [u8; 4]) -> Result<Mp4Box<'data>> {
        self.find(kind)?.ok_or_else(|| self.lacks(kind))
    }

    /// The error that the content of the box is not what it has to be; `why` goes on after the name of the box.
    #[cold]
    pub(super) fn error(&self, why: &'static str) -> Error {
        let fault = Mp4Fault::BoxContent { kind: self.kind().0, why };
        fault::at(ErrorKind::Mp4(fault), self.offset, self.bytes)
    }

    /// The error that a box is not in this one.
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

/// The boxes in a box, or of a whole input, in their order; ends at the first error.
///
/// Boxes of unknown types are boxes as well. Zeros after the last one are no box: QuickTime ends lists with them, and some writers pad
/// files with them.
#[derive(Debug, Clone, Default)]
pub struct Children<'data> {
    rest: &'data [u8],
    offset: u64,
    parent: Option<FourCc>,
    handler: FourCc,
    /// The box that ends before those in it begin.
    short: Option<Mp4Box<'data>>,
}

impl<'data> Children<'data> {
    /// The boxes of an input from the one that begins at `offset`.
    pub(super) fn of_input(data: &'data [u8], offset: u64) -> Self {
        let rest = usize::try_from(offset).ok().and_then(|start| data.get(start..)).unwrap_or(&[]);
        Self { rest, offset, ..Self::default() }
    }

    /// `handler_type` of the first `hdlr` (ISO/IEC 14496-12 §8.4.3), by which sample entries are laid out; zeros if there is none.
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
            return Some(Err(short.error("ends before the boxes in it begin")));
        }
        if is_padding(self.rest) {
            return None;
        }
        let next = Mp4Box::first(self.rest, self.offset, self.parent)
            .map(|next| Mp4Box { handler: self.handler, ..next })
            .map_err(|kind| fault::at(kind, self.offset, self.rest));
        // Behind an error there is no telling where a box begins.
        let len = next.as_ref().map_or(self.rest.len(), |next| next.bytes.len());
        self.rest = &self.rest[len..];
        self.offset += len as u64;
        Some(next)
    }
}

impl FusedIterator for Children<'_> {}

/// Whether bytes after the last box are no box: zeros, or none.
pub(super) fn is_padding(rest: &[u8]) -> bool {
    rest.iter().all(|&byte| byte == 0)
}
